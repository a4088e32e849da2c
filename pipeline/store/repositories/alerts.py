"""Customers who threaten to go outside, or to harm themselves: found, taken, reported, judged, closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, func, select

from pipeline.domain import Role, Span
from pipeline.domain.people import Scope, User, scope_of
from pipeline.errors import Refused, no_call
from pipeline.review import alert_rules as rules
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import Alert, AlertPlace, AlertState, AlertStep, AlertTerms, Degree
from pipeline.review.events import check_text, reused
from pipeline.store import identities
from pipeline.store.alert_events import append
from pipeline.store.alert_finding import follow_verdicts
from pipeline.store.alert_tables import alert_events, alerts
from pipeline.store.codec import dumps
from pipeline.store.database import Database, Repository
from pipeline.store.filter import CallFilter, in_order
from pipeline.store.repositories.alert_rows import (
    EVERYWHERE,
    AlertFilter,
    AlertGroup,
    AlertHead,
    alert_of,
    alerts_of,
    conditions_of,
    ended,
    heads,
    keys_of_call,
    waiting,
)
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.statements import pages
from pipeline.store.tables import calls, inspections

EVERY = AlertFilter()
SHOWN = 100
_BY_DEADLINE = frozenset({AlertGroup.OPEN, AlertGroup.LATE, AlertGroup.MINE, AlertGroup.JUDGE})


@dataclass(frozen=True, slots=True)
class AlertListing:
    """Some alerts of a list, and how many it has."""

    alerts: tuple[Alert, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """What stands open."""

    first: int
    """Above all others."""
    late: int
    """Of all that are open."""
    open: int
    codes: Mapping[str, int]
    """Code -> how many are open."""


class AlertRegister(Repository):
    """Steps are events; the last one can be taken back, by an event too.

    Each step takes the person (``by``; None: the shell, which may do what a supervisor may), ``request``, the
    name of the press of a button (again: nothing changes, the same answer), and ``seen``, the version that
    the page showed (None: whatever it is). All raise Missing, Refused or Conflict with a ``code``.
    """

    def __init__(self, database: Database, terms: AlertTerms | None = None) -> None:
        super().__init__(database)
        self.terms = terms or AlertTerms()
        """Deadlines, as whoever opened the store with settings says: they are worked out at each reading."""

    def add(
        self,
        call_id: str,
        code: str,
        span: Span,
        *,
        by: User | None,
        request: str,
        quote: str = "",
        comment: str = "",
        degree: Degree | None = None,
        sound: str | None = None,
    ) -> Alert:
        """A person heard an escalation that the machine did not find.

        Args:
            sound: SHA-256 of the recording that the person looked at.

        Raises:
            Missing: no such call, or not one of theirs. Conflict: ``other-recording``.
            Refused: ``alert-known``: there is one of this code; ``outside``: not within the call.
        """
        check_text(comment, quote, request=request)
        with self._write() as connection:
            key = call_key(connection, call_id, lock=True, sound=sound)
            if (known := _answered(connection, request, AlertStep.RAISE, by)) is not None:
                return alert_of(connection, known, self.terms)
            _check_raised(connection, key, call_id, code, span, by)
            now = datetime.now(UTC)
            call = connection.execute(select(calls.c.audio_sha256).where(calls.c.id == key)).one()
            values = {
                "call": key, "code": code, "found_at": now.isoformat(), "raised_by": by.id if by else None,
                "by_machine": False, "heard": Degree.UNSTATED.value, "state": AlertState.NEW.value,
                "places": dumps([_as_json(AlertPlace(span, Role.CUSTOMER, quote))]), "version": 1,
                "audio_sha256": call.audio_sha256,
            }  # fmt: skip
            made = int(connection.execute(alerts.insert().returning(alerts.c.id), values).scalar_one())
            step = NewStep(AlertStep.RAISE, comment=comment)
            append(connection, made, step, by=by, request=request, at=now)
            if degree is not None and degree is not Degree.UNSTATED:
                said = NewStep(AlertStep.DEGREE, degree=degree)
                append(connection, made, said, by=by, request=str(uuid4()), at=now)
            return alert_of(connection, made, self.terms)

    def step(
        self, alert: int, step: NewStep, *, by: User | None, request: str, seen: int | None = None
    ) -> Alert:
        """Take one step, or (kind ``undo``) take the last one back.

        Raises:
            Refused, Conflict: as :func:`pipeline.review.alert_rules.check_step`; ``alert-meanwhile``:
                somebody took a step that the page did not show; ``alert-replaced``.
        """
        analysis = step.analysis
        check_text(
            step.comment, step.reported_to, analysis.cause, analysis.handling, analysis.prevention,
            request=request,
        )  # fmt: skip
        with self._write() as connection:
            _lock(connection, alert)
            found = alert_of(connection, alert, self.terms)
            if (known := _answered(connection, request, step.kind, by)) is not None:
                if known != alert:
                    raise reused(request)
                return found
            now = datetime.now(UTC)
            if seen is not None and not rules.is_current(found, seen, step.kind):
                raise rules.changed_meanwhile(found)
            rules.check_standing_call(found, step.kind)
            rules.check_step(step.kind, found.standing, by)
            rules.check_said(step, since=found.call.started_at, now=now)
            last = found.standing.last
            undoes = last.id if step.kind is AlertStep.UNDO and last is not None else None
            append(connection, alert, step, by=by, request=request, at=now, undoes=undoes)
            if undoes is not None:  # what was decided about the finding meanwhile holds again
                key = connection.execute(select(alerts.c.call).where(alerts.c.id == alert)).scalar_one()
                follow_verdicts(connection, [key])
            return alert_of(connection, alert, self.terms)

    def alert(self, alert: int) -> Alert:
        """
        Raises:
            Missing: there is none of this number.
        """
        with self._read() as connection:
            return alert_of(connection, alert, self.terms)

    def of_call(self, call_id: str) -> tuple[Alert, ...]:
        """All alerts of a call: those above all others first, then those that are late."""
        with self._read() as connection:
            found = alerts_of(connection, keys_of_call(connection, call_key(connection, call_id)), self.terms)
        return tuple(sorted(found, key=lambda one: (not one.first, not one.open, not one.overdue, one.id)))

    def page(
        self, wanted: AlertFilter = EVERY, *, scope: Scope = EVERYWHERE, limit: int = SHOWN, offset: int = 0
    ) -> AlertListing:
        """One page of a list: what is open in the order in which it is to be dealt with, else what ended
        last."""
        now = datetime.now(UTC)
        with self._read() as connection:
            conditions = conditions_of(wanted, scope)
            if wanted.group in _BY_DEADLINE:
                found = self._heads(connection, wanted, scope, now)
                keys, total = [one.id for one in found[offset : offset + limit]], len(found)
            else:
                keys, total = ended(connection, conditions, limit=limit, offset=offset)
            return AlertListing(alerts_of(connection, keys, self.terms, now), total)

    def every(self, wanted: AlertFilter = EVERY, *, scope: Scope = EVERYWHERE) -> Iterator[Alert]:
        """All alerts of a filter, the oldest call first, streaming."""
        now = datetime.now(UTC)
        with self._read() as connection:
            query = (
                select(alerts.c.id)
                .join(calls, calls.c.id == alerts.c.call)
                .where(*conditions_of(wanted, scope))
                .order_by(calls.c.started_local.is_(None), calls.c.started_local, alerts.c.id)
            )
            keys = list(connection.execute(query).scalars())
            for page in pages(keys):
                yield from alerts_of(connection, page, self.terms, now)

    def of_calls(self, wanted: CallFilter) -> Iterator[Alert]:
        """The alerts of chosen calls, in the order of the calls, streaming."""
        now = datetime.now(UTC)
        with self._read() as connection:
            chosen = list(connection.execute(in_order(wanted, connection, inspections.c.call)).scalars())
            for page in pages(chosen):
                order = {key: number for number, key in enumerate(page)}
                query = select(alerts.c.id, alerts.c.call).where(alerts.c.call.in_(page))
                found = sorted(connection.execute(query).all(), key=lambda row: (order[row.call], row.id))
                yield from alerts_of(connection, [row.id for row in found], self.terms, now)

    def counts(self, *, scope: Scope = EVERYWHERE) -> AlertCounts:
        """What stands open inside the scope."""
        return self.board(scope=scope, limit=0)[0]

    def board(
        self, *, scope: Scope = EVERYWHERE, limit: int = SHOWN
    ) -> tuple[AlertCounts, tuple[Alert, ...]]:
        """What stands open inside the scope, and the first of it, in one pass."""
        now = datetime.now(UTC)
        with self._read() as connection:
            found = self._heads(connection, AlertFilter(AlertGroup.OPEN), scope, now)
            top = alerts_of(connection, [one.id for one in found[:limit]], self.terms, now)
        counts = AlertCounts(
            first=sum(one.first for one in found),
            late=sum(one.overdue for one in found),
            open=len(found),
            codes=Counter(one.code for one in found),
        )
        return counts, top

    def codes(self, *, scope: Scope = EVERYWHERE) -> tuple[str, ...]:
        """Codes of which there are alerts."""
        joined = alerts.join(calls, calls.c.id == alerts.c.call)
        query = select(alerts.c.code).select_from(joined).where(*conditions_of(EVERY, scope)).distinct()
        with self._read() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def waiting_for(self, user: User) -> int:
        """How many open alerts wait for this person's step."""
        if user.role not in rules.WORKING:
            return 0
        conditions = conditions_of(EVERY, scope_of(user))
        if user.agent_id is not None:
            conditions.append(calls.c.agent_id.is_distinct_from(user.agent_id))
        query = (
            select(func.count())
            .select_from(alerts.join(calls, calls.c.id == alerts.c.call))
            .where(*conditions, waiting(user.id, judges=user.role in rules.JUDGING))
        )
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def _heads(
        self, connection: Connection, wanted: AlertFilter, scope: Scope, now: datetime
    ) -> list[AlertHead]:
        found = heads(connection, conditions_of(wanted, scope), self.terms, now)
        return [one for one in found if one.overdue] if wanted.group is AlertGroup.LATE else found


def _check_raised(
    connection: Connection, key: int, call_id: str, code: str, span: Span, by: User | None
) -> None:
    query = (
        select(calls.c.agent_id, calls.c.team, inspections.c.duration)
        .outerjoin(inspections, (inspections.c.call == calls.c.id) & inspections.c.current)
        .where(calls.c.id == key)
    )
    row = connection.execute(query).one()
    if by is not None:
        if not scope_of(by).holds(agent_id=row.agent_id, team=row.team):
            raise no_call(call_id)
        rules.check_worker(by, agent_id=row.agent_id, team=row.team)
    if row.duration is None or not 0 <= span.start < span.end <= row.duration + 1:
        raise Refused("the place is not within the call", code="outside")
    known = select(alerts.c.id).where(alerts.c.call == key, alerts.c.code == code)
    if (there := connection.execute(known).scalar()) is not None:
        raise Refused(f"alert {there} is about this already", code="alert-known", alert=there)


def _lock(connection: Connection, alert: int) -> None:
    """The call first: whoever saves it changes its alerts in the same order."""
    about = select(alerts.c.call).where(alerts.c.id == alert).scalar_subquery()
    identities.locked(connection, calls.c.id == about)
    connection.execute(select(alerts.c.id).where(alerts.c.id == alert).with_for_update()).one_or_none()


def _answered(connection: Connection, request: str, kind: AlertStep, by: User | None) -> int | None:
    """The alert that this request was about, if it came before.

    Raises:
        Conflict: the request was used for something else.
    """
    row = connection.execute(select(alert_events).where(alert_events.c.request == request)).one_or_none()
    if row is None:
        return None
    if (row.kind, row.user) != (kind.value, by.id if by else None):
        raise reused(request)
    return int(row.alert)


def _as_json(place: AlertPlace) -> list[object]:
    role = None if place.role is None else place.role.value
    return [place.span.start, place.span.end, role, place.quote, place.confidence]
