"""Turns: what one party says until the other says something."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import Role, Utterance
from pipeline.rubric.facts import Facts

TURN_GAP_S = 1.5
"""A longer pause ends a turn even where nobody else speaks: otherwise waiting would count as slow speech."""


def turns(facts: Facts, role: Role) -> Iterator[Utterance]:
    """Neighbouring utterances of ``role`` joined into turns; confidences are means over time."""
    open_: list[Utterance] = []
    for utterance in facts.turns:
        joins = open_ and utterance.role is role and utterance.span.start - open_[-1].span.end < TURN_GAP_S
        if open_ and not joins:
            yield _joined(open_)
            open_ = []
        if utterance.role is role:
            open_.append(utterance)
    if open_:
        yield _joined(open_)


def _joined(parts: list[Utterance]) -> Utterance:
    if len(parts) == 1:
        return parts[0]
    span = parts[0].span
    for part in parts[1:]:
        span |= part.span
    seconds = sum(p.span.duration for p in parts) or 1.0
    return Utterance(
        parts[0].role,
        span,
        "".join(p.text for p in parts),
        (),
        sum(p.confidence * p.span.duration for p in parts) / seconds,
        sum(p.role_confidence * p.span.duration for p in parts) / seconds,
        any(p.overlapped for p in parts),
    )
