"""The tables of calls and what was heard and found in them, as the newest migration leaves them.

Rows for what is filtered, counted and charted (calls, inspections, measurements, hits, findings, utterances);
JSON for what is only read with its row (words, evidence, spans, the ledger). Times in the audio are seconds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    func,
    select,
    text,
)

from pipeline.store.statements import local_now
from pipeline.store.text import SafeText, SearchVector

REVISION = "0022"
"""The newest migration: what a database must be at for this code."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", SafeText, nullable=False, unique=True),
    Column("agent_id", SafeText),
    Column("agent_name", SafeText),
    Column("team", SafeText),
    Column("queue", SafeText),
    Column("direction", SafeText),
    Column("customer_number", SafeText),
    Column("started_at", String(64), comment="ISO 8601 with the offset the call list gave"),
    Column("started_local", String(64), comment="the clock on the wall, for filters and order"),
    Column("agent_channel", SafeText),
    Column(
        "received_local",
        String(64),
        default=local_now,
        comment="the clock on the wall here when the call was first inspected; see days.py",
    ),
    Column(
        "audio_sha256",
        String(64),
        nullable=False,
        server_default="",
        comment="the one sound of this call; other sound is another call",
    ),
    Column(
        "id_source",
        String(16),
        nullable=False,
        server_default="path",
        comment="who named it: list, template or path",
    ),
    Column(
        "replaced_by",
        Integer,
        ForeignKey("calls.id"),
        comment="the call that holds the corrected file: this one has no current inspection any more",
    ),
    Column("satisfaction", String(20), comment="how the customer rated it, as the call list says"),
    Index(None, "satisfaction"),
    Index(None, "started_local"),
    Index("ix_calls_counted", text("coalesce(started_local, received_local)")),
    Index(None, "audio_sha256"),
    Index(None, "replaced_by"),
    # Hash: PostgreSQL limits a B-tree key to 2,704 bytes, and a damaged call list can hold longer cells.
    Index(None, "agent_id", postgresql_using="hash"),
    Index(None, "team", postgresql_using="hash"),
)


def sound_of(call: int | None) -> Any:
    """The digest of a call's sound, as a part of a statement; empty where there is no call."""
    sound = select(calls.c.audio_sha256).where(calls.c.id == call).scalar_subquery()
    return func.coalesce(sound, "")


call_files = Table(
    "call_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column(
        "key",
        String(64),
        nullable=False,
        comment="SHA-256 of the paths: they can be longer than an index key",
    ),
    Column("paths", Text, nullable=False, comment="JSON [path, ...]: one file, or one for each party"),
    UniqueConstraint("call", "key", name="uq_call_files"),
    Index(None, "key"),
)
"""Where the sound of a call lies: more than one row where identical copies do."""

merges = Table(
    "merges",
    metadata,
    Column(
        "replaced",
        Integer,
        ForeignKey("calls.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        comment="the call that gave its id away",
    ),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("former", Text, nullable=False, comment="JSON: the call as it was, and what was current"),
    Column("at", String(64), nullable=False),
    Index(None, "call"),
)
"""What people said: this call holds the corrected file of that one."""

former_ids = Table(
    "former_ids",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("call_id", SafeText, nullable=False, comment="what the call was called"),
    Column("until", String(64), nullable=False, comment="UTC, ISO 8601"),
    Index(None, "call"),
    Index(None, "call_id", postgresql_using="hash"),
)
"""Ids that calls had before the call list or a person named them otherwise: a sample drawn by the old ids can
be drawn again."""

hearings = Table(
    "hearings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column(
        "digest", String(64), nullable=False, comment="SHA-256 of what was heard: the same is stored once"
    ),
    UniqueConstraint("call", "digest", name="uq_hearings"),
)

inspections = Table(
    "inspections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("inspected_at", String(64), nullable=False, comment="UTC, ISO 8601"),
    Column("status", String(16), nullable=False),
    Column("reason", Text, comment="JSON: a message"),
    Column("audio_sha256", String(64), nullable=False),
    Column("engine", SafeText, nullable=False),
    Column("model", SafeText, nullable=False),
    Column("lexicons", SafeText, nullable=False),
    Column("rubric", SafeText, nullable=False),
    Column("settings", SafeText, nullable=False),
    Column("duration", Double),
    Column("layout", SafeText),
    Column("score", Double),
    Column("passed", Boolean),
    Column("fatal", Boolean),
    Column("flagged", Boolean),
    Column("flag_reasons", Text, comment="JSON [message, ...]"),
    Column("alerts", Text, comment="JSON [phrase code, ...]"),
    Column("not_applicable", Text, comment="JSON: a message"),
    Column("sections", Text, comment="JSON [[title, points, maximum], ...]"),
    Column(
        "ledger", Text, comment="JSON [[criterion, title, points, evidence, note], ...]; NULL: no scorecard"
    ),
    UniqueConstraint(
        "call", "audio_sha256", "engine", "model", "lexicons", "rubric", "settings", name="uq_inspections"
    ),
    Index(
        "uq_inspections_current",
        "call",
        unique=True,
        sqlite_where=text("current"),
        postgresql_where=text("current"),
    ),
    Column("hearing", Integer, ForeignKey("hearings.id"), comment="NULL: nothing could be heard"),
    Column("reason_code", SafeText, comment="stable name of the reason, for translation"),
    Column("taken_channel", String(8), comment="left or right: whom the machine took for the agent"),
    Column("role_evidence", Text, comment="JSON: what the roles rest on"),
    Index(None, "hearing"),
    Index(None, "run"),
    Index(None, "status", "current"),
    Index(None, "flagged", "current"),
    Index(None, "score", "current"),
    # What counts over many calls need, so that they read this and not the wide rows. Not a partial index:
    # SQLite would have to see that the query's "current = 1" is the index's "current".
    Index("ix_inspections_board", "call", "current", "status", "flagged", "duration", "score", "hearing"),
    Index(
        "ix_inspections_alerts",
        *("call", "current"),
        sqlite_where=text("alerts <> '[]'"),
        postgresql_where=text("alerts <> '[]'"),
    ),
)


def _part(name: str, *columns: Column[object] | Index, of: str = "inspection", number: str) -> Table:
    """A table of ordered parts of one inspection (or of one hearing), gone with it."""
    return Table(
        name,
        metadata,
        Column(of, Integer, ForeignKey(f"{of}s.id", ondelete="CASCADE"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False, comment=number),
        *columns,
    )


utterances = _part(
    "utterances",
    Column("role", String(16), nullable=False),
    Column("starts", Double, nullable=False),
    Column("ends", Double, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("words", Text, nullable=False, comment="JSON [[text, start, end, probability], ...]"),
    Column("confidence", Double, nullable=False),
    Column("role_confidence", Double, nullable=False),
    Column("overlapped", Boolean, nullable=False),
    Column(
        "corrections",
        Text,
        nullable=False,
        server_default="[]",
        comment="JSON [[first character, name, confidence], ...]: misheard names",
    ),
    of="hearing",
    number="from 0, in time order",
)

transcript_grams = Table(
    "transcript_grams",
    metadata,
    Column(
        "hearing",
        Integer,
        ForeignKey("hearings.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column(
        "grams",
        Text().with_variant(SearchVector(), "postgresql"),
        nullable=False,
        comment="what was said, as pairs of characters",
    ),
)
"""What search looks in. Its index is written by triggers on SQLite (an FTS5 table, ``transcript_search``)
and a GIN index on PostgreSQL; both are made by the migration, for SQLAlchemy knows neither."""

measurements = _part(
    "measurements",
    Column("name", SafeText, nullable=False),
    Column("value", Double),
    Column("unit", SafeText, nullable=False),
    Column("spans", Text, nullable=False, comment="JSON [[start, end], ...]"),
    Index(None, "name", "hearing"),
    of="hearing",
    number="from 0, in the order of the measures",
)

hits = _part(
    "hits",
    Column("code", SafeText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("phrase", SafeText, nullable=False),
    Column("role", String(16), nullable=False),
    Column("starts", Double, nullable=False),
    Column("ends", Double, nullable=False),
    Column("quote", SafeText, nullable=False),
    Column("how", String(16), nullable=False),
    Column("confidence", Double, nullable=False),
    Column("utterance", Integer, nullable=False),
    Column(
        "wording",
        SafeText,
        nullable=False,
        server_default="",
        comment="what the sound matched; empty: as quoted",
    ),
    Index(None, "code", "inspection"),
    number="from 0",
)

findings = _part(
    "findings",
    Column("criterion", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("section", SafeText, nullable=False),
    Column("severity", String(1)),
    Column("outcome", String(16), nullable=False),
    Column("points", Double, nullable=False),
    Column("reason", Text, nullable=False, comment="JSON: a message; empty: none"),
    Column("fatal", Boolean, nullable=False),
    Column(
        "evidence",
        Text,
        nullable=False,
        comment="JSON [[start, end, role, quote, phrase, how, confidence, wording, rate (where told)], ...]",
    ),
    Column(
        "occurrences", Integer, nullable=False, comment="places in the evidence, at least 1 where it failed"
    ),
    Column(
        "group_id",
        SafeText,
        nullable=False,
        server_default="",
        comment="the line of the sheet it belongs to",
    ),
    Column("group_title", SafeText, nullable=False, server_default=""),
    Column("confidence", Double, comment="lowest among its evidence"),
    Column("weight", Integer, comment="how often it counts, where not once for each place"),
    Column(
        "only_flags",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="failed, and takes no points until a person confirms it",
    ),
    Index(None, "criterion", "outcome", "inspection"),
    Index(None, "severity", "outcome", "inspection"),
    number="from 0, in the order of the rubric",
)


def asked_of_people(code: str) -> ColumnElement[bool]:
    """Condition: a finding that no machine judges, with this reason (:mod:`pipeline.domain.finding`)."""
    f = findings.c
    return and_(f.outcome == "not-applicable", f.reason.contains(f'"{code}"', autoescape=True))


call_voices = Table(
    "call_voices",
    metadata,
    Column(
        "call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("kept", Boolean, nullable=False, comment="its run has ended, and settings say to keep it"),
    Column("embedder", SafeText, nullable=False, comment="the network that made the vectors"),
    Column("roles", Text, nullable=False, comment="JSON [role of party 0, of party 1]"),
    Column("parties", Text, nullable=False, comment="the party of every utterance, a digit each"),
    Column("evidence", Text, nullable=False, comment="JSON: for party 0 being the agent, voices aside"),
    Column("duration", Double, nullable=False),
    Column("pieces", Text, nullable=False, comment="JSON [[party, start, end], ...]"),
    Column("vectors", LargeBinary, nullable=False, comment="of all pieces, 32-bit floats one by one"),
    Index(None, "run"),
)
"""The voices of calls, until their run has ended: nothing shows them, exports them or reads them back with
an inspection."""
