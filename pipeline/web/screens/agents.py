"""Agents: side by side without a ranking, and one over the weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import Satisfaction
from pipeline.errors import no_agent
from pipeline.intervals import Proportion, wilson
from pipeline.review.alerts import Liability
from pipeline.store import CriterionCount, Store
from pipeline.store.repositories.agent_statistics import AgentPage, AgentTotals, Week
from pipeline.store.repositories.alert_rows import AlertFilter, AlertGroup
from pipeline.store.repositories.coaching import Note
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.charts import BarPart, axis_top, stacked
from pipeline.web.context import PageContext
from pipeline.web.names import Name
from pipeline.web.openness import agent_seen, agents_seen, is_peer
from pipeline.web.queue_link import QueueLink, day_of, link_to
from pipeline.web.render import agent_url, page
from pipeline.web.screens.overview import violating

router = APIRouter(prefix="/agents")

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Day = Annotated[str, Query(max_length=10)]
LIST_DAYS, PAGE_DAYS = 7, 84
"""Days shown where nobody says otherwise, back from the latest call."""


@dataclass(frozen=True, slots=True)
class AgentsPage(PageContext):
    template: ClassVar[str] = "agents/index.html"
    agents: tuple[AgentTotals, ...]
    few: bool
    """True where others are left out: they are too few to stay unknown."""
    nameless: bool
    """True where others are letters that lead nowhere."""
    own: str | None
    """Of an agent who sees others: only their own row leads to calls."""
    shares: tuple[Proportion, ...]
    """Calls with a violation, for each agent in turn."""
    share_top: float
    calls: QueueLink
    teams: tuple[str, ...]
    team: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class TrendLine:
    """A value for each week, None where there is none: the agent's, and that of their team."""

    own: tuple[float | None, ...]
    team: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """What charts.js draws."""

    weeks: tuple[date, ...]
    """Their Mondays."""
    score: TrendLine
    rate: TrendLine
    """Calls with a violation, of a hundred."""


@dataclass(frozen=True, slots=True)
class ViolatedCriterion:
    """A criterion that was violated, with its interval, and what people said drawn as a bar."""

    count: CriterionCount
    """What the machine found, and what people said of it."""
    eligible: int
    """Calls in which it was judged."""
    calls: int
    """Calls with a violation, people's verdicts in it: without what they overturned, with what they added."""
    share: Proportion
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class SettledLiability:
    """What was found about a customer's threat to go outside, without who found it."""

    call_id: str
    started_at: datetime | None
    code: str
    liability: Liability


@dataclass(frozen=True, slots=True)
class AgentScreen(PageContext):
    template: ClassVar[str] = "agents/agent.html"
    found: AgentPage
    agent_id: str
    notes: tuple[Note, ...]
    start: date | None
    end: date | None
    own: Proportion
    team: Proportion
    trend: Trend
    criteria: tuple[ViolatedCriterion, ...]
    """The most frequent first."""
    criteria_top: float
    clean: int
    """Criteria without a violation."""
    liabilities: tuple[SettledLiability, ...]
    """Who was to blame where customers threatened to go outside, once that is settled; the newest first."""
    ratings: tuple[tuple[Satisfaction, int], ...]
    """How customers rated these calls, the worst first; none where nobody rated any."""
    calls: QueueLink
    peer: bool
    """Another agent, to an agent: no figure leads to calls."""


@router.get("")
def agents(
    request: Request,
    visitor: Listener,
    store: TheStore,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    team: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    alone = visitor.outlook.scope == visitor.scope
    if visitor.judged and alone and visitor.user.agent_id is not None:
        return RedirectResponse(_own(request, visitor.user.agent_id), 303)
    return _listed(request, visitor, store, first, last, team)


def _listed(
    request: Request, visitor: Visitor, store: Store, first: str, last: str, team: str = ""
) -> Response:
    start, end = _period(store, visitor, first, last, LIST_DAYS)
    seen = agents_seen(request, visitor, store, start=start, end=end, team=team or None)
    shares = tuple(violating(one.tally) for one in seen.rows)
    nameless = visitor.outlook.nameless
    context = AgentsPage(
        agents=seen.rows,
        few=seen.few,
        nameless=nameless,
        own=visitor.user.agent_id if visitor.judged else None,
        shares=shares,
        share_top=axis_top([100 * (share.high or 0) for share in shares]),
        calls=link_to(date_from=start, date_to=end),
        teams=() if nameless else tuple(store.queue.choices(visitor.outlook.scope).teams),
        team=team,
        start=start,
        end=end,
    )
    return page(request, context, visitor=visitor)


def _own(request: Request, agent_id: str) -> str:
    """The address of somebody's own page; of its twin, where that is asked for by the address."""
    return agent_url(agent_id, format=request.query_params.get("format"))


@router.get("/{agent_id}")
def agent(
    request: Request,
    agent_id: Name,
    visitor: Listener,
    store: TheStore,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
) -> Response:
    start, end = _period(store, visitor, first, last, PAGE_DAYS)
    found = agent_seen(visitor, store, agent_id, start=start, end=end)
    if found is None:
        if agent_id == visitor.user.agent_id:  # nothing of theirs was inspected yet: that is no wrong address
            return _listed(request, visitor, store, first, last)
        raise no_agent(agent_id)
    criteria, peer = _criteria(found), is_peer(visitor, agent_id)
    scope = visitor.outlook.scope if peer else visitor.scope
    context = AgentScreen(
        found=found,
        agent_id=agent_id,
        notes=() if peer else tuple(store.coaching.notes(agent_id, scope=scope)),
        start=start,
        end=end,
        own=violating(found.total),
        team=violating(found.team),
        trend=_trend(found.weeks),
        criteria=criteria,
        criteria_top=axis_top([100 * (one.share.high or 0) for one in criteria]),
        clean=sum(1 for one in found.criteria if not _violated(one)),
        liabilities=() if peer else _settled(store, visitor, agent_id, start, end),
        ratings=store.agents.ratings(agent_id, scope, date_from=start, date_to=end),
        peer=peer,
        calls=link_to(agent=agent_id, date_from=start, date_to=end),
    )
    return page(request, context, visitor=visitor)


def _settled(
    store: Store, visitor: Visitor, agent_id: str, start: date | None, end: date | None
) -> tuple[SettledLiability, ...]:
    wanted = AlertFilter(AlertGroup.CLOSED, agent=agent_id, date_from=start, date_to=end)
    found = store.alerts.page(wanted, scope=visitor.scope).alerts
    return tuple(
        SettledLiability(one.call.call_id, one.call.started_at, one.code, one.standing.liability)
        for one in found
        if one.standing.liability is not None
    )


def _period(
    store: TheStore, visitor: Visitor, first: str, last: str, days: int
) -> tuple[date | None, date | None]:
    start, end = day_of(first), day_of(last)
    if start is None and end is None:
        latest = next(iter(store.days.latest(visitor.outlook.scope, limit=1)), None)
        if latest is None:
            return None, None
        return latest - timedelta(days=days - 1), latest
    return start, end


def _trend(weeks: tuple[Week, ...]) -> Trend:
    def rate(share: Proportion) -> float | None:
        return None if share.value is None else round(100 * share.value, 2)

    def mean(value: float | None) -> float | None:
        return None if value is None else round(value, 2)

    return Trend(
        weeks=tuple(week.monday for week in weeks),
        score=TrendLine(
            tuple(mean(week.own.mean) for week in weeks), tuple(mean(week.team.mean) for week in weeks)
        ),
        rate=TrendLine(
            tuple(rate(violating(week.own)) for week in weeks),
            tuple(rate(violating(week.team)) for week in weeks),
        ),
    )


def _violated(one: CriterionCount) -> bool:
    """By the word of the machine or of people."""
    return one.calls_with_violation > 0 or one.added > 0


def _standing(one: CriterionCount) -> int:
    """Calls with a violation as it stands: what nobody has reviewed counts as the machine says."""
    return one.calls_with_violation - one.overturned + one.added


def _criteria(found: AgentPage) -> tuple[ViolatedCriterion, ...]:
    """Criteria that were violated, the most frequent first."""
    hit = sorted(
        (one for one in found.criteria if _violated(one)),
        key=lambda one: (-_standing(one), one.criterion),
    )
    most = max((one.confirmed + one.overturned + one.pending for one in hit), default=0)
    return tuple(
        ViolatedCriterion(
            count=one,
            eligible=max(one.eligible_calls, _standing(one)),
            calls=_standing(one),
            share=wilson(_standing(one), max(one.eligible_calls, _standing(one))),
            bar=tuple(
                stacked(
                    [("confirmed", one.confirmed), ("overturned", one.overturned), ("pending", one.pending)],
                    top=most,
                )
            ),
        )
        for one in hit
    )
