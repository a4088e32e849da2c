"""Several people score the same calls blind: what was opened, and who agrees with whom, on what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.domain import Outcome, Severity
from pipeline.review.agreement import cohen_kappa, fleiss_kappa, percent_agreement


class CalibrationState(StrEnum):
    OPEN = "open"
    """Everybody scores blind."""
    CLOSED = "closed"
    """Compared; nobody scores any more."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Somebody who was invited, and how far they are."""

    user: int
    name: str
    calls: int
    """Calls they have scored."""


@dataclass(frozen=True, slots=True)
class CalibrationCall:
    """What a scorer may know of a call before it is scored blind: neither whose it is, nor who was heard."""

    call_id: str
    started_at: datetime | None
    duration: float | None
    place: int
    scored: int
    """People who have scored it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    id: int
    title: str
    state: CalibrationState
    expert: int | None
    opened_by: int | None
    opened_at: str
    closed_at: str | None
    calls: tuple[CalibrationCall, ...]
    scorers: tuple[Scorer, ...]
    """By name."""

    @property
    def open(self) -> bool:
        return self.state is CalibrationState.OPEN

    def invited(self, user: int | None) -> bool:
        return any(scorer.user == user for scorer in self.scorers)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A criterion to score on a call, with the own score. What the machine says is left out on purpose."""

    criterion: str
    title: str
    section: str
    severity: Severity | None
    outcome: Outcome | None
    comment: str


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """What a person says about one criterion."""

    outcome: Outcome
    comment: str = ""


Item = tuple[str, str]
"""A call id and a criterion: what one score is about."""


@dataclass(frozen=True, slots=True)
class CalibrationScore:
    """What one person said about one criterion of one call."""

    call_id: str
    criterion: str
    scorer: int
    outcome: Outcome
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """All scorers together on one criterion, or on all."""

    criterion: str | None
    items: int
    """Calls (times criteria) that at least two people scored."""
    percent: float | None
    fleiss: float | None


@dataclass(frozen=True, slots=True)
class AgainstExpert:
    """One scorer beside the baseline, on one criterion or on all."""

    scorer: int
    criterion: str | None
    items: int
    percent: float | None
    cohen: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An item on which people said different things: to be talked about."""

    call_id: str
    criterion: str
    marks: tuple[CalibrationScore, ...]
    share: float
    """Pairs of scorers that agree on it, 0..1: the lowest need talk most."""


@dataclass(frozen=True, slots=True)
class Comparison:
    overall: Agreement
    criteria: tuple[Agreement, ...]
    """Hardest first."""
    scorers: tuple[AgainstExpert, ...]
    """On all criteria; empty where there is no expert, or the expert scored nothing."""
    scorers_by_criterion: tuple[AgainstExpert, ...]
    differences: tuple[Difference, ...]
    """Widest apart first."""


def compare(marks: Sequence[CalibrationScore], *, expert: int | None) -> Comparison:
    """Compare everybody with everybody, and each with the expert.

    Args:
        marks: at most one for each call, criterion and scorer.
        expert: whose marks are the baseline.
    """
    items: dict[Item, list[CalibrationScore]] = defaultdict(list)
    for mark in sorted(marks, key=lambda m: (m.call_id, m.criterion, m.scorer)):
        items[mark.call_id, mark.criterion].append(mark)
    names = sorted({criterion for _, criterion in items})
    criteria = [_agreement({k: v for k, v in items.items() if k[1] == name}, name) for name in names]
    others = sorted({mark.scorer for mark in marks} - {expert})
    baseline = {key: m.outcome for key, found in items.items() for m in found if m.scorer == expert}
    lines = [
        _against(items, baseline, scorer, criterion)
        for criterion in (None, *names)
        for scorer in others
        if baseline
    ]
    return Comparison(
        overall=_agreement(items, None),
        criteria=tuple(sorted(criteria, key=_hardest)),
        scorers=tuple(line for line in lines if line.criterion is None),
        scorers_by_criterion=tuple(line for line in lines if line.criterion is not None and line.items),
        differences=_differences(items),
    )


def _agreement(items: dict[Item, list[CalibrationScore]], criterion: str | None) -> Agreement:
    said = [[mark.outcome for mark in found] for found in items.values() if len(found) > 1]
    return Agreement(criterion, len(said), percent_agreement(said), fleiss_kappa(said))


def _hardest(line: Agreement) -> tuple[float, str]:
    return (2.0 if line.percent is None else line.percent, line.criterion or "")


def _against(
    items: dict[Item, list[CalibrationScore]],
    baseline: dict[Item, Outcome],
    scorer: int,
    criterion: str | None,
) -> AgainstExpert:
    pairs = [
        (baseline[key], mark.outcome)
        for key, found in items.items()
        if key in baseline and criterion in (None, key[1])
        for mark in found
        if mark.scorer == scorer
    ]
    return AgainstExpert(scorer, criterion, len(pairs), percent_agreement(pairs), cohen_kappa(pairs))


def _differences(items: dict[Item, list[CalibrationScore]]) -> tuple[Difference, ...]:
    found = []
    for (call_id, criterion), marks in items.items():
        share = percent_agreement([[mark.outcome for mark in marks]])
        if share is not None and share < 1:
            found.append(Difference(call_id, criterion, tuple(marks), share))
    return tuple(sorted(found, key=lambda d: (d.share, d.call_id, d.criterion)))
