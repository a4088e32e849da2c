"""What was heard becomes a thing of its own: judging again shares the transcript instead of copying it.

Also kept from here on: the line of the sheet a finding belongs to, and the stable code of a reason.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hearings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what was heard: the same is stored once",
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_hearings_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_hearings"),
        sa.UniqueConstraint("call", "digest", name="uq_hearings"),
    )
    # Every inspection so far has a transcript of its own; its number serves as the hearing's.
    op.execute(
        "INSERT INTO hearings (id, call, digest) "
        "SELECT id, call, 'of inspection ' || id FROM inspections WHERE duration IS NOT NULL "
        "OR id IN (SELECT inspection FROM utterances) OR id IN (SELECT inspection FROM measurements)"
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('hearings', 'id'), "
            "COALESCE((SELECT max(id) FROM hearings), 1))"
        )
    # In SQL: Alembic adds a foreign key as a second step, which SQLite does not have.
    op.execute(
        "ALTER TABLE inspections ADD COLUMN hearing INTEGER "
        "CONSTRAINT fk_inspections_hearing REFERENCES hearings (id)"
    )
    op.add_column(
        "inspections",
        sa.Column(
            "reason_code", sa.Text(), nullable=True, comment="stable name of the reason, for translation"
        ),
    )
    op.execute("UPDATE inspections SET hearing = id WHERE id IN (SELECT id FROM hearings)")
    op.create_index("ix_inspections_hearing", "inspections", ["hearing"], unique=False)
    op.add_column(
        "findings",
        sa.Column(
            "group_id",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="the line of the sheet it belongs to",
        ),
    )
    op.add_column("findings", sa.Column("group_title", sa.Text(), server_default="", nullable=False))
    _rekey(
        "utterances",
        "from 0, in time order",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts", sa.Double(), nullable=False),
        sa.Column("ends", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="JSON [[text, start, end, probability], ...]"),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("role_confidence", sa.Double(), nullable=False),
        sa.Column("overlapped", sa.Boolean(), nullable=False),
    )
    _rekey(
        "measurements",
        "from 0, in the order of the measures",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False, comment="JSON [[start, end], ...]"),
    )
    op.create_index("ix_measurements_name_hearing", "measurements", ["name", "hearing"], unique=False)


def _rekey(table: str, number: str, *columns: "sa.Column[Any]") -> None:
    """Hang a table's rows on hearings. For a new foreign key, SQLite has to build the table anew."""
    names = ", ".join(column.name for column in columns)
    kept = f"SELECT inspection, number, {names} FROM"
    op.execute(f"CREATE TABLE {table}_before AS {kept} {table}")
    op.drop_table(table)
    op.create_table(
        table,
        sa.Column("hearing", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment=number),
        *columns,
        sa.ForeignKeyConstraint(["hearing"], ["hearings.id"], name=f"fk_{table}_hearing", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hearing", "number", name=f"pk_{table}"),
    )
    op.execute(f"INSERT INTO {table} (hearing, number, {names}) {kept} {table}_before")
    op.drop_table(f"{table}_before")
