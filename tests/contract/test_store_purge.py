"""Deleting old calls leaves the others whole, and nothing of the old ones."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipeline.store import CallFilter, FileStamp, Store, StoredProblem
from tests.inspections import CHINA, inspection

NEW_DAY = date(2026, 11, 2)


@pytest.fixture
def three(store: Store, run_id: int) -> Store:
    for name, day in (("old", 1), ("older", 1), ("new", 2)):
        each = inspection(name, started_at=datetime(2026, 11, day, 10, tzinfo=CHINA))
        store.save(each, run_id=run_id)
        stamps = [FileStamp(path, 1, 1) for path in each.recording.paths]
        store.remember_digests([(stamps, each.recording.sha256)])
    store.add_problems(run_id, [StoredProblem("missing-file", "gone", call_id="old")])
    return store


def test_a_dry_run_only_counts(three: Store) -> None:
    found = three.purge(NEW_DAY, dry_run=True)
    assert (found.calls, found.inspections, found.decisions, found.appeals) == (2, 2, 0, 0)
    assert found.oldest is not None and found.oldest.startswith("2026-11-01")
    assert three.count() == 3


def test_old_calls_are_gone_with_their_traces(three: Store, run_id: int) -> None:
    before = three.inspection("new")
    stamps = [
        [FileStamp(path, 1, 1) for path in found.recording.paths] for found in three.inspections(CallFilter())
    ]
    assert None not in three.digests(stamps)
    assert three.purge(NEW_DAY).calls == 2
    assert [row.call.call_id for row in three.calls()] == ["new"]
    assert three.inspection("new") == before
    assert three.inspection("old") is None
    assert [found is None for found in three.digests(stamps)] == [True, True, False]
    assert [p for p in three.problems(run_id) if p.call_id == "old"] == []
    assert three.purge(NEW_DAY).calls == 0
