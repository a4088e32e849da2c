"""What the roles of a call rest on, and the voices of its parties while a run needs them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "inspections",
        sa.Column("role_evidence", sa.Text(), nullable=True, comment="JSON: what the roles rest on"),
    )
    op.create_table(
        "call_voices",
        sa.Column("call", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column(
            "kept", sa.Boolean(), nullable=False, comment="its run has ended, and settings say to keep it"
        ),
        sa.Column("embedder", sa.Text(), nullable=False, comment="the network that made the vectors"),
        sa.Column("roles", sa.Text(), nullable=False, comment="JSON [role of party 0, of party 1]"),
        sa.Column("parties", sa.Text(), nullable=False, comment="the party of every utterance, a digit each"),
        sa.Column(
            "evidence", sa.Text(), nullable=False, comment="JSON: for party 0 being the agent, voices aside"
        ),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("pieces", sa.Text(), nullable=False, comment="JSON [[party, start, end], ...]"),
        sa.Column(
            "vectors", sa.LargeBinary(), nullable=False, comment="of all pieces, 32-bit floats one by one"
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_call_voices_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_call_voices_run"),
        sa.PrimaryKeyConstraint("call", name="pk_call_voices"),
    )
    op.create_index("ix_call_voices_run", "call_voices", ["run"])
