"""The store: inspections in, inspections and counts out. One method, one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from sqlalchemy import func, select

from pipeline.domain import Call, IdSource, Inspection, PhraseHit, Recording, Revisions
from pipeline.errors import StoreError
from pipeline.store import (
    counting,
    freshness,
    identities,
    judging,
    purging,
    reading,
    runs,
    writing,
)
from pipeline.store.call_files import Place, add_files, remove_files
from pipeline.store.database import BUSY_SECONDS, Database, connect, parse
from pipeline.store.erasing import erase
from pipeline.store.faults import explained, shown
from pipeline.store.filter import CallFilter, in_order
from pipeline.store.judging import Judgement
from pipeline.store.lock import run_lock
from pipeline.store.migrate import migrate
from pipeline.store.purging import Purge
from pipeline.store.query_cache import QueryCache
from pipeline.store.repositories.accounts import Accounts
from pipeline.store.repositories.agent_statistics import AgentStatistics
from pipeline.store.repositories.appeals import Appeals
from pipeline.store.repositories.audit import AuditLog
from pipeline.store.repositories.calibrations import Calibrations
from pipeline.store.repositories.cases import Cases
from pipeline.store.repositories.coaching import Coaching
from pipeline.store.repositories.day_statistics import DayStatistics
from pipeline.store.repositories.decisions import Decisions
from pipeline.store.repositories.merges import Merges
from pipeline.store.repositories.queue import Queue
from pipeline.store.repositories.rule_usage import RuleUsage
from pipeline.store.repositories.rulebooks import Rulebooks
from pipeline.store.repositories.samples import Samples
from pipeline.store.repositories.sessions import Sessions
from pipeline.store.repositories.sign_in import SignIn
from pipeline.store.runs import ProblemLike
from pipeline.store.statements import pages
from pipeline.store.tables import inspections
from pipeline.store.views import (
    CallRow,
    CriterionCount,
    FileStamp,
    KnownCall,
    Renaming,
    RunRow,
    StoredFreshness,
    StoredProblem,
    SummaryFigures,
)
from pipeline.store.writing import check_fence

EVERYTHING = CallFilter()
"""The filter that every call passes."""


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open (or create) a store and migrate it forward.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
        busy_seconds: how long a write waits for another writer of an SQLite file.

    Raises:
        StoreError: it cannot be opened, or a newer callinspect wrote it.
    """
    parsed = parse(url)
    engine = connect(parsed, busy_seconds=busy_seconds)
    try:
        with explained(parsed):
            migrate(engine)
    except StoreError:
        engine.dispose()
        raise
    return Store(Database(parsed, engine))


class Store:
    """An open database. Every method may raise StoreError with the remedy; nothing is ever half written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read, self._write = database.read, database.write
        self._lock = run_lock(database.url, database.engine)
        self.query_cache = QueryCache()
        # what people do, one repository for each subject
        self.accounts = Accounts(database)
        self.agents = AgentStatistics(database, self.query_cache)
        self.appeals = Appeals(database)
        self.audit = AuditLog(database)
        self.calibrations = Calibrations(database)
        self.cases = Cases(database)
        self.coaching = Coaching(database)
        self.days = DayStatistics(database)
        self.decisions = Decisions(database)
        self.merges = Merges(database)
        self.queue = Queue(database, self.query_cache)
        self.rule_usage = RuleUsage(database)
        self.rulebooks = Rulebooks(database)
        self.samples = Samples(database)
        self.sessions = Sessions(database)
        self.sign_in = SignIn(database)

    @property
    def url(self) -> str:
        """The address, without the password."""
        return shown(self._database.url)

    def close(self) -> None:
        """Give up the run lock and all connections."""
        self._lock.release()
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Runs

    def start_run(self, *, kind: str = "run", dump: Path | None = None, settings: str | None = None) -> int:
        """Begin a run that may write; its number goes with every write.

        Only one run writes at a time. A run that was killed is declared abandoned here and can write no more,
        even if it was only paused.

        Raises:
            StoreError: another run is at work on this store.
        """
        with explained(self._database.url):
            try:
                free = self._lock.acquire()
            except OSError as error:
                raise StoreError(f"{self.url}: cannot lock it for a run: {error}") from error
        if not free:
            raise StoreError(self._busy())
        try:
            with self._write() as connection:
                return runs.start_run(connection, kind=kind, dump=dump, settings=settings)
        except StoreError:
            self._lock.release()
            raise

    def _busy(self) -> str:
        other = next((run for run in self.runs(limit=20) if run.state == "running"), None)
        who = (
            ""
            if other is None
            else f" (process {other.pid} on {other.host}, since {other.started_at:%H:%M:%S} UTC)"
        )
        return f"{self.url}: another run is at work on this store{who}; wait for it, or use another --store"

    def expect(self, run_id: int, calls: int) -> None:
        """Note how many calls a run sets out to do, for those who watch it."""
        with self._write() as connection:
            runs.expect(connection, run_id, calls)

    def finish_run(
        self,
        run_id: int,
        *,
        state: Literal["finished", "stopped", "failed"] = "finished",
        summary: Mapping[str, object] | None = None,
    ) -> None:
        """End a run and let others write."""
        try:
            with self._write() as connection:
                runs.finish_run(connection, run_id, state=state, summary=summary)
        finally:
            self._lock.release()

    def runs(self, *, limit: int = 100) -> list[RunRow]:
        """The latest runs, newest first."""
        with self._read() as connection:
            return runs.list_runs(connection, limit)

    def add_problems(self, run_id: int, found: Iterable[ProblemLike]) -> None:
        """Keep what a run met besides its calls: bad rows of the call list, missing files, ..."""
        with self._write() as connection:
            runs.add_problems(connection, run_id, found)

    def problems(self, run_id: int) -> list[StoredProblem]:
        """The problems of a run, in the order they were met."""
        with self._read() as connection:
            return runs.list_problems(connection, run_id)

    # Inspections

    def save(
        self,
        inspection: Inspection,
        *,
        run_id: int,
        replace: bool = False,
        source: IdSource = IdSource.PATH,
        key: int | None = None,
    ) -> bool:
        """Store one inspection in one transaction and make it the current one of its call.

        A call has one sound. Where the id belongs to other sound, this recording becomes a call of its own,
        with an id made of that one (:func:`pipeline.domain.other_ids`). ``source``: who named a new call;
        ``key``: of the call, where it was stored before, whatever it is called meanwhile.

        Idempotent: an inspection with the same call, audio and revisions is left as it is (and made current),
        unless ``replace`` is set: then this one takes its place (a retry, or changed facts of the call).

        Returns:
            False where it was already there and current.

        Raises:
            ValueError: the recording and the revisions name different audio.
            StoreError: the database refused, or the run may not write any more.
        """
        if inspection.recording.sha256 != inspection.revisions.audio_sha256:
            raise ValueError(
                f"call {inspection.recording.call.call_id!r}: two different digests of its audio"
            )
        with self._write() as connection:
            return writing.save(
                connection, inspection, run_id=run_id, replace=replace, source=source, key=key
            )

    def freshness(self, recordings: Sequence[Recording], revisions: Revisions) -> dict[str, StoredFreshness]:
        """Call id -> what is known of it under these revisions (their ``audio_sha256`` is not looked at).

        A call that is missing from the answer is absent from the store.
        """
        with self._read() as connection:
            return freshness.freshness(connection, recordings, revisions)

    def choose(self, call_id: str, revisions: Revisions, *, run_id: int) -> bool:
        """Make a stored revision the current one of its call; False where there is none like this."""
        with self._write() as connection:
            return freshness.choose(connection, call_id, revisions, run_id=run_id)

    # Which call a recording is

    def known_calls(
        self,
        *,
        sha256s: Sequence[str] = (),
        call_ids: Sequence[str] = (),
        places: Sequence[tuple[Path, ...]] = (),
    ) -> list[KnownCall]:
        """The calls that have one of these sounds or ids, or lie at one of these places; with the calls that
        hold the corrected file of one of them."""
        with self._read() as connection:
            return identities.known(connection, sha256s=sha256s, call_ids=call_ids, places=places)

    def rename(self, renamings: Sequence[Renaming], *, run_id: int) -> None:
        """Give calls other ids, all at once: two may exchange theirs. All that hangs on them stays."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.rename(connection, renamings)

    def drop_untouched(self, keys: Sequence[int], *, run_id: int) -> None:
        """Delete those of these calls of which nothing could be read and with which nobody did anything."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.drop_untouched(connection, keys)

    def state_facts(self, facts: Sequence[tuple[int, Call]], *, run_id: int) -> None:
        """Write what is known of calls (by key) that need not be judged again; their ids stay."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.state_facts(connection, facts)

    def move_files(self, *, there: Sequence[Place], gone: Sequence[Place], run_id: int) -> None:
        """Note where copies of the sound of calls lie, and where they do not lie any more."""
        with self._write() as connection:
            check_fence(connection, run_id)
            remove_files(connection, gone)
            add_files(connection, there)

    def inspection(self, call_id: str) -> Inspection | None:
        """The current inspection of a call."""
        return next(self.inspections(CallFilter(call_id=call_id)), None)

    def revisions(self, call_id: str) -> list[Inspection]:
        """All inspections of a call, oldest first."""
        with self._read() as connection:
            ids = freshness.inspection_ids(connection, call_id)
            return list(reading.inspections_by_id(connection, ids))

    def inspections(
        self, where: CallFilter = EVERYTHING, *, transcripts: bool = True
    ) -> Iterator[Inspection]:
        """Current inspections in order of their start, streamed; ``transcripts=False`` leaves those empty."""
        return reading.stream_inspections(self._read, where, transcripts=transcripts)

    def calls(self, where: CallFilter = EVERYTHING) -> Iterator[CallRow]:
        """Light rows in order of their start, streamed."""
        return reading.stream_calls(self._read, where)

    def count(self, where: CallFilter = EVERYTHING) -> int:
        """How many calls match."""
        with self._read() as connection:
            ids = in_order(where, connection, inspections.c.id).subquery()
            return int(connection.execute(select(func.count()).select_from(ids)).scalar_one())

    def criterion_counts(self, where: CallFilter = EVERYTHING) -> list[CriterionCount]:
        """Per agent and criterion, in this order. The filter's criterion and severity choose criteria."""
        with self._read() as connection:
            return list(counting.criterion_counts(connection, where))

    def overview(self, call_ids: Sequence[str]) -> SummaryFigures:
        """Sums over these calls as they stand now."""
        with self._read() as connection:
            return counting.overview(connection, call_ids)

    # Judging again

    def outdated(self, where: CallFilter = EVERYTHING, *, lexicons: str, rubric: str) -> list[int]:
        """Keys of current inspections of calls that were heard, but judged by other rules than these."""
        with self._read() as connection:
            return judging.outdated(connection, where, lexicons=lexicons, rubric=rubric)

    def heard(self, keys: Sequence[int]) -> Iterator[tuple[int, Inspection]]:
        """Key and inspection, with what judging again needs and no more: no ledger, of the evidence only
        that of violations; words are read when somebody asks."""
        for page in pages(keys):
            with self._read() as connection:
                found = list(judging.heard(connection, page))
            yield from found

    def confirmed(self, keys: Sequence[int]) -> Mapping[int, tuple[PhraseHit, ...]]:
        """Hits that the sound confirmed for other revisions of what these inspections heard, by key."""
        with self._read() as connection:
            return judging.confirmed(connection, keys)

    def confirmed_earlier(self, inspection: Inspection) -> tuple[PhraseHit, ...]:
        """Hits that the sound confirmed for other revisions of what this stored inspection heard, the newest
        revision first: whoever judges it again needs them."""
        with self._read() as connection:
            return judging.confirmed_earlier(connection, inspection)

    def save_judgements(self, made: Sequence[Judgement], *, run_id: int) -> int:
        """Store new judgements beside the old ones, all in one transaction, and make them current.

        They share what was heard with the inspections they are made from. One whose inspection is not current
        any more is left out; where the same judgement is stored already, that one becomes current.

        Returns:
            How many calls have a new current inspection.
        """
        with self._write() as connection:
            return judging.save_judgements(connection, made, run_id=run_id)

    # What a run must remember even if it is killed

    def begin(self, recordings: Sequence[Recording], *, run_id: int) -> None:
        """Note that a worker begins these calls: if everything dies now, the next run knows where."""
        with self._write() as connection:
            runs.add_attempts(connection, recordings, run_id=run_id, crashed=False, reason=None)

    def add_crash(self, recording: Recording, reason: str, *, run_id: int) -> int:
        """Note that a worker died on this call alone; how often that has happened, over all runs."""
        with self._write() as connection:
            found = runs.add_attempts(connection, [recording], run_id=run_id, crashed=True, reason=reason)
            return found[recording.call.call_id]

    def suspects(self, recordings: Sequence[Recording]) -> dict[str, int]:
        """Digest -> crashes, of sound that was begun (by this run or by one that died) and not finished."""
        with self._read() as connection:
            return runs.suspects(connection, recordings)

    def digests(self, files: Sequence[Sequence[FileStamp]]) -> list[str | None]:
        """The digest of each recording's files as remembered, None where they are new or changed."""
        with self._read() as connection:
            return runs.digests(connection, files)

    def remember_digests(self, found: Iterable[tuple[Sequence[FileStamp], str]]) -> None:
        """Remember what files hold, by path, size and time of change, so that they need not be read again."""
        with self._write() as connection:
            runs.remember_digests(connection, found)

    # What is no longer needed

    def purge(self, before: date, *, dry_run: bool = False) -> Purge:
        """Delete the calls that began before this day, with all that hangs on them; recordings stay.

        Their text is taken out of the database's files too, also where nothing is left to delete: doing it
        again finishes what a reader was in the way of. ``remains`` says where it could not.
        """
        if dry_run:
            with self._read() as connection:
                return purging.preview(connection, before)
        found = purging.purge(self._write, before)
        with explained(self._database.url):
            return replace(found, remains=erase(self._database.engine, self._lock))
