"""The statements behind the list of what there is to do: claims, leases, and who may store a result.

A claim has an owner, a number and a lease. Only its holder stores: the item is closed by owner and number in
the transaction of the result, so a process that was paused while another took its call over stores nothing.
Leases are measured by the clock of the database, which all machines share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    and_,
    bindparam,
    cast,
    delete,
    extract,
    func,
    or_,
    select,
    update,
)

from pipeline.domain import Inspection, Status
from pipeline.errors import LeaseLost
from pipeline.messages import Message
from pipeline.store import codec
from pipeline.store.run_tables import work_items
from pipeline.store.statements import now, pages
from pipeline.store.views import ENDED, Lease, WorkItem, WorkState

_W = work_items.c
_COLUMNS = [column for column in _W if column.name not in ("owner", "planned_at", "changed_at")]
_CLOSED = tuple(state.value for state in ENDED)


def clock(connection: Connection) -> ColumnElement[float]:
    """Seconds since 1970 by the clock of the database; of the statement, not of its transaction."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()), Double)
    return cast((func.julianday("now") - 2440587.5) * 86400.0, Double)


def of_sounds(connection: Connection, sha256s: Sequence[str]) -> list[WorkItem]:
    """The items of these sounds, whatever their calls are called."""
    found: list[WorkItem] = []
    leased = and_(_W.state == WorkState.CLAIMED.value, _W.lease_until >= clock(connection)).label("leased")
    for page in pages(sorted(set(sha256s))):
        query = select(*_COLUMNS, leased).where(_W.audio_sha256.in_(page)).order_by(_W.id)
        found += [_read(row) for row in connection.execute(query)]
    return found


def of_ids(connection: Connection, items: Sequence[int]) -> list[WorkItem]:
    """These items, as far as they are there."""
    found: list[WorkItem] = []
    leased = and_(_W.state == WorkState.CLAIMED.value, _W.lease_until >= clock(connection)).label("leased")
    for page in pages(items):
        query = select(*_COLUMNS, leased).where(_W.id.in_(page))
        found += [_read(row) for row in connection.execute(query)]
    return found


def _read(row: Any) -> WorkItem:
    return WorkItem(
        id=row.id,
        call_id=row.call_id,
        audio_sha256=row.audio_sha256,
        state=WorkState(row.state),
        run=row.run,
        attempt=row.attempt,
        begun=row.begun,
        crashes=row.crashes,
        leased=bool(row.leased),
        reason=codec.read_message(row.reason),
        reason_code=row.reason_code,
    )


def claim(
    connection: Connection, items: Sequence[int], *, owner: str, run_id: int, seconds: float, overdue: bool
) -> list[Lease]:
    """Claim those of these items that nobody holds; with ``overdue``, also those whose lease has run out.

    Rows that another process is claiming at this moment are theirs: nobody waits. What one has claimed
    itself is claimed again, for the answer to the first time may have been lost.
    """
    free = [_W.state == WorkState.TODO.value, and_(_W.state == WorkState.CLAIMED.value, _W.owner == owner)]
    if overdue:
        free.append(and_(_W.state == WorkState.CLAIMED.value, _W.lease_until < clock(connection)))
    wanted = select(_W.id).where(_W.id.in_(items), or_(*free)).order_by(_W.id)
    values = {
        "state": WorkState.CLAIMED.value,
        "owner": owner,
        "run": run_id,
        "attempt": _W.attempt + 1,
        "lease_until": clock(connection) + seconds,
        "changed_at": now(),
    }
    statement = (
        update(work_items).where(_W.id.in_(wanted.with_for_update(skip_locked=True))).values(values)
    ).returning(_W.id, _W.attempt, _W.begun)
    return [Lease(row.id, owner, row.attempt, row.begun) for row in connection.execute(statement)]


def held_by(lease: Lease) -> ColumnElement[bool]:
    """Condition: this lease is the latest claim of its item, and its result has not come."""
    return and_(
        _W.id == lease.item,
        _W.owner == lease.owner,
        _W.attempt == lease.attempt,
        _W.state == WorkState.CLAIMED.value,
    )


_HELD = and_(
    _W.id == bindparam("of_item"),
    _W.owner == bindparam("of_owner"),
    _W.attempt == bindparam("of_attempt"),
    _W.state == WorkState.CLAIMED.value,
)
_CLOSE = update(work_items).where(_HELD)
"""Made once: it is part of every result that is stored."""


def begin(connection: Connection, leases: Sequence[Lease]) -> None:
    """Note that a worker is at these, as far as their owner still holds them."""
    for owner in {lease.owner for lease in leases}:
        mine = and_(_W.owner == owner, _W.state == WorkState.CLAIMED.value)
        items = [lease.item for lease in leases]
        connection.execute(update(work_items).where(_W.id.in_(items), mine).values(begun=True))


def close(connection: Connection, lease: Lease, inspection: Inspection) -> bool:
    """Close an item with its result; False where that was done already, and only the answer was lost.

    Raises:
        LeaseLost: somebody else has claimed it since.
    """
    failed = inspection.status is Status.UNREADABLE
    values = {
        "state": (WorkState.FAILED if failed else WorkState.DONE).value,
        "begun": False,
        "lease_until": None,
        "reason": codec.message(inspection.reason) if failed else None,
        "reason_code": inspection.reason_code if failed else None,
        "changed_at": now(),
    }
    held = {"of_item": lease.item, "of_owner": lease.owner, "of_attempt": lease.attempt}
    if connection.execute(_CLOSE, held | values).rowcount:
        return True
    mine = select(_W.id).where(
        _W.id == lease.item, _W.owner == lease.owner, _W.attempt == lease.attempt, _W.state.in_(_CLOSED)
    )
    if connection.execute(mine).first() is None:
        raise lost()
    return False


def lost() -> LeaseLost:
    return LeaseLost(Message("store.lease-lost"))


def crash(connection: Connection, lease: Lease, reason: Message) -> int:
    """Count a worker that died on this call alone; how many that makes.

    Raises:
        LeaseLost: somebody else has claimed it since.
    """
    values = {"crashes": _W.crashes + 1, "reason": codec.message(reason), "changed_at": now()}
    statement = update(work_items).where(held_by(lease)).values(values).returning(_W.crashes)
    crashes = connection.execute(statement).scalar()
    if crashes is None:
        raise lost()
    return int(crashes)


def begin_anew(connection: Connection) -> None:
    """Nobody is at work: what was claimed is free, and what was only planned is planned anew.

    What was begun is remembered, for whoever was at it may have died of it; so is what failed.
    """
    unknown = or_(_W.begun, _W.crashes > 0)
    forgotten = or_(_W.state == WorkState.DONE.value, and_(_W.state.not_in(_CLOSED), ~unknown))
    connection.execute(delete(work_items).where(forgotten))
    free(connection, _W.state == WorkState.CLAIMED.value)


def free(connection: Connection, which: ColumnElement[bool], **further: Any) -> None:
    """Let others claim these items."""
    values = {"state": WorkState.TODO.value, "lease_until": None, "changed_at": now(), **further}
    connection.execute(update(work_items).where(which).values(values))


def end(connection: Connection) -> None:
    """Nobody else is at work, and the night is over: what is done need not be known any more."""
    connection.execute(delete(work_items).where(_W.state == WorkState.DONE.value))
