"""Steps of alerts as rows: read with the names of people, and appended with what they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.domain.people import User
from pipeline.review.alert_rules import NewStep, standing_of
from pipeline.review.alerts import AlertEvent, AlertStep, Analysis, Degree, Liability
from pipeline.store.alert_tables import alert_events, alerts
from pipeline.store.auditing import note
from pipeline.store.codec import dumps, loads
from pipeline.store.people_tables import users
from pipeline.store.statements import pages

_CONTENT = ("degree", "liability", "reported_at", "reported_to", "cause", "handling", "prevention")


def append(
    connection: Connection,
    alert: int,
    step: NewStep,
    *,
    by: User | None,
    request: str,
    at: datetime,
    undoes: int | None = None,
) -> None:
    """Write one step, what the alert is after it, and the row of the log."""
    values = {
        "alert": alert,
        "kind": step.kind.value,
        "comment": step.comment.strip(),
        "details": dumps(_details(step)),
        "user": by.id if by else None,
        "at": at.isoformat(),
        "undoes": undoes,
        "request": request,
    }
    connection.execute(alert_events.insert(), values)
    settle(connection, alert)
    about = select(alerts.c.call, alerts.c.code).where(alerts.c.id == alert)
    call, code = connection.execute(about).one()
    note(
        connection, f"alert-{step.kind}", by=by.id if by else None, subject=str(alert), call=call,
        criterion=code,
    )  # fmt: skip


def settle(connection: Connection, alert: int) -> None:
    """Write what the events of an alert add up to, as one more version of it."""
    standing = standing_of(events_of(connection, [alert])[alert])
    values = {
        "state": standing.state.value,
        "owner": standing.owner,
        "degree": standing.degree,
        "liability": standing.liability,
        "reported_at": _text(standing.report.at if standing.report else None),
        "ended_at": _text(standing.ended_at),
        "version": alerts.c.version + 1,
    }
    connection.execute(update(alerts).where(alerts.c.id == alert).values(values))


def events_of(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[AlertEvent, ...]]:
    """The events of these alerts, in the order they came."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for page in pages(sorted(keys)):
        query = (
            select(alert_events, users.c.display_name)
            .outerjoin(users, users.c.id == alert_events.c.user)
            .where(alert_events.c.alert.in_(page))
            .order_by(alert_events.c.id)
        )
        for row in connection.execute(query):
            found[row.alert].append(row)
    return {key: _events(found[key]) for key in keys}


def _events(found: Sequence[Row[Any]]) -> tuple[AlertEvent, ...]:
    gone = {row.undoes for row in found}
    return tuple(_event(row, undone=row.id in gone) for row in found)


def _event(row: Row[Any], *, undone: bool) -> AlertEvent:
    said = loads(row.details)
    reported = said.get("reported_at")
    return AlertEvent(
        id=row.id,
        kind=AlertStep(row.kind),
        by=row.user,
        by_name=row.display_name,
        at=datetime.fromisoformat(row.at),
        comment=row.comment,
        degree=Degree(said["degree"]) if "degree" in said else None,
        liability=Liability(said["liability"]) if "liability" in said else None,
        reported_at=None if reported is None else datetime.fromisoformat(reported),
        reported_to=said.get("reported_to", ""),
        analysis=Analysis(*(said.get(name, "") for name in _CONTENT[-3:])),
        undoes=row.undoes,
        undone=undone,
    )


def _details(step: NewStep) -> dict[str, str]:
    about = step.analysis
    told: dict[str, str | None] = {
        "degree": step.degree,
        "liability": step.liability,
        "reported_at": _text(step.reported_at),
        "reported_to": step.reported_to.strip(),
        "cause": about.cause.strip(),
        "handling": about.handling.strip(),
        "prevention": about.prevention.strip(),
    }
    return {name: value for name, value in told.items() if value}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
