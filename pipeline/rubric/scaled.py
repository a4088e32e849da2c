"""Points of a sheet with ``scale: true``: what applies is stretched to 100.

Sums are whole hundredths of a point, so that a ledger adds up to its score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.domain import LedgerEntry
from pipeline.messages import Message, joined, title
from pipeline.rubric.judge import Judged
from pipeline.rubric.sheet import Rubric
from pipeline.rubric.sums import (
    FULL,
    NOT_ABOVE_100,
    ONLY_FLAGS,
    SHEET_FATAL,
    Earned,
    Sum,
    section_fatal,
    sections_of,
    start,
    wanted,
    worth_of,
)

LEFT_OUT = "ledger.not-counted"


def scaled(
    rubric: Rubric, judged: Sequence[Judged], earned: Iterable[Earned], *, beyond: frozenset[str]
) -> Sum | None:
    """The score on 0..100; None where no criterion applies.

    ``beyond``: criteria whose points can be lost, but do not count among what could be reached.

    A criterion whose items are all not applicable leaves the denominator; an undetermined one keeps its
    points. The losses of a criterion are bounded by its points. Hundredths are cut from running totals, so
    rounding can never make a worse call score higher.
    """
    worth = worth_of(judged)
    if not worth:
        return None
    maximum = sum(points for criterion, points in worth.items() if criterion not in beyond)
    scale = FULL / maximum if maximum else 0.0
    lines: list[LedgerEntry] = [start(judged, worth, LEFT_OUT)]
    points: dict[str, float] = {}
    lost_in: dict[str, float] = dict.fromkeys(worth, 0.0)
    more_in: dict[str, float] = dict.fromkeys(worth, 0.0)  # beyond the points of the sheet
    lost, taken = 0.0, 0

    def take(by: Judged, amount: float, note: Message | None) -> None:
        nonlocal lost, taken
        lost += amount
        now = min(FULL, round(lost * scale))
        _book(lines, points, by, (taken - now) / 100, note)
        taken = now

    for by in judged:
        if by.failed and not by.costs:
            _book(lines, points, by, 0.0, ONLY_FLAGS)
        if by.costs and by.item.deduct:
            peoples = by.item.person is not None
            limit, gone = (by.criterion.by_people, more_in) if peoples else (worth[by.criterion.id], lost_in)
            room, cost = limit - gone[by.criterion.id], wanted(by)
            gone[by.criterion.id] += min(room, cost)
            take(by, min(room, cost), _note(by, cost, room, limit))
    for by in judged:
        if by.costs and by.item.fatal == "section":
            inside = [c.id for c in by.section.criteria if c.id in worth]
            rest = sum(worth[c] - lost_in[c] for c in inside)
            lost_in.update({c: worth[c] for c in inside})
            take(by, rest, section_fatal(by))
    fatal = [by for by in judged if by.costs and by.item.fatal == "sheet"]
    for by in fatal:
        _book(lines, points, by, (taken - FULL) / 100, SHEET_FATAL)
        taken = FULL
    if not fatal:
        taken -= _add_bonus(lines, points, earned, room=taken)
    sections = sections_of(rubric, worth, lambda c: worth[c] - lost_in[c] - more_in[c])
    return Sum((FULL - taken) / 100, bool(fatal), tuple(lines), sections, points)


def _note(by: Judged, cost: float, room: float, limit: float) -> Message | None:
    times, parts = by.result.times, list[Message]()
    if by.item.up_to is not None and times > 1:
        parts.append(Message("ledger.each", count=times, points=by.item.deduct))
    if by.item.up_to is not None and by.item.deduct * times > by.item.up_to:
        parts.append(Message("ledger.at-most", points=by.item.up_to))
    if cost > room:
        item = title(by.criterion.title, by.criterion.title_en)
        parts.append(Message("ledger.exhausted", item=item, points=limit))
    return joined("join.comma", parts)


def _book(
    lines: list[LedgerEntry], points: dict[str, float], by: Judged, amount: float, note: Message | None
) -> None:
    lines.append(LedgerEntry(by.item.id, by.item.title, amount, by.result.evidence, note))
    points[by.item.id] = round(points.get(by.item.id, 0.0) + amount, 2)


def _add_bonus(
    lines: list[LedgerEntry], points: dict[str, float], earned: Iterable[Earned], *, room: int
) -> int:
    """Hundredths added: a score never rises above 100."""
    added = 0
    for gain in earned:
        bonus, full = gain.bonus, round(gain.points * 100)
        amount = min(room - added, full)
        added += amount
        note = NOT_ABOVE_100 if amount < full else None
        lines.append(LedgerEntry(bonus.id, bonus.title, amount / 100, gain.evidence, note))
        points[bonus.id] = amount / 100
    return added
