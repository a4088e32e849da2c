"""Search in what was said, and indexes that answer the screens without reading the wide rows."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.search import index_stored

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    from sqlalchemy.dialects.postgresql import TSVECTOR

    op.create_table(
        "transcript_grams",
        sa.Column("hearing", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "grams",
            TSVECTOR() if postgresql else sa.Text(),
            nullable=False,
            comment="what was said, as pairs of characters",
        ),
        sa.ForeignKeyConstraint(
            ["hearing"], ["hearings.id"], name="fk_transcript_grams_hearing", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hearing", name="pk_transcript_grams"),
    )
    if not postgresql:
        for statement in _FTS5:
            op.execute(statement)
    index_stored(op.get_bind())
    board = ["call", "current", "status", "flagged", "duration", "score", "hearing"]
    op.create_index("ix_inspections_board", "inspections", board)
    some = sa.text("alerts <> '[]'")
    op.create_index(
        "ix_inspections_alerts", "inspections", ["call", "current"], sqlite_where=some, postgresql_where=some
    )
    if postgresql:
        op.execute("CREATE INDEX ix_transcript_grams_grams ON transcript_grams USING gin (grams)")


_FTS5 = (
    # No diacritics are removed and no sizes kept: nothing is ranked, and both sides are in one form already.
    "CREATE VIRTUAL TABLE transcript_search USING fts5("
    "grams, content='transcript_grams', content_rowid='hearing', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 0')",
    # Triggers, so that the index follows whatever deletes a call: deleting cascades to its hearings and on.
    "CREATE TRIGGER transcript_grams_insert AFTER INSERT ON transcript_grams BEGIN "
    "INSERT INTO transcript_search (rowid, grams) VALUES (new.hearing, new.grams); END",
    "CREATE TRIGGER transcript_grams_delete AFTER DELETE ON transcript_grams BEGIN "
    "INSERT INTO transcript_search (transcript_search, rowid, grams) "
    "VALUES ('delete', old.hearing, old.grams); END",
)
