"""The tables of runs: what each reports, the calls that workers died on, the files whose digests are known.

Times of day are UTC, ISO 8601.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

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

attempts = Table(
    "attempts",
    metadata,
    Column("call_id", SafeText, primary_key=True),
    Column("audio_sha256", String(64), primary_key=True),
    Column("run", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("crashes", Integer, nullable=False, comment="workers that died on this call alone"),
    Column("reason", SafeText),
)

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
