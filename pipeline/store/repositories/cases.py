"""What waits for a person: claims, assignment, order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from pipeline.domain import Case, CaseState, Next, ReviewState, Scope
from pipeline.errors import Missing
from pipeline.store.auditing import note
from pipeline.store.filter import CallFilter, conditions, within
from pipeline.store.queue_filter import Wanted, question, with_calls
from pipeline.store.reading import pages
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key, case_of, missing, read_case, select_cases, taken
from pipeline.store.repositories.deciding import has_last_word
from pipeline.store.repository import Repository
from pipeline.store.review_tables import cases, skipped, users, verdicts
from pipeline.store.statements import upsert
from pipeline.store.tables import calls, inspections

SKIPPED_HOURS = 12.0
"""One shift: the next day begins anew."""


def left_by(user: int) -> ColumnElement[bool]:
    """Condition on ``skipped`` beside ``cases``: this person left the case as it is now, not long ago."""
    long_ago = time.time() - SKIPPED_HOURS * 3600
    return and_(
        skipped.c.call == cases.c.call,
        skipped.c.user == user,
        skipped.c.version == cases.c.version,
        skipped.c.at > long_ago,
    )


def skip(connection: Connection, call: int, user: int) -> None:
    """Note that this person goes on from an open call; what is done needs no note."""
    mine = select(cases.c.state, cases.c.version).where(cases.c.call == call)
    case = connection.execute(mine).one_or_none()
    if case is None or case.state != CaseState.OPEN.value:
        return
    values = {"version": case.version, "at": time.time()}
    statement = upsert(connection, skipped).values({"user": user, "call": call, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=["user", "call"], set_=values))


CLAIM_MINUTES = 20.0
"""A reviewer who stays away longer than this gives the call back."""
EVERYTHING = CallFilter()
EVERYBODY = Scope()


class Cases(Repository):
    """The queue. A claim keeps a call for one person; it ends by itself."""

    def case(self, call_id: str) -> Case | None:
        """The case of a call; None where there is no such call."""
        with self._read() as connection:
            row = connection.execute(select_cases().where(calls.c.call_id == call_id)).one_or_none()
            return None if row is None else read_case(row)

    def list(
        self,
        scope: Scope = EVERYBODY,
        wanted: CallFilter = EVERYTHING,
        *,
        state: CaseState | None = CaseState.OPEN,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Case]:
        """Cases by priority, most urgent first."""
        with self._read() as connection:
            query = select_cases().where(within(scope), *_matching(wanted))
            if state is not None:
                query = query.where(cases.c.state == state.value)
            query = query.order_by(cases.c.priority.desc(), cases.c.call).limit(limit).offset(offset)
            return [read_case(row) for row in connection.execute(query)]

    def claim(self, call_id: str, by: int, minutes: float = CLAIM_MINUTES) -> Case:
        """Take a call, or take it for longer.

        Raises:
            Conflict: ``claimed``: somebody else has it open.
        """
        with self._write() as connection:
            key = call_key(connection, call_id, lock=True)
            if not _claim(connection, key, by, minutes):
                raise taken(_known(connection, key, call_id))
            return _known(connection, key, call_id)

    def keep(self, call_id: str, by: int, minutes: float = CLAIM_MINUTES) -> Case:
        """Say that one is still at it; takes the call where the claim has ended and nobody else has it."""
        return self.claim(call_id, by, minutes)

    def release(self, call_id: str, by: int, *, left: bool = False) -> Case:
        """Give a call back; nothing happens where somebody else has it. ``left``: see :meth:`leave`."""
        with self._write() as connection:
            key = call_key(connection, call_id, lock=True)
            if left:
                skip(connection, key, by)
            given = connection.execute(
                update(cases)
                .where(cases.c.call == key, cases.c.claimed == by)
                .values(claimed=None, claimed_until=None)
            )
            if given.rowcount:
                note(connection, "release", by=by, call=key)
            return _known(connection, key, call_id)

    def leave(self, call_id: str, by: int) -> Case:
        """Go on without having decided: the call is given back, and stands behind the others for this person
        (not for anybody else) until it changes, or for a shift."""
        return self.release(call_id, by, left=True)

    def skipped(self, call_id: str, by: int) -> datetime | None:
        """When this person last went on from this call as it is now; None where they did not."""
        with self._read() as connection:
            mine = skipped.c.call == call_key(connection, call_id)
            at = connection.execute(select(skipped.c.at).where(mine, left_by(by))).scalar()
            return None if at is None else datetime.fromtimestamp(at, UTC)

    def assign(self, call_ids: Sequence[str], to: int | None, by: int) -> int:
        """Give calls to one reviewer (None: to nobody); how many there were.

        Raises:
            Missing: ``no-user``.
        """
        with self._write() as connection:
            if to is not None:
                known = select(users.c.id).where(users.c.id == to, ~users.c.disabled)
                if connection.execute(known).scalar() is None:
                    raise Missing(f"there is no user {to}", code="no-user")
            name = names_of(connection, [to]).get(to)
            done = 0
            for page in pages(sorted(set(call_ids))):
                these = select(calls.c.id).where(calls.c.call_id.in_(page)).order_by(calls.c.id)
                keys = list(connection.execute(these.with_for_update(key_share=True)).scalars())
                done += connection.execute(
                    update(cases).where(cases.c.call.in_(keys)).values(assigned=to)
                ).rowcount
                for key in keys:
                    note(connection, "assign", by=by, call=key, to=name)
            return done

    def next(
        self,
        by: int,
        scope: Scope = EVERYBODY,
        wanted: CallFilter | Wanted = EVERYTHING,
        *,
        minutes: float = CLAIM_MINUTES,
        after: str | None = None,
    ) -> str | None:
        """Claim the most urgent call that this person can do something about; None where nothing is left.

        First what is assigned to them, then what is assigned to nobody; those that this person left undecided
        come after all others, the one left longest ago first, so that all are seen before one comes again.
        Calls in which all that is left waits for another person are not given to who has spoken, and those in
        dispute only to supervisors. ``after``: the call that is left, which is not given now; see
        :meth:`leave`.
        """
        with self._write() as connection:
            if after is not None:
                left = connection.execute(select(calls.c.id).where(calls.c.call_id == after)).scalar()
                if left is not None:
                    skip(connection, int(left), by)
            found = _head(connection, by, scope, wanted, after=after, lock=True)
            if found is None or not _claim(connection, found[0], by, minutes):
                return None
            return found[1]

    def upcoming(
        self,
        by: int,
        scope: Scope = EVERYBODY,
        wanted: CallFilter | Wanted = EVERYTHING,
        *,
        after: str | None = None,
    ) -> str | None:
        """The call that ``next`` would give now; nothing is claimed."""
        with self._read() as connection:
            found = _head(connection, by, scope, wanted, after=after, lock=False)
            return None if found is None else found[1]

    def waiting_for(self, by: int, scope: Scope = EVERYBODY) -> int:
        """How many calls wait for this person's word on a finding that is open."""
        with self._read() as connection:
            # From the verdicts, of which there are few, and not from the cases.
            tables = verdicts.join(cases, cases.c.call == verdicts.c.call).join(
                calls, calls.c.id == cases.c.call
            )
            query = (
                select(func.count(verdicts.c.call.distinct()))
                .select_from(tables)
                .where(*_waits(connection, by), cases.c.state == CaseState.OPEN.value)
                .where(within(scope))
            )
            return int(connection.execute(query).scalar_one())


def _head(
    connection: Connection,
    by: int,
    scope: Scope,
    wanted: CallFilter | Wanted,
    *,
    after: str | None,
    lock: bool,
) -> tuple[int, str] | None:
    """Key and id of the most urgent call for this person."""
    free = or_(cases.c.claimed.is_(None), cases.c.claimed_until <= time.time(), cases.c.claimed == by)
    left = left_by(by)
    tables, asked = _asked(connection, wanted, scope, by)
    query = (
        select(cases.c.call, calls.c.call_id)
        .select_from(tables)
        .where(cases.c.state == CaseState.OPEN.value, free, *asked, _can_do(connection, by))
        .limit(1)
    )
    if lock:
        # Whoever asks at the same moment gets the next one instead of waiting for this.
        query = query.with_for_update(of=cases, skip_locked=True)
    if after is not None:
        query = query.where(calls.c.call_id != after)
    # One after the other: each follows the index by priority and stops at the first that fits.
    mine, nobodys = cases.c.assigned == by, cases.c.assigned.is_(None)
    fresh = query.where(~exists(select(1).where(left))).order_by(cases.c.priority.desc(), cases.c.call.desc())
    when = select(skipped.c.at).where(left).scalar_subquery()
    again = query.where(exists(select(1).where(left))).order_by(when, cases.c.call)
    for one in (fresh.where(mine), fresh.where(nobodys), again.where(or_(mine, nobodys))):
        found = connection.execute(one).one_or_none()
        if found is not None:
            return int(found.call), str(found.call_id)
    return None


def _asked(
    connection: Connection, wanted: CallFilter | Wanted, scope: Scope, by: int
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """Either kind of filter, as tables and conditions."""
    if isinstance(wanted, CallFilter):
        return cases.join(calls, cases.c.call == calls.c.id), [within(scope), *_matching(wanted)]
    found = question(wanted, scope, by=by, connection=connection)
    return with_calls(found.tables), list(found.conditions)


def _matching(wanted: CallFilter) -> list[ColumnElement[bool]]:
    if wanted == EVERYTHING:
        return []
    of_call = and_(inspections.c.call == cases.c.call, inspections.c.current)
    return [
        exists(select(1).select_from(inspections).where(of_call, *conditions(wanted)).correlate(cases, calls))
    ]


def _can_do(connection: Connection, by: int) -> ColumnElement[bool]:
    """Whether this person can move a case: something in it nobody has spoken about, or it waits for them.

    Where all that is left waits for others, it is theirs alone, finished or not.
    """
    theirs = exists(select(1).where(verdicts.c.call == cases.c.call, *_waits(connection, by)))
    unspoken = or_(cases.c.open_findings == 0, cases.c.pending > cases.c.open_findings)
    return or_(and_(cases.c.finished_at.is_(None), unspoken), theirs)


def _waits(connection: Connection, by: int) -> list[ColumnElement[bool]]:
    """Verdicts on which this person is still to speak."""
    v = verdicts.c
    unspoken = and_(
        v.next == Next.ANOTHER.value,
        or_(v.user.is_(None), v.user != by),
        or_(v.second.is_(None), v.second != by),
    )
    theirs = [unspoken, v.next == Next.REVIEWER.value]
    if has_last_word(connection, by):
        theirs.append(v.next == Next.SUPERVISOR.value)
    return [v.state == ReviewState.OPEN.value, or_(*theirs)]


def _claim(connection: Connection, key: int, by: int, minutes: float) -> bool:
    now = time.time()
    # Prolonging one's own claim is no act of its own.
    mine = and_(cases.c.claimed == by, cases.c.claimed_until > now)
    longer = {"claimed": by, "claimed_until": now + minutes * 60}
    if connection.execute(update(cases).where(cases.c.call == key, mine).values(longer)).rowcount:
        return True
    free = or_(cases.c.claimed.is_(None), cases.c.claimed == by, cases.c.claimed_until <= now)
    if not connection.execute(update(cases).where(cases.c.call == key, free).values(longer)).rowcount:
        return False
    note(connection, "claim", by=by, call=key)
    return True


def _known(connection: Connection, key: int, call_id: str) -> Case:
    found = case_of(connection, key)
    if found is None:
        raise missing(call_id)
    return found
