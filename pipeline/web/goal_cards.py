"""A goal as pages and programs show it: the goal, its re-check before and since, and places to listen to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipeline.errors import Missing
from pipeline.intervals import Proportion
from pipeline.review.goals import Counted, GoalChange
from pipeline.store import Store
from pipeline.store.repositories.clips import Clip
from pipeline.store.repositories.goals import Goal, GoalClip, GoalEvent
from pipeline.web.access import Permission, Visitor
from pipeline.web.charts import axis_top
from pipeline.web.openness import clips_seen
from pipeline.web.queue_link import link_to

GOOD = 3
"""Good places beside the bad ones."""


@dataclass(frozen=True, slots=True)
class CountedSide:
    """One side of the re-check, and where its calls are listed."""

    first: date
    last: date
    broken: int
    applied: int
    unreviewed: int
    share: Proportion
    calls: str
    """Address of the calls with a violation that stands."""


@dataclass(frozen=True, slots=True)
class GoalCard:
    goal: Goal
    before: CountedSide
    since: CountedSide | None
    change: GoalChange
    top: float
    """Of the axis that both sides are drawn on, in calls of a hundred."""
    overdue: bool
    """Under way, and its day has come."""


@dataclass(frozen=True, slots=True)
class GoalSheet:
    """A goal with everything that belongs to it."""

    card: GoalCard
    bad: tuple[GoalClip, ...]
    good: tuple[Clip, ...]
    """From the library of good recordings: whoever sees the goal may hear them."""
    events: tuple[GoalEvent, ...]


def visible_goal(store: Store, visitor: Visitor, goal: int) -> Goal:
    """The goal, for the agent whom it was set for and for those who coach in its team.

    Raises:
        Missing: there is none that this visitor may see.
    """
    if not sees_goals_of(visitor, visitor.user.agent_id):
        raise Missing(f"there is no goal {goal}", code="no-goal", goal=goal)
    return store.goals.goal(goal, scope=visitor.scope)


def sees_goals_of(visitor: Visitor, agent_id: str | None) -> bool:
    """Those who coach, as far as their scope goes, and agents their own."""
    return visitor.may(Permission.COACH) or (
        visitor.scope.agent_id is not None and visitor.scope.agent_id == agent_id
    )


def cards(store: Store, visitor: Visitor, goals: Iterable[Goal]) -> tuple[GoalCard, ...]:
    return tuple(card(store, visitor, goal) for goal in goals)


def card(store: Store, visitor: Visitor, goal: Goal) -> GoalCard:
    found = store.goals.recheck(goal, scope=visitor.scope)
    before = _side(goal, found.before)
    since = None if found.since is None else _side(goal, found.since)
    highest = [100 * (side.share.high or 0) for side in (before, since) if side is not None]
    return GoalCard(
        goal=goal,
        before=before,
        since=since,
        change=found.change,
        top=axis_top(highest),
        overdue=goal.under_way and goal.due <= date.today(),
    )


def sheet(store: Store, visitor: Visitor, goal: Goal) -> GoalSheet:
    return GoalSheet(
        card=card(store, visitor, goal),
        bad=store.goals.clips(goal, scope=visitor.scope),
        good=clips_seen(visitor, store.clips.exemplary(goal.criterion, visitor.scope, limit=GOOD)),
        events=store.goals.events(goal.id, scope=visitor.scope),
    )


def _side(goal: Goal, of: Counted) -> CountedSide:
    calls = link_to(
        agent=goal.agent_id, criterion=goal.criterion, stands=True, undated=False, date_from=of.first,
        date_to=of.last,
    )  # fmt: skip
    return CountedSide(of.first, of.last, of.broken, of.applied, of.unreviewed, of.share, calls.url())
