"""The tables of runs: what each reports, how far it is, what there is to do, what could not be inspected and
what people say of that, the files whose digests are known.

Times of day are UTC, ISO 8601.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False, comment="run, rescore, ..."),
    Column("state", String(16), nullable=False, comment="running, finished, stopped, failed or abandoned"),
    Column("dump", SafeText),
    Column("settings", SafeText, comment="digest of the settings that can change a result"),
    Column("host", SafeText, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", String(64), nullable=False, comment="UTC, ISO 8601"),
    Column("finished_at", String(64)),
    Column("summary", Text, comment="JSON"),
    Column(
        "judges_by",
        Text,
        comment="JSON: what its inspections are made from",
    ),
    Column("told_at", String(64), comment="when whoever watches over runs was told of its end"),
    Column("tell_tries", Integer, nullable=False, server_default="0"),
)

run_progress = Table(
    "run_progress",
    metadata,
    Column("run", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", String(64), nullable=False, comment="the last sign of life"),
    Column("stage", String(16), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("audio_seconds", Double, nullable=False),
    Column("workers", Integer, nullable=False),
    Column("calls_per_hour", Double),
    Column("ends_at", String(64), comment="as far as can be said"),
)

run_failures = Table(
    "run_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("call_id", SafeText),
    Column("path", SafeText),
    Column("kind", String(32), nullable=False, comment="unreadable, partial, or kind of a problem"),
    Column("reason_code", SafeText),
    Column("reason", Text, comment="JSON: a message"),
    Column("accepted", Boolean, nullable=False),
    Column("tried", Boolean, nullable=False, comment="by this run; else known from an earlier one"),
    Index(None, "run"),
)

failures = Table(
    "failures",
    metadata,
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("audio_sha256", String(64), nullable=False, comment="the sound that failed"),
    Column("first_at", String(64), nullable=False),
    Column("tries", Integer, nullable=False, comment="how often runs listened to this sound"),
)

failure_marks = Table(
    "failure_marks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False, comment="accept, undo or retry"),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE")),
    Column("audio_sha256", String(64), comment="the sound that was meant"),
    Column("path", SafeText, comment="where no call holds it"),
    Column("stamp", String(80), comment="what lay at the path"),
    Column("after_run", Integer, comment="the newest run when somebody asked to try again"),
    Column("reason", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("request", String(80), nullable=False, unique=True),
    Index(None, "call"),
)

problems = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("path", SafeText),
    Column("call_id", SafeText),
    Column("line", Integer),
    Column("reason", Text, nullable=False, comment="JSON: a message"),
    Index(None, "run"),
)

work_items = Table(
    "work_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", SafeText, nullable=False),
    Column("audio_sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False, comment="todo, claimed, done or failed"),
    Column(
        "run",
        Integer,
        ForeignKey("runs.id", ondelete="CASCADE"),
        nullable=False,
        comment="that planned it or, later, claimed it last",
    ),
    Column("owner", String(32), comment="token of the process that claimed it last"),
    Column(
        "attempt",
        Integer,
        nullable=False,
        server_default="0",
        comment="how often it was claimed; with the owner it says whose result is taken",
    ),
    Column(
        "begun",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="a worker was at it, and nobody knows how that ended",
    ),
    Column(
        "crashes",
        Integer,
        nullable=False,
        server_default="0",
        comment="workers that died on this call alone",
    ),
    Column("lease_until", Double, comment="seconds since 1970 by the clock of the database"),
    Column("reason", Text, comment="JSON: a message"),
    Column("reason_code", SafeText),
    Column("planned_at", String(64), nullable=False),
    Column("changed_at", String(64), nullable=False),
    UniqueConstraint("call_id", "audio_sha256"),
    Index(None, "audio_sha256"),
    Index(None, "state", "owner"),
)
"""What a night has to do: a row for each recording of each call. Those that are done stay until the night is
over, those that failed until they are tried again."""

file_digests = Table(
    "file_digests",
    metadata,
    Column(
        "key",
        String(64),
        primary_key=True,
        comment="SHA-256 of the paths: they can be longer than an index key",
    ),
    Column("paths", Text, nullable=False, comment="JSON [path, ...]"),
    Column("stamp", Text, nullable=False, comment="JSON [[size, mtime_ns], ...]"),
    Column("sha256", String(64), nullable=False),
)
