"""The review room: people, decisions, appeals, samples, calibration, coaching."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rulebooks",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="rubric or lexicons"),
        sa.Column(
            "content",
            sa.Text(),
            nullable=False,
            comment="the file as it was (lexicons: JSON {file name: text})",
        ),
        sa.Column("first_used", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_rulebooks"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column(
            "key",
            sa.String(length=80),
            nullable=False,
            comment="user:<digest of the name> or address:<digest>",
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False, comment="seconds since the epoch"),
        sa.Column(
            "until",
            sa.Double(),
            nullable=False,
            comment="no attempt is looked at before; seconds since the epoch",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failures"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="what is typed at sign-in, lower case"),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.String(length=16),
            nullable=False,
            comment="agent, reviewer, lead, supervisor or administrator",
        ),
        sa.Column(
            "team",
            sa.Text(),
            nullable=True,
            comment="NULL: all teams (supervisors, reviewers) or none yet (leads)",
        ),
        sa.Column("agent_id", sa.Text(), nullable=True, comment="the agent this user is, in the call list"),
        sa.Column(
            "password",
            sa.String(length=256),
            nullable=True,
            comment="argon2id; NULL: signs in elsewhere, or has not chosen one yet",
        ),
        sa.Column("subject", sa.Text(), nullable=True, comment="who they are at the identity provider"),
        sa.Column("lang", sa.String(length=2), nullable=True),
        sa.Column(
            "theme", sa.String(length=8), nullable=True, comment="light, dark or NULL for the system's"
        ),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("filed_by", sa.Integer(), nullable=True, comment="NULL: filed from the shell"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=16),
            nullable=False,
            comment="filed, returned, accepted, upheld, rejected, withdrawn, expired",
        ),
        sa.Column("filed_at", sa.String(length=64), nullable=False),
        sa.Column(
            "due_at", sa.String(length=64), nullable=True, comment="by when the next step is to be taken"
        ),
        sa.Column("decided_at", sa.String(length=64), nullable=True),
        sa.Column(
            "reviewer", sa.Integer(), nullable=True, comment="whose verdict is appealed; NULL: the machine's"
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_appeals_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["filed_by"], ["users.id"], name="fk_appeals_filed_by"),
        sa.ForeignKeyConstraint(["reviewer"], ["users.id"], name="fk_appeals_reviewer"),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
    )
    op.create_index("ix_appeals_call_criterion", "appeals", ["call", "criterion"], unique=False)
    op.create_index("ix_appeals_state_due_at", "appeals", ["state", "due_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.Column(
            "user", sa.Integer(), nullable=True, comment="NULL: the program itself, or nobody signed in"
        ),
        sa.Column(
            "action",
            sa.String(length=48),
            nullable=False,
            comment="stable name: sign-in, user-add, purge, listen, ...",
        ),
        sa.Column("subject", sa.Text(), nullable=True, comment="what it was done to"),
        sa.Column("details", sa.Text(), nullable=False, comment="JSON object"),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_audit_user"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_user_at", "audit", ["user", "at"], unique=False)
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, comment="open (blind), closed (compared)"),
        sa.Column("expert", sa.Integer(), nullable=True, comment="whose scores are the baseline"),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.String(length=64), nullable=True),
        sa.Column(
            "request", sa.String(length=64), nullable=False, comment="a repeated request changes nothing"
        ),
        sa.ForeignKeyConstraint(["expert"], ["users.id"], name="fk_calibrations_expert"),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name="fk_calibrations_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_calibrations"),
        sa.UniqueConstraint("request", name="uq_calibrations_request"),
    )
    op.create_table(
        "calibration_scorers",
        sa.Column("calibration", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration"],
            ["calibrations.id"],
            name="fk_calibration_scorers_calibration",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_calibration_scorers_user"),
        sa.PrimaryKeyConstraint("calibration", "user", name="pk_calibration_scorers"),
    )
    op.create_table(
        "exemplars",
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("nominated_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True, comment="NULL: nominated only"),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name="fk_exemplars_approved_by"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_exemplars_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["nominated_by"], ["users.id"], name="fk_exemplars_nominated_by"),
        sa.PrimaryKeyConstraint("call", name="pk_exemplars"),
    )
    op.create_table(
        "filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "query", sa.Text(), nullable=False, comment="the part of the address behind the question mark"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_filters_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_filters"),
        sa.UniqueConstraint("user", "name", name="uq_filters"),
    )
    op.create_table(
        "invitations",
        sa.Column("token", sa.String(length=64), nullable=False, comment="SHA-256 of the one-time link"),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_invitations_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name="pk_invitations"),
    )
    op.create_index("ix_invitations_user", "invitations", ["user"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=True),
        sa.Column("criterion", sa.Text(), nullable=True),
        sa.Column("starts", sa.Double(), nullable=True, comment="the place in the call it speaks of"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.Column("acknowledged_at", sa.String(length=64), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name="fk_notes_author"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_notes_call", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint("request", name="uq_notes_request"),
    )
    op.create_index("ix_notes_agent_id", "notes", ["agent_id"], unique=False, postgresql_using="hash")
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False, comment="announced before the calls are taken"),
        sa.Column(
            "rule",
            sa.Text(),
            nullable=False,
            comment="JSON: per agent or team, how many, from when to when, ...",
        ),
        sa.Column("announced_at", sa.String(length=64), nullable=False),
        sa.Column("announced_by", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.String(length=64), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True, comment="calls it was drawn from"),
        sa.Column(
            "population_sha256",
            sa.String(length=64),
            nullable=True,
            comment="of their identifiers in order: anyone can draw again",
        ),
        sa.Column(
            "request", sa.String(length=64), nullable=False, comment="a repeated request changes nothing"
        ),
        sa.ForeignKeyConstraint(["announced_by"], ["users.id"], name="fk_samples_announced_by"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("request", name="uq_samples_request"),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(length=64), nullable=False, comment="SHA-256 of what the cookie holds"),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True, comment="the browser, as it names itself"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_sessions_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"], unique=False)
    op.create_table(
        "appeal_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="file, accept, return, opinion, decide, withdraw, expire, comment",
        ),
        sa.Column("opinion", sa.String(length=16), nullable=True, comment="uphold or reject"),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("user", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal"], ["appeals.id"], name="fk_appeal_events_appeal", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_appeal_events_user"),
        sa.PrimaryKeyConstraint("id", name="pk_appeal_events"),
        sa.UniqueConstraint("request", name="uq_appeal_events_request"),
    )
    op.create_index("ix_appeal_events_appeal_id", "appeal_events", ["appeal", "id"], unique=False)
    op.create_table(
        "calibration_calls",
        sa.Column("calibration", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration"], ["calibrations.id"], name="fk_calibration_calls_calibration", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_calibration_calls_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("calibration", "call", name="pk_calibration_calls"),
    )
    op.create_table(
        "calibration_scores",
        sa.Column("calibration", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration"], ["calibrations.id"], name="fk_calibration_scores_calibration", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["call"], ["calls.id"], name="fk_calibration_scores_call", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_calibration_scores_user"),
        sa.PrimaryKeyConstraint("calibration", "call", "user", "criterion", name="pk_calibration_scores"),
    )
    op.create_table(
        "sample_calls",
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False, comment="the agent or team it was drawn for"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "misses",
            sa.Integer(),
            nullable=True,
            comment="violations the machine missed, counted by a person; NULL: not heard yet",
        ),
        sa.Column("heard_by", sa.Integer(), nullable=True),
        sa.Column("heard_at", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_sample_calls_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["heard_by"], ["users.id"], name="fk_sample_calls_heard_by"),
        sa.ForeignKeyConstraint(
            ["sample"], ["samples.id"], name="fk_sample_calls_sample", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample", "call", name="pk_sample_calls"),
    )
    op.create_index("ix_sample_calls_call", "sample_calls", ["call"], unique=False)
    op.create_table(
        "cases",
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column(
            "inspection",
            sa.Integer(),
            nullable=True,
            comment="the current one; NULL only while it is being replaced",
        ),
        sa.Column(
            "state", sa.String(length=16), nullable=False, comment="none (nothing to review), open, done"
        ),
        sa.Column("priority", sa.Double(), nullable=False, comment="higher needs a person more"),
        sa.Column(
            "worst", sa.String(length=1), nullable=True, comment="gravest class among what still stands"
        ),
        sa.Column(
            "confidence", sa.Double(), nullable=True, comment="lowest among the evidence of violations"
        ),
        sa.Column(
            "pending", sa.Integer(), nullable=False, comment="violations and doubts nobody has decided"
        ),
        sa.Column("score", sa.Double(), nullable=True, comment="the score with human verdicts in it"),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("second", sa.Boolean(), nullable=False, comment="waits for a second person"),
        sa.Column("assigned", sa.Integer(), nullable=True),
        sa.Column("claimed", sa.Integer(), nullable=True),
        sa.Column(
            "claimed_until",
            sa.Double(),
            nullable=True,
            comment="seconds since the epoch; a claim ends by itself",
        ),
        sa.Column("finished_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.String(length=64), nullable=True),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="counts every change: who decides on an old one is told",
        ),
        sa.ForeignKeyConstraint(["assigned"], ["users.id"], name="fk_cases_assigned"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_cases_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["claimed"], ["users.id"], name="fk_cases_claimed"),
        sa.ForeignKeyConstraint(["finished_by"], ["users.id"], name="fk_cases_finished_by"),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_cases_inspection", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("call", name="pk_cases"),
    )
    op.create_index("ix_cases_assigned_state", "cases", ["assigned", "state"], unique=False)
    op.create_index("ix_cases_claimed", "cases", ["claimed"], unique=False)
    op.create_index("ix_cases_inspection", "cases", ["inspection"], unique=False)
    op.create_index("ix_cases_score", "cases", ["score"], unique=False)
    op.create_index("ix_cases_state_priority", "cases", ["state", "priority"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("inspection", sa.Integer(), nullable=True, comment="the revision that was looked at"),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="verdict, addition, roles, comment, finish, reopen, undo",
        ),
        sa.Column("criterion", sa.Text(), nullable=True, comment="verdict, addition, comment on a finding"),
        sa.Column("verdict", sa.String(length=16), nullable=True, comment="confirmed, overturned or unsure"),
        sa.Column(
            "outcome",
            sa.String(length=16),
            nullable=True,
            comment="what the machine had said, when this was decided",
        ),
        sa.Column("starts", sa.Double(), nullable=True),
        sa.Column("ends", sa.Double(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False, comment="JSON object"),
        sa.Column("user", sa.Integer(), nullable=True, comment="NULL: made by the command line"),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True, comment="kind undo: which event"),
        sa.Column("origin", sa.String(length=16), nullable=False, comment="review, second, appeal, sample"),
        sa.Column(
            "request", sa.String(length=64), nullable=False, comment="a repeated request changes nothing"
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_decisions_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["inspection"], ["inspections.id"], name="fk_decisions_inspection", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["undoes"], ["decisions.id"], name="fk_decisions_undoes"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_decisions_user"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("request", name="uq_decisions_request"),
        sa.UniqueConstraint("undoes", name="uq_decisions_undoes"),
    )
    op.create_index("ix_decisions_call_id", "decisions", ["call", "id"], unique=False)
    op.create_index("ix_decisions_user_at", "decisions", ["user", "at"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column(
            "outcome",
            sa.String(length=16),
            nullable=False,
            comment="it holds as long as the machine still says this",
        ),
        sa.Column("added", sa.Boolean(), nullable=False, comment="a person found it, not the machine"),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=True),
        sa.Column("second", sa.Integer(), nullable=True, comment="who confirmed it as the second person"),
        sa.Column("disputed", sa.Boolean(), nullable=False, comment="two people said different things"),
        sa.Column("settled", sa.Boolean(), nullable=False, comment="false: another person is still to speak"),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_verdicts_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name="fk_verdicts_decision"),
        sa.ForeignKeyConstraint(["second"], ["users.id"], name="fk_verdicts_second"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_verdicts_user"),
        sa.PrimaryKeyConstraint("call", "criterion", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_criterion_verdict", "verdicts", ["criterion", "verdict"], unique=False)
    op.add_column(
        "findings",
        sa.Column("confidence", sa.Double(), nullable=True, comment="lowest among its evidence"),
    )
    op.add_column(
        "findings",
        sa.Column(
            "weight",
            sa.Integer(),
            nullable=True,
            comment="how often it counts, where not once for each place",
        ),
    )
    _remember_confidence(op.get_bind())


def _remember_confidence(connection: sa.Connection) -> None:
    """Violations stored before have it in their evidence only."""
    names = ("inspection", "number", "outcome", "evidence", "confidence")
    findings = sa.table("findings", *(sa.column(name) for name in names))
    f = findings.c
    query = sa.select(f.inspection, f.number, f.evidence).where(f.outcome == "failed")
    found = [
        {"of": row.inspection, "at": row.number, "lowest": min(sure)}
        for row in connection.execute(query)
        if (sure := [float(item[6]) for item in json.loads(row.evidence)])
    ]
    where = (f.inspection == sa.bindparam("of"), f.number == sa.bindparam("at"))
    if found:
        connection.execute(sa.update(findings).where(*where).values(confidence=sa.bindparam("lowest")), found)
