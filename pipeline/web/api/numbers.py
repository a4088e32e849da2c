"""Numbers: whose session this is, one night, the agents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from pipeline.errors import Missing
from pipeline.store.repositories.agent_statistics import AgentPage, AgentTotals
from pipeline.store.repositories.day_statistics import DaySummary
from pipeline.web.access import Permission, SignedIn, TheStore, Visitor, allowed
from pipeline.web.api.answers import SpokenJSON, failures
from pipeline.web.names import Name

router = APIRouter(prefix="/api/v1", tags=["numbers"], default_response_class=SpokenJSON)

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
LAST = date(9999, 12, 30)
"""The day after it must exist."""
Day = Annotated[date | None, Query(le=LAST)]


class Me(BaseModel):
    """Who is signed in, and what their writes must carry."""

    id: int
    name: str
    role: str
    team: str | None
    agent_id: str | None
    csrf: str


class Overview(BaseModel):
    """One day, and the days there are."""

    days: list[date]
    night: DaySummary | None


@router.get("/me", response_model=Me, responses=failures())
def me(visitor: SignedIn) -> Any:
    user = visitor.user
    return Me(
        id=user.id,
        name=user.display_name,
        role=user.role.value,
        team=user.team,
        agent_id=user.agent_id,
        csrf=visitor.csrf,
    )


@router.get("/overview", response_model=Overview, responses=failures())
def overview(visitor: Listener, store: TheStore, day: Day = None) -> Any:
    """Sums over the calls of one day, the latest unless told otherwise."""
    days = store.days.latest(visitor.scope)
    chosen = day or next(iter(days), None)
    return {"days": days, "night": None if chosen is None else store.days.summary(chosen, visitor.scope)}


@router.get("/agents", response_model=list[AgentTotals], responses=failures())
def agents(
    visitor: Listener,
    store: TheStore,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
    team: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Every agent with calls in these days."""
    return store.agents.all(visitor.scope, date_from=date_from, date_to=date_to, team=team)


@router.get("/agents/{agent_id}", response_model=AgentPage, responses=failures(404))
def agent(
    agent_id: Name,
    visitor: Listener,
    store: TheStore,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
) -> Any:
    """One agent: weeks beside the team's, violations, best and worst calls."""
    found = store.agents.one(agent_id, visitor.scope, date_from=date_from, date_to=date_to)
    if found is None:
        raise Missing(f"there is no agent {agent_id!r}", code="no-agent", agent=agent_id)
    return found
