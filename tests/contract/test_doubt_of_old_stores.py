"""A store from before doubt was a state is brought along: cases, ranges, and who is next."""

from __future__ import annotations

from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline.domain import Outcome, Severity, Verdict
from pipeline.store import Store, open_store
from tests.inspections import finding, inspection
from tests.migrations import configuration
from tests.people import user

NEW = {
    "verdicts": ("state", "cause", "next"),
    "cases": ("score_low", "score_high", "final", "passes_low", "passes_high", "open_findings", "causes"),
}
LATER = (
    "DROP INDEX ix_calls_counted",
    "DROP INDEX ix_audit_call_id",
    "DROP INDEX ix_audit_audio_sha256",
    "ALTER TABLE calls DROP COLUMN received_local",
    "ALTER TABLE audit DROP COLUMN call_id",
    "ALTER TABLE audit DROP COLUMN audio_sha256",
    "DROP TABLE skipped",
    "DROP TABLE rule_drafts",
    "DROP TABLE sign_in_places",
    "ALTER TABLE utterances DROP COLUMN corrections",
    "ALTER TABLE inspections DROP COLUMN role_evidence",
    "DROP TABLE call_voices",
    "ALTER TABLE findings DROP COLUMN only_flags",
    "DROP INDEX ix_verdicts_trust",
    "DROP TABLE trust_changes",
    "DROP TABLE proposals",
    "DROP TABLE rule_edits",
    "ALTER TABLE hits DROP COLUMN wording",
    "DROP TABLE alert_events",
    "DROP TABLE alerts",
    "DROP TABLE rarity_changes",
    "ALTER TABLE verdicts DROP COLUMN applies",
    "DROP INDEX ix_calls_satisfaction",
    "ALTER TABLE calls DROP COLUMN satisfaction",
    "DROP TABLE callback_events",
    "DROP TABLE callbacks",
    "DROP TABLE list_doubts",
    "DROP TABLE list_finding_rows",
    "DROP TABLE list_findings",
    "DROP TABLE listed_key",
    "DROP TABLE listed_calls",
    "DROP TABLE notices",
    "DROP TABLE goal_clips",
    "DROP TABLE goal_events",
    "DROP TABLE goals",
    "ALTER TABLE exemplars DROP COLUMN anonymous",
    "ALTER TABLE users DROP COLUMN mail",
    "DROP TABLE work_items",
    "CREATE TABLE attempts (call_id TEXT NOT NULL, audio_sha256 VARCHAR(64) NOT NULL, run INTEGER NOT NULL, "
    "crashes INTEGER NOT NULL, reason TEXT, PRIMARY KEY (call_id, audio_sha256))",
    "ALTER TABLE runs DROP COLUMN judges_by",
    "ALTER TABLE runs DROP COLUMN told_at",
    "ALTER TABLE runs DROP COLUMN tell_tries",
    "DROP TABLE run_progress",
    "DROP TABLE run_failures",
    "DROP TABLE failures",
    "DROP TABLE failure_marks",
    "DROP TABLE jury_scores",
    "DROP TABLE jury_calls",
    "DROP TABLE juries",
)
"""What later migrations make, undone."""


def before_doubt() -> str:
    """The revision that the migration starts from."""
    found = ScriptDirectory.from_config(configuration()).get_revision("0006")
    assert found is not None
    assert isinstance(found.down_revision, str)
    return found.down_revision


def kept(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store._read() as connection:
        return {
            table: [
                {k: v for k, v in row.items() if k != "version"}
                for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).mappings()
            ]
            for table in ("cases", "verdicts")
        }


def test_doubt_comes_with_the_tables(store: Store, run_id: int) -> None:
    findings = (
        finding("leak", Outcome.FAILED, severity=Severity.A),
        finding("rude", Outcome.FAILED, severity=Severity.C),
        finding("greeting"),
    )
    for name in ("untouched", "disputed", "unheard", "second", "done"):
        store.inspections.save(inspection(name, flagged=True, findings=findings), run_id=run_id)
    store.inspections.save(inspection("clean", findings=(finding("greeting"),), score=100.0), run_id=run_id)
    ann, bob = user(store, "ann"), user(store, "bob")
    decisions, yes, no = store.decisions, Verdict.CONFIRMED, Verdict.OVERTURNED
    decisions.decide("disputed", "rude", yes, by=ann, request="1", seen=9)
    decisions.decide("disputed", "rude", no, by=bob, request="2", seen=9)
    decisions.decide("unheard", "rude", Verdict.UNSURE, by=ann, request="3", seen=9)
    decisions.decide("second", "leak", yes, by=ann, request="4", seen=9)
    for number, (criterion, by) in enumerate((("leak", ann), ("leak", bob), ("rude", ann))):
        decisions.decide("done", criterion, yes, by=by, request=f"d{number}", seen=9)
    decisions.finish("done", by=ann, request="5")
    wanted = kept(store)
    causes = {row["causes"] for row in wanted["cases"]}
    assert causes == {"", "disputed", "unheard", "second"}
    with store._write() as connection:
        for statement in LATER:
            connection.execute(text(statement))
        # reasons were sentences then
        connection.execute(text("UPDATE inspections SET flag_reasons = '[]', reason = NULL, ledger = '[]'"))
        connection.execute(text("UPDATE findings SET reason = ''"))
        for table, columns in NEW.items():
            for column in columns:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for table, column in (("verdicts", "disputed"), ("verdicts", "settled"), ("cases", "second")):
            connection.execute(
                text(f"ALTER TABLE {table} ADD COLUMN {column} BOOLEAN NOT NULL DEFAULT FALSE")
            )
        connection.execute(
            text("UPDATE alembic_version SET version_num = :before"), {"before": before_doubt()}
        )
    address = store.url
    store.close()
    with open_store(address) as again:
        assert kept(again) == wanted
