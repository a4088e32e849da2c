"""What waits for a person: claims, assignment, order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from pipeline.domain import Case, CaseState, Next, ReviewState, Scope, UserRole
from pipeline.errors import Missing, no_call
from pipeline.review.claims import (
    CLAIM_MINUTES,
    REVIEWING,
    SKIPPED_HOURS,
    Actor,
    check_impartial,
    claim,
)
from pipeline.review.notices import NoticeKind
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.filter import CallFilter, claimed, compile_filter, within
from pipeline.store.notifying import tell
from pipeline.store.people_tables import users
from pipeline.store.projections import claim_of
from pipeline.store.repositories.accounts import actor_of, names_of
from pipeline.store.repositories.case_rows import call_key, case_of, read_case, select_cases
from pipeline.store.review_tables import cases, skipped, verdicts
from pipeline.store.statements import pages, upsert
from pipeline.store.tables import calls


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


EVERYTHING = CallFilter()
EVERYWHERE = Scope()


class Cases(Repository):
    """The queue. A claim keeps a call for one person; it ends by itself."""

    def case(self, call_id: str) -> Case | None:
        """The case of a call; None where there is no such call."""
        with self._read() as connection:
            row = connection.execute(select_cases().where(calls.c.call_id == call_id)).one_or_none()
            return None if row is None else read_case(row)

    def claim(self, call_id: str, by: int, minutes: float = CLAIM_MINUTES) -> Case:
        """Take a call, or take it for longer.

        Raises:
            Conflict: ``claimed``: somebody else has it open.
            Refused: ``own-call``.
        """
        with self._write() as connection:
            key = call_key(connection, call_id, lock=True)
            agent = connection.execute(select(calls.c.agent_id).where(calls.c.id == key)).scalar()
            check_impartial(agent, actor_of(connection, by))
            _claim(connection, key, by, minutes)
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
            done = given = 0
            for page in pages(sorted(set(call_ids))):
                these = select(calls.c.id).where(calls.c.call_id.in_(page)).order_by(calls.c.id)
                keys = list(connection.execute(these.with_for_update(key_share=True)).scalars())
                new = select(func.count()).where(
                    cases.c.call.in_(keys), cases.c.assigned.is_distinct_from(to)
                )
                given += int(connection.execute(new).scalar_one())
                done += connection.execute(
                    update(cases).where(cases.c.call.in_(keys)).values(assigned=to)
                ).rowcount
                for key in keys:
                    note(connection, "assign", by=by, call=key, to=name)
            if given:
                tell(connection, NoticeKind.CALLS, [to], key=uuid4(), by=by, number=given)
            return done

    def next(
        self,
        by: int,
        scope: Scope = EVERYWHERE,
        where: CallFilter = EVERYTHING,
        *,
        minutes: float = CLAIM_MINUTES,
        after: str | None = None,
    ) -> str | None:
        """Claim the most urgent call that this person can do something about; None where nothing is left.

        First what is assigned to them, then what is assigned to nobody, or to somebody who cannot review it
        (any more); never a call of their own agent number. Those that this person left undecided
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
            found = _head(connection, by, scope, where, after=after, lock=True)
            if found is None:
                return None
            _claim(connection, found[0], by, minutes)
            return found[1]

    def upcoming(
        self,
        by: int,
        scope: Scope = EVERYWHERE,
        where: CallFilter = EVERYTHING,
        *,
        after: str | None = None,
    ) -> str | None:
        """The call that ``next`` would give now; nothing is claimed."""
        with self._read() as connection:
            found = _head(connection, by, scope, where, after=after, lock=False)
            return None if found is None else found[1]

    def waiting_for(self, by: int, scope: Scope = EVERYWHERE) -> int:
        """How many calls wait for this person's word on a finding that is open."""
        with self._read() as connection:
            actor = actor_of(connection, by)
            # From the verdicts, of which there are few, and not from the cases.
            tables = verdicts.join(cases, cases.c.call == verdicts.c.call).join(
                calls, calls.c.id == cases.c.call
            )
            query = (
                select(func.count(verdicts.c.call.distinct()))
                .select_from(tables)
                .where(*_waits(actor), _not_own(actor), cases.c.state == CaseState.OPEN.value)
                .where(within(scope))
            )
            return int(connection.execute(query).scalar_one())


def _head(
    connection: Connection,
    by: int,
    scope: Scope,
    where: CallFilter,
    *,
    after: str | None,
    lock: bool,
) -> tuple[int, str] | None:
    """Key and id of the most urgent call for this person."""
    free = or_(~claimed(), cases.c.claimed == by)
    left, actor = left_by(by), actor_of(connection, by)
    chosen = compile_filter(where, connection, scope, by=by)
    query = (
        select(cases.c.call, calls.c.call_id)
        .select_from(chosen.cases(with_calls=True))
        .where(cases.c.state == CaseState.OPEN.value, free, *chosen.conditions)
        .where(_can_do(actor), _not_own(actor))
        .limit(1)
    )
    if lock:
        # Whoever asks at the same moment gets the next one instead of waiting for this.
        query = query.with_for_update(of=cases, skip_locked=True)
    if after is not None:
        query = query.where(calls.c.call_id != after)
    # One after the other: each follows the index by priority and stops at the first that fits.
    mine, nobodys = cases.c.assigned == by, or_(cases.c.assigned.is_(None), ~exists(_assignee()))
    fresh = query.where(~exists(select(1).where(left))).order_by(cases.c.priority.desc(), cases.c.call.desc())
    when = select(skipped.c.at).where(left).scalar_subquery()
    again = query.where(exists(select(1).where(left))).order_by(when, cases.c.call)
    for one in (fresh.where(mine), fresh.where(nobodys), again.where(or_(mine, nobodys))):
        found = connection.execute(one).one_or_none()
        if found is not None:
            return int(found.call), str(found.call_id)
    return None


def _assignee() -> Select[Any]:
    """To whom a case is assigned, where they can review it: a call that waited for somebody who has left, has
    other work now or may not see it would be given to nobody."""
    u = users.c
    elsewhere = and_(
        u.role == UserRole.REVIEWER.value, u.team.is_not(None), u.team.is_distinct_from(calls.c.team)
    )
    return select(1).where(
        u.id == cases.c.assigned,
        ~u.disabled,
        u.role.in_([role.value for role in REVIEWING]),
        ~elsewhere,
        or_(u.agent_id.is_(None), u.agent_id.is_distinct_from(calls.c.agent_id)),
    )


def _not_own(actor: Actor) -> ColumnElement[bool]:
    """Not a call of this person's own agent number."""
    return true() if actor.agent_id is None else calls.c.agent_id.is_distinct_from(actor.agent_id)


def _can_do(actor: Actor) -> ColumnElement[bool]:
    """Whether this person can move a case: something in it nobody has spoken about, or it waits for them.

    Where all that is left waits for others, it is theirs alone, finished or not.
    """
    theirs = exists(select(1).where(verdicts.c.call == cases.c.call, *_waits(actor)))
    unspoken = or_(cases.c.open_findings == 0, cases.c.pending > cases.c.open_findings)
    return or_(and_(cases.c.finished_at.is_(None), unspoken), theirs)


def _waits(actor: Actor) -> list[ColumnElement[bool]]:
    """Verdicts on which this person is still to speak: :func:`pipeline.review.claims.waits_for` in SQL."""
    v = verdicts.c
    unspoken = and_(
        v.next == Next.ANOTHER.value,
        or_(v.user.is_(None), v.user != actor.id),
        or_(v.second.is_(None), v.second != actor.id),
    )
    theirs = [unspoken, v.next == Next.REVIEWER.value]
    if actor.has_last_word:
        theirs.append(v.next == Next.SUPERVISOR.value)
    return [v.state == ReviewState.OPEN.value, or_(*theirs)]


def _claim(connection: Connection, key: int, by: int, minutes: float) -> None:
    query = (
        select(cases.c.claimed, cases.c.claimed_until, users.c.display_name.label("claimed_name"))
        .select_from(cases.outerjoin(users, users.c.id == cases.c.claimed))
        .where(cases.c.call == key)
    )
    found: list[Row[Any]] = list(connection.execute(query.with_for_update(of=cases)))
    if not found:
        return
    row = found[0]
    taken, new = claim(claim_of(row), by, now=datetime.now(UTC), minutes=minutes)
    values = {"claimed": taken.by, "claimed_until": taken.until.timestamp()}
    connection.execute(update(cases).where(cases.c.call == key).values(values))
    if new:  # prolonging one's own claim is no act of its own
        note(connection, "claim", by=by, call=key)


def _known(connection: Connection, key: int, call_id: str) -> Case:
    found = case_of(connection, key)
    if found is None:
        raise no_call(call_id)
    return found
