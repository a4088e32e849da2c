"""What a calibration found: who agrees with whom, on what, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.review.agreement import cohen_kappa, fleiss_kappa, percent_agreement

Item = tuple[str, str]
"""A call id and a criterion: what one score is about."""


@dataclass(frozen=True, slots=True)
class Mark:
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
    marks: tuple[Mark, ...]
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


def compare(marks: Sequence[Mark], *, expert: int | None) -> Comparison:
    """Compare everybody with everybody, and each with the expert.

    Args:
        marks: at most one for each call, criterion and scorer.
        expert: whose marks are the baseline.
    """
    items: dict[Item, list[Mark]] = defaultdict(list)
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


def _agreement(items: dict[Item, list[Mark]], criterion: str | None) -> Agreement:
    said = [[mark.outcome for mark in found] for found in items.values() if len(found) > 1]
    return Agreement(criterion, len(said), percent_agreement(said), fleiss_kappa(said))


def _hardest(line: Agreement) -> tuple[float, str]:
    return (2.0 if line.percent is None else line.percent, line.criterion or "")


def _against(
    items: dict[Item, list[Mark]], baseline: dict[Item, Outcome], scorer: int, criterion: str | None
) -> AgainstExpert:
    pairs = [
        (baseline[key], mark.outcome)
        for key, found in items.items()
        if key in baseline and criterion in (None, key[1])
        for mark in found
        if mark.scorer == scorer
    ]
    return AgainstExpert(scorer, criterion, len(pairs), percent_agreement(pairs), cohen_kappa(pairs))


def _differences(items: dict[Item, list[Mark]]) -> tuple[Difference, ...]:
    found = []
    for (call_id, criterion), marks in items.items():
        share = percent_agreement([[mark.outcome for mark in marks]])
        if share is not None and share < 1:
            found.append(Difference(call_id, criterion, tuple(marks), share))
    return tuple(sorted(found, key=lambda d: (d.share, d.call_id, d.criterion)))
