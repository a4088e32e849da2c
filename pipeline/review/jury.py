"""Agents as judges in turn: who hears which call of others, and how far their word is that of reviewers.

A seed puts judges and calls in order, so that nobody picks: the call with the smallest ticket
(:func:`pipeline.review.sampling.ticket`) goes to the judge whose turn it is, then the next one to the next. A
call of a judge's own is left for the others. What judges say counts in no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.domain import Outcome
from pipeline.errors import Missing, Refused
from pipeline.intervals import Proportion, wilson
from pipeline.review.calibration import CalibrationScore, CalibrationState, Item, compare
from pipeline.review.sampling import ticket

MOST_EACH = 20
"""Calls of one judge: an agent judges beside the work."""
MOST_JUDGES = 50
REVIEWERS = -1
"""Stands for the reviewers among the scorers; users count from 1."""
FEWEST_ITEMS = 18
"""With fewer items no kappa is told: 2 k² of them for the k = 3 words that reviewers say (D. V. Cicchetti and
J. L. Fleiss, Applied Psychological Measurement 1, 1977), as in the report of quality."""


@dataclass(frozen=True, slots=True)
class JuryCall:
    """A call as its judge knows it: by place, neither whose it is nor when it was."""

    place: int
    judge: int
    duration: float | None
    whole: bool
    """Everything on its sheet was judged."""


@dataclass(frozen=True, slots=True)
class Judge:
    user: int
    name: str
    calls: int
    done: int


@dataclass(frozen=True, slots=True)
class Jury:
    id: int
    title: str
    state: CalibrationState
    seed: str
    date_from: date
    date_to: date
    opened_by: int | None
    opened_at: str
    closed_at: str | None
    calls: tuple[JuryCall, ...]
    judges: tuple[Judge, ...]
    """By name."""

    @property
    def open(self) -> bool:
        return self.state is CalibrationState.OPEN

    def judged_by(self, user: int) -> tuple[JuryCall, ...]:
        return tuple(one for one in self.calls if one.judge == user)


@dataclass(frozen=True, slots=True)
class JuryPlan:
    """What is to be opened."""

    title: str
    seed: str
    date_from: date
    date_to: date
    each: int
    judges: tuple[int, ...]


def plan(title: str, seed: str, date_from: date, date_to: date, each: int, judges: Iterable[int]) -> JuryPlan:
    """
    Raises:
        Refused: ``jury-empty`` (no title or seed), ``jury-days``, ``jury-each``, ``jury-judges``.
    """
    made = JuryPlan(title.strip(), seed.strip(), date_from, date_to, each, tuple(sorted(set(judges))))
    if not made.title or not made.seed:
        raise Refused("a round of judging needs a title and a seed", code="jury-empty")
    if date_to < date_from:
        raise Refused("the last day is before the first", code="jury-days")
    if not 1 <= each <= MOST_EACH:
        raise Refused(f"from 1 to {MOST_EACH} calls for each judge", code="jury-each", most=MOST_EACH)
    if not 1 <= len(made.judges) <= MOST_JUDGES:
        raise Refused(f"from 1 to {MOST_JUDGES} judges", code="jury-judges", most=MOST_JUDGES)
    return made


def in_turn(
    seed: str, calls: Mapping[str, str | None], judges: Mapping[int, str], each: int
) -> tuple[tuple[str, int], ...]:
    """Call id and judge, in the order in which they were given out.

    Args:
        calls: id of each call that can be judged -> number of its agent.
        judges: user -> number of the agent that they are.

    Raises:
        Refused: ``jury-calls``: nobody can be given a call.
    """
    left = sorted(calls, key=lambda call: (ticket(seed, call), call))
    order = sorted(judges, key=lambda user: (ticket(seed, judges[user]), user))
    given: list[tuple[str, int]] = []
    for _ in range(each):
        for judge in order:
            found = next((call for call in left if calls[call] != judges[judge]), None)
            if found is not None:
                left.remove(found)
                given.append((found, judge))
    if not given:
        raise Refused("no reviewed call of others in these days", code="jury-calls")
    return tuple(given)


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """One judge beside the reviewers, on what both have said something about."""

    user: int
    same: Proportion
    kappa: float | None
    """Cohen's; None with fewer than ``FEWEST_ITEMS``, or where chance explains everything."""


def agreement(
    marks: Sequence[CalibrationScore], reviewers: Mapping[Item, Outcome]
) -> tuple[JudgeAgreement, ...]:
    """Each judge with marks; in the order of their keys, for nobody is ranked."""
    theirs = [
        CalibrationScore(call, criterion, REVIEWERS, said) for (call, criterion), said in reviewers.items()
    ]
    both = [one for one in marks if (one.call_id, one.criterion) in reviewers]
    lines = {one.scorer: one for one in compare([*both, *theirs], expert=REVIEWERS).scorers}
    found = []
    for user in sorted({one.scorer for one in marks}):
        line = lines.get(user)
        items = 0 if line is None else line.items
        same = 0 if line is None or line.percent is None else round(line.percent * items)
        kappa = line.cohen if line is not None and items >= FEWEST_ITEMS else None
        found.append(JudgeAgreement(user, wilson(same, items), kappa))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class JuryDifference:
    """Where a judge and the reviewers said different things."""

    place: int
    judge: int
    criterion: str
    said: Outcome
    reviewers: Outcome


def differences(
    marks: Iterable[CalibrationScore], reviewers: Mapping[Item, Outcome], places: Mapping[str, int]
) -> tuple[JuryDifference, ...]:
    """By place, then by criterion."""
    found = [
        JuryDifference(places[one.call_id], one.scorer, one.criterion, one.outcome, said)
        for one in marks
        if (said := reviewers.get((one.call_id, one.criterion))) not in (None, one.outcome)
    ]
    return tuple(sorted(found, key=lambda one: (one.place, one.criterion)))


def check_closed(jury: Jury) -> None:
    """
    Raises:
        Refused: ``jury-open``: nobody reads what was said while somebody still judges.
    """
    if jury.open:
        raise Refused("what judges said is shown when the round is closed", code="jury-open")


def no_jury(number: int) -> Missing:
    return Missing(f"there is no round of judging {number}", code="no-jury")
