"""A store from before there were cases gets them when it is opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from pipeline.domain import CaseState, Outcome, Severity
from pipeline.store import open_store
from tests.inspections import finding, inspection
from tests.migrations import tables_at


def old_tables(path: Path, found: dict[str, list[dict[str, object]]]) -> None:
    """A store as it was before the review room, with these rows."""
    with tables_at("0002", f"sqlite:///{path}") as connection:
        for table, rows in found.items():
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def test_cases_and_confidences_come_with_the_tables(tmp_path: Path) -> None:
    new, old = f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "old.db"
    with open_store(new) as store:
        run_id = store.runs.start()
        grave = (finding("leak", Outcome.FAILED, severity=Severity.A), finding("greeting"))
        store.inspections.save(inspection("a", flagged=True, findings=grave), run_id=run_id)
        store.inspections.save(inspection("b"), run_id=run_id)
        store.runs.finish(run_id)
        wanted = [store.cases.case(name) for name in "ab"]
        stored: dict[str, list[dict[str, object]]] = {}
        with store._read() as connection:
            for table in ("runs", "calls", "hearings", "inspections", "findings"):
                rows = connection.execute(text(f"SELECT * FROM {table}")).mappings()
                stored[table] = [{k: v for k, v in row.items() if k not in NEW} for row in rows]
        for number, row in enumerate(stored["inspections"]):
            row |= {"paths": f'["/dump/{"ab"[number]}.wav"]', "audio_sha256": f"{number}" * 64}
            row["flag_reasons"] = '["grave"]' if row["flagged"] else "[]"
    old_tables(old, stored)
    with open_store(f"sqlite:///{old}") as store:
        assert [store.cases.case(name) for name in "ab"] == wanted
        case = store.cases.case("a")
        assert case is not None
        assert (case.state, case.worst, case.confidence) == (CaseState.OPEN, Severity.A, 0.9)


NEW = (
    "confidence",
    "weight",
    "received_local",
    "audio_sha256",
    "id_source",
    "replaced_by",
    "taken_channel",
    "role_evidence",
    "only_flags",
    "satisfaction",
    "judges_by",
    "told_at",
    "tell_tries",
)
"""Columns that the old tables do not have."""
