"""The tables of the rules: edits and proposals of a centre's own, the texts that scores were made by, and
which criteria may take points.

Times of day are UTC, ISO 8601.
"""

from __future__ import annotations

from sqlalchemy import (
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

rule_drafts = Table(
    "rule_drafts",
    metadata,
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("file", SafeText, primary_key=True, comment="as the editor names it"),
    Column("text", SafeText, nullable=False),
    Column("at", String(64), nullable=False),
)

rule_edits = Table(
    "rule_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column(
        "state",
        String(16),
        nullable=False,
        comment="draft, tried, publishing, published, rolled-back, dropped",
    ),
    Column(
        "version", Integer, nullable=False, comment="counts every change: who writes on an old one is told"
    ),
    Column("content", Text, nullable=False, comment="JSON: what it says, as the layer's files would"),
    Column("basis", String(64), comment="digest of the rules it was tried on"),
    Column("report", Text, comment="JSON: what checking and trying found"),
    Column("files", Text, comment="JSON: file -> [text before, text after], once it is published"),
    Column("reason", SafeText, nullable=False, server_default=""),
    Column("author", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("published_by", Integer, ForeignKey("users.id")),
    Column("published_at", String(64)),
    Column("rolled_back_by", Integer, ForeignKey("users.id")),
    Column("rolled_back_at", String(64)),
    Column("rollback_reason", SafeText, nullable=False, server_default=""),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    Index(None, "state"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Column("kind", String(8), nullable=False, comment="hit, quiet, wording"),
    Column("criterion", SafeText, nullable=False),
    Column("code", SafeText, nullable=False, server_default="", comment="empty: whoever answers says which"),
    Column("phrase", SafeText, nullable=False, server_default="", comment="as the lexicon lists it"),
    Column("role", String(16), nullable=False),
    Column("starts", Double, nullable=False),
    Column("ends", Double, nullable=False),
    Column("text", SafeText, nullable=False, comment="the sentence, digits masked"),
    Column("proposed_by", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("state", String(16), nullable=False, comment="open, accepted, edited, refused, withdrawn"),
    Column("answered_by", Integer, ForeignKey("users.id")),
    Column("answered_at", String(64)),
    Column("reason", SafeText, nullable=False, server_default=""),
    Column(
        "edit", Integer, ForeignKey("rule_edits.id", ondelete="SET NULL"), comment="the draft it went into"
    ),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    UniqueConstraint("call", "criterion", "kind", "starts", "role", name="uq_proposals"),
    Index(None, "state", "id"),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("revision", SafeText, primary_key=True),
    Column("kind", String(16), nullable=False, comment="rubric, lexicons or trust"),
    Column("content", Text, nullable=False, comment="the file as it was (others: JSON)"),
    Column("first_used", String(64), nullable=False),
)

trust_changes = Table(
    "trust_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("criterion", SafeText, nullable=False),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="closed, opened (by reviews); only-flag, take-points, undo (by a person)",
    ),
    Column("confirmed", Integer, nullable=False, comment="latest reviews at that moment"),
    Column("overturned", Integer, nullable=False),
    Column("bar", Double, nullable=False, comment="what the lower bound of precision had to reach"),
    Column("reason", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id"), comment="NULL: the reviews, or the command line"),
    Column("at", String(64), nullable=False),
    Column("undoes", Integer, ForeignKey("trust_changes.id"), unique=True, comment="kind undo: which act"),
    Column("request", String(64), unique=True, comment="of an act: a repeated request changes nothing"),
    Index(None, "criterion", "id"),
)
"""What opened and closed the gate of each criterion; only ever appended."""

rarity_changes = Table(
    "rarity_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", SafeText, nullable=False),
    Column("per_1000", Double, nullable=False, comment="by the sheet, of 1,000 utterances"),
    Column("factor", Double, nullable=False, comment="by which reviews move it from then on; 1: no longer"),
    Column("confirmed", Integer, nullable=False, comment="latest reviews at that moment"),
    Column("overturned", Integer, nullable=False),
    Column("added", Integer, nullable=False, comment="by people, in unflagged calls heard by lot"),
    Column("heard", Integer, nullable=False, comment="utterances in such calls"),
    Column("at", String(64), nullable=False),
    Index(None, "code", "id"),
)
"""From when on each code was weighed against which rate; only ever appended."""
