"""Examples that are at once tests and documentation: a kind's options, a dialogue, what must come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """``expect`` is an Outcome for a check and ``yes``, ``no`` or ``unknown`` for a condition."""

    options: Mapping[str, Any]
    dialogue: tuple[str, ...]
    """Lines as ``pipeline.rubric.dialogue.dialogue`` reads them."""
    expect: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """More facts for the builder: ``direction``, ``queue``, ``measures``, ..."""
