"""Alerts as JSON: what stands, and the steps that people take."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Span
from pipeline.errors import Missing, Refused
from pipeline.reports.kinds.alerts import record
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import AlertStep, Analysis, Degree, Liability
from pipeline.store.repositories.alert_rows import AlertFilter, AlertGroup
from pipeline.store.repositories.alerts import SHOWN
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.alert_lines import AlertLine, line_of, lines_of
from pipeline.web.api.answers import RECORDS, exported, failures
from pipeline.web.fields import Number
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.alerts import visible_alert
from pipeline.web.titles import escalation_codes

router = APIRouter(prefix="/api/v1", tags=["alerts"], default_response_class=SanitisedJSON)

Worker = Annotated[Visitor, Depends(allowed(Permission.ALERT))]
LAST = date(9999, 12, 30)
"""The day after it must exist."""
Words = Annotated[str, Field(max_length=4000)]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
Token = Annotated[
    str, Field(min_length=1, max_length=64, pattern="^[!-~]+$", description="a UUID, new for each act")
]


class AlertList(BaseModel):
    """A page of a list, and how many alerts it has."""

    total: int
    alerts: list[AlertLine]


class NewAlert(BaseModel):
    """A threat that a person heard and the machine did not find."""

    model_config = ConfigDict(extra="forbid")

    request: Token
    code: Annotated[str, Field(max_length=200)]
    start: Seconds
    end: Seconds
    degree: Degree = Degree.UNSTATED
    quote: Words = ""
    comment: Words = ""
    audio_sha256: str | None = Field(None, min_length=64, max_length=64)


class StepWord(BaseModel):
    """One step; which fields it needs depends on its kind."""

    model_config = ConfigDict(extra="forbid")

    kind: AlertStep
    request: Token
    seen: int | None = Field(None, ge=0, le=2**31 - 1, description="version of the alert that was looked at")
    comment: Words = ""
    degree: Degree | None = None
    liability: Liability | None = None
    reported_at: datetime | None = Field(None, description="with its offset; without: now")
    reported_to: Words = ""
    cause: Words = ""
    handling: Words = ""
    prevention: Words = ""


@router.get("/alerts", response_model=AlertList, responses=failures())
def alerts(
    visitor: Worker,
    store: TheStore,
    group: AlertGroup = AlertGroup.OPEN,
    code: Annotated[str | None, Query(max_length=200)] = None,
    degree: Degree | None = None,
    liability: Liability | None = None,
    team: Annotated[str | None, Query(max_length=200)] = None,
    agent: Annotated[str | None, Query(max_length=200)] = None,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = SHOWN,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Any:
    """What customers threaten: above all others first, then late, then by deadline."""
    wanted = AlertFilter(group, code, degree, liability, team, agent, date_from, date_to, by=visitor.user.id)
    found = store.alerts.page(wanted, scope=visitor.scope, limit=limit, offset=offset)
    return AlertList(total=found.total, alerts=list(lines_of(found.alerts, visitor)))


@router.get("/alerts/{alert}", response_model=AlertLine, responses=failures(404))
def alert(alert: Number, visitor: Worker, store: TheStore) -> Any:
    """One alert with everything that happened to it."""
    return line_of(visible_alert(store, visitor, alert), visitor)


@router.post("/alerts/{alert}/steps", response_model=AlertLine, responses=failures(404, 409))
def step(alert: Number, visitor: Worker, store: TheStore, what: StepWord) -> Any:
    """Take a step, or take the last one back (`undo`); the same `request` again changes nothing."""
    visible_alert(store, visitor, alert)
    if what.kind in (AlertStep.RAISE, AlertStep.FOLLOW):
        raise Refused(
            f"nobody takes the step {what.kind}", code="alert-state", state="", step=what.kind.value
        )
    said = NewStep(
        what.kind, what.comment, what.degree, what.liability, what.reported_at, what.reported_to,
        Analysis(what.cause, what.handling, what.prevention),
    )  # fmt: skip
    found = store.alerts.step(alert, said, by=visitor.user, request=what.request, seen=what.seen)
    return line_of(found, visitor)


@router.post("/calls/{call_id}/alerts", response_model=RECORDS["alerts"], responses=failures(404, 409))
def add(call_id: VisibleCall, visitor: Worker, store: TheStore, settings: TheSettings, what: NewAlert) -> Any:
    """A person heard a threat that the machine did not find."""
    if what.code not in escalation_codes(settings):
        raise Missing(f"there is no escalation {what.code!r}", code="no-code")
    if not what.start < what.end:
        raise Refused("the place ends before it begins", code="outside")
    made = store.alerts.add(
        call_id, what.code, Span(what.start, what.end), by=visitor.user, request=what.request,
        quote=what.quote, comment=what.comment, degree=what.degree, sound=what.audio_sha256,
    )  # fmt: skip
    return exported(record(made))
