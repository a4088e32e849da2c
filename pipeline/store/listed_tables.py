"""The tables of the call list: its rows with and without sound, what rules found, who is called back.

A row keeps no telephone number and no case number: a digest under a key of this store, which tells whether
two rows mean the same one, and the last four digits. Deleting by day covers them (``purging.py``).
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
    UniqueConstraint,
    false,
)

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

listed_calls = Table(
    "listed_calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, comment="SHA-256: which row of the list it is"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of what the list said last"),
    Column("call_id", SafeText),
    Column("agent_id", SafeText),
    Column("agent_name", SafeText),
    Column("team", SafeText),
    Column("queue", SafeText),
    Column("direction", SafeText),
    Column("started_at", String(64), comment="ISO 8601 with the offset the call list gave"),
    Column("started_local", String(64), comment="the clock on the wall, for filters and order"),
    Column("day", String(10), nullable=False, comment="it began on, else was first read on"),
    Column("clock", Boolean, nullable=False, comment="false: a day without the time of day"),
    Column("number", String(64), comment="keyed digest of the customer's number; NULL: none, or masked"),
    Column("number_end", String(4), comment="its last four digits"),
    Column("answered", Boolean),
    Column("talk_seconds", Double),
    Column("relation", String(16)),
    Column("case_key", String(64), comment="keyed digest of the case"),
    Column("purpose", SafeText),
    Column("recorded", String(8), nullable=False, comment="found, missing or unclear"),
    Column("damaged", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key", name="uq_listed_calls"),
    Index(None, "day"),
    Index(None, "call_id", postgresql_using="hash"),
)

listed_key = Table(
    "listed_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret", String(64), nullable=False, comment="random; keys the digests of this store"),
)

list_findings = Table(
    "list_findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("title_en", SafeText, nullable=False),
    Column("day", String(10), nullable=False, comment="that it counts under"),
    Column("hour", Integer, comment="of the day, of the row that went too far"),
    Column("agent_id", SafeText, comment="NULL: not one agent's doing, or nobody says whose"),
    Column("agent_name", SafeText),
    Column("team", SafeText),
    Column("queue", SafeText),
    Column("number_end", String(4)),
    Column("measured", Double, comment="what was counted: tries, minutes, seconds"),
    Index(None, "day", "rule"),
)

list_finding_rows = Table(
    "list_finding_rows",
    metadata,
    Column("finding", Integer, ForeignKey("list_findings.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 0, in time order"),
    Column("row", Integer, ForeignKey("listed_calls.id", ondelete="CASCADE"), nullable=False),
    Column("over", Boolean, nullable=False, comment="went too far; else it is only counted"),
    Index(None, "row"),
)

list_doubts = Table(
    "list_doubts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("title_en", SafeText, nullable=False),
    Column("day", String(10), nullable=False, comment="of the row, else on which it was first read"),
    Column("team", SafeText),
    Column("reason", String(32), nullable=False),
    Column("rows", Integer, nullable=False),
    Index(None, "day"),
)
"""Rows that could not be judged, and why."""

callbacks = Table(
    "callbacks",
    metadata,
    Column(
        "call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("owner", Integer, ForeignKey("users.id")),
    Column("due", String(10), comment="the last day; NULL: as the setting says"),
    Column("done_at", String(64)),
    Column("done_by", Integer, ForeignKey("users.id")),
    Column("remark", SafeText, nullable=False, server_default=""),
    Column("version", Integer, nullable=False),
)
"""What people did about customers who were very dissatisfied; such a call without a row is nobody's yet."""

callback_events = Table(
    "callback_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False, comment="take, due, done or reopen"),
    Column("due", String(10)),
    Column("remark", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id"), comment="NULL: made by the command line"),
    Column("at", String(64), nullable=False),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    Index(None, "call", "id"),
)
