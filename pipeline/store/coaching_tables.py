"""The tables of goals and of notices.

``goal_events`` are only ever appended; ``goals`` holds what they add up to, written in the same transaction.
Days are ``2026-11-20`` by the clock on the wall, as calls have theirs; times of day are UTC, ISO 8601; times
in the audio are seconds.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

goals = Table(
    "goals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", SafeText, nullable=False),
    Column("team", SafeText, comment="of the agent when it was set: whose lead sees it"),
    Column("criterion", SafeText, nullable=False),
    Column("title", SafeText, nullable=False, comment="of the criterion, as findings had it then"),
    Column("severity", String(1)),
    Column("text", SafeText, nullable=False, server_default="", comment="what the lead adds"),
    Column(
        "state", String(16), nullable=False, comment="open, acknowledged, reached, not-reached, withdrawn"
    ),
    Column("due", String(10), nullable=False, comment="day on which it is looked at again"),
    Column("set_by", Integer, ForeignKey("users.id")),
    Column("set_on", String(10), nullable=False),
    Column("talked_on", String(10), comment="since when the agent knows; calls after that day count"),
    Column("ended_on", String(10)),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    Index(None, "agent_id", "state"),
    Index(None, "state", "due"),
)

goal_events = Table(
    "goal_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("goal", Integer, ForeignKey("goals.id", ondelete="CASCADE"), nullable=False),
    Column(
        "kind", String(16), nullable=False, comment="set, acknowledge, talk, reach, miss, withdraw, comment"
    ),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("request", String(64), nullable=False, unique=True),
    Index(None, "goal", "id"),
)

goal_clips = Table(
    "goal_clips",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("goal", Integer, ForeignKey("goals.id", ondelete="CASCADE"), nullable=False),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("starts", Double, comment="NULL: the whole call shows it"),
    Column("ends", Double),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    UniqueConstraint("goal", "call", "starts", name="uq_goal_clips"),
    Index(None, "call"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), comment="of which it tells"),
    Column("goal", Integer, ForeignKey("goals.id", ondelete="CASCADE")),
    Column("number", Integer, comment="key of the appeal or note, or how many calls"),
    Column("at", String(64), nullable=False),
    Column("read_at", String(64)),
    Column("mailed_at", String(64)),
    Column("mail_tries", Integer, nullable=False, server_default="0"),
    Column("mail_after", Double, nullable=False, server_default="0", comment="seconds since the epoch"),
    Column("key", String(120), nullable=False, unique=True, comment="what happened, and to whom: told once"),
    Index(None, "user", "read_at"),
    Index(None, "call"),
    Index(None, "goal"),
)
