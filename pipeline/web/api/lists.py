"""What can be read besides calls: who is signed in, a day, agents, appeals, samples and calibrations."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from pipeline.errors import no_agent
from pipeline.review.appeals import Appeal
from pipeline.review.calibration import Calibration
from pipeline.review.sampling import Sample
from pipeline.store.repositories.agent_statistics import AgentPage, AgentTotals
from pipeline.store.repositories.day_statistics import DaySummary
from pipeline.web.access import Permission, SignedIn, TheStore, Visitor, allowed, signed_in
from pipeline.web.api.answers import failures
from pipeline.web.names import Name
from pipeline.web.openness import agent_seen, agents_seen
from pipeline.web.redact import redact_appeal, redact_calibration
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.samples import samples_seen

router = APIRouter(prefix="/api", default_response_class=SanitisedJSON)
NUMBERS: list[str | Enum] = ["numbers"]
FAIRNESS: list[str | Enum] = ["fairness"]
"""Headings of the description."""

P = Permission
Listener = Annotated[Visitor, Depends(allowed(P.LISTEN))]
Party = Annotated[Visitor, Depends(allowed(P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE))]
Hearer = Annotated[Visitor, Depends(allowed(P.SAMPLE, P.HEAR, P.ANNOUNCED))]
Scorer = Annotated[Visitor, Depends(allowed(P.CALIBRATE))]
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


class OverviewRecord(BaseModel):
    """One day, and the days there are."""

    days: list[date]
    summary: DaySummary | None


@router.get("/v1/me", tags=NUMBERS, response_model=Me, responses=failures())
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


@router.get("/v1/overview", tags=NUMBERS, response_model=OverviewRecord, responses=failures())
def overview(visitor: Listener, store: TheStore, day: Day = None) -> Any:
    """Sums over the calls of one day, the latest unless told otherwise."""
    days = store.days.latest(visitor.scope)
    chosen = day or next(iter(days), None)
    return {"days": days, "summary": None if chosen is None else store.days.summary(chosen, visitor.scope)}


@router.get("/v1/agents", tags=NUMBERS, response_model=list[AgentTotals], responses=failures())
def agents(
    request: Request,
    visitor: Listener,
    store: TheStore,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
    team: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Every agent with calls in these days, as far as you may see them."""
    return agents_seen(request, visitor, store, start=date_from, end=date_to, team=team).rows


@router.get("/v1/agents/{agent_id}", tags=NUMBERS, response_model=AgentPage, responses=failures(404))
def agent(
    agent_id: Name,
    visitor: Listener,
    store: TheStore,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
) -> Any:
    """One agent: weeks beside the team's, violations, best and worst calls."""
    found = agent_seen(visitor, store, agent_id, start=date_from, end=date_to)
    if found is None:
        raise no_agent(agent_id)
    return found


@router.get("/v1/appeals", tags=FAIRNESS, response_model=list[Appeal], responses=failures())
def appeals(visitor: Party, store: TheStore) -> Any:
    """Appeals with everything that happened to them; opinions that are not to be known yet are left out."""
    found = store.appeals.all(scope=visitor.scope)
    return [redact_appeal(one, visitor) for one in found]


@router.get("/v1/samples", tags=FAIRNESS, response_model=list[Sample], responses=failures())
def samples(visitor: Hearer, store: TheStore) -> Any:
    """Announced samples: rule, seed (agents read it once they are drawn), and what they were drawn from."""
    return samples_seen(store, visitor)


@router.get("/v1/calibrations", tags=FAIRNESS, response_model=list[Calibration], responses=failures())
def calibrations(visitor: Scorer, store: TheStore) -> Any:
    """Calibrations the visitor scores in or opened (a supervisor: all), and how far everybody is."""
    found = store.calibrations.all(user=None if visitor.may(P.DECIDE) else visitor.user.id)
    return [redact_calibration(one) for one in found]


@router.get("/openapi.json", dependencies=[Depends(signed_in)], include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    """The description of the API."""
    found: dict[str, Any] = request.app.openapi()
    return found
