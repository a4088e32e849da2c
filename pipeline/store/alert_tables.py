"""The tables of alerts: one row for each escalation of a call, and the steps that people took.

``alert_events`` are only ever appended; ``alerts`` holds what they add up to, written in the same
transaction, so that a list is one indexed read. Times of day are UTC, ISO 8601; times in the audio are
seconds.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("code", SafeText, nullable=False, comment="of the phrase that was said"),
    Column("found_at", String(64), nullable=False),
    Column("raised_by", Integer, ForeignKey("users.id"), comment="NULL: the machine found it, or the shell"),
    Column("by_machine", Boolean, nullable=False, comment="the current inspection raises it"),
    Column(
        "heard", String(16), nullable=False, comment="degree as the words say: unstated, speaks, will, done"
    ),
    Column("places", Text, nullable=False, comment="JSON [[start, end, role, quote, confidence], ...]"),
    Column("state", String(16), nullable=False, comment="new, taken, reported, closed, overturned"),
    Column("owner", Integer, ForeignKey("users.id")),
    Column("degree", String(16), comment="as a person corrected it"),
    Column("liability", String(16), comment="none, light, medium, grave; NULL: not judged"),
    Column("reported_at", String(64)),
    Column("ended_at", String(64), comment="closed or overturned"),
    Column("version", Integer, nullable=False, comment="counts steps: who acts on an old one is told"),
    Column(
        "audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was given on"
    ),
    UniqueConstraint("call", "code", name="uq_alerts"),
    Index(None, "state", "ended_at"),
    Index(None, "owner", "state"),
)

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert", Integer, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="raise, take, report, degree, liability, analyse, close, overturn, follow, comment, undo",
    ),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}", comment="JSON object: what the step said"),
    Column("user", Integer, ForeignKey("users.id"), comment="NULL: made by the command line"),
    Column("at", String(64), nullable=False),
    Column("undoes", Integer, ForeignKey("alert_events.id"), unique=True, comment="kind undo: which event"),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    Index(None, "alert", "id"),
)
