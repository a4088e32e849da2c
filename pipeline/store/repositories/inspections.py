"""Inspections in, inspections and light rows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from pipeline.domain import IdSource, Inspection, Recording, Revisions
from pipeline.store import counting, reading
from pipeline.store.database import Repository
from pipeline.store.filter import CallFilter, in_order
from pipeline.store.tables import findings, inspections
from pipeline.store.views import CallRow, CriterionCount, Lease, StoredFreshness, SummaryFigures

_EVERYTHING = CallFilter()
"""The filter that every call passes."""


class Inspections(Repository):
    """What was heard and judged; one inspection of each call is the current one."""

    def save(
        self,
        inspection: Inspection,
        *,
        run_id: int,
        replace: bool = False,
        source: IdSource = IdSource.PATH,
        key: int | None = None,
        lease: Lease | None = None,
        listened: bool = True,
    ) -> bool:
        """Store one inspection in one transaction and make it the current one of its call.

        A call has one sound. Where the id belongs to other sound, this recording becomes a call of its own,
        with an id made of that one (:func:`pipeline.domain.other_ids`). ``source``: who named a new call;
        ``key``: of the call, where it was stored before, whatever it is called meanwhile. ``lease``: under
        which it was inspected; the item of work is closed in the same transaction. ``listened``: False where
        what was heard before was only judged again: no further try at a recording that fails.

        Idempotent: an inspection with the same call, audio and revisions is left as it is (and made current),
        unless ``replace`` is set: then this one takes its place (a retry, or changed facts of the call).

        Returns:
            False where it was already there and current.

        Raises:
            ValueError: the recording and the revisions name different audio.
            LeaseLost: another run has claimed the call since; nothing is written.
            StoreError: the database refused, or the run may not write any more.
        """
        if inspection.recording.sha256 != inspection.revisions.audio_sha256:
            raise ValueError(
                f"call {inspection.recording.call.call_id!r}: two different digests of its audio"
            )
        from pipeline.store import writing  # here and below: with all of review, which a list does not need

        with self._write() as connection:
            return writing.save(
                connection,
                inspection,
                run_id=run_id,
                replace=replace,
                source=source,
                key=key,
                lease=lease,
                listened=listened,
            )

    def freshness(self, recordings: Sequence[Recording], revisions: Revisions) -> dict[str, StoredFreshness]:
        """Call id -> what is known of it under these revisions (their ``audio_sha256`` is not looked at).

        A call that is missing from the answer is absent from the store.
        """
        from pipeline.store import freshness

        with self._read() as connection:
            return freshness.freshness(connection, recordings, revisions)

    def choose(self, call_id: str, revisions: Revisions, *, run_id: int) -> bool:
        """Make a stored revision the current one of its call; False where there is none like this."""
        from pipeline.store import freshness

        with self._write() as connection:
            return freshness.choose(connection, call_id, revisions, run_id=run_id)

    def current(self, call_id: str) -> Inspection | None:
        """The current inspection of a call."""
        return next(self.all(CallFilter(call_id=call_id)), None)

    def revisions(self, call_id: str) -> list[Inspection]:
        """All inspections of a call, oldest first."""
        from pipeline.store import freshness

        with self._read() as connection:
            ids = freshness.inspection_ids(connection, call_id)
            return list(reading.inspections_by_id(connection, ids))

    def all(self, where: CallFilter = _EVERYTHING, *, transcripts: bool = True) -> Iterator[Inspection]:
        """Current inspections in order of their start, streamed; ``transcripts=False`` leaves those empty."""
        return reading.stream_inspections(self._read, where, transcripts=transcripts)


class CallRows(Repository):
    """Light rows of calls with a current inspection, and their figures."""

    def all(self, where: CallFilter = _EVERYTHING) -> Iterator[CallRow]:
        """Light rows in order of their start, streamed."""
        return reading.stream_calls(self._read, where)

    def count(self, where: CallFilter = _EVERYTHING) -> int:
        """How many calls match."""
        with self._read() as connection:
            ids = in_order(where, connection, inspections.c.id).subquery()
            return int(connection.execute(select(func.count()).select_from(ids)).scalar_one())

    def criterion_counts(self, where: CallFilter = _EVERYTHING) -> list[CriterionCount]:
        """Per agent and criterion, in this order. The filter's criterion and severity choose criteria."""
        with self._read() as connection:
            return list(counting.criterion_counts(connection, where))

    def knows_criterion(self, criterion: str) -> bool:
        """Whether any stored call was judged by it."""
        with self._read() as connection:
            found = select(findings.c.criterion).where(findings.c.criterion == criterion).limit(1)
            return connection.execute(found).first() is not None

    def overview(self, call_ids: Sequence[str]) -> SummaryFigures:
        """Sums over these calls as they stand now."""
        with self._read() as connection:
            return counting.overview(connection, call_ids)
