"""The tables of review, beside the machine's own: decisions, appeals, samples, calibration, coaching.

Events (decisions, appeal_events) are only ever appended. ``cases`` and ``verdicts`` hold what the
events add up to, written in the same transaction, so that a queue over 100,000 calls is one indexed read.
Times of day are UTC, ISO 8601; times in the audio are seconds.
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
    false,
    text,
    true,
)

from pipeline.store.tables import metadata
from pipeline.store.text import SafeText

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column(
        "inspection",
        Integer,
        ForeignKey("inspections.id", ondelete="SET NULL"),
        comment="the revision that was looked at",
    ),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="verdict, addition, roles, comment, answer, finish, reopen, undo",
    ),
    Column("criterion", SafeText, comment="verdict, addition, comment on a finding"),
    Column("verdict", String(16), comment="confirmed, overturned or unsure"),
    Column("outcome", String(16), comment="what the machine had said, when this was decided"),
    Column("starts", Double),
    Column("ends", Double),
    Column("role", String(16)),
    Column("quote", SafeText),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}", comment="JSON object"),
    Column("user", Integer, ForeignKey("users.id"), comment="NULL: made by the command line"),
    Column("at", String(64), nullable=False),
    Column("undoes", Integer, ForeignKey("decisions.id"), unique=True, comment="kind undo: which event"),
    Column("origin", String(16), nullable=False, comment="review, second, appeal, sample"),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Column(
        "sound_in_doubt",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="an earlier version may have made it on other sound than the call has",
    ),
    Index(None, "call", "id"),
    Index(None, "user", "at"),
)

SETTLED_FINDINGS = "outcome = 'failed' AND state IN ('confirmed', 'overturned')"
"""Verdicts that say whether the machine was right to accuse."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("criterion", SafeText, primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("outcome", String(16), nullable=False, comment="it holds as long as the machine still says this"),
    Column("added", Boolean, nullable=False, comment="a person found it, and the machine should have"),
    Column("decision", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("user", Integer, ForeignKey("users.id")),
    Column("second", Integer, ForeignKey("users.id"), comment="the other person who spoke"),
    Column("state", String(12), comment="confirmed, overturned, open; NULL: the machine says it no longer"),
    Column("cause", String(12), comment="why it is open: unheard, second, disputed, sound"),
    Column("next", String(12), comment="who is to speak: nobody, reviewer, another, supervisor"),
    Column("at", String(64), nullable=False),
    Column(
        "applies", Boolean, nullable=False, server_default=true(), comment="false: a person says it does not"
    ),
    Index(None, "criterion", "verdict"),
    # The latest settled verdicts on what a criterion found, without a look at the rest.
    Index(
        "ix_verdicts_trust",
        *("criterion", "decision"),
        sqlite_where=text(SETTLED_FINDINGS),
        postgresql_where=text(SETTLED_FINDINGS),
    ),
)

cases = Table(
    "cases",
    metadata,
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "inspection",
        Integer,
        ForeignKey("inspections.id", ondelete="SET NULL"),
        comment="the current one; NULL only while it is being replaced",
    ),
    Column("state", String(16), nullable=False, comment="none (nothing to review), open, done"),
    Column("priority", Double, nullable=False, comment="higher needs a person more"),
    Column("worst", String(1), comment="gravest class among what still stands"),
    Column("confidence", Double, comment="lowest among the evidence of violations"),
    Column("pending", Integer, nullable=False, comment="findings about which somebody is still to speak"),
    Column("score", Double, comment="the score with human verdicts in it; provisional unless final"),
    Column("score_low", Double, comment="if everything that is not settled counts"),
    Column("score_high", Double, comment="if none of it does"),
    Column("final", Boolean, nullable=False, comment="nothing that costs points is unreviewed or open"),
    Column("passed", Boolean, comment="NULL unless final"),
    Column("passes_low", Boolean, comment="passes even at the low end"),
    Column("passes_high", Boolean, comment="passes at the high end"),
    Column("open_findings", Integer, nullable=False, comment="findings in doubt, of the pending ones"),
    Column("causes", String(48), nullable=False, comment="why they are open, separated by spaces"),
    Column("assigned", Integer, ForeignKey("users.id")),
    Column("claimed", Integer, ForeignKey("users.id")),
    Column("claimed_until", Double, comment="seconds since the epoch; a claim ends by itself"),
    Column("finished_by", Integer, ForeignKey("users.id")),
    Column("finished_at", String(64)),
    Column(
        "version", Integer, nullable=False, comment="counts every change: who decides on an old one is told"
    ),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Index(None, "state", "priority"),
    Index(None, "claimed"),
    Index(None, "assigned", "state"),
    Index(None, "inspection"),
    Index(None, "score"),
)

skipped = Table(
    "skipped",
    metadata,
    Column("user", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False, comment="of the case: a changed call counts as unseen"),
    Column("at", Double, nullable=False, comment="seconds since the epoch"),
    Index(None, "call"),
)


# Appeals

appeals = Table(
    "appeals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("criterion", SafeText, nullable=False),
    Column("agent_id", SafeText),
    Column("team", SafeText),
    Column("filed_by", Integer, ForeignKey("users.id"), comment="NULL: filed from the shell"),
    Column("reason", SafeText, nullable=False),
    Column(
        "state",
        String(16),
        nullable=False,
        comment="filed, returned, accepted, upheld, rejected, withdrawn, expired",
    ),
    Column("filed_at", String(64), nullable=False),
    Column("due_at", String(64), comment="by when the next step is to be taken"),
    Column("decided_at", String(64)),
    Column(
        "reviewer", Integer, ForeignKey("users.id"), comment="whose verdict is appealed; NULL: the machine's"
    ),
    Column("version", Integer, nullable=False),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Index(None, "state", "due_at"),
    Index(None, "call", "criterion"),
)

appeal_events = Table(
    "appeal_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appeal", Integer, ForeignKey("appeals.id", ondelete="CASCADE"), nullable=False),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="file, accept, return, opinion, decide, withdraw, expire, comment",
    ),
    Column("opinion", String(16), comment="uphold or reject"),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("user", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("request", String(64), nullable=False, unique=True),
    Index(None, "appeal", "id"),
)

# Samples and calibration

samples = Table(
    "samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("seed", SafeText, nullable=False, comment="announced before the calls are taken"),
    Column("rule", Text, nullable=False, comment="JSON: per agent or team, how many, from when to when, ..."),
    Column("announced_at", String(64), nullable=False),
    Column("announced_by", Integer, ForeignKey("users.id")),
    Column("drawn_at", String(64)),
    Column("population", Integer, comment="calls it was drawn from"),
    Column("population_sha256", String(64), comment="of their identifiers in order: anyone can draw again"),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
)

sample_calls = Table(
    "sample_calls",
    metadata,
    Column("sample", Integer, ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("stratum", SafeText, nullable=False, comment="the agent or team it was drawn for"),
    Column("place", Integer, nullable=False),
    Column(
        "misses", Integer, comment="violations the machine missed, counted by a person; NULL: not heard yet"
    ),
    Column("heard_by", Integer, ForeignKey("users.id")),
    Column("heard_at", String(64)),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Index(None, "call"),
)

calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("state", String(16), nullable=False, comment="open (blind), closed (compared)"),
    Column("expert", Integer, ForeignKey("users.id"), comment="whose scores are the baseline"),
    Column("opened_by", Integer, ForeignKey("users.id")),
    Column("opened_at", String(64), nullable=False),
    Column("closed_at", String(64)),
    Column("request", String(64), nullable=False, unique=True, comment="a repeated request changes nothing"),
)

calibration_scorers = Table(
    "calibration_scorers",
    metadata,
    Column("calibration", Integer, ForeignKey("calibrations.id", ondelete="CASCADE"), primary_key=True),
    Column("user", Integer, ForeignKey("users.id"), primary_key=True),
)

calibration_calls = Table(
    "calibration_calls",
    metadata,
    Column("calibration", Integer, ForeignKey("calibrations.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False),
)

calibration_scores = Table(
    "calibration_scores",
    metadata,
    Column("calibration", Integer, ForeignKey("calibrations.id", ondelete="CASCADE"), primary_key=True),
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("user", Integer, ForeignKey("users.id"), primary_key=True),
    Column("criterion", SafeText, primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("comment", SafeText, nullable=False, server_default=""),
    Column("at", String(64), nullable=False),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
)

# Coaching

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", SafeText, nullable=False),
    Column("call", Integer, ForeignKey("calls.id", ondelete="SET NULL")),
    Column("criterion", SafeText),
    Column("starts", Double, comment="the place in the call it speaks of"),
    Column("text", SafeText, nullable=False),
    Column("author", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("acknowledged_at", String(64)),
    Column("request", String(64), nullable=False, unique=True),
    Column("audio_sha256", String(64), nullable=False, server_default="", comment="the sound it was made on"),
    Index(None, "agent_id", postgresql_using="hash"),
)

exemplars = Table(
    "exemplars",
    metadata,
    Column("call", Integer, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("note", SafeText, nullable=False, server_default=""),
    Column("nominated_by", Integer, ForeignKey("users.id")),
    Column("at", String(64), nullable=False),
    Column("approved_by", Integer, ForeignKey("users.id"), comment="NULL: nominated only"),
    Column(
        "anonymous", Boolean, nullable=False, server_default=false(), comment="who proposed it is not told"
    ),
)
