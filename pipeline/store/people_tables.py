"""The tables of people: accounts, sign-in, the log of their acts and their saved filters.

``audit`` is only ever appended. Times of day are UTC, ISO 8601.
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
)

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", SafeText, nullable=False, unique=True, comment="what is typed at sign-in, lower case"),
    Column("display_name", SafeText, nullable=False),
    Column("role", String(16), nullable=False, comment="agent, reviewer, lead, supervisor or administrator"),
    Column("team", SafeText, comment="NULL: all teams (supervisors, reviewers) or none yet (leads)"),
    Column("agent_id", SafeText, comment="the agent this user is, in the call list"),
    Column("password", String(256), comment="argon2id; NULL: signs in elsewhere, or has not chosen one yet"),
    Column("subject", SafeText, unique=True, comment="who they are at the identity provider"),
    Column("lang", String(2)),
    Column("theme", String(8), comment="light, dark or NULL for the system's"),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", String(64), nullable=False),
    Column("mail", SafeText, comment="where notices go; NULL: nowhere"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True, comment="SHA-256 of what the cookie holds"),
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(64), nullable=False),
    Column("seen_at", String(64), nullable=False),
    Column("expires_at", String(64), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("agent", SafeText, comment="the browser, as it names itself"),
    Index(None, "user"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token", String(64), primary_key=True, comment="SHA-256 of the one-time link"),
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(64), nullable=False),
    Column("expires_at", String(64), nullable=False),
    Column("used_at", String(64)),
    Index(None, "user"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", String(80), primary_key=True, comment="what is counted, and a digest of whose"),
    Column("count", Integer, nullable=False),
    Column("last_at", Double, nullable=False, comment="seconds since the epoch"),
    Column(
        "until", Double, nullable=False, comment="no attempt is looked at before; seconds since the epoch"
    ),
)

sign_in_places = Table(
    "sign_in_places",
    metadata,
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("place", String(80), primary_key=True, comment="browser:<digest> or address:<digest>"),
    Column("at", String(64), nullable=False, comment="the latest sign-in there"),
    Index(None, "place"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(64), nullable=False),
    Column("user", Integer, ForeignKey("users.id"), comment="NULL: the program itself, or nobody signed in"),
    Column(
        "action", String(48), nullable=False, comment="stable name: sign-in, user-add, purge, listen, ..."
    ),
    Column("subject", SafeText, comment="what it was done to"),
    Column("details", Text, nullable=False, comment="JSON object"),
    Column("address", SafeText),
    Column("call_id", SafeText, comment="the call it was about; stays when the call is deleted"),
    Column("audio_sha256", String(64), comment="the sound that call had then"),
    Index(None, "at"),
    Index(None, "user", "at"),
    Index(None, "call_id", postgresql_using="hash"),
    Index(None, "audio_sha256"),
)

filters = Table(
    "filters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", SafeText, nullable=False),
    Column("query", SafeText, nullable=False, comment="the part of the address behind the question mark"),
    UniqueConstraint("user", "name", name="uq_filters"),
)
