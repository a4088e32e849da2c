"""Checks, backups, copies: a store is whole, stays whole in its copies, and goes on working in them."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from pipeline.cli.main import status
from pipeline.domain import Correction, Role, Span, Transcript, Utterance, Verdict
from pipeline.domain.people import UserRole
from pipeline.errors import StoreError
from pipeline.store import (
    CallFilter,
    FileStamp,
    Store,
    back_up,
    check_store,
    copy_store,
    open_store,
    opened_as_is,
)
from pipeline.store.contents import RowSum, kept_tables, pages, summed
from pipeline.store.tables import transcript_grams
from tests.contract.servers import empty_schema
from tests.inspections import inspection
from tests.nights import fill
from tests.people import user

ROOT = Path(__file__).resolve().parents[2]
BAD, CRITERION = "O02", "shirk"


def seen(store: Store) -> int:
    case = store.cases.case(BAD)
    assert case is not None
    return case.version


def furnish(store: Store) -> None:
    """What people do, with events that point to others of their table, and what no database likes to hold."""
    ann = user(store, "ann", UserRole.SUPERVISOR)
    run_id = store.runs.start()
    name = Correction(0, "王芳", 0.9)
    said = Utterance(Role.AGENT, Span(0.0, 2.0), "黄方您好\\u0041\x00", corrections=(name,))
    store.inspections.save(replace(inspection("odd\udcff"), transcript=Transcript((said,))), run_id=run_id)
    store.inspections.save(inspection("old"), run_id=run_id)
    store.inspections.save(inspection("new"), run_id=run_id)
    store.runs.finish(run_id)
    store.merges.merge("new", "old", by=ann)
    store.decisions.decide(BAD, CRITERION, Verdict.OVERTURNED, by=ann, request="v1", seen=seen(store))
    (event,) = store.decisions.history(BAD)
    store.decisions.undo(event.id, by=ann, request="u1")
    store.decisions.decide(BAD, CRITERION, Verdict.CONFIRMED, by=ann, request="v2", seen=seen(store))
    store.coaching.write("8002", "听一下", by=ann, request="n1", call_id=BAD)
    store.file_digests.remember([([FileStamp(Path("/dump/a\udcff.wav"), 1, 2)], "d" * 64)])


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A night in an SQLite file that people have worked on."""
    url = fill(tmp_path / "callinspect.db")
    with open_store(url) as store:
        furnish(store)
    return url


def sums(url: str) -> dict[str, RowSum]:
    with opened_as_is(url) as database, database.snapshot() as connection:
        return {table.name: summed(pages(connection, table)) for table in kept_tables()}


def wrong(url: str) -> dict[str, tuple[str, ...]]:
    with opened_as_is(url) as database:
        return {one.name: one.examples for one in check_store(database) if one.wrong}


def copied(url: str, target: str) -> int:
    with opened_as_is(url) as database:
        return copy_store(database, target).rows


def works_on(store: Store) -> None:
    """A run, a review and a search, as on the store that was copied."""
    run_id = store.runs.start()
    store.inspections.save(inspection("later"), run_id=run_id)
    store.runs.finish(run_id)
    assert store.inspections.current("later") == inspection("later")
    ann = store.accounts.named("ann")
    assert ann is not None
    assert store.decisions.verdicts(BAD)[CRITERION].verdict is Verdict.CONFIRMED
    last = store.decisions.history(BAD)[-1]
    store.decisions.undo(last.id, by=ann.id, request="u2")
    assert CRITERION not in store.decisions.verdicts(BAD)
    for question in ("没收到", "王芳", "黄方"):
        assert len(list(store.calls.all(CallFilter(text=question)))) == 1


def test_to_postgresql_and_back(small: str, server: str, tmp_path: Path) -> None:
    empty_schema(server)
    before = sums(small)
    assert {name for name, one in before.items() if one.rows} >= {"decisions", "merges", "notes", "audit"}
    assert copied(small, server) == sum(one.rows for one in before.values())
    assert sums(server) == before
    assert wrong(server) == {}
    back = f"sqlite:///{tmp_path / 'back.db'}"
    copied(server, back)
    assert sums(back) == sums(small) == before
    assert wrong(back) == {}
    assert stat.S_IMODE((tmp_path / "back.db").stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="not empty"):
        copied(small, server)
    for url in (server, back):
        with open_store(url) as store:
            assert store.inspections.current("odd\udcff") is not None
            works_on(store)
        assert wrong(url) == {}
    with opened_as_is(server) as database:
        back_up(database, tmp_path / "server.db")
    assert sums(f"sqlite:///{tmp_path / 'server.db'}") == sums(server)


def test_a_copy_that_fails_leaves_the_target_empty(small: str, server: str, tmp_path: Path) -> None:
    empty_schema(server)
    with sqlite3.connect(tmp_path / "callinspect.db") as raw:
        raw.execute("UPDATE runs SET host = char(0)")  # PostgreSQL does not take it
    raw.close()
    with pytest.raises(StoreError):
        copied(small, server)
    assert {name for name, one in sums(server).items() if one.rows} == {"listed_key"}  # a new store's own


@pytest.fixture
def written(small: str) -> Iterator[str]:
    """The store while a run writes all the time."""
    ended = threading.Event()

    def write() -> None:
        with open_store(small) as store:
            run_id, number = store.runs.start(), 0
            while not ended.is_set():
                number += 1
                store.inspections.save(inspection(f"w{number}"), run_id=run_id)

    writer = threading.Thread(target=write)
    writer.start()
    yield small
    ended.set()
    writer.join()


def test_a_backup_while_a_run_writes(written: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with opened_as_is(written) as database:
        back_up(database, target)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert wrong(f"sqlite:///{target}") == {}
        one = sums(f"sqlite:///{target}")
        with pytest.raises(StoreError, match="already"):
            back_up(database, target)
        assert sums(f"sqlite:///{target}") == one
        back_up(database, target, force=True)
        (tmp_path / "backup.db-wal").touch()
        with pytest.raises(StoreError, match=r"backup\.db-wal lies beside it"):
            back_up(database, target, force=True)
        with pytest.raises(StoreError, match="the store itself"):
            back_up(database, tmp_path / "callinspect.db", force=True)
    assert not list(tmp_path.glob(".*"))


def test_a_store_of_another_version_is_backed_up_and_not_copied(small: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "callinspect.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
        raw.execute("DROP TABLE sample_calls")
    raw.close()
    with opened_as_is(small) as database:
        back_up(database, tmp_path / "old.db")
        with pytest.raises(StoreError, match="its tables are at 0001"):
            copy_store(database, f"sqlite:///{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()
    assert wrong(f"sqlite:///{tmp_path / 'old.db'}") == {"version": ("0001",)}


def test_what_is_wrong_is_found(store: Store, url: str) -> None:
    run_id = store.runs.start()
    for name in ("a", "b"):
        store.inspections.save(inspection(name), run_id=run_id)
    assert wrong(url) == {}
    with store._write() as connection:
        last = connection.execute(select(func.max(transcript_grams.c.hearing))).scalar_one()
        connection.execute(delete(transcript_grams).where(transcript_grams.c.hearing == last))
        connection.exec_driver_sql("UPDATE calls SET audio_sha256 = 'x' WHERE call_id = 'b'")
        connection.exec_driver_sql("DELETE FROM cases WHERE call = 1")
    assert wrong(url) == {"transcripts": (str(last),), "sound": ("b",), "cases": ("a",)}


def test_damage_of_a_file_is_found(small: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "callinspect.db"
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM hearings WHERE id = 1")  # without a look at who points to it
        raw.execute("DROP TRIGGER transcript_grams_delete")
        raw.execute("DELETE FROM transcript_grams WHERE hearing = 2")
    raw.close()
    assert {"references", "index"} <= wrong(small).keys()
    content = bytearray(path.read_bytes())
    content[40 * 4096 : 60 * 4096] = b"\xff" * (20 * 4096)
    path.write_bytes(content)
    assert "file" in wrong(small)
    assert status(["--store", small, "--lang", "en", "store", "check"]) == 1
    assert "restore a backup" in capsys.readouterr().out
    assert status(["--store", small, "store", "backup", str(tmp_path / "b.db")]) != 0
    assert not (tmp_path / "b.db").exists()


def test_the_page_restores_a_backup(small: str, tmp_path: Path) -> None:
    """The commands of the page, as they stand there."""
    page = (ROOT / "docs" / "backup.md").read_text("utf-8")
    chapter = page[page.index("## Restore") : page.index("## To PostgreSQL")]
    typed = "\n".join(re.findall(r"^    (.*)$", chapter, re.MULTILINE))
    (tmp_path / "backups").mkdir()
    assert status(["--store", small, "store", "backup", str(tmp_path / "backups" / "night-1.db")]) == 0
    before = sums(small)
    (tmp_path / "callinspect.db").write_bytes(b"lost" * 4096)
    (tmp_path / "callinspect.db-wal").write_bytes(b"and its log")
    (tmp_path / "callinspect").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline.cli "$@"\n')
    (tmp_path / "callinspect").chmod(0o755)
    found = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-e", "-c", typed], cwd=tmp_path, env=found, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = sums(small)
    assert after.pop("audit").rows >= before.pop("audit").rows
    assert after == before
    with open_store(small) as store:
        works_on(store)
