"""The day of calls without a time; acts name their call and its sound; what was skipped; drafts of rules."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HEARD = ("listen", "download")
"""Acts of older versions whose subject is a call."""


def upgrade() -> None:
    op.add_column("calls", sa.Column("received_local", sa.String(64)))
    _fill_days(op.get_bind())
    op.create_index("ix_calls_counted", "calls", [sa.text("coalesce(started_local, received_local)")])
    op.add_column("audit", sa.Column("call_id", sa.Text()))
    op.add_column("audit", sa.Column("audio_sha256", sa.String(64)))
    op.create_index("ix_audit_call_id", "audit", ["call_id"], postgresql_using="hash")
    op.create_index("ix_audit_audio_sha256", "audit", ["audio_sha256"])
    acts = sa.table("audit", sa.column("action"), sa.column("subject"), sa.column("call_id"))
    op.execute(sa.update(acts).where(acts.c.action.in_(_HEARD)).values(call_id=acts.c.subject))
    op.create_table(
        "skipped",
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_skipped_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_skipped_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "call", name="pk_skipped"),
    )
    op.create_index("ix_skipped_call", "skipped", ["call"])
    op.create_table(
        "rule_drafts",
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_rule_drafts_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "file", name="pk_rule_drafts"),
    )


def _fill_days(connection: sa.Connection) -> None:
    """Calls that are there already were received when they were inspected first."""
    calls = sa.table("calls", sa.column("id"), sa.column("received_local"))
    inspections = sa.table("inspections", sa.column("call"), sa.column("inspected_at"))
    first = sa.select(inspections.c.call, sa.func.min(inspections.c.inspected_at)).group_by(
        inspections.c.call
    )
    found = [
        {"key": call, "moment": datetime.fromisoformat(at).astimezone().replace(tzinfo=None).isoformat()}
        for call, at in connection.execute(first)
    ]
    if found:
        fill = (
            sa.update(calls)
            .where(calls.c.id == sa.bindparam("key"))
            .values(received_local=sa.bindparam("moment"))
        )
        connection.execute(fill, found)
