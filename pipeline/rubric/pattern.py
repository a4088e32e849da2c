"""Patterns in rubric files."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from pipeline.conversation.pattern import compiled
from pipeline.messages import Message, ValueRefused


def may_match(pattern: str, text: str) -> bool:
    """False where no line of ``text`` can match: one search over all instead of one in each."""
    if "\\A" in pattern or "\\z" in pattern:
        return True
    return compiled(f"(?m:{pattern})").search(text) is not None


def _valid(pattern: str) -> str:
    if not pattern:
        raise ValueRefused(Message("pattern.empty"))
    compiled(pattern)
    return pattern


def _joined(given: Any) -> Any:
    """A list of patterns means any of them."""
    if isinstance(given, list) and given and all(isinstance(p, str) and p for p in given):
        for part in given:
            compiled(str(part))
        return "|".join(str(part) for part in given)
    return given


_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Pattern = Annotated[str, BeforeValidator(_joined), AfterValidator(_valid), WithJsonSchema(_SCHEMA)]
"""A regular expression as RE2 understands it; a list of them means any of them."""
