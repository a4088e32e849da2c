"""The store: one repository for each subject, over one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pipeline.errors import StoreError, StoreUnusable
from pipeline.messages import Message
from pipeline.store import (  # noqa: F401 - every table is known wherever a store is
    alert_tables,
    coaching_tables,
    jury_tables,
    listed_tables,
    people_tables,
    review_tables,
    rule_tables,
    run_tables,
)
from pipeline.store.database import BUSY_SECONDS, Database, connect, parse
from pipeline.store.faults import explained, shown
from pipeline.store.lock import run_lock
from pipeline.store.migrate import migrate, revision_of
from pipeline.store.query_cache import QueryCache
from pipeline.store.tables import REVISION

if TYPE_CHECKING:
    from pipeline.settings import AlertSettings
    from pipeline.store.purging import Purge
    from pipeline.store.repositories.accounts import Accounts
    from pipeline.store.repositories.agent_statistics import AgentStatistics
    from pipeline.store.repositories.alerts import AlertRegister
    from pipeline.store.repositories.appeals import Appeals
    from pipeline.store.repositories.audit import AuditLog
    from pipeline.store.repositories.calibrations import Calibrations
    from pipeline.store.repositories.callbacks import Callbacks
    from pipeline.store.repositories.cases import Cases
    from pipeline.store.repositories.clips import Clips
    from pipeline.store.repositories.coaching import Coaching
    from pipeline.store.repositories.day_statistics import DayStatistics
    from pipeline.store.repositories.decisions import Decisions
    from pipeline.store.repositories.failures import Failures
    from pipeline.store.repositories.file_digests import FileDigests
    from pipeline.store.repositories.goals import Goals
    from pipeline.store.repositories.identities import Identities
    from pipeline.store.repositories.inspection_quality import InspectionQuality
    from pipeline.store.repositories.inspections import CallRows, Inspections
    from pipeline.store.repositories.judgements import Judgements
    from pipeline.store.repositories.juries import Juries
    from pipeline.store.repositories.listed_calls import ListedCalls
    from pipeline.store.repositories.merges import Merges
    from pipeline.store.repositories.notices import Notices
    from pipeline.store.repositories.operation import Operation
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
    from pipeline.store.repositories.work_items import WorkItems


REPOSITORIES = {
    "calls": "inspections",
    "failures": "failures",
    "file_digests": "file_digests",
    "identities": "identities",
    "inspections": "inspections",
    "judgements": "judgements",
    "listed": "listed_calls",
    "runs": "runs",
    "violations": "violations",
    "voices": "voices",
    "work": "work_items",
    "accounts": "accounts",
    "agents": "agent_statistics",
    "alerts": "alerts",
    "appeals": "appeals",
    "audit": "audit",
    "callbacks": "callbacks",
    "calibrations": "calibrations",
    "cases": "cases",
    "clips": "clips",
    "coaching": "coaching",
    "days": "day_statistics",
    "decisions": "decisions",
    "goals": "goals",
    "inspection_quality": "inspection_quality",
    "juries": "juries",
    "merges": "merges",
    "notices": "notices",
    "operation": "operation",
    "period_facts": "period_facts",
    "proposals": "proposals",
    "queue": "queue",
    "reviewer_paces": "reviewer_pace",
    "rule_edits": "rule_edits",
    "rule_usage": "rule_usage",
    "rulebooks": "rulebooks",
    "samples": "samples",
    "sessions": "sessions",
    "settlements": "settlements",
    "sign_in": "sign_in",
    "trust": "trust",
}
"""Name -> module of what the store is made of; the class stands in the class's annotations."""

_CACHED = ("agents", "queue", "rule_usage")
"""Those that keep expensive answers."""


def open_store(
    url: str,
    *,
    busy_seconds: float = BUSY_SECONDS,
    patience_seconds: float = 0.0,
    idle_seconds: float | None = None,
) -> Store:
    """Open (or create) a store and migrate it forward.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
        busy_seconds: how long a write waits for another writer of an SQLite file.
        patience_seconds: how long a server is waited for that does not answer any more.
        idle_seconds: after so long without a statement a server ends a transaction, so that a process that
            was stopped in the middle of one is in nobody's way.

    Raises:
        StoreUnusable: no such database, it cannot be opened, a newer callinspect wrote it, or it is to be
            migrated and a run is at work on it.
    """
    parsed = parse(url)
    engine = connect(parsed, busy_seconds=busy_seconds, idle_seconds=idle_seconds)
    try:
        with explained(parsed):
            migrate(engine, run_lock(parsed, engine))
    except StoreError as error:
        engine.dispose()
        raise StoreUnusable(error.message) from error
    return Store(Database(parsed, engine, patience_seconds=patience_seconds))


@contextmanager
def opened_as_is(url: str) -> Iterator[Database]:
    """The database of a store, of whatever version: nothing is made, migrated or otherwise changed.

    Raises:
        StoreUnusable: no such database.
    """
    parsed = parse(url)
    engine = connect(parsed, as_is=True)
    try:
        yield Database(parsed, engine)
    finally:
        engine.dispose()


def look_at_store(url: str) -> Store:
    """Open a store as it is, for those who watch: nothing is made, and nothing migrated.

    Raises:
        StoreUnusable: no such database, it cannot be opened, or its tables are those of another version.
    """
    parsed = parse(url)
    engine = connect(parsed)
    try:
        with explained(parsed), engine.connect() as connection:
            found = revision_of(connection)
    except StoreError as error:
        engine.dispose()
        raise StoreUnusable(error.message) from error
    if found != REVISION:
        engine.dispose()
        raise StoreUnusable(
            Message("store.other-version", url=shown(parsed), found=found or "-", known=REVISION)
        )
    return Store(Database(parsed, engine))


class Store:
    """An open database. Every method of its repositories may raise StoreError with the remedy; nothing is
    ever half written."""

    # what the machine found
    calls: CallRows
    failures: Failures
    file_digests: FileDigests
    identities: Identities
    inspections: Inspections
    judgements: Judgements
    listed: ListedCalls
    runs: Runs
    violations: Violations
    voices: Voices
    work: WorkItems
    # what people do
    accounts: Accounts
    agents: AgentStatistics
    alerts: AlertRegister
    appeals: Appeals
    audit: AuditLog
    callbacks: Callbacks
    calibrations: Calibrations
    cases: Cases
    clips: Clips
    coaching: Coaching
    days: DayStatistics
    decisions: Decisions
    goals: Goals
    inspection_quality: InspectionQuality
    juries: Juries
    merges: Merges
    notices: Notices
    operation: Operation
    period_facts: PeriodFacts
    proposals: Proposals
    queue: Queue
    reviewer_paces: ReviewerPaces
    rule_edits: RuleEdits
    rule_usage: RuleUsage
    rulebooks: Rulebooks
    samples: Samples
    sessions: Sessions
    settlements: Settlements
    sign_in: SignIn
    trust: TrustRegister

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read, self._write = database.read, database.write
        self._lock = run_lock(database.url, database.engine)
        self.query_cache = QueryCache()
        self.alert_settings: AlertSettings | None = None
        """Deadlines of alerts, where whoever opens the store has settings that say them."""

    def __getattr__(self, name: str) -> Any:
        """A repository, when it is first asked for: together they load most of the program, and a command
        needs two or three."""
        if name not in REPOSITORIES:
            raise AttributeError(name)
        module = import_module(f"pipeline.store.repositories.{REPOSITORIES[name]}")
        kind = getattr(module, type(self).__annotations__[name])
        more: list[object] = [self._lock] if name == "runs" else [self.query_cache] if name in _CACHED else []
        if name == "alerts" and self.alert_settings is not None:
            from pipeline.review.alerts import AlertTerms

            more = [AlertTerms.of(self.alert_settings)]
        return vars(self).setdefault(name, kind(self._database, *more))  # another thread may have been first

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
        from pipeline.store import purging
        from pipeline.store.erasing import erase

        if dry_run:
            with self._read() as connection:
                return purging.preview(connection, before)
        found = purging.purge(self._write, before)
        with explained(self._database.url):
            return replace(found, remains=erase(self._database.engine, self._lock))
