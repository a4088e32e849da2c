"""Agents: side by side without a ranking, and one over the weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import UserRole
from pipeline.errors import Missing
from pipeline.review.intervals import wilson
from pipeline.store.repositories.agent_statistics import AgentPage, Week
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.asking import day_of, link
from pipeline.web.charts import axis_top, stacked
from pipeline.web.names import Name
from pipeline.web.render import agent_url, page
from pipeline.web.screens.tonight import violating
from pipeline.web.titles import code_titles

router = APIRouter(prefix="/agents")

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Day = Annotated[str, Query(max_length=10)]
LIST_DAYS, PAGE_DAYS = 7, 84
"""Days shown where nobody says otherwise, back from the latest call."""


@router.get("")
def agents(
    request: Request,
    visitor: Listener,
    store: TheStore,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    team: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    if visitor.user.role is UserRole.AGENT and visitor.user.agent_id is not None:
        return RedirectResponse(agent_url(visitor.user.agent_id), 303)
    start, end = _period(store, visitor, first, last, LIST_DAYS)
    found = store.agents.all(visitor.scope, date_from=start, date_to=end, team=team or None)
    shares = {one.agent.agent_id: violating(one.tally) for one in found}

    def calls(agent_id: str, **wanted: Any) -> str:
        return link(agent=agent_id, date_from=start, date_to=end, **wanted)

    return page(
        request,
        "agents/index.html",
        visitor=visitor,
        agents=found,
        shares=shares,
        share_top=axis_top([100 * (share.high or 0) for share in shares.values()]),
        calls=calls,
        teams=store.queue.choices(visitor.scope).teams,
        team=team,
        start=start,
        end=end,
    )


@router.get("/{agent_id}")
def agent(
    request: Request,
    agent_id: Name,
    visitor: Listener,
    store: TheStore,
    settings: TheSettings,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
) -> Response:
    start, end = _period(store, visitor, first, last, PAGE_DAYS)
    found = store.agents.one(agent_id, visitor.scope, date_from=start, date_to=end)
    if found is None:
        raise Missing(f"there is no agent {agent_id!r}", code="no-agent", agent=agent_id)

    def calls(**wanted: Any) -> str:
        return link(agent=agent_id, date_from=start, date_to=end, **wanted)

    return page(
        request,
        "agents/agent.html",
        visitor=visitor,
        found=found,
        agent_id=agent_id,
        notes=store.coaching.notes(agent_id, without=visitor.scope.sealed),
        start=start,
        end=end,
        own=violating(found.total),
        team=violating(found.team),
        trend_values=_trend(found.weeks),
        criteria=_criteria(found),
        calls=calls,
        titles=code_titles(settings),
    )


def _period(
    store: TheStore, visitor: Visitor, first: str, last: str, days: int
) -> tuple[date | None, date | None]:
    start, end = day_of(first), day_of(last)
    if start is None and end is None:
        latest = next(iter(store.days.latest(visitor.scope, limit=1)), None)
        if latest is None:
            return None, None
        return latest - timedelta(days=days - 1), latest
    return start, end


def _trend(weeks: tuple[Week, ...]) -> dict[str, Any]:
    """What charts.js draws: a value for each week, null where there is none."""

    def rates(week: Week) -> tuple[float | None, float | None, float | None, float | None]:
        own, team = violating(week.own).value, violating(week.team).value
        return (
            _rounded(week.own.mean),
            _rounded(week.team.mean),
            _rounded(None if own is None else 100 * own),
            _rounded(None if team is None else 100 * team),
        )

    values = [rates(week) for week in weeks]
    score, team_score, rate, team_rate = (
        (list(column) for column in zip(*values, strict=True)) if values else ([], [], [], [])
    )
    return {
        "weeks": [week.monday.isoformat() for week in weeks],
        "score": {"own": score, "team": team_score},
        "rate": {"own": rate, "team": team_rate},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _criteria(found: AgentPage) -> dict[str, Any]:
    """Criteria that were violated, the most frequent first, each with its interval and what people said."""
    hit = sorted(
        (one for one in found.criteria if one.calls_with_violation),
        key=lambda one: (-one.calls_with_violation, one.criterion),
    )
    shares = {one.criterion: wilson(one.calls_with_violation, one.eligible_calls) for one in hit}
    most = max((one.confirmed + one.overturned + one.pending for one in hit), default=0)
    return {
        "rows": hit,
        "shares": shares,
        "top": axis_top([100 * (share.high or 0) for share in shares.values()]),
        "bars": {
            one.criterion: stacked(
                [("confirmed", one.confirmed), ("overturned", one.overturned), ("pending", one.pending)],
                top=most,
            )
            for one in hit
        },
        "clean": sum(1 for one in found.criteria if not one.calls_with_violation),
    }
