"""Opening: forward migration, newer databases, and errors with a remedy."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from pipeline.errors import StoreError
from pipeline.store import open_store
from pipeline.store.tables import REVISION, metadata
from tests.inspections import inspection
from tests.migrations import configuration


def test_the_code_expects_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [REVISION]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 's.db'}"
    open_store(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        # The search index and its shadow tables are SQLite's own kind, which SQLAlchemy does not describe.
        # An index over an expression is looked for by itself: Alembic cannot compare it, and warns.
        by_expression = {"ix_calls_counted"}
        ours = {
            "include_object": lambda _object, name, *_more: (
                not str(name).startswith("transcript_search") and name not in by_expression
            )
        }
        made = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars()
        assert by_expression <= set(made)
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), metadata) == []
    engine.dispose()


def test_wal_and_foreign_keys(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 's.db'}") as store, store._read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match=r"newer callinspect \(tables at 9999.*upgrade callinspect"):
        open_store(f"sqlite:///{path}")


def _open(url: str) -> int:
    with open_store(url) as store:
        return store.calls.count()


def test_eight_processes_open_a_new_store_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(_open, [f"sqlite:///{tmp_path / 's.db'}"] * 8, chunksize=1) == [0] * 8


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://u@h/d", "mysql databases are not supported"),
        ("sqlite:////nowhere/at/all/s.db", "check that the folder exists"),
        ("postgresql://u:secret@127.0.0.1:1/d", r"u:\*\*\*@.*does not answer"),
    ],
)
def test_addresses_that_cannot_be_opened(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as raised:
        open_store(url)
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_text("call_id,file\n" * 1000)
    with pytest.raises(StoreError, match="not an SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("call_id,file")


def test_a_locked_database(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_store(f"sqlite:///{path}", busy_seconds=0.2) as store:
        run_id = store.runs.start()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program keeps it locked"):
            store.inspections.save(inspection(), run_id=run_id)
        assert store.calls.count() == 0  # readers are not locked out
        other.execute("ROLLBACK")
        other.close()
        assert store.inspections.save(inspection(), run_id=run_id)


def test_a_full_disk(tmp_path: Path) -> None:
    """SQLite's own page limit stands in for the disk: the same error by the same way."""
    with open_store(f"sqlite:///{tmp_path / 's.db'}") as store:
        run_id = store.runs.start()
        assert store.inspections.save(inspection("a"), run_id=run_id)
        with store._read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full"):
            for number in range(200):
                store.inspections.save(inspection(f"b{number}"), run_id=run_id)
        whole = list(store.inspections.all())
        assert len(whole) == store.calls.count() > 0
        assert all(len(one.hits) == 1 and one.scorecard for one in whole)


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """A folder of root's that others may read, for a process that is not root for the time of the test."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    open_store(f"sqlite:///{folder / 's.db'}").close()
    (folder / "s.db").chmod(0o444)
    if root:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    else:
        folder.chmod(0o555)
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_without_write_permission(readable_folder: Path) -> None:
    with pytest.raises(StoreError, match="write"):
        open_store(f"sqlite:///{readable_folder / 'new.db'}")


def test_a_file_without_write_permission(readable_folder: Path) -> None:
    with pytest.raises(StoreError, match=r"write permission|may write there|cannot lock it"):
        open_store(f"sqlite:///{readable_folder / 's.db'}").runs.start()


def test_a_read_only_database(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    open_store(f"sqlite:///{path}").close()
    with open_store(f"sqlite:///{path}") as store:
        run_id = store.runs.start()
        with store._read() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="read-only"):
            store.inspections.save(inspection(), run_id=run_id)


def test_an_in_memory_store() -> None:
    with open_store("sqlite://") as store:
        run_id = store.runs.start()
        assert store.inspections.save(inspection(), run_id=run_id)
        assert store.inspections.current("c1") == inspection()
