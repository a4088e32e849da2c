"""The lead's plan of a month: what each agent of a team has under way, and what the machine would propose.

A proposal is a criterion that cost the agent most points in the month before, beside the team and the month
before that: as the report of training needs counts, for each agent. A slip that happened once is no
behaviour, and nothing is proposed of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.domain import Scope, Severity
from pipeline.intervals import Proportion, differs, wilson
from pipeline.reports.readable.asked import before
from pipeline.reports.readable.counting import count
from pipeline.review.goals import BEFORE_DAYS, MOST_OPEN, UNDER_WAY
from pipeline.rubric import Rubric
from pipeline.settlement import Month
from pipeline.store import CallFilter, Store
from pipeline.store.period_calls import Flags, Numbers, PeriodCalls
from pipeline.store.repositories.goals import Goal
from pipeline.web.access import Visitor
from pipeline.web.goal_cards import GoalCard, cards
from pipeline.web.queue_link import link_to

FEWEST = 2
"""Calls with a violation that a proposal rests on."""
MOST_GOALS = 50_000
"""Under way at a time: no centre has as many."""


@dataclass(frozen=True, slots=True)
class GoalProposal:
    """A criterion that an agent could work on."""

    criterion: str
    title: str
    severity: Severity
    share: Proportion
    """Of the calls in which it applied."""
    team: Proportion
    earlier: Proportion
    """The agent's, in the period before."""
    lost: float
    """Points that violations which still stand took."""
    surely: bool
    """More often than in the team by more than chance."""
    advice: tuple[str, str]
    """How to do it instead, in Chinese and English; empty where the sheet has none."""
    calls: str
    """Address of the calls with a violation that stands."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    agent_id: str
    agent_name: str | None
    calls: int
    goals: tuple[GoalCard, ...]
    """Under way, as far as the visitor may see them."""
    crowded: bool
    """One more goal takes a tick of its own: there are two, of this team or of one that the agent was in."""
    proposals: tuple[GoalProposal, ...]


@dataclass(frozen=True, slots=True)
class CoachingPlan:
    month: str
    first: date
    """First and last day of the calls that proposals rest on."""
    last: date
    lines: tuple[PlanLine, ...]


def plan(
    store: Store, visitor: Visitor, rubric: Rubric | None, month: Month, team: str | None
) -> CoachingPlan:
    """The plan of a month for the agents of a team that the visitor may see."""
    first, last = _looked_at(store, visitor, month)
    start, _ = before(first, last)
    wanted = CallFilter(team=team, date_from=start, date_to=last)
    facts = store.period_facts.read(wanted, visitor.scope)
    now, earlier = _between(facts, first, last), _between(facts, start, first - timedelta(days=1))
    under_way = _by_agent(store.goals.all(scope=visitor.scope, team=team, states=UNDER_WAY, limit=MOST_GOALS))
    # What an agent has from another team is not shown, but proposing it would end in a refusal.
    taken = _by_agent(store.goals.all(scope=Scope(), states=UNDER_WAY, limit=MOST_GOALS))
    proposed = _proposals(facts, now, earlier, rubric, first, last, team)
    many = count(facts.agent, len(facts.agents), now)
    at = {one.agent_id: number for number, one in enumerate(facts.agents) if many[number]}
    names = {one.agent_id: one.name for one in facts.agents}
    found = [
        PlanLine(
            agent_id=agent,
            agent_name=names[agent] if agent in names else under_way[agent][0].agent_name,
            calls=int(many[at[agent]]) if agent in at else 0,
            goals=cards(store, visitor, under_way.get(agent, ())),
            crowded=len(taken.get(agent, ())) >= MOST_OPEN,
            proposals=_few(
                proposed[at[agent]] if agent in at else [], {g.criterion for g in taken.get(agent, ())}
            ),
        )
        for agent in sorted(at.keys() | under_way.keys())
    ]
    return CoachingPlan(str(month), first, last, tuple(found))


def _by_agent(found: Iterable[Goal]) -> Mapping[str, list[Goal]]:
    each: dict[str, list[Goal]] = {}
    for goal in found:
        each.setdefault(goal.agent_id, []).append(goal)
    return each


def _looked_at(store: Store, visitor: Visitor, month: Month) -> tuple[date, date]:
    """The month before; where calls began later only, the days up to the latest."""
    past = month.before or month
    newest = store.days.newest(visitor.scope)
    if newest is not None and newest > past.last and newest <= month.last:
        days = store.period_facts.days(CallFilter(date_from=past.first, date_to=past.last), visitor.scope)
        if days is None:
            return newest - timedelta(days=BEFORE_DAYS - 1), newest
    return past.first, past.last


def _between(facts: PeriodCalls, first: date, last: date) -> Flags:
    import numpy as np

    inside = np.array([first <= day <= last for day in facts.days], bool)
    found: Flags = inside[facts.day] if len(inside) else np.zeros(0, bool)
    return found


def _few(found: list[GoalProposal], taken: set[str]) -> tuple[GoalProposal, ...]:
    room = [one for one in found if one.criterion not in taken]
    return tuple(sorted(room, key=lambda one: (not one.surely, -one.lost, one.criterion))[:MOST_OPEN])


def _proposals(
    facts: PeriodCalls,
    now: Flags,
    earlier: Flags,
    rubric: Rubric | None,
    first: date,
    last: date,
    in_team: str | None,
) -> Mapping[int, list[GoalProposal]]:
    """Index of an agent -> what they could work on."""
    size = len(facts.agents)
    found: dict[int, list[GoalProposal]] = {at: [] for at in range(size)}
    items = {} if rubric is None else {item.id: item for item in rubric.items}
    for name, one in facts.criteria.items():
        if rubric is not None and name not in items:
            continue  # the sheet has it no more: no later call could show that it got better
        broken = count(facts.agent, size, one.standing & now)
        lost = count(facts.agent, size, one.failed & ~one.overturned & now, -one.points)
        applied = count(facts.agent, size, one.eligible & now)
        past = _Past(
            count(facts.agent, size, one.standing & earlier), count(facts.agent, size, one.eligible & earlier)
        )
        team = wilson(int((one.standing & now).sum()), int((one.eligible & now).sum()))
        item = items.get(name)
        for at in _costly(broken, lost):
            share = wilson(int(broken[at]), int(applied[at]))
            agent = facts.agents[at].agent_id
            calls = link_to(
                team=in_team, agent=agent, criterion=name, stands=True, date_from=first, date_to=last
            )
            more = (share.value or 0) > (team.value or 0)
            found[at].append(
                GoalProposal(
                    criterion=name,
                    title=one.title,
                    severity=one.severity,
                    share=share,
                    team=team,
                    earlier=past.share(at),
                    lost=float(lost[at]),
                    surely=more and differs(share, team),
                    advice=(item.advice, item.advice_en) if item is not None else ("", ""),
                    calls=calls.url(),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class _Past:
    broken: Numbers
    applied: Numbers

    def share(self, at: int) -> Proportion:
        return wilson(int(self.broken[at]), int(self.applied[at]))


def _costly(broken: Numbers, lost: Numbers) -> Iterator[int]:
    """Agents whom a criterion cost points, more than once."""
    yield from (at for at in range(len(broken)) if broken[at] >= FEWEST and lost[at] > 0)
