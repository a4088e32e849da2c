"""Points as a sheet prints them: 100, less each deduction, and every limit as a line of its own.

What does not apply costs nothing and stretches nothing. Sums are whole hundredths of a point, so the lines of
the ledger add up to the score exactly; a sheet that deducts whole points gives whole scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.domain import Evidence, LedgerEntry
from pipeline.messages import Message, Text, title
from pipeline.rubric.judge import Judged
from pipeline.rubric.sheet import Criterion, Rubric
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

LEFT_OUT = "ledger.costs-nothing"


def deducted(rubric: Rubric, judged: Sequence[Judged], earned: Iterable[Earned]) -> Sum | None:
    """The score on 0..100; None where no criterion applies.

    A criterion never costs more than its points, the sheet never more than 100, and a bonus never lifts a
    score above 100: where one of these limits bites, a line gives back what is too much.
    """
    worth = worth_of(judged)
    if not worth:
        return None
    account = _Account([start(judged, worth, LEFT_OUT)])
    lost: dict[str, int] = {}
    more: dict[str, int] = {}  # beyond the points of the sheet
    for criterion, items in _by_criterion(judged):
        if criterion.id in worth:
            costs = [by for by in items if by.costs and by.item.deduct]
            machines = [by for by in costs if by.item.person is None]
            lost[criterion.id] = _deduct(account, criterion, machines, criterion.points)
            peoples = [by for by in costs if by.item.person is not None]
            more[criterion.id] = _deduct(account, criterion, peoples, criterion.by_people)
        for by in items:
            if by.failed and not by.costs:
                account.book_item(by, 0, ONLY_FLAGS)
    for by in judged:
        if by.costs and by.item.fatal == "section":
            inside = [c for c in by.section.criteria if c.id in worth]
            rest = sum(_cents(c.points) - lost[c.id] for c in inside)
            lost.update({c.id: _cents(c.points) for c in inside})
            account.book_item(by, -rest, section_fatal(by))
    account.limit(rubric.rubric, Message("ledger.not-below-0"), account.total if account.total < 0 else 0)
    fatal = [by for by in judged if by.costs and by.item.fatal == "sheet"]
    for by in fatal:
        account.book_item(by, -account.total, SHEET_FATAL)
    if not fatal:
        for gain in earned:
            account.book(gain.bonus.id, gain.bonus.title, _cents(gain.points), gain.evidence, _gain(gain))
        account.limit(rubric.rubric, NOT_ABOVE_100, max(0, account.total - FULL))
    sections = sections_of(rubric, worth, lambda c: (_cents(worth[c]) - lost[c] - more[c]) / 100)
    return Sum(account.total / 100, bool(fatal), tuple(account.lines), sections, account.points)


class _Account:
    """The lines so far, what they come to, and what of it each item is answerable for (hundredths)."""

    def __init__(self, lines: list[LedgerEntry]) -> None:
        self.lines = lines
        self.total = FULL
        self._net: dict[str, int] = {}

    @property
    def points(self) -> dict[str, float]:
        return {name: amount / 100 for name, amount in self._net.items()}

    def book_item(self, by: Judged, amount: int, note: Message | None) -> None:
        self.book(by.item.id, by.item.title, amount, by.result.evidence, note)

    def book(
        self, name: str, title: Text, amount: int, proof: tuple[Evidence, ...], note: Message | None
    ) -> None:
        self.lines.append(LedgerEntry(name, title, amount / 100, proof, note))
        self.total += amount
        self._net[name] = self._net.get(name, 0) + amount

    def limit(self, name: str, title: Message, excess: int, *, among: Iterable[str] = ()) -> None:
        """Give back what is too much: a loss (negative) or a gain (positive).

        The latest of ``among`` (default: all) were the ones too many, so their points shrink.
        """
        if not excess:
            return
        self.lines.append(LedgerEntry(name, title, -excess / 100, ()))
        self.total -= excess
        chosen = set(among) or set(self._net)
        for item in reversed(self._net):
            if item in chosen and self._net[item] * excess > 0:
                part = max(excess, self._net[item]) if excess < 0 else min(excess, self._net[item])
                self._net[item] -= part
                excess -= part


def _by_criterion(judged: Sequence[Judged]) -> list[tuple[Criterion, list[Judged]]]:
    found: dict[str, tuple[Criterion, list[Judged]]] = {}
    for by in judged:
        found.setdefault(by.criterion.id, (by.criterion, []))[1].append(by)
    return list(found.values())


def _deduct(account: _Account, criterion: Criterion, costs: Sequence[Judged], limit: float) -> int:
    """Book what items of a criterion cost, ``limit`` points together at most; what it lost in hundredths."""
    for by in costs:
        account.book_item(by, -_cents(wanted(by)), _note(by))
    lost = sum(_cents(wanted(by)) for by in costs)
    excess = max(0, lost - _cents(limit))
    most = Message("ledger.criterion-limit", item=title(criterion.title, criterion.title_en), points=limit)
    account.limit(criterion.id, most, -excess, among=[by.item.id for by in costs])
    return lost - excess


def _note(by: Judged) -> Message | None:
    """``4 处 × 3 分，最多扣 9 分``: how an item comes to what it costs."""
    item, times = by.item, by.result.times
    if item.up_to is None or times < 2:
        return None
    if item.deduct * times > item.up_to:
        return Message("ledger.places-at-most", count=times, points=item.deduct, most=item.up_to)
    return Message("ledger.places", count=times, points=item.deduct)


def _gain(gain: Earned) -> Message | None:
    bonus, times = gain.bonus, len(gain.evidence)
    if bonus.up_to is None or times < 2:
        return None
    if bonus.points * times > bonus.up_to:
        return Message("ledger.gains-at-most", count=times, points=bonus.points, most=bonus.up_to)
    return Message("ledger.places", count=times, points=bonus.points)


def _cents(points: float) -> int:
    return round(points * 100)
