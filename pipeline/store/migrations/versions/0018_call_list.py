"""The rows of the call list, what rules found in them, ratings of customers and who is called back."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("satisfaction", sa.String(20)))
    op.create_index("ix_calls_satisfaction", "calls", ["satisfaction"])
    op.create_table(
        "listed_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("call_id", sa.Text()),
        sa.Column("agent_id", sa.Text()),
        sa.Column("agent_name", sa.Text()),
        sa.Column("team", sa.Text()),
        sa.Column("queue", sa.Text()),
        sa.Column("direction", sa.Text()),
        sa.Column("started_at", sa.String(64)),
        sa.Column("started_local", sa.String(64)),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("clock", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(64)),
        sa.Column("number_end", sa.String(4)),
        sa.Column("answered", sa.Boolean()),
        sa.Column("talk_seconds", sa.Double()),
        sa.Column("relation", sa.String(16)),
        sa.Column("case_key", sa.String(64)),
        sa.Column("purpose", sa.Text()),
        sa.Column("recorded", sa.String(8), nullable=False),
        sa.Column("damaged", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_listed_calls"),
        sa.UniqueConstraint("key", name="uq_listed_calls"),
    )
    op.create_index("ix_listed_calls_day", "listed_calls", ["day"])
    op.create_index("ix_listed_calls_call_id", "listed_calls", ["call_id"], postgresql_using="hash")
    key = op.create_table(
        "listed_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_listed_key"),
    )
    op.bulk_insert(key, [{"id": 1, "secret": secrets.token_hex(32)}])
    op.create_table(
        "list_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("hour", sa.Integer()),
        sa.Column("agent_id", sa.Text()),
        sa.Column("agent_name", sa.Text()),
        sa.Column("team", sa.Text()),
        sa.Column("queue", sa.Text()),
        sa.Column("number_end", sa.String(4)),
        sa.Column("measured", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_list_findings"),
    )
    op.create_index("ix_list_findings_day_rule", "list_findings", ["day", "rule"])
    op.create_table(
        "list_finding_rows",
        sa.Column("finding", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"], ["list_findings.id"], name="fk_list_finding_rows_finding", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["row"], ["listed_calls.id"], name="fk_list_finding_rows_row", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding", "number", name="pk_list_finding_rows"),
    )
    op.create_index("ix_list_finding_rows_row", "list_finding_rows", ["row"])
    op.create_table(
        "list_doubts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_doubts"),
    )
    op.create_index("ix_list_doubts_day", "list_doubts", ["day"])
    _callbacks()


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("call", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Integer()),
        sa.Column("due", sa.String(10)),
        sa.Column("done_at", sa.String(64)),
        sa.Column("done_by", sa.Integer()),
        sa.Column("remark", sa.Text(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_callbacks_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner"], ["users.id"], name="fk_callbacks_owner"),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name="fk_callbacks_done_by"),
        sa.PrimaryKeyConstraint("call", name="pk_callbacks"),
    )
    op.create_table(
        "callback_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("due", sa.String(10)),
        sa.Column("remark", sa.Text(), nullable=False, server_default=""),
        sa.Column("user", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_callback_events_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_callback_events_user"),
        sa.PrimaryKeyConstraint("id", name="pk_callback_events"),
        sa.UniqueConstraint("request", name="uq_callback_events_request"),
    )
    op.create_index("ix_callback_events_call_id", "callback_events", ["call", "id"])


def downgrade() -> None:
    for table in (
        "callback_events", "callbacks", "list_doubts", "list_finding_rows", "list_findings", "listed_key",
        "listed_calls",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_calls_satisfaction", "calls")
    op.drop_column("calls", "satisfaction")
