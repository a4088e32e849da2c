"""Reading alerts: the statements behind their repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from pipeline.domain import Role, Span
from pipeline.domain.people import Scope
from pipeline.errors import Missing
from pipeline.review.alert_rules import standing_of
from pipeline.review.alerts import OPEN, Alert, AlertPlace, AlertState, AlertTerms, Degree, Liability, is_late
from pipeline.store import rows
from pipeline.store.alert_events import events_of
from pipeline.store.alert_tables import alerts
from pipeline.store.codec import loads
from pipeline.store.days import between
from pipeline.store.filter import within
from pipeline.store.people_tables import users
from pipeline.store.statements import pages
from pipeline.store.tables import calls

EVERYWHERE = Scope()


class AlertGroup(StrEnum):
    """The tabs of the list."""

    OPEN = "open"
    LATE = "late"
    """Open, not reported, and the time is over."""
    MINE = "mine"
    JUDGE = "judge"
    """Reported; liability is to be judged."""
    CLOSED = "closed"
    OVERTURNED = "overturned"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; what is None does not limit."""

    group: AlertGroup = AlertGroup.ALL
    code: str | None = None
    degree: Degree | None = None
    liability: Liability | None = None
    team: str | None = None
    agent: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    """Days of the call."""
    by: int | None = None
    """Whose they are, for MINE."""
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class AlertHead:
    """What order and counts go by."""

    id: int
    code: str
    state: AlertState
    due_at: datetime
    first: bool
    overdue: bool

    @property
    def order(self) -> tuple[bool, bool, bool, datetime, int]:
        """Above all others, then late, then by what is to be reported next; last what is reported."""
        reported = self.state is AlertState.REPORTED
        return (not self.first, not self.overdue, reported, self.due_at, self.id)


_OPEN = [state.value for state in sorted(OPEN)]


def conditions_of(wanted: AlertFilter, scope: Scope) -> list[ColumnElement[bool]]:
    a, c = alerts.c, calls.c
    out: list[ColumnElement[bool]] = [within(scope), c.replaced_by.is_(None), *_group(wanted)]
    equal: list[tuple[Any, str | None]] = [
        (a.code, wanted.code),
        (func.coalesce(a.degree, a.heard), wanted.degree),
        (a.liability, wanted.liability),
        (c.team, wanted.team),
        (c.agent_id, wanted.agent),
        (c.call_id, wanted.call_id),
    ]
    out += [column == value for column, value in equal if value is not None]
    return out + between(wanted.date_from, wanted.date_to)


def _group(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    a = alerts.c
    match wanted.group:
        case AlertGroup.OPEN:
            return [a.state.in_(_OPEN)]
        case AlertGroup.LATE:
            return [a.state.in_([AlertState.NEW.value, AlertState.TAKEN.value])]
        case AlertGroup.MINE:
            return [a.state.in_(_OPEN), a.owner == wanted.by]
        case AlertGroup.JUDGE:
            return [a.state == AlertState.REPORTED.value, a.liability.is_(None)]
        case AlertGroup.CLOSED | AlertGroup.OVERTURNED:
            return [a.state == wanted.group.value]
        case AlertGroup.ALL:
            return []


def heads(
    connection: Connection, conditions: Iterable[Any], terms: AlertTerms, now: datetime
) -> list[AlertHead]:
    """Open alerts in the order in which they are to be dealt with, without the rest of them: quick."""
    a = alerts.c
    query = (
        select(a.id, a.code, a.state, a.found_at, calls.c.started_at)
        .join(calls, calls.c.id == a.call)
        .where(*conditions, a.state.in_(_OPEN))
    )
    found = []
    those: list[Row[Any]] = list(connection.execute(query))
    for row in those:
        due, state = _due(row, terms), AlertState(row.state)
        overdue = state is not AlertState.REPORTED and now >= due
        found.append(AlertHead(row.id, row.code, state, due, row.code in terms.first, overdue))
    return sorted(found, key=lambda one: one.order)


def ended(
    connection: Connection, conditions: Iterable[Any], *, limit: int, offset: int
) -> tuple[list[int], int]:
    """Keys of alerts, the open ones first and then what ended last, and how many there are."""
    joined = alerts.join(calls, calls.c.id == alerts.c.call)
    those = and_(*conditions)
    total = connection.execute(select(func.count()).select_from(joined).where(those)).scalar_one()
    order = (alerts.c.ended_at.is_not(None), alerts.c.ended_at.desc(), alerts.c.id.desc())
    query = select(alerts.c.id).select_from(joined).where(those).order_by(*order)
    return list(connection.execute(query.limit(limit).offset(offset)).scalars()), int(total)


def alerts_of(
    connection: Connection, keys: Sequence[int], terms: AlertTerms, now: datetime | None = None
) -> tuple[Alert, ...]:
    """These alerts with their events, in the order given."""
    raiser, heir = users.alias(), calls.alias()
    own = [column for column in alerts.c if column.name not in ("id", "audio_sha256")]
    columns = (
        *calls.c,
        *own,
        alerts.c.id.label("alert"),
        raiser.c.display_name.label("raiser"),
        heir.c.call_id.label("heir"),
    )
    joined = (
        alerts.join(calls, calls.c.id == alerts.c.call)
        .outerjoin(raiser, raiser.c.id == alerts.c.raised_by)
        .outerjoin(heir, heir.c.id == calls.c.replaced_by)
    )
    moment = now or datetime.now(UTC)
    found: dict[int, Alert] = {}
    for page in pages(list(keys)):
        events = events_of(connection, page)
        for row in connection.execute(select(*columns).select_from(joined).where(alerts.c.id.in_(page))):
            found[row.alert] = _alert(row, events[row.alert], terms, moment)
    return tuple(found[key] for key in keys if key in found)


def alert_of(connection: Connection, alert: int, terms: AlertTerms) -> Alert:
    """
    Raises:
        Missing: there is none of this number.
    """
    found = alerts_of(connection, [alert], terms)
    if not found:
        raise Missing(f"there is no alert {alert}", code="no-alert", alert=alert)
    return found[0]


def keys_of_call(connection: Connection, call: int) -> list[int]:
    query = select(alerts.c.id).where(alerts.c.call == call).order_by(alerts.c.id)
    return list(connection.execute(query).scalars())


def waiting(user: int, *, judges: bool) -> ColumnElement[bool]:
    """Alerts whose next step may be this person's."""
    a = alerts.c
    mine = [a.state == AlertState.NEW.value, and_(a.state == AlertState.TAKEN.value, a.owner == user)]
    reported = a.state == AlertState.REPORTED.value
    if judges:
        mine.append(and_(reported, a.liability.is_(None)))
    mine.append(and_(reported, a.liability.is_not(None), a.owner == user))
    return or_(*mine)


def _due(row: Row[Any], terms: AlertTerms) -> datetime:
    started = None if row.started_at is None else datetime.fromisoformat(row.started_at)
    return terms.due(row.code, started, datetime.fromisoformat(row.found_at))


def _alert(row: Row[Any], events: Any, terms: AlertTerms, now: datetime) -> Alert:
    due, standing = _due(row, terms), standing_of(events, agent_id=row.agent_id, team=row.team)
    return Alert(
        id=row.alert,
        call=rows.read_call(row).header,
        code=row.code,
        found_at=datetime.fromisoformat(row.found_at),
        raised_by_name=row.raiser,
        by_machine=row.by_machine,
        heard=Degree(row.heard),
        places=tuple(_place(*parts) for parts in loads(row.places)),
        due_at=due,
        first=row.code in terms.first,
        audio_sha256=row.audio_sha256,
        version=row.version,
        standing=standing,
        late=is_late(standing, due, now),
        events=events,
        replaced_by=row.heir,
    )


def _place(start: float, end: float, role: str | None, quote: str, confidence: float | None) -> AlertPlace:
    return AlertPlace(Span(start, end), None if role is None else Role(role), quote, confidence)
