"""Deleting old calls leaves the others whole, and nothing of the old ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.domain import Role, Span, Transcript, Utterance
from pipeline.messages import verbatim
from pipeline.store import CallFilter, FileStamp, Remains, Store, StoredProblem, erasing, open_store
from tests.inspections import CHINA, inspection

NEW_DAY = date(2026, 11, 2)


@pytest.fixture
def three(store: Store, run_id: int) -> Store:
    for name, day in (("old", 1), ("older", 1), ("new", 2)):
        each = inspection(name, started_at=datetime(2026, 11, day, 10, tzinfo=CHINA))
        store.inspections.save(each, run_id=run_id)
        stamps = [FileStamp(path, 1, 1) for path in each.recording.paths]
        store.file_digests.remember([(stamps, each.recording.sha256)])
    store.runs.add_problems(run_id, [StoredProblem("missing-file", verbatim("gone"), call_id="old")])
    return store


def test_a_dry_run_only_counts(three: Store) -> None:
    found = three.purge(NEW_DAY, dry_run=True)
    assert (found.calls, found.inspections, found.decisions, found.appeals) == (2, 2, 0, 0)
    assert found.oldest is not None and found.oldest.startswith("2026-11-01")
    assert three.calls.count() == 3


def test_old_calls_are_gone_with_their_traces(three: Store, run_id: int) -> None:
    before = three.inspections.current("new")
    stamps = [
        [FileStamp(path, 1, 1) for path in found.recording.paths]
        for found in three.inspections.all(CallFilter())
    ]
    assert None not in three.file_digests.known(stamps)
    assert three.purge(NEW_DAY).calls == 2
    assert [row.call.call_id for row in three.calls.all()] == ["new"]
    assert three.inspections.current("new") == before
    assert three.inspections.current("old") is None
    assert [found is None for found in three.file_digests.known(stamps)] == [True, True, False]
    assert [p for p in three.runs.problems(run_id) if p.call_id == "old"] == []
    assert three.purge(NEW_DAY).calls == 0


SAID = "这句话只在旧通话里说过"


def leaves_no_text(folder: Path) -> bool:
    """Whether no file of the database holds the words, in any form that SQLite keeps them in."""
    files = [path for path in folder.iterdir() if path.name.startswith("store.db")]
    assert files
    return not any(SAID.encode() in path.read_bytes() for path in files)


@pytest.fixture
def spoken(tmp_path: Path) -> Iterator[Store]:
    """A night in an SQLite file: old calls with words of their own, and one that stays."""
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        run = store.runs.start(dump=Path("/dump"), settings="s1")
        for number in range(30):
            said = Utterance(Role.AGENT, Span(0.0, 3.0), f"{SAID}，第{number}次。" * 20)
            each = inspection(f"old{number}", started_at=datetime(2026, 11, 1, 10, tzinfo=CHINA))
            store.inspections.save(replace(each, transcript=Transcript((said,))), run_id=run)
        store.inspections.save(
            inspection("new", started_at=datetime(2026, 11, 2, 10, tzinfo=CHINA)), run_id=run
        )
        store.runs.finish(run, state="finished")
        yield store


def test_purged_text_is_in_no_file_while_a_server_runs(spoken: Store, tmp_path: Path) -> None:
    with open_store(spoken.url) as server:
        assert server.calls.count() == 31  # its connection stays open
        assert not leaves_no_text(tmp_path)
        found = spoken.purge(NEW_DAY)
        assert (found.calls, found.remains) == (30, None)
        assert leaves_no_text(tmp_path)
        assert server.calls.count() == 1


def test_a_reader_in_the_way_is_told_and_doing_it_again_finishes_it(
    spoken: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_PATIENCE_MS", 100)
    reader = sqlite3.connect(tmp_path / "store.db")
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM calls").fetchone() == (31,)
    assert spoken.purge(NEW_DAY).remains is Remains.READER
    assert not leaves_no_text(tmp_path)
    reader.close()
    again = spoken.purge(NEW_DAY)
    assert (again.calls, again.remains) == (0, None)
    assert leaves_no_text(tmp_path)


def test_what_an_earlier_version_left_in_the_gaps_goes_too(spoken: Store, tmp_path: Path) -> None:
    spoken.close()
    old = sqlite3.connect(tmp_path / "store.db")
    old.execute("PRAGMA foreign_keys = ON")
    old.execute("PRAGMA secure_delete = OFF")
    old.execute("DELETE FROM calls WHERE call_id LIKE 'old%'")
    old.execute("DELETE FROM hearings WHERE id NOT IN (SELECT hearing FROM inspections)")
    old.commit()
    old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old.close()
    with open_store(spoken.url) as store:
        assert not leaves_no_text(tmp_path)
        run = store.runs.start()
        with open_store(spoken.url) as shell:
            assert shell.purge(NEW_DAY).remains is Remains.BUSY
        store.runs.finish(run, state="finished")
        store.close()
        assert store.purge(NEW_DAY).remains is None
    assert leaves_no_text(tmp_path)


def test_a_server_frees_the_rows_and_says_so(three: Store) -> None:
    remains = three.purge(NEW_DAY).remains
    assert remains is (Remains.SERVER if three.url.startswith("postgresql") else None)
