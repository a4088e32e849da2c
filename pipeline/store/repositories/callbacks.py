"""Customers who were very dissatisfied, and who calls them back.

The task is the rating itself: a list that is corrected takes a task that nobody has touched away again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from pipeline.domain import Satisfaction, Scope, User
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.claims import own_call
from pipeline.review.events import check_text, reused
from pipeline.store.auditing import note
from pipeline.store.database import Database, Repository
from pipeline.store.days import counted
from pipeline.store.filter import within
from pipeline.store.listed_tables import callback_events, callbacks
from pipeline.store.people_tables import users
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.statements import insert_once, now, upsert
from pipeline.store.tables import calls

EVERYWHERE = Scope()
SHOWN = 100


class CallbackGroup(StrEnum):
    OPEN = "open"
    LATE = "late"
    MINE = "mine"
    DONE = "done"


class CallbackStep(StrEnum):
    TAKE = "take"
    DUE = "due"
    DONE = "done"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Callback:
    """A customer to be called back."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    team: str | None
    started_at: str | None
    """The clock on the wall where the call was taken."""
    satisfaction: Satisfaction | None
    owner: int | None
    owner_name: str | None
    due: date
    late: bool
    """The last day is over, and nobody has done it."""
    done_at: str | None
    done_name: str | None
    remark: str
    version: int
    """Counts steps: who acts on an old one is told."""


@dataclass(frozen=True, slots=True)
class CallbackList:
    """Some tasks of a list, and how many it has."""

    rows: tuple[Callback, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CallbackCounts:
    open: int
    late: int


_owner, _done = users.alias("callback_owner"), users.alias("callback_done")
_JOINED = (
    calls.outerjoin(callbacks, callbacks.c.call == calls.c.id)
    .outerjoin(_owner, _owner.c.id == callbacks.c.owner)
    .outerjoin(_done, _done.c.id == callbacks.c.done_by)
)
_IS_ONE = or_(calls.c.satisfaction == Satisfaction.VERY_DISSATISFIED.value, callbacks.c.version > 0)


class Callbacks(Repository):
    """Steps are rows that stay; each carries who, when, and a ``request`` that changes nothing when it comes
    again."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.days = 1
        """After the day of the call, as whoever opened the store with settings says."""

    def page(
        self,
        group: CallbackGroup = CallbackGroup.OPEN,
        *,
        by: int | None = None,
        scope: Scope = EVERYWHERE,
        limit: int = SHOWN,
        offset: int = 0,
        today: date | None = None,
    ) -> CallbackList:
        """The longest due first; of those that are done, the last."""
        this = today or date.today()
        those = [*_conditions(group, by, self._overdue(this)), within(scope)]
        order = (
            [callbacks.c.done_at.desc()]
            if group is CallbackGroup.DONE
            else [self._due(), counted(), calls.c.id]
        )
        with self._read() as connection:
            total = connection.execute(
                select(func.count(calls.c.id)).select_from(_JOINED).where(*those)
            ).scalar_one()
            query = self._query().where(*those).order_by(*order).limit(limit).offset(offset)
            return CallbackList(tuple(self._read_row(row, this) for row in connection.execute(query)), total)

    def counts(self, *, scope: Scope = EVERYWHERE, today: date | None = None) -> CallbackCounts:
        late = self._overdue(today or date.today())
        found = []
        with self._read() as connection:
            for group in (CallbackGroup.OPEN, CallbackGroup.LATE):
                those = [*_conditions(group, None, late), within(scope)]
                query = select(func.count(calls.c.id)).select_from(_JOINED).where(*those)
                found.append(int(connection.execute(query).scalar_one()))
        return CallbackCounts(*found)

    def of_call(self, call_id: str) -> Callback | None:
        """None where nobody need be called back."""
        with self._read() as connection:
            return self._one(connection, call_id)

    def step(
        self,
        call_id: str,
        kind: CallbackStep,
        *,
        by: User | None,
        request: str,
        due: date | None = None,
        remark: str = "",
        seen: int | None = None,
    ) -> Callback:
        """Take it, move its last day, say that it is done, or that it is not.

        Raises:
            Missing: no such task. Conflict: ``callback-meanwhile``: somebody did something that the page did
                not show; ``request-reused``.
            Refused: ``callback-state``; ``callback-due``: no day; ``callback-remark``: done without a word of
                what came of it; ``own-call``.
        """
        check_text(remark, request=request)
        who = None if by is None else by.id
        with self._write() as connection:
            key = call_key(connection, call_id, lock=True)
            known = connection.execute(
                select(callback_events).where(callback_events.c.request == request)
            ).one_or_none()
            found = self._one(connection, call_id)
            if found is None:
                raise Missing(f"nobody has to call back about {call_id!r}", code="no-callback", call=call_id)
            if known is not None:
                if (known.call, known.kind, known.user) != (key, kind.value, who):
                    raise reused(request)
                return found
            _check(found, kind, by, due, remark, seen)
            at = now()
            insert_once(
                connection, callback_events,
                {"call": key, "kind": kind.value, "due": None if due is None else due.isoformat(),
                 "remark": remark.strip(), "user": who, "at": at, "request": request},
            )  # fmt: skip
            changes: dict[str, Any] = {"version": found.version + 1}
            match kind:
                case CallbackStep.TAKE:
                    changes["owner"] = who
                case CallbackStep.DUE:
                    changes["due"] = due.isoformat() if due else None
                case CallbackStep.DONE:
                    changes |= {"done_at": at, "done_by": who, "remark": remark.strip()}
                case CallbackStep.REOPEN:
                    changes |= {"done_at": None, "done_by": None}
            made = upsert(connection, callbacks).values({"call": key, "remark": "", **changes})
            connection.execute(made.on_conflict_do_update(index_elements=["call"], set_=changes))
            note(connection, f"callback-{kind}", by=who, call=key, due=due)
            after = self._one(connection, call_id)
            assert after is not None
            return after

    def _due(self) -> ColumnElement[str]:
        """What orders tasks: the day that somebody set, else that of the call (and its days on top)."""
        return func.coalesce(callbacks.c.due, func.substr(counted(), 1, 10))

    def _overdue(self, today: date) -> ColumnElement[bool]:
        own = callbacks.c.due.is_not(None) & (callbacks.c.due < today.isoformat())
        usual = callbacks.c.due.is_(None) & (counted() < (today - timedelta(days=self.days)).isoformat())
        return own | usual

    def _query(self) -> Any:
        c = calls.c
        return select(
            c.call_id, c.agent_id, c.agent_name, c.team, c.started_local, counted().label("counted_at"),
            c.satisfaction, callbacks.c.owner, _owner.c.display_name.label("owner_name"), callbacks.c.due,
            callbacks.c.done_at, _done.c.display_name.label("done_name"), callbacks.c.remark,
            callbacks.c.version,
        ).select_from(_JOINED)  # fmt: skip

    def _one(self, connection: Connection, call_id: str) -> Callback | None:
        query = self._query().where(calls.c.call_id == call_id, _IS_ONE)
        row = connection.execute(query).one_or_none()
        return None if row is None else self._read_row(row, date.today())

    def _read_row(self, row: Any, today: date) -> Callback:
        day = date.fromisoformat(row.counted_at[:10]) + timedelta(days=self.days)
        due = day if row.due is None else date.fromisoformat(row.due)
        return Callback(
            call_id=row.call_id,
            agent_id=row.agent_id,
            agent_name=row.agent_name,
            team=row.team,
            started_at=row.started_local,
            satisfaction=None if row.satisfaction is None else Satisfaction(row.satisfaction),
            owner=row.owner,
            owner_name=row.owner_name,
            due=due,
            late=row.done_at is None and due < today,
            done_at=row.done_at,
            done_name=row.done_name,
            remark=row.remark or "",
            version=row.version or 0,
        )


def _conditions(group: CallbackGroup, by: int | None, late: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    there = [_IS_ONE, calls.c.replaced_by.is_(None)]
    if group is CallbackGroup.DONE:
        return [*there, callbacks.c.done_at.is_not(None)]
    is_open = callbacks.c.done_at.is_(None)
    if group is CallbackGroup.LATE:
        return [*there, is_open, late]
    return [*there, is_open, callbacks.c.owner == by] if group is CallbackGroup.MINE else [*there, is_open]


def _check(
    found: Callback, kind: CallbackStep, by: User | None, due: date | None, remark: str, seen: int | None
) -> None:
    if seen is not None and seen != found.version:
        raise Conflict("somebody did something about it meanwhile", code="callback-meanwhile")
    if by is not None and own_call(found.agent_id, by.agent_id):
        raise Refused("nobody settles what a customer said of their own call", code="own-call")
    if (found.done_at is not None) != (kind is CallbackStep.REOPEN):
        raise Refused(f"this cannot be done now: {kind}", code="callback-state")
    if kind is CallbackStep.DUE and due is None:
        raise Refused("say by which day", code="callback-due")
    if kind is CallbackStep.DONE and not remark.strip():
        raise Refused("say what came of it", code="callback-remark")
