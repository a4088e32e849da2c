"""The labelled truth of a night: who said what, and the phrases that matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.domain import Role
from pipeline.errors import UsageError

_PHRASE_LISTS = ("violations", "required", "escalations")


@dataclass(frozen=True, slots=True)
class Said:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What was said in one call."""

    call_id: str
    turns: tuple[Said, ...]
    """In the order in which they begin."""
    phrases: tuple[Said, ...]
    """Violations, required items and escalations that were spoken, word by word."""
    agent_channel: int | None
    """0 left, 1 right; None where both parties share a channel."""

    def by(self, role: Role) -> str:
        return "".join(turn.text for turn in self.turns if turn.role is role)

    @property
    def whole(self) -> str:
        """Both parties in time order."""
        return "".join(turn.text for turn in self.turns)


def read_truth(folder: Path) -> Mapping[str, Truth]:
    """Truth by call id, from one JSON file per call (as `scripts.demo_night` writes them).

    Raises:
        UsageError: no such folder, or a file that is not such a truth.
    """
    if not folder.is_dir():
        raise UsageError("no such folder of truth files; check --truth", path=folder)
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return {truth.call_id: truth for truth in found}


def _read(path: Path) -> Truth:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return _truth(values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"not the truth of a call: {error!r}", path=path) from error


def _truth(values: Mapping[str, Any]) -> Truth:
    turns = sorted(values["turns"], key=lambda turn: turn["start"])
    phrases = [
        Said(Role(item["role"]), item["phrase"])
        for name in _PHRASE_LISTS
        for item in values.get(name, ())
        if item.get("phrase") and item.get("present", True)
    ]
    return Truth(
        call_id=values["call_id"],
        turns=tuple(Said(Role(turn["role"]), turn["text"]) for turn in turns),
        phrases=tuple(phrases),
        agent_channel={"left": 0, "right": 1}.get(str(values.get("agent_channel"))),
    )
