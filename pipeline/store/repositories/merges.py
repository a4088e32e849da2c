"""A person says: this call holds the corrected file of that one.

The corrected one takes the id and the facts; what people said stays with the sound they heard, so nothing is
inherited. The one that was replaced has no current inspection and no case any more: every list, count, export
and queue asks for those, so it is in none of them, and can still be read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from pipeline.domain import Call, IdSource, Inspection, other_ids
from pipeline.errors import Missing, no_call
from pipeline.review.appeals import OPEN
from pipeline.review.merge_rules import MergeSide, check_judged, check_merge, check_undo, revived
from pipeline.store import alert_finding, freshness, identities, projections, reading, rows
from pipeline.store.auditing import note
from pipeline.store.codec import dumps
from pipeline.store.database import Repository
from pipeline.store.identities import fact_values
from pipeline.store.repositories.appeal_steps import close_reassigned
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import appeals, cases, verdicts
from pipeline.store.statements import now
from pipeline.store.tables import calls, inspections, merges
from pipeline.store.views import Renaming
from pipeline.store.writing import save_correction


@dataclass(frozen=True, slots=True)
class Merged:
    """Two calls after a merge or its undoing."""

    call_id: str
    """Of the call that holds the corrected file."""
    replaced: str
    """Of the call that was replaced (or stands on its own again)."""


class Merges(Repository):
    """Which call holds the corrected file of which."""

    def merge(
        self,
        new: str,
        old: str,
        *,
        by: int | None,
        judged: Inspection | None = None,
        seen: tuple[str, str] | None = None,
    ) -> Merged:
        """Let ``new`` take the place of ``old``. :func:`pipeline.batch.merging.merge` makes ``judged``.

        Args:
            judged: what was heard in ``new``, judged by the facts it gets.
            seen: digests of the sounds of both, as somebody saw them who says so.

        Raises:
            Missing: ``no-call``. Refused: ``merge-same``, ``merge-replaced``, ``merge-appeal``.
            Conflict: ``merge-changed``: an id means other sound than it did when they looked.
        """
        with self._write() as connection:
            identities.locked(connection, calls.c.call_id.in_([new, old]))
            ours, theirs = (_by_name(connection, name) for name in (new, old))
            check_merge(_side(ours), _side(theirs), appealed=_appealed(connection, theirs.id), seen=seen)
            current = select(inspections.c.id).where(inspections.c.call == theirs.id, inspections.c.current)
            former = {
                "call": fact_values(rows.read_call(ours)) | {"call_id": ours.call_id},
                "source": ours.id_source,
                "current": connection.execute(current).scalar(),
            }
            aside = _spare(connection, theirs)
            check_judged(_side(ours), judged)
            _exchange(
                connection,
                Renaming(theirs.id, theirs.call_id, aside, IdSource(theirs.id_source)),
                Renaming(ours.id, ours.call_id, theirs.call_id, IdSource(theirs.id_source)),
            )
            facts = fact_values(rows.read_call(theirs))
            connection.execute(update(calls).where(calls.c.id == ours.id).values(facts))
            close_reassigned(connection, [ours.id])
            connection.execute(update(calls).where(calls.c.id == theirs.id).values(replaced_by=ours.id))
            connection.execute(
                update(inspections).where(inspections.c.call == theirs.id).values(current=False)
            )
            connection.execute(delete(verdicts).where(verdicts.c.call == theirs.id))
            connection.execute(delete(cases).where(cases.c.call == theirs.id))
            alert_finding.refresh(connection, [theirs.id])
            values = {"replaced": theirs.id, "call": ours.id, "former": dumps(former), "at": now()}
            connection.execute(insert(merges).values(values))
            _judge(connection, ours.id, judged)
            note(
                connection, "merge", by=by, subject=theirs.call_id, call=ours.id,
                new=ours.call_id, new_sha256=ours.audio_sha256,
                replaced=aside, replaced_sha256=theirs.audio_sha256,
            )  # fmt: skip
            return Merged(theirs.call_id, aside)

    def undo(self, call_id: str, *, by: int | None, judged: Inspection | None = None) -> Merged:
        """Both calls stand on their own again. ``call_id``: of either; of the newest merge, where it is one
        of several.

        Raises:
            Missing: ``no-merge``. Refused: ``merge-replaced``: another merge must be undone first.
        """
        with self._write() as connection:
            row = _merge_of(connection, call_id)
            identities.locked(connection, calls.c.id.in_([row.call, row.replaced]))
            ours, theirs = _by_key(connection, row.call), _by_key(connection, row.replaced)
            check_undo(_side(ours))
            check_judged(_side(ours), judged)
            former = json.loads(row.former)
            wanted = str(former["call"]["call_id"])
            taken = connection.execute(select(calls.c.id).where(calls.c.call_id == wanted)).scalar()
            back = wanted if taken is None else _spare(connection, ours)
            _exchange(
                connection,
                Renaming(ours.id, ours.call_id, back, IdSource(former["source"])),
                Renaming(theirs.id, theirs.call_id, ours.call_id, IdSource(theirs.id_source)),
            )
            connection.execute(delete(merges).where(merges.c.replaced == theirs.id))
            facts = {name: value for name, value in former["call"].items() if name != "call_id"}
            connection.execute(update(calls).where(calls.c.id == ours.id).values(facts))
            close_reassigned(connection, [ours.id])
            connection.execute(update(calls).where(calls.c.id == theirs.id).values(replaced_by=None))
            _revive(connection, theirs.id, former["current"])
            _judge(connection, ours.id, judged)
            note(
                connection, "merge-undo", by=by, subject=ours.call_id, call=ours.id,
                new=back, new_sha256=ours.audio_sha256, replaced_sha256=theirs.audio_sha256,
            )  # fmt: skip
            return Merged(back, ours.call_id)

    def facts_after(self, new: str, old: str) -> Call:
        """What will be known of ``new`` once it has taken the place of ``old``.

        Raises:
            Missing: ``no-call``.
        """
        with self._read() as connection:
            call_key(connection, new)
            return rows.read_call(_by_key(connection, call_key(connection, old)))

    def facts_before(self, call_id: str) -> tuple[str, Call]:
        """Id of the corrected call of a merge, and what was known of it before.

        Raises:
            Missing: ``no-merge``.
        """
        with self._read() as connection:
            row = _merge_of(connection, call_id)
            former: dict[str, Any] = dict(json.loads(row.former)["call"])
            former.pop("started_local", None)
            started = former.pop("started_at", None)
            ours = _by_key(connection, row.call).call_id
            return ours, Call(
                **former, started_at=None if started is None else datetime.fromisoformat(started)
            )

    def last(self, call_id: str) -> Inspection | None:
        """The inspection of a call that was replaced, as it last stood; None where none took its place."""
        replaced = select(calls.c.replaced_by).where(calls.c.call_id == call_id)
        with self._read() as connection:
            if connection.execute(replaced).scalar() is None:
                return None
            newest = freshness.inspection_ids(connection, call_id)[-1:]
            return next(iter(reading.inspections_by_id(connection, newest)), None)

    def replacement(self, call_id: str) -> str | None:
        """Id of the call that took this one's place; None where none did."""
        heir = calls.alias()
        query = select(heir.c.call_id).join(calls, calls.c.replaced_by == heir.c.id)
        with self._read() as connection:
            return connection.execute(query.where(calls.c.call_id == call_id)).scalar()

    def replaced(self, call_id: str) -> tuple[str, ...]:
        """Ids of the calls whose corrected file this one holds, the oldest first."""
        heir = calls.alias()
        query = select(calls.c.call_id).join(heir, calls.c.replaced_by == heir.c.id)
        with self._read() as connection:
            found = connection.execute(query.where(heir.c.call_id == call_id).order_by(calls.c.id))
            return tuple(found.scalars())


def _by_name(connection: Connection, call_id: str) -> Row[Any]:
    return _by_key(connection, call_key(connection, call_id))


def _by_key(connection: Connection, key: int) -> Row[Any]:
    return connection.execute(select(calls).where(calls.c.id == key)).one()


def _side(row: Row[Any]) -> MergeSide:
    return MergeSide(row.call_id, row.audio_sha256, replaced=row.replaced_by is not None)


def _appealed(connection: Connection, call: int) -> bool:
    still = select(func.count()).where(
        appeals.c.call == call, appeals.c.state.in_([state.value for state in OPEN])
    )
    return bool(connection.execute(still).scalar_one())


def _exchange(connection: Connection, *renamings: Renaming) -> None:
    identities.rename(connection, renamings)


def _spare(connection: Connection, row: Row[Any]) -> str:
    """An id that tells the sound of a call that gives its own away."""
    undated = replace(rows.read_call(row), started_at=None)
    for name in other_ids(undated, row.audio_sha256):
        if connection.execute(select(calls.c.id).where(calls.c.call_id == name)).scalar() is None:
            return name
    raise no_call(row.call_id)


def _merge_of(connection: Connection, call_id: str) -> Row[Any]:
    """The merge in which a call was replaced, else the newest in which it took another's place."""
    mine = select(calls.c.id).where(calls.c.call_id == call_id).scalar_subquery()
    for column in (merges.c.replaced, merges.c.call):
        query = select(merges).where(column == mine).order_by(merges.c.at.desc()).limit(1)
        found = connection.execute(query).one_or_none()
        if found is not None:
            return found
    raise Missing(f"{call_id!r} was not merged with another call", code="no-merge", call=call_id)


def _revive(connection: Connection, key: int, inspection: int | None) -> None:
    """Make the inspection current that was; the newest, where that is gone."""
    known = select(inspections.c.id).where(inspections.c.call == key).order_by(inspections.c.id)
    there = list(connection.execute(known).scalars())
    chosen = revived(there, inspection)
    if chosen is not None:
        connection.execute(update(inspections).where(inspections.c.id == chosen).values(current=True))
    projections.refresh(connection, [key])


def _judge(connection: Connection, key: int, judged: Inspection | None) -> None:
    if judged is not None:
        save_correction(connection, key, judged, anew=True)
    projections.refresh(connection, [key])
