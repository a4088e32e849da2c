"""Whether a criterion may take points: how often people confirm what it finds, and what follows from that.

Precision is the share of the machine's findings that people confirmed, of those they settled. The gate of a
criterion closes when at least ``reviews`` of them are settled and the lower bound of the 95 % Wilson interval
lies under the bar of its class; a closed gate opens again when the bound is over the bar by a margin, so that
one verdict more does not open and close it in turns. A supervisor's word goes before the figures until it is
taken back. Each change is an event; what holds is what the events add up to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.domain import Severity
from pipeline.errors import Conflict, Refused
from pipeline.intervals import Proportion, wilson
from pipeline.rubric.trust import OPEN_GATE, TrustGate, TrustRule, Withheld


class TrustChangeKind(StrEnum):
    """What an event does to the gate of a criterion."""

    CLOSED = "closed"
    """The reviews: it only flags from now on."""
    OPENED = "opened"
    """The reviews: it takes points again."""
    ONLY_FLAG = "only-flag"
    """A supervisor: whatever the reviews say."""
    TAKE_POINTS = "take-points"
    UNDO = "undo"
    """A supervisor's act is taken back: what held before it holds again."""


ACTS = (TrustChangeKind.ONLY_FLAG, TrustChangeKind.TAKE_POINTS)
"""What a person may say."""
_CLOSING = (TrustChangeKind.CLOSED, TrustChangeKind.ONLY_FLAG)


@dataclass(frozen=True, slots=True)
class TrustChange:
    """One event, with the figures of its moment."""

    id: int
    criterion: str
    kind: TrustChangeKind
    confirmed: int
    overturned: int
    bar: float
    at: str
    """UTC, ISO 8601."""
    reason: str = ""
    by_name: str | None = None
    """Who; None: the reviews, or the command line."""
    undoes: int | None = None

    @property
    def by_person(self) -> bool:
        return self.kind in ACTS

    @property
    def closes(self) -> bool:
        return self.kind in _CLOSING


@dataclass(frozen=True, slots=True)
class TrustFigures:
    """What people's words say about one criterion."""

    precision: Proportion
    """Confirmed, of the latest findings of the machine that were settled; 95 % Wilson interval."""
    missed: Proportion
    """Unflagged calls heard by lot in which a person added a violation, of all those heard; likewise."""

    @property
    def overturned(self) -> int:
        return self.precision.total - self.precision.count


def figures(confirmed: int, overturned: int, *, missed: int = 0, heard: int = 0) -> TrustFigures:
    """
    Raises:
        ValueError: more missed than heard.
    """
    return TrustFigures(wilson(confirmed, confirmed + overturned), wilson(missed, heard))


NO_FIGURES = TrustFigures(Proportion(0, 0, None, None), Proportion(0, 0, None, None))
"""Nobody has reviewed anything."""


def closed_by_reviews(rule: TrustRule, severity: Severity, precision: Proportion, *, closed: bool) -> bool:
    """Whether the reviews close the gate, or keep it closed where it is.

    Never with fewer reviews than the rule asks for; a closed gate stays closed until the bound is over the
    bar by the margin.
    """
    bar = rule.bar(severity)
    if precision.total < rule.reviews or precision.low is None:
        return closed and bar > 0
    return precision.low < (bar + rule.margin if closed and bar > 0 else bar)


def standing(changes: Iterable[TrustChange]) -> dict[str, TrustChange]:
    """Criterion -> the event that holds: a person's latest act that was not taken back, else the reviews'."""
    every = sorted(changes, key=lambda one: one.id)
    gone = {one.undoes for one in every}
    found: dict[str, TrustChange] = {}
    for kinds in ((TrustChangeKind.CLOSED, TrustChangeKind.OPENED), ACTS):
        found |= {one.criterion: one for one in every if one.kind in kinds and one.id not in gone}
    return found


@dataclass(frozen=True, slots=True)
class Trust:
    """One criterion of a sheet: what people's words say about it, and what it does for that."""

    criterion: str
    severity: Severity
    figures: TrustFigures
    bar: float
    reviews: int
    """How many settled findings the gate waits for."""
    change: TrustChange | None
    """What holds; None: nothing ever changed, and it takes points."""
    next_closed: bool
    """Whether it only flags from the next run or rescoring on."""

    @property
    def only_flags(self) -> bool:
        return self.change is not None and self.change.closes

    @property
    def due(self) -> bool:
        """True where the next run or rescoring changes what it does."""
        return self.next_closed is not self.only_flags

    def changed(self, kind: TrustChangeKind, *, at: str, reason: str = "") -> TrustChange:
        """An event about it with the figures of now, not stored yet."""
        counts = self.figures.precision.count, self.figures.overturned
        return TrustChange(0, self.criterion, kind, *counts, self.bar, at, reason)

    def decided(self, at: str) -> Trust:
        """What it is once the reviews have had their say."""
        if not self.due:
            return self
        kind = TrustChangeKind.CLOSED if self.next_closed else TrustChangeKind.OPENED
        return replace(self, change=self.changed(kind, at=at))

    @property
    def enough(self) -> bool:
        """Whether there are as many reviews as the gate waits for."""
        return self.figures.precision.total >= self.reviews

    @property
    def withheld(self) -> Withheld | None:
        """As what is judged by has it; None where it takes points."""
        if self.change is None or not self.change.closes:
            return None
        then = wilson(self.change.confirmed, self.change.confirmed + self.change.overturned)
        return Withheld(
            criterion=self.criterion,
            by_person=self.change.by_person,
            confirmed=self.change.confirmed,
            overturned=self.change.overturned,
            low=None if then.low is None else round(then.low, 4),
            high=None if then.high is None else round(then.high, 4),
            bar=self.change.bar,
        )


def trust_of(
    rule: TrustRule,
    items: Sequence[tuple[str, Severity]],
    known: Mapping[str, TrustFigures],
    changes: Iterable[TrustChange],
) -> tuple[Trust, ...]:
    """Every criterion of a sheet, in its order.

    Args:
        items: criterion and class.
    """
    holds = standing(changes)
    found = []
    for criterion, severity in items:
        now, change = known.get(criterion, NO_FIGURES), holds.get(criterion)
        closed = change is not None and change.closes
        if change is None or not change.by_person:
            closed = closed_by_reviews(rule, severity, now.precision, closed=closed)
        found.append(Trust(criterion, severity, now, rule.bar(severity), rule.reviews, change, closed))
    return tuple(found)


def gate_of(trust: Iterable[Trust]) -> TrustGate:
    """What a judgement is made by, as things stand."""
    withheld = sorted((one.withheld for one in trust if one.withheld), key=lambda one: one.criterion)
    return TrustGate(tuple(withheld)) if withheld else OPEN_GATE


def check_act(kind: TrustChangeKind, reason: str) -> str:
    """The reason without space around it.

    Raises:
        Refused: ``trust-reason``: there is none.
    """
    if kind not in ACTS:
        raise ValueError(f"{kind} is no act of a person")
    if not reason.strip():
        raise Refused("say why: who reads the score must be able to follow it", code="trust-reason")
    return reason.strip()


def act_to_undo(criterion: str, changes: Iterable[TrustChange]) -> TrustChange:
    """The act that taking back takes back.

    Raises:
        Conflict: ``trust-no-act``: the reviews decide about it, there is nothing to take back.
    """
    change = standing(changes).get(criterion)
    if change is None or not change.by_person:
        raise Conflict(
            f"the reviews decide about {criterion!r}: there is nothing to take back",
            code="trust-no-act", criterion=criterion,
        )  # fmt: skip
    return change
