"""The tables of agents who judge in turn: rounds, who hears which call, and what they said."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

juries = Table(
    "juries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("state", String(16), nullable=False, comment="open (blind), closed (compared)"),
    Column("seed", SafeText, nullable=False, comment="which calls, and whose turn"),
    Column("date_from", String(10), nullable=False),
    Column("date_to", String(10), nullable=False),
    Column("opened_by", Integer, ForeignKey("users.id")),
    Column("opened_at", String(64), nullable=False),
    Column("closed_at", String(64)),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
)

jury_calls = Table(
    "jury_calls",
    metadata,
    Column("jury", Integer, ForeignKey("juries.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("judge", Integer, ForeignKey("users.id"), nullable=False),
    UniqueConstraint("jury", "place", name="uq_jury_calls_place"),
    Index(None, "call"),
    Index(None, "judge"),
)

jury_scores = Table(
    "jury_scores",
    metadata,
    Column("jury", Integer, ForeignKey("juries.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("criterion", SafeText, primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id"), nullable=False),
    Column("at", String(64), nullable=False),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Index(None, "call"),
)
