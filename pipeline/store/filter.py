"""Which calls: the one filter behind the queue, lists, exports and reports, and the SQL that it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)

from pipeline.domain import PLEASED, OpenCause, Outcome, ReviewState, Satisfaction, Scope, Severity, Status
from pipeline.review.claims import CLAIM_AT_MOST
from pipeline.store import codec, days
from pipeline.store.asked import of_agent, with_id
from pipeline.store.review_tables import cases, verdicts
from pipeline.store.search import common, said
from pipeline.store.tables import calls, findings, inspections

ANY_ALERT = "any"
"""Value of ``alert`` that every escalation passes."""
EVERYWHERE = Scope()
"""The scope that every call is inside of."""


class QueueState(StrEnum):
    """Which part of the work; all but ``all`` and ``done`` are part of ``open``."""

    OPEN = "open"
    MINE = "mine"
    """Assigned to me, or claimed by me."""
    CLAIMED = "claimed"
    """Somebody has it open now."""
    SECOND = "second"
    """Waits for a second person."""
    DISPUTED = "disputed"
    """Two people disagree; waits for the supervisor."""
    UNHEARD = "unheard"
    """Somebody could not tell; waits for another person, or for the supervisor."""
    SOUND = "sound"
    """A verdict may have been given on another recording; waits for a reviewer."""
    DONE = "done"
    ALL = "all"
    """Every call, flagged or not."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Conditions that must all hold; None does not matter."""

    state: QueueState = QueueState.ALL
    call_id: str | None = None
    agent: str | None = None
    """An agent's number, exactly; where nobody has it, a name or a part of one."""
    team: str | None = None
    queue: str | None = None
    date_from: date | None = None
    """First day that calls count under; see :mod:`pipeline.store.days`."""
    date_to: date | None = None
    """Last day, included."""
    undated: bool | None = None
    """Nobody says when the call began."""
    without: frozenset[str] = frozenset()
    """Ids of calls that are left out."""
    status: Status | None = None
    judged: bool | None = None
    """Inspected, wholly or in part: what a settlement counts as inspected."""
    reason: str | None = None
    """Why it could not be inspected (wholly): the stable code, else the sentence."""
    flagged: bool | None = None
    """False: also calls that could not be judged."""
    alert: str | None = None
    """A phrase code the customer said, or ``any``."""
    text: str | None = None
    """Said in the call: every part between spaces. Or the call's id, or how it begins."""
    criterion: str | None = None
    """Violated, as the machine says or as a person added."""
    stands: bool | None = None
    """With ``criterion``: without what people overturned, and with what they added; reports count so.
    False: the calls in which it was judged and is not violated, or in which a bonus was earned."""
    severity: Severity | None = None
    """The gravest class among what still stands."""
    violating: bool | None = None
    """Some violation still stands."""
    cause: OpenCause | None = None
    """Some finding of the call is open for this reason."""
    satisfaction: Satisfaction | None = None
    """How the customer rated it."""
    pleased: bool | None = None
    """True: the customer rated it satisfied or better."""
    score_from: float | None = None
    """The score with people's verdicts in it, included."""
    score_below: float | None = None
    """Excluded; 100 is below nothing, so the last bin leaves it out."""
    confidence_from: float | None = None
    confidence_to: float | None = None
    """Of the least sure evidence that nobody has decided on."""
    limit: int | None = None
    """At most so many, of lists in order of start."""


CURRENT = and_(inspections.c.call == cases.c.call, inspections.c.current)
"""Joins a case with the current inspection: through ``call``, which narrow indexes begin with."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter as SQL: its conditions, by the table they look at."""

    of_case: tuple[ColumnElement[bool], ...]
    of_call: tuple[ColumnElement[bool], ...]
    of_inspection: tuple[ColumnElement[bool], ...]

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        return (*self.of_case, *self.of_call, *self.of_inspection)

    def cases(self, *, with_calls: bool = False) -> FromClause:
        """The cases, joined with the other tables only where they are asked for.

        A count over ten thousand cases reads nothing but their narrow rows then.
        """
        tables: FromClause = cases
        if self.of_call or with_calls:
            tables = tables.join(calls, calls.c.id == cases.c.call)
        return tables.join(inspections, CURRENT) if self.of_inspection else tables

    def inspections(self, *columns: Any) -> Select[Any]:
        """These columns of the current inspections, their calls and cases."""
        tables = inspections.join(calls, inspections.c.call == calls.c.id)
        if self.of_case:
            tables = tables.join(cases, cases.c.call == calls.c.id)
        return select(*columns).select_from(tables).where(inspections.c.current, *self.conditions)


def compile_filter(
    where: CallFilter, connection: Connection, scope: Scope = EVERYWHERE, *, by: int | None = None
) -> Selection:
    """What a filter is in SQL. ``by``: for whom ``mine`` is."""
    return Selection(
        tuple(_work(where.state, by) + _case(where)),
        tuple(_call(where, connection, scope)),
        tuple(_inspection(where, connection)),
    )


def in_order(where: CallFilter, connection: Connection, *columns: Any) -> Select[Any]:
    """Current inspections that match, in order of start (unknown last), then of call id."""
    query = compile_filter(where, connection).inspections(*columns)
    query = query.order_by(calls.c.started_local.is_(None), calls.c.started_local, calls.c.call_id)
    return query if where.limit is None else query.limit(where.limit)


def too_common(where: CallFilter, connection: Connection) -> bool:
    """Whether a filter asks for what is said in so many calls that nobody should count them."""
    return bool(where.text) and common(where.text or "", connection)


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``calls`` that a scope is."""
    if scope.nothing:
        return false()
    conditions: list[ColumnElement[bool]] = [true()]
    if scope.agent_id is not None:
        conditions.append(calls.c.agent_id == scope.agent_id)
    if scope.team is not None:
        conditions.append(calls.c.team == scope.team)
    if scope.sealed:
        conditions.append(calls.c.call_id.not_in(sorted(scope.sealed)))
    return and_(*conditions)


def claimed(moment: float | None = None) -> ColumnElement[bool]:
    """Somebody has the case open, and their time is not over: :meth:`pipeline.review.claims.Claim.holds`."""
    at = moment or time.time()
    return and_(
        cases.c.claimed.is_not(None),
        cases.c.claimed_until > at,
        cases.c.claimed_until <= at + CLAIM_AT_MOST * 60,
    )


def alerted() -> ColumnElement[bool]:
    """The customer said something that must reach a person the same day."""
    # Written out, as in the index of those alone: a parameter would hide that it is the same.
    return inspections.c.alerts != literal_column("'[]'")


def _work(state: QueueState, by: int | None) -> list[ColumnElement[bool]]:
    is_open = cases.c.state == "open"
    match state:
        case QueueState.OPEN:
            return [is_open]
        case QueueState.MINE:
            return [is_open, or_(cases.c.assigned == by, and_(cases.c.claimed == by, claimed()))]
        case QueueState.CLAIMED:
            return [is_open, claimed()]
        case QueueState.SECOND | QueueState.DISPUTED | QueueState.UNHEARD | QueueState.SOUND:
            return [is_open, *_open_for(OpenCause(state.value))]
        case QueueState.DONE:
            return [cases.c.state == "done"]
        case QueueState.ALL:
            return []


def _open_for(cause: OpenCause) -> list[ColumnElement[bool]]:
    return [cases.c.open_findings > 0, cases.c.causes.contains(cause.value)]


def _case(where: CallFilter) -> list[ColumnElement[bool]]:
    c = cases.c
    out: list[ColumnElement[bool]] = []
    if where.severity is not None:
        out.append(c.worst == where.severity.value)
    if where.violating is not None:
        out.append(c.worst.is_not(None) if where.violating else c.worst.is_(None))
    if where.cause is not None:
        out += _open_for(where.cause)
    bounds: list[tuple[float | None, Any]] = [
        (where.score_from, c.score.__ge__),
        (where.score_below, c.score.__lt__),
        (where.confidence_from, c.confidence.__ge__),
        (where.confidence_to, c.confidence.__le__),
    ]
    out += [compare(bound) for bound, compare in bounds if bound is not None]
    if where.criterion is not None:
        f, v = findings.c, verdicts.c
        failed = select(f.inspection).where(f.criterion == where.criterion, f.outcome == Outcome.FAILED.value)
        said = select(v.call).where(v.criterion == where.criterion)
        overturned = said.where(v.state == ReviewState.OVERTURNED.value)
        confirmed = said.where(v.state == ReviewState.CONFIRMED.value)
        if where.stands is False:
            passed = select(f.inspection).where(
                f.criterion == where.criterion, f.outcome == Outcome.PASSED.value
            )
            kept = or_(c.inspection.in_(passed), and_(c.inspection.in_(failed), c.call.in_(overturned)))
            out.append(and_(kept, c.call.not_in(confirmed)))
        elif where.stands:
            broken = and_(c.inspection.in_(failed), c.call.not_in(overturned))
            out.append(or_(broken, c.call.in_(confirmed)))
        else:
            out.append(or_(c.inspection.in_(failed), c.call.in_(said.where(v.added))))
    return out


def _call(where: CallFilter, connection: Connection, scope: Scope) -> list[ColumnElement[bool]]:
    c = calls.c
    equal: list[tuple[Any, str | None]] = [
        (c.call_id, where.call_id),
        (c.team, where.team),
        (c.queue, where.queue),
        (c.satisfaction, where.satisfaction and where.satisfaction.value),
    ]
    out = [column == value for column, value in equal if value is not None]
    if where.agent is not None:
        out.append(of_agent(where.agent, connection))
    if where.pleased is not None:
        well = c.satisfaction.in_([one.value for one in PLEASED])
        out.append(well if where.pleased else ~func.coalesce(well, false()))
    out += days.between(where.date_from, where.date_to)
    if where.undated is not None:
        out.append(days.undated() if where.undated else ~days.undated())
    if where.without:
        out.append(c.call_id.not_in(sorted(where.without)))
    if scope != EVERYWHERE:
        out.append(within(scope))
    return out


_LARGE = (QueueState.OPEN, QueueState.DONE, QueueState.ALL)


def _inspection(where: CallFilter, connection: Connection) -> list[ColumnElement[bool]]:
    i = inspections.c
    out: list[ColumnElement[bool]] = []
    if where.status is not None:
        out.append(i.status == where.status.value)
    if where.judged is not None:
        mine = i.status.in_([Status.INSPECTED.value, Status.PARTIAL.value])
        out.append(mine if where.judged else ~mine)
    if where.reason is not None:
        out.append(why_not_inspected() == where.reason)
    if where.flagged is not None:
        out.append(i.flagged.is_(True) if where.flagged else func.coalesce(i.flagged, false()).is_(False))
    if where.alert is not None:
        out.append(alerted())  # first: there is an index of those alone
        if where.alert != ANY_ALERT:
            out.append(i.alerts.contains(codec.dumps(where.alert), autoescape=True))
    if where.text:
        alone = where == CallFilter(state=where.state, text=where.text) and where.state in _LARGE
        found = said(where.text, i.hearing, connection, alone=alone)
        ways = [way for way in (found, with_id(where.text, connection)) if way is not None]
        out.append(or_(*ways) if ways else false())
    return out


def why_not_inspected() -> ColumnElement[str]:
    """The stable code of a call's reason where it has one, else what is stored of the sentence."""
    return func.coalesce(type_coerce(inspections.c.reason_code, Text), inspections.c.reason)
