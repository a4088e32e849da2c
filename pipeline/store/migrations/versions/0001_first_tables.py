"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("agent_name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("customer_number", sa.Text(), nullable=True),
        sa.Column(
            "started_at",
            sa.String(length=64),
            nullable=True,
            comment="ISO 8601 with the offset the call list gave",
        ),
        sa.Column(
            "started_local",
            sa.String(length=64),
            nullable=True,
            comment="the clock on the wall, for filters and order",
        ),
        sa.Column("agent_channel", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("call_id", name="uq_calls_call_id"),
    )
    op.create_index("ix_calls_agent_id", "calls", ["agent_id"], unique=False, postgresql_using="hash")
    op.create_index("ix_calls_started_local", "calls", ["started_local"], unique=False)
    op.create_index("ix_calls_team", "calls", ["team"], unique=False, postgresql_using="hash")
    op.create_table(
        "file_digests",
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the paths: they can be longer than an index key",
        ),
        sa.Column("paths", sa.Text(), nullable=False, comment="JSON [path, ...]"),
        sa.Column("stamp", sa.Text(), nullable=False, comment="JSON [[size, mtime_ns], ...]"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_file_digests"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="run, rescore, ..."),
        sa.Column(
            "state",
            sa.String(length=16),
            nullable=False,
            comment="running, finished, stopped, failed or abandoned",
        ),
        sa.Column("dump", sa.Text(), nullable=True),
        sa.Column(
            "settings", sa.Text(), nullable=True, comment="digest of the settings that can change a result"
        ),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(length=64), nullable=False, comment="UTC, ISO 8601"),
        sa.Column("finished_at", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True, comment="JSON"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_table(
        "attempts",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False, comment="workers that died on this call alone"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_attempts_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "audio_sha256", name="pk_attempts"),
    )
    op.create_table(
        "inspections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("inspected_at", sa.String(length=64), nullable=False, comment="UTC, ISO 8601"),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("paths", sa.Text(), nullable=False, comment="JSON [path, ...]"),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("lexicons", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("fatal", sa.Boolean(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=True),
        sa.Column("flag_reasons", sa.Text(), nullable=True, comment="JSON [reason, ...]"),
        sa.Column("alerts", sa.Text(), nullable=True, comment="JSON [phrase code, ...]"),
        sa.Column("not_applicable", sa.Text(), nullable=True),
        sa.Column("sections", sa.Text(), nullable=True, comment="JSON [[title, points, maximum], ...]"),
        sa.Column(
            "ledger",
            sa.Text(),
            nullable=True,
            comment="JSON [[criterion, title, points, evidence, note], ...]; NULL: no scorecard",
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_inspections_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_inspections_run"),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
        sa.UniqueConstraint(
            "call", "audio_sha256", "engine", "model", "lexicons", "rubric", "settings", name="uq_inspections"
        ),
    )
    op.create_index("ix_inspections_flagged_current", "inspections", ["flagged", "current"], unique=False)
    op.create_index("ix_inspections_run", "inspections", ["run"], unique=False)
    op.create_index("ix_inspections_score_current", "inspections", ["score", "current"], unique=False)
    op.create_index("ix_inspections_status_current", "inspections", ["status", "current"], unique=False)
    op.create_index(
        "uq_inspections_current",
        "inspections",
        ["call"],
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_problems_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_problems"),
    )
    op.create_index("ix_problems_run", "problems", ["run"], unique=False)
    op.create_table(
        "findings",
        sa.Column("inspection", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="from 0, in the order of the rubric",
        ),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=1), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.Column(
            "evidence",
            sa.Text(),
            nullable=False,
            comment="JSON [[start, end, role, quote, phrase, how, confidence], ...]",
        ),
        sa.Column(
            "occurrences",
            sa.Integer(),
            nullable=False,
            comment="places in the evidence, at least 1 where it failed",
        ),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_findings_inspection", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inspection", "number", name="pk_findings"),
    )
    op.create_index(
        "ix_findings_criterion_outcome_inspection",
        "findings",
        ["criterion", "outcome", "inspection"],
        unique=False,
    )
    op.create_index(
        "ix_findings_severity_outcome_inspection",
        "findings",
        ["severity", "outcome", "inspection"],
        unique=False,
    )
    op.create_table(
        "hits",
        sa.Column("inspection", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 0"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts", sa.Double(), nullable=False),
        sa.Column("ends", sa.Double(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_hits_inspection", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inspection", "number", name="pk_hits"),
    )
    op.create_index("ix_hits_code_inspection", "hits", ["code", "inspection"], unique=False)
    op.create_table(
        "measurements",
        sa.Column("inspection", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="from 0, in the order of the measures",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False, comment="JSON [[start, end], ...]"),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_measurements_inspection", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inspection", "number", name="pk_measurements"),
    )
    op.create_index("ix_measurements_name_inspection", "measurements", ["name", "inspection"], unique=False)
    op.create_table(
        "utterances",
        sa.Column("inspection", sa.Integer(), nullable=False),
        sa.Column(
            "number", sa.Integer(), autoincrement=False, nullable=False, comment="from 0, in time order"
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts", sa.Double(), nullable=False),
        sa.Column("ends", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="JSON [[text, start, end, probability], ...]"),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("role_confidence", sa.Double(), nullable=False),
        sa.Column("overlapped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_utterances_inspection", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inspection", "number", name="pk_utterances"),
    )
