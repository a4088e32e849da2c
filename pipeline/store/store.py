"""The store: one repository for each subject, over one database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Self

from pipeline.errors import StoreError, StoreUnusable
from pipeline.store import purging
from pipeline.store.database import BUSY_SECONDS, Database, connect, parse
from pipeline.store.erasing import erase
from pipeline.store.faults import explained, shown
from pipeline.store.lock import run_lock
from pipeline.store.migrate import migrate
from pipeline.store.purging import Purge
from pipeline.store.query_cache import QueryCache
from pipeline.store.repositories.accounts import Accounts
from pipeline.store.repositories.agent_statistics import AgentStatistics
from pipeline.store.repositories.alerts import AlertRegister
from pipeline.store.repositories.appeals import Appeals
from pipeline.store.repositories.attempts import Attempts, FileDigests
from pipeline.store.repositories.audit import AuditLog
from pipeline.store.repositories.calibrations import Calibrations
from pipeline.store.repositories.callbacks import Callbacks
from pipeline.store.repositories.cases import Cases
from pipeline.store.repositories.clips import Clips
from pipeline.store.repositories.coaching import Coaching
from pipeline.store.repositories.day_statistics import DayStatistics
from pipeline.store.repositories.decisions import Decisions
from pipeline.store.repositories.goals import Goals
from pipeline.store.repositories.identities import Identities
from pipeline.store.repositories.inspection_quality import InspectionQuality
from pipeline.store.repositories.inspections import CallRows, Inspections
from pipeline.store.repositories.judgements import Judgements
from pipeline.store.repositories.juries import Juries
from pipeline.store.repositories.listed_calls import ListedCalls
from pipeline.store.repositories.merges import Merges
from pipeline.store.repositories.notices import Notices
from pipeline.store.repositories.period_facts import PeriodFacts
from pipeline.store.repositories.proposals import Proposals
from pipeline.store.repositories.queue import Queue
from pipeline.store.repositories.reviewer_pace import ReviewerPaces
from pipeline.store.repositories.rule_edits import RuleEdits
from pipeline.store.repositories.rule_usage import RuleUsage
from pipeline.store.repositories.rulebooks import Rulebooks
from pipeline.store.repositories.runs import Runs
from pipeline.store.repositories.samples import Samples
from pipeline.store.repositories.sessions import Sessions
from pipeline.store.repositories.settlements import Settlements
from pipeline.store.repositories.sign_in import SignIn
from pipeline.store.repositories.trust import TrustRegister
from pipeline.store.repositories.violations import Violations
from pipeline.store.repositories.voices import Voices


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open (or create) a store and migrate it forward.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
        busy_seconds: how long a write waits for another writer of an SQLite file.

    Raises:
        StoreUnusable: no such database, it cannot be opened, or a newer callinspect wrote it.
    """
    parsed = parse(url)
    engine = connect(parsed, busy_seconds=busy_seconds)
    try:
        with explained(parsed):
            migrate(engine)
    except StoreError as error:
        engine.dispose()
        raise StoreUnusable(error.message) from error
    return Store(Database(parsed, engine))


class Store:
    """An open database. Every method of its repositories may raise StoreError with the remedy; nothing is
    ever half written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read, self._write = database.read, database.write
        self._lock = run_lock(database.url, database.engine)
        self.query_cache = QueryCache()
        # what the machine found
        self.attempts = Attempts(database)
        self.calls = CallRows(database)
        self.file_digests = FileDigests(database)
        self.identities = Identities(database)
        self.inspections = Inspections(database)
        self.judgements = Judgements(database)
        self.listed = ListedCalls(database)
        self.runs = Runs(database, self._lock)
        self.violations = Violations(database)
        self.voices = Voices(database)
        # what people do
        self.accounts = Accounts(database)
        self.agents = AgentStatistics(database, self.query_cache)
        self.alerts = AlertRegister(database)
        self.appeals = Appeals(database)
        self.audit = AuditLog(database)
        self.callbacks = Callbacks(database)
        self.calibrations = Calibrations(database)
        self.cases = Cases(database)
        self.clips = Clips(database)
        self.coaching = Coaching(database)
        self.days = DayStatistics(database)
        self.decisions = Decisions(database)
        self.goals = Goals(database)
        self.inspection_quality = InspectionQuality(database)
        self.juries = Juries(database)
        self.merges = Merges(database)
        self.notices = Notices(database)
        self.period_facts = PeriodFacts(database)
        self.proposals = Proposals(database)
        self.queue = Queue(database, self.query_cache)
        self.reviewer_paces = ReviewerPaces(database)
        self.rule_edits = RuleEdits(database)
        self.rule_usage = RuleUsage(database, self.query_cache)
        self.rulebooks = Rulebooks(database)
        self.samples = Samples(database)
        self.sessions = Sessions(database)
        self.settlements = Settlements(database)
        self.sign_in = SignIn(database)
        self.trust = TrustRegister(database)

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
