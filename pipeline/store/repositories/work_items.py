"""What a night has to do: planned, claimed, done or failed, shared by all runs that are at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, select, update

from pipeline.domain import Recording
from pipeline.messages import Message
from pipeline.store import work_rows
from pipeline.store.database import Repository
from pipeline.store.run_tables import work_items
from pipeline.store.statements import now, pages, upsert
from pipeline.store.views import ENDED, Lease, WorkItem, WorkState
from pipeline.store.writing import check_fence

_W = work_items.c


class WorkItems(Repository):
    """One item for each recording of each call; who has claimed it may store it."""

    def of_sounds(self, recordings: Sequence[Recording]) -> Mapping[str, list[WorkItem]]:
        """Digest -> its items, under whatever call ids.

        To be asked before what is stored: what is open here and stored by then was done by another run.
        """
        found: defaultdict[str, list[WorkItem]] = defaultdict(list)
        with self._read() as connection:
            for item in work_rows.of_sounds(connection, [r.sha256 for r in recordings]):
                found[item.audio_sha256].append(item)
        return found

    def enter(
        self,
        recordings: Sequence[Recording],
        known: Mapping[str, Sequence[WorkItem]],
        *,
        run_id: int,
    ) -> list[int]:
        """Put these on the list of what there is to do; their items.

        What was done or failed is to be done anew, unless another run has done so since ``known`` was read.
        """
        wanted = {(r.call.call_id, r.sha256) for r in recordings}
        out: list[int] = []
        for page in pages(recordings):
            with self._write() as connection:
                check_fence(connection, run_id)
                new = []
                for recording in page:
                    there = known.get(recording.sha256, ())
                    mine = next((one for one in there if one.call_id == recording.call.call_id), None)
                    if mine is None:
                        mine = next((one for one in there if _left(one, wanted)), None)
                        if mine is None:
                            new.append(_new(recording, run_id))
                            continue
                        values = {"call_id": recording.call.call_id}  # renamed since somebody was at it
                        connection.execute(update(work_items).where(_W.id == mine.id).values(values))
                        wanted.add((mine.call_id, mine.audio_sha256))
                    elif mine.state in ENDED:
                        same = and_(
                            _W.id == mine.id, _W.attempt == mine.attempt, _W.state == mine.state.value
                        )
                        work_rows.free(
                            connection,
                            same,
                            run=run_id,
                            crashes=0,
                            begun=False,
                            reason=None,
                            reason_code=None,
                        )
                if new:
                    once = upsert(connection, work_items).on_conflict_do_nothing(
                        index_elements=["call_id", "audio_sha256"]
                    )
                    connection.execute(once, new)
                sounds = [r.sha256 for r in page]
                query = select(_W.id, _W.call_id, _W.audio_sha256).where(_W.audio_sha256.in_(sounds))
                items = {(row.call_id, row.audio_sha256): row.id for row in connection.execute(query)}
            out += [items[r.call.call_id, r.sha256] for r in page]
        return out

    def claim(
        self, items: Sequence[int], *, owner: str, run_id: int, seconds: float, overdue: bool = False
    ) -> list[Lease]:
        """Claim those of these items that nobody holds, for so many seconds.

        Args:
            overdue: take over also what others have claimed and whose lease has run out.
        """
        with self._write() as connection:
            check_fence(connection, run_id)
            return work_rows.claim(
                connection, items, owner=owner, run_id=run_id, seconds=seconds, overdue=overdue
            )

    def renew(self, owner: str, *, seconds: float) -> set[int]:
        """Renew all leases of an owner; the items it still holds."""
        mine = and_(_W.state == WorkState.CLAIMED.value, _W.owner == owner)
        with self._write() as connection:
            until = work_rows.clock(connection) + seconds
            found = update(work_items).where(mine).values(lease_until=until).returning(_W.id)
            return set(connection.execute(found).scalars())

    def begin(self, leases: Sequence[Lease], *, run_id: int) -> None:
        """Note that a worker begins these calls: if everything dies now, the next run knows where."""
        with self._write() as connection:
            check_fence(connection, run_id)
            work_rows.begin(connection, leases)

    def crash(self, lease: Lease, reason: Message, *, run_id: int) -> int:
        """Note that a worker died on this call alone; how often that has happened, over all runs.

        Raises:
            LeaseLost: somebody else has claimed it since.
        """
        with self._write() as connection:
            check_fence(connection, run_id)
            return work_rows.crash(connection, lease, reason)

    def drop(self, lease: Lease) -> None:
        """Take an item off the list: its recording is not there any more, or another one by now."""
        with self._write() as connection:
            connection.execute(delete(work_items).where(work_rows.held_by(lease)))

    def give_back(self, owner: str, *, ended_well: bool) -> None:
        """Let others claim what this owner holds.

        Args:
            ended_well: nothing of it was in work when something died.
        """
        mine = and_(_W.state == WorkState.CLAIMED.value, _W.owner == owner)
        with self._write() as connection:
            work_rows.free(connection, mine, **({"begun": False} if ended_well else {}))

    def items(self, ids: Sequence[int]) -> list[WorkItem]:
        """These items as they are now; an item that was dropped is not among them."""
        with self._read() as connection:
            return work_rows.of_ids(connection, ids)

    def another_at_work(self, owner: str) -> int | None:
        """A run of another owner that holds something now; None where nobody does."""
        theirs = and_(_W.state == WorkState.CLAIMED.value, _W.owner != owner)
        with self._read() as connection:
            query = select(_W.run).where(theirs, _W.lease_until >= work_rows.clock(connection)).limit(1)
            return connection.execute(query).scalar()


def _left(item: WorkItem, wanted: set[tuple[str, str]]) -> bool:
    """Whether somebody was at this under another call id, and nobody will come back to it."""
    open_ = item.state not in ENDED and not item.leased
    return open_ and item.suspect and (item.call_id, item.audio_sha256) not in wanted


def _new(recording: Recording, run_id: int) -> dict[str, object]:
    at = now()
    return {
        "call_id": recording.call.call_id,
        "audio_sha256": recording.sha256,
        "state": WorkState.TODO.value,
        "run": run_id,
        "planned_at": at,
        "changed_at": at,
    }
