"""Alerts: the list, one alert, and the steps that people take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import Span
from pipeline.errors import Missing, Refused
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import Alert, AlertStep, Analysis, Degree, Liability
from pipeline.store import Store
from pipeline.store.repositories.alert_rows import AlertFilter, AlertGroup
from pipeline.store.repositories.alerts import SHOWN, AlertCounts
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, check_unsealed
from pipeline.web.alert_lines import AlertLine, line_of, lines_of
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.names import FieldName
from pipeline.web.queue_link import day_of
from pipeline.web.render import call_url, page, url
from pipeline.web.scopes import check_in_scope
from pipeline.web.titles import escalation_codes

router = APIRouter(prefix="/alerts")

P = Permission
Worker = Annotated[Visitor, Depends(allowed(P.ALERT))]
Judge = Annotated[Visitor, Depends(allowed(P.LIABILITY))]

Text = Annotated[str, Form(max_length=4000)]
Seen = Annotated[int, Form()]
Back = Annotated[Literal["alert", "call"], Form()]
"""Where the form was."""
Choice = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class AlertLink:
    """The list's filter as addresses."""

    wanted: AlertFilter

    def url(self, **changed: object) -> str:
        w = self.wanted
        given = {
            "group": w.group,
            "code": w.code,
            "degree": w.degree,
            "liability": w.liability,
            "team": w.team,
            "agent": w.agent,
            "from": w.date_from,
            "to": w.date_to,
        }
        return url("/alerts", **{**given, **changed})


@dataclass(frozen=True, slots=True)
class AlertsPage(PageContext):
    template: ClassVar[str] = "alerts/index.html"
    link: AlertLink
    groups: tuple[AlertGroup, ...]
    counts: AlertCounts
    """Of all that stand open."""
    lines: tuple[AlertLine, ...]
    total: int
    """Of the list."""
    first: int
    """Number of the first line that is shown, from 1."""
    shown: int
    """Of one page of the list."""
    codes: tuple[str, ...]
    """Of which there are alerts."""
    degrees: tuple[Degree, ...]
    liabilities: tuple[Liability, ...]
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertScreen(PageContext):
    template: ClassVar[str] = "alerts/show.html"
    line: AlertLine
    degrees: tuple[Degree, ...]
    liabilities: tuple[Liability, ...]


@router.get("")
def index(
    request: Request,
    visitor: Worker,
    store: TheStore,
    group: Choice = "open",
    code: Choice = "",
    degree: Choice = "",
    liability: Choice = "",
    team: Choice = "",
    agent: Choice = "",
    date_from: Annotated[str, Query(alias="from", max_length=10)] = "",
    date_to: Annotated[str, Query(alias="to", max_length=10)] = "",
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Response:
    wanted = AlertFilter(
        group=AlertGroup(group) if group in set(AlertGroup) else AlertGroup.OPEN,
        code=code or None,
        degree=Degree(degree) if degree in set(Degree) else None,
        liability=Liability(liability) if liability in set(Liability) else None,
        team=team or None,
        agent=agent or None,
        date_from=day_of(date_from),
        date_to=day_of(date_to),
        by=visitor.user.id,
    )
    found = store.alerts.page(wanted, scope=visitor.scope, offset=offset)
    context = AlertsPage(
        link=AlertLink(wanted),
        groups=tuple(AlertGroup),
        counts=store.alerts.counts(scope=visitor.scope),
        lines=lines_of(found.alerts, visitor),
        total=found.total,
        first=offset + 1,
        shown=SHOWN,
        codes=store.alerts.codes(scope=visitor.scope),
        degrees=tuple(Degree),
        liabilities=tuple(Liability),
        teams=tuple(store.queue.choices(visitor.scope).teams),
    )
    return page(request, context, visitor=visitor)


@router.post("")
def add(
    visitor: Worker,
    store: TheStore,
    settings: TheSettings,
    token: RequestName,
    call_id: Annotated[FieldName, Form()],
    code: Annotated[str, Form(max_length=200)],
    start: Annotated[float, Form(ge=0, le=1e7, allow_inf_nan=False)],
    end: Annotated[float, Form(ge=0, le=1e7, allow_inf_nan=False)],
    degree: Annotated[Degree, Form()] = Degree.UNSTATED,
    quote: Text = "",
    comment: Text = "",
    sound: Annotated[str | None, Form(min_length=64, max_length=64)] = None,
) -> Response:
    """A person heard a threat that the machine did not find."""
    check_in_scope(store, visitor, call_id)
    check_unsealed(visitor, call_id)
    if code not in escalation_codes(settings):
        raise Missing(f"there is no escalation {code!r}", code="no-code")
    if not start < end:
        raise Refused("the place ends before it begins", code="outside")
    store.alerts.add(
        call_id, code, Span(start, end), by=visitor.user, request=token, quote=quote, comment=comment,
        degree=degree, sound=sound,
    )  # fmt: skip
    return RedirectResponse(call_url(call_id) + "#alerts", 303)


@router.get("/{alert}")
def show(request: Request, alert: Number, visitor: Worker, store: TheStore) -> Response:
    found = visible_alert(store, visitor, alert)
    context = AlertScreen(line_of(found, visitor), tuple(Degree), tuple(Liability))
    return page(request, context, visitor=visitor)


@router.post("/{alert}/take")
def take(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen, back: Back = "alert"
) -> Response:
    return _step(store, visitor, alert, NewStep(AlertStep.TAKE), token, seen, back)


@router.post("/{alert}/report")
def report(
    alert: Number,
    visitor: Worker,
    store: TheStore,
    token: RequestName,
    seen: Seen,
    to: Text = "",
    at: Annotated[str, Form(max_length=32)] = "",
    comment: Text = "",
    back: Back = "alert",
) -> Response:
    """``at``: by the clock of the call, as the page shows times; empty: now."""
    zone = store.alerts.alert(alert).due_at.tzinfo
    step = NewStep(AlertStep.REPORT, comment, reported_to=to, reported_at=_moment(at, zone))
    return _step(store, visitor, alert, step, token, seen, back)


@router.post("/{alert}/degree")
def correct(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen,
    degree: Annotated[Degree, Form()], comment: Text = "", back: Back = "alert",
) -> Response:  # fmt: skip
    return _step(store, visitor, alert, NewStep(AlertStep.DEGREE, comment, degree=degree), token, seen, back)


@router.post("/{alert}/liability")
def judge(
    alert: Number, visitor: Judge, store: TheStore, token: RequestName, seen: Seen,
    liability: Annotated[Liability, Form()], comment: Text = "", back: Back = "alert",
) -> Response:  # fmt: skip
    step = NewStep(AlertStep.LIABILITY, comment, liability=liability)
    return _step(store, visitor, alert, step, token, seen, back)


@router.post("/{alert}/analysis")
def analyse(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen,
    cause: Text = "", handling: Text = "", prevention: Text = "", back: Back = "alert",
) -> Response:  # fmt: skip
    said = Analysis(cause.strip(), handling.strip(), prevention.strip())
    return _step(store, visitor, alert, NewStep(AlertStep.ANALYSE, analysis=said), token, seen, back)


@router.post("/{alert}/close")
def close(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen, comment: Text = "",
    back: Back = "alert",
) -> Response:  # fmt: skip
    return _step(store, visitor, alert, NewStep(AlertStep.CLOSE, comment), token, seen, back)


@router.post("/{alert}/overturn")
def overturn(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen, comment: Text = "",
    back: Back = "alert",
) -> Response:  # fmt: skip
    return _step(store, visitor, alert, NewStep(AlertStep.OVERTURN, comment), token, seen, back)


@router.post("/{alert}/undo")
def undo(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, seen: Seen, back: Back = "alert"
) -> Response:
    return _step(store, visitor, alert, NewStep(AlertStep.UNDO), token, seen, back)


@router.post("/{alert}/comment")
def remark(
    alert: Number, visitor: Worker, store: TheStore, token: RequestName, comment: Text = "",
    back: Back = "alert",
) -> Response:  # fmt: skip
    return _step(store, visitor, alert, NewStep(AlertStep.COMMENT, comment), token, None, back)


def _step(
    store: Store, visitor: Visitor, alert: int, step: NewStep, token: str, seen: int | None, back: str
) -> Response:
    found = visible_alert(store, visitor, alert)
    store.alerts.step(alert, step, by=visitor.user, request=token, seen=seen)
    there = call_url(found.call.call_id) + "#alerts" if back == "call" else f"/alerts/{alert}"
    return RedirectResponse(there, 303)


def visible_alert(store: Store, visitor: Visitor, alert: int) -> Alert:
    """The alert, where it is inside the visitor's scope.

    Raises:
        Missing: it is not, or there is none: the answer is the same. Forbidden: the call is sealed.
    """
    found = store.alerts.alert(alert)
    if not visitor.scope.holds(agent_id=found.standing.agent_id, team=found.standing.team):
        raise Missing(f"there is no alert {alert}", code="no-alert", alert=alert)
    check_unsealed(visitor, found.call.call_id)
    return found


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    """What the browser's field says, by the clock of the call.

    Raises:
        Refused: ``alert-when``: it is no time.
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo is not None else found.replace(tzinfo=zone).astimezone(zone)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("say when it was reported, as 2026-11-20T15:30", code="alert-when") from error
