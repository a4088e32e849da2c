"""Who may open, score and see a calibration, and what a score must be: plain rules over values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.errors import Missing, Refused
from pipeline.review.calibration import (
    AgainstExpert,
    Calibration,
    CalibrationScore,
    Item,
    ScoreEntry,
    compare,
)

MOST_CALLS = 50
MACHINE = 0
"""Stands for the machine among the scorers; users count from 1."""


@dataclass(frozen=True, slots=True)
class CalibrationPlan:
    """What is to be opened."""

    title: str
    call_ids: tuple[str, ...]
    """Each once, in the order they were named."""
    people: tuple[int, ...]
    """All who score, the expert among them, by number."""


def plan(title: str, call_ids: Sequence[str], scorers: Sequence[int], expert: int | None) -> CalibrationPlan:
    """
    Raises:
        Refused: ``calibration-title``, ``calibration-calls`` (none, or too many), ``calibration-people``
            (fewer than two).
    """
    made = CalibrationPlan(
        title.strip(),
        tuple(dict.fromkeys(call_ids)),
        tuple(sorted({*scorers, *(() if expert is None else (expert,))})),
    )
    if not made.title:
        raise Refused("a calibration needs a title", code="calibration-title")
    if not 1 <= len(made.call_ids) <= MOST_CALLS:
        raise Refused(
            f"a calibration takes from 1 to {MOST_CALLS} calls", code="calibration-calls", most=MOST_CALLS
        )
    if len(made.people) < 2:
        raise Refused("it takes two people to agree", code="calibration-people")
    return made


@dataclass(frozen=True, slots=True)
class PersonalSheet:
    """One person's sheet of one call in a calibration."""

    open: bool
    invited: bool
    criteria: frozenset[str]
    given: Mapping[str, ScoreEntry]
    """Criterion -> what the person has said already."""

    @property
    def complete(self) -> bool:
        return self.criteria <= self.given.keys()


def check_scores(sheet: PersonalSheet, said: Mapping[str, ScoreEntry]) -> dict[str, ScoreEntry]:
    """What is to be kept of what a person says about a call; comments without space around them.

    A complete sheet stays as it is (the same again changes nothing): the person may have seen since what the
    machine says.

    Raises:
        Refused: ``calibration-closed``, ``calibration-invited``, ``no-criterion``, ``calibration-given``.
    """
    if not sheet.open:
        raise Refused("this calibration is closed", code="calibration-closed")
    if not sheet.invited:
        raise Refused("you are not among the scorers", code="calibration-invited")
    if strange := sorted(said.keys() - sheet.criteria):
        raise Refused(f"this call has no criterion {strange[0]!r}", code="no-criterion", criterion=strange[0])
    kept = {criterion: ScoreEntry(one.outcome, one.comment.strip()) for criterion, one in said.items()}
    if sheet.complete and any(sheet.given[criterion] != one for criterion, one in kept.items()):
        raise Refused("all of this call was scored, and cannot be changed now", code="calibration-given")
    return kept


def check_closed(calibration: Calibration) -> None:
    """Scores, and what the machine says, are shown when nobody scores any more.

    Raises:
        Refused: ``calibration-blind``.
    """
    if calibration.open:
        raise Refused("scores are shown when the calibration is closed", code="calibration-blind")


def leads(calibration: Calibration, user: int, *, decides: bool) -> bool:
    """Whether a person may close it: who opened it, and whoever decides about findings."""
    return decides or calibration.opened_by == user


def check_visible(calibration: Calibration, user: int, *, decides: bool) -> None:
    """Who scores in it or leads it may see it.

    Raises:
        Missing: ``no-calibration``, as where there is none of this number.
    """
    if not (leads(calibration, user, decides=decides) or calibration.invited(user)):
        raise Missing(f"there is no calibration {calibration.id}", code="no-calibration")


def machine_beside_expert(
    marks: Sequence[CalibrationScore], machine: Mapping[Item, Outcome], *, expert: int | None
) -> AgainstExpert | None:
    """The machine as one more scorer, beside the expert's baseline; None where there is no baseline."""
    baseline = [mark for mark in marks if mark.scorer == expert]
    said = [
        CalibrationScore(call_id, criterion, MACHINE, outcome)
        for (call_id, criterion), outcome in machine.items()
    ]
    against = compare([*baseline, *said], expert=expert).scorers if baseline else ()
    return against[0] if against else None
