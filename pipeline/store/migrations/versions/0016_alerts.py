"""Alerts: escalations as work with an owner, a report, a verdict of liability and an end.

The rows for what stored inspections found are written after all migrations (``pipeline/store/migrate.py``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("found_at", sa.String(64), nullable=False),
        sa.Column("raised_by", sa.Integer()),
        sa.Column("by_machine", sa.Boolean(), nullable=False),
        sa.Column("heard", sa.String(16), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.Integer()),
        sa.Column("degree", sa.String(16)),
        sa.Column("liability", sa.String(16)),
        sa.Column("reported_at", sa.String(64)),
        sa.Column("ended_at", sa.String(64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_alerts_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["raised_by"], ["users.id"], name="fk_alerts_raised_by"),
        sa.ForeignKeyConstraint(["owner"], ["users.id"], name="fk_alerts_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("call", "code", name="uq_alerts"),
    )
    op.create_index("ix_alerts_state_ended_at", "alerts", ["state", "ended_at"])
    op.create_index("ix_alerts_owner_state", "alerts", ["owner", "state"])
    op.create_table(
        "alert_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("details", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("user", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_alert_events_alert", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_alert_events_user"),
        sa.ForeignKeyConstraint(["undoes"], ["alert_events.id"], name="fk_alert_events_undoes"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_events"),
        sa.UniqueConstraint("undoes", name="uq_alert_events_undoes"),
        sa.UniqueConstraint("request", name="uq_alert_events_request"),
    )
    op.create_index("ix_alert_events_alert_id", "alert_events", ["alert", "id"])
