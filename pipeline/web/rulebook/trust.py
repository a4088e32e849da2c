"""How far each criterion can be trusted, as the pages show it: sentences, figures, and what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.domain import Severity
from pipeline.intervals import Proportion
from pipeline.messages import Message
from pipeline.review.trust import Trust, TrustChange, TrustChangeKind
from pipeline.review.trust_words import missed, precision, state, told
from pipeline.rubric import Rubric
from pipeline.store import Store

TrustAct = Literal["only-flag", "take-points", "undo"]

WIDTH = 200.0
"""Of what is drawn; 0 % is at 0, 100 % at the end."""


@dataclass(frozen=True, slots=True)
class DrawnInterval:
    """A share with its 95 % interval, and the line that its lower end must reach, in units of ``WIDTH``."""

    low: float
    at: float
    high: float
    bar: float | None


@dataclass(frozen=True, slots=True)
class TrustLine:
    """One criterion."""

    criterion: str
    title: str
    severity: Severity
    only_flags: bool
    by_person: bool
    enough: bool
    """Whether there are as many reviews as the gate waits for."""
    state: Message
    since: Message | None
    due: Message | None
    """What the next run or rescoring will change; None: nothing."""
    precision: Proportion
    precision_told: Message
    drawn: DrawnInterval | None
    bar_at: float
    missed: Proportion
    missed_told: Message
    missed_drawn: DrawnInterval | None


@dataclass(frozen=True, slots=True)
class TrustEvent:
    """One line of the log."""

    at: str
    criterion: str
    title: str
    kind: TrustChangeKind
    told: Message
    undone: bool


def trust_lines(rubric: Rubric, trust: Iterable[Trust], *, names: bool) -> tuple[TrustLine, ...]:
    """Every criterion in the order of the sheet.

    Args:
        names: who said something is told; not to those who are judged.
    """
    titles = {item.id: item.title for item in rubric.items}
    return tuple(_line(one, titles[one.criterion], names) for one in trust)


def trust_events(rubric: Rubric, changes: Iterable[TrustChange], *, names: bool) -> tuple[TrustEvent, ...]:
    """The log of criteria of this sheet, in the order that is given."""
    titles = {item.id: item.title for item in rubric.items}
    every = tuple(changes)
    gone = {one.undoes for one in every}
    return tuple(
        TrustEvent(
            one.at, one.criterion, titles[one.criterion], one.kind, told(one, names=names), one.id in gone
        )
        for one in every
        if one.criterion in titles
    )


def on_page(lines: Iterable[TrustLine]) -> Mapping[str, TrustLine]:
    """By criterion."""
    return {line.criterion: line for line in lines}


def _line(one: Trust, title: str, names: bool) -> TrustLine:
    found, heard = one.figures.precision, one.figures.missed
    return TrustLine(
        criterion=one.criterion,
        title=title,
        severity=one.severity,
        only_flags=one.only_flags,
        by_person=one.change is not None and one.change.by_person,
        enough=one.enough,
        state=state(one),
        since=None if one.change is None else told(one.change, names=names),
        due=Message("trust.due-close" if one.next_closed else "trust.due-open") if one.due else None,
        precision=found,
        precision_told=precision(one),
        drawn=_drawn(found, one.bar),
        bar_at=round(WIDTH * one.bar, 1),
        missed=heard,
        missed_told=missed(heard),
        missed_drawn=_drawn(heard, None),
    )


def _drawn(share: Proportion, bar: float | None) -> DrawnInterval | None:
    if share.value is None or share.low is None or share.high is None:
        return None
    low, at, high = (round(WIDTH * part, 1) for part in (share.low, share.value, share.high))
    return DrawnInterval(low, at, high, None if bar is None else round(WIDTH * bar, 1))


def trust_act(
    store: Store, rubric: Rubric, criterion: str, act: TrustAct, *, reason: str, by: int, request: str
) -> Trust:
    """Do it; the same ``request`` again changes nothing.

    Raises:
        Missing, Refused, Conflict: as the methods of :class:`TrustRegister`.
    """
    if act == "undo":
        return store.trust.undo(rubric, criterion, by=by, request=request)
    return store.trust.act(rubric, criterion, TrustChangeKind(act), reason=reason, by=by, request=request)
