"""What an operator asks from the shell, and what the exit status says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text, update

from pipeline import __version__
from pipeline.store import open_store
from pipeline.store.run_tables import runs
from tests.e2e.commands import here
from tests.stores import empty_store


@pytest.fixture
def store(tmp_path: Path) -> str:
    return empty_store(tmp_path / "night.db")


def test_a_run_that_died_is_to_be_run_again(store: str, tmp_path: Path) -> None:
    assert here("status", "--store", store, cwd=tmp_path).returncode == 0
    with open_store(store) as opened:
        run_id = opened.runs.start(dump=tmp_path / "dump")
        running = here("status", "--store", store, "--json", cwd=tmp_path)
        assert (running.returncode, json.loads(running.stdout)["running"][0]["run"]) == (0, run_id)
        with opened._write() as connection:
            connection.execute(update(runs).values(pid=2**22 + 1))
        dead = here("status", "--store", store, "--lang", "en", cwd=tmp_path)
        assert (dead.returncode, "safe to run it again" in dead.stdout) == (3, True)


def test_a_store_of_another_version_is_not_touched(store: str, tmp_path: Path) -> None:
    with open_store(store) as opened, opened._write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0018'"))
    got = here("status", "--store", store, "--lang", "en", cwd=tmp_path)
    assert (got.returncode, "tables are at 0018" in got.stderr) == (2, True)
    assert here("status", "--store", "sqlite:///none.db", cwd=tmp_path).returncode == 2
    assert not (tmp_path / "none.db").exists()


def test_the_version(store: str, tmp_path: Path) -> None:
    assert here("--version", cwd=tmp_path).stdout == f"callinspect {__version__}\n"
    more = here("--version", "-v", "--store", store, cwd=tmp_path)
    assert (more.returncode, "SQLite" in more.stdout) == (0, True)
    assert here("--lang", "en", cwd=tmp_path).stderr.startswith("usage: no command is named")


def test_failures_that_are_none(store: str, tmp_path: Path) -> None:
    got = here("failed", "accept", "x", "--reason", "y", "--store", store, "--lang", "en", cwd=tmp_path)
    assert (got.returncode, "Nothing failed that is called x" in got.stderr) == (2, True)
    assert here("failed", "list", "--json", "--store", store, cwd=tmp_path).stdout == ""
    assert here("failed", "retry", "--store", store, cwd=tmp_path).returncode == 0
