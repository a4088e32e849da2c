"""Rounds of judging as their readers may know them: pages and programs show the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.review.jury import FEWEST_ITEMS, JudgeAgreement, Jury, JuryDifference, agreement, differences
from pipeline.store import Store
from pipeline.web.access import Permission, Visitor


@dataclass(frozen=True, slots=True)
class JuryResult:
    """How far judges and reviewers said the same."""

    lines: tuple[JudgeAgreement, ...]
    """One for each judge who said something; nobody is ranked."""
    differences: tuple[JuryDifference, ...]
    titles: Mapping[str, str]
    """Criterion -> title."""
    names: Mapping[int, str]
    fewest: int
    """Items below which no kappa is told."""
    calls: Mapping[int, str]
    """Place -> call id, for those who may open the calls; empty for judges."""


def leads_jury(visitor: Visitor, found: Jury) -> bool:
    """Whoever opened it, and whoever decides about findings."""
    if visitor.may(Permission.DECIDE):
        return True
    return visitor.may(Permission.COACH) and found.opened_by == visitor.user.id


def jury_seen(visitor: Visitor, found: Jury) -> Jury:
    """The round as this visitor may know it. A judge reads of their own calls alone, and no seed while it is
    open: with it whose turn it is could be worked out."""
    if leads_jury(visitor, found):
        return replace(found, opened_by=None)
    own = visitor.user.id
    return replace(
        found,
        opened_by=None,
        seed="",
        calls=found.judged_by(own),
        judges=tuple(one for one in found.judges if one.user == own),
    )


def result_of(store: Store, visitor: Visitor, found: Jury) -> JuryResult:
    """
    Raises:
        Refused: the round is still open.
    """
    whole = leads_jury(visitor, found)
    marks = store.juries.marks(found.id, judge=None if whole else visitor.user.id)
    reviewers, places = store.juries.reviewers(found.id), store.juries.places(found.id)
    sealed = visitor.scope.sealed
    marks = tuple(one for one in marks if one.call_id not in sealed)
    return JuryResult(
        lines=agreement(marks, reviewers),
        differences=differences(marks, reviewers, places),
        titles=store.juries.titles(found.id),
        names={one.user: one.name for one in found.judges},
        fewest=FEWEST_ITEMS,
        calls={place: call_id for call_id, place in places.items()} if whole else {},
    )
