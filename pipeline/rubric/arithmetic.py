"""From verdicts to points. Sums are whole hundredths of a point, so that a ledger adds up to its score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.domain import Evidence, LedgerEntry, Outcome, Section
from pipeline.rubric.judge import Judged
from pipeline.rubric.sheet import Bonus, Rubric

FULL = 10_000
"""100 points in hundredths."""


@dataclass(frozen=True, slots=True)
class Earned:
    """A bonus and the places that earn it; no place, no bonus."""

    bonus: Bonus
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The score of a sheet and where every point went."""

    score: float
    fatal: bool
    ledger: tuple[LedgerEntry, ...]
    sections: tuple[Section, ...]
    points: dict[str, float]
    """Points by item or bonus id, as in the ledger."""


def add_up(
    rubric: Rubric,
    judged: Sequence[Judged],
    earned: Iterable[Earned],
    *,
    beyond: frozenset[str] = frozenset(),
) -> Sum | None:
    """The score on 0..100; None where no criterion applies.

    ``beyond``: criteria whose points can be lost, but do not count among what could be reached.

    A criterion whose items are all not applicable leaves the denominator; an undetermined one keeps its
    points. The losses of a criterion are bounded by its points. Hundredths are cut from running totals, so
    rounding can never make a worse call score higher.
    """
    worth = {
        j.criterion.id: j.criterion.points for j in judged if j.verdict.outcome is not Outcome.NOT_APPLICABLE
    }
    maximum = sum(points for criterion, points in worth.items() if criterion not in beyond)
    if not worth:
        return None
    scale = FULL / maximum if maximum else 0.0
    lines: list[LedgerEntry] = [_start(judged, worth)]
    points: dict[str, float] = {}
    lost_in: dict[str, float] = dict.fromkeys(worth, 0.0)
    lost, taken = 0.0, 0

    def take(by: Judged, amount: float, note: str) -> None:
        nonlocal lost, taken
        lost += amount
        now = min(FULL, round(lost * scale))
        _book(lines, points, by, (taken - now) / 100, note)
        taken = now

    for by in judged:
        if by.failed and by.item.deduct:
            room = worth[by.criterion.id] - lost_in[by.criterion.id]
            wanted = _wanted(by)
            lost_in[by.criterion.id] += min(room, wanted)
            take(by, min(room, wanted), _note(by, wanted, room))
    for by in judged:
        if by.failed and by.item.fatal == "section":
            inside = [c.id for c in by.section.criteria if c.id in worth]
            rest = sum(worth[c] - lost_in[c] for c in inside)
            lost_in.update({c: worth[c] for c in inside})
            take(by, rest, f"一票否决：{by.section.title}记0分")
    fatal = [by for by in judged if by.failed and by.item.fatal == "sheet"]
    for by in fatal:
        _book(lines, points, by, (taken - FULL) / 100, "一票否决：整单记0分")
        taken = FULL
    if not fatal:
        taken -= _add_bonus(lines, points, earned, room=taken)
    sections = tuple(
        Section(s.title, _cents(sum(worth[c] - lost_in[c] for c in ids)), sum(worth[c] for c in ids))
        for s in rubric.sections
        if (ids := [c.id for c in s.criteria if c.id in worth])
    )
    return Sum((FULL - taken) / 100, bool(fatal), tuple(lines), sections, points)


def _start(judged: Sequence[Judged], worth: dict[str, float]) -> LedgerEntry:
    left_out = dict.fromkeys(j.criterion.title for j in judged if j.criterion.id not in worth)
    note = f"不适用、不计入满分：{'、'.join(left_out)}" if left_out else ""
    return LedgerEntry("", "满分", 100.0, (), note)


def _wanted(by: Judged) -> float:
    """What an item would take on its own: once, or for each occurrence up to its cap."""
    if by.item.up_to is None:
        return by.item.deduct
    return min(by.item.up_to, by.item.deduct * by.verdict.times)


def _note(by: Judged, wanted: float, room: float) -> str:
    times = by.verdict.times
    parts = [f"{times}处，每处扣{by.item.deduct:g}分"] if by.item.up_to is not None and times > 1 else []
    if by.item.up_to is not None and by.item.deduct * times > by.item.up_to:
        parts.append(f"最多扣{by.item.up_to:g}分")
    if wanted > room:
        parts.append(f"“{by.criterion.title}”共{by.criterion.points:g}分，已扣完为止")
    return "，".join(parts)


def _book(lines: list[LedgerEntry], points: dict[str, float], by: Judged, amount: float, note: str) -> None:
    lines.append(LedgerEntry(by.item.id, by.item.title, amount, by.verdict.evidence, note))
    points[by.item.id] = _cents(points.get(by.item.id, 0.0) + amount)


def _add_bonus(
    lines: list[LedgerEntry], points: dict[str, float], earned: Iterable[Earned], *, room: int
) -> int:
    """Hundredths added: a score never rises above 100."""
    added = 0
    for gain in earned:
        bonus = gain.bonus
        wanted = bonus.points if bonus.up_to is None else min(bonus.up_to, bonus.points * len(gain.evidence))
        amount = min(room - added, round(wanted * 100))
        added += amount
        note = "加分后不超过100分" if amount < round(wanted * 100) else ""
        lines.append(LedgerEntry(bonus.id, bonus.title, amount / 100, gain.evidence, note))
        points[bonus.id] = amount / 100
    return added


def _cents(value: float) -> float:
    return round(value, 2)
