"""Whole runs on both databases, and a server that drops its connections in the middle of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.batch.run import run
from pipeline.batch.summary import Progress
from pipeline.batch.work import Limits
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from tests.contract.worlds import did_nothing
from tests.unit.batch.tiny import REVISIONS, tiny

ONE_BY_ONE = Limits(group_calls=1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    folder.mkdir()
    for number in range(8):
        path = folder / f"call{number}.wav"
        path.write_text(f"ok\n{number}\n" if number else f"die-once {tmp_path / 'mark'}\n")
        os.utime(path, (1.7e9, 1.7e9))
    return folder


def test_a_run_and_its_repetition(url: str, dump: Path) -> None:
    settings = Settings(store=url, workers=2)
    first = run(dump, settings=settings, inspector=tiny, revisions=REVISIONS)
    assert (first.found, first.inspected, first.exit_status) == (8, 8, 0)
    assert did_nothing(run(dump, settings=settings, inspector=tiny, revisions=REVISIONS))
    with open_store(url) as store:
        assert [row.state for row in store.runs.latest()] == ["finished", "finished"]
        assert store.runs.latest()[1].summary is not None
        assert [len(store.inspections.revisions(f"call{number}")) for number in range(8)] == [1] * 8


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_run_that_loses_its_server_connection_loses_the_right_to_write(url: str, dump: Path) -> None:
    """The lock went with the connection; a second run takes it, and the first must not go on beside it."""
    import psycopg

    usurpers: list[Store] = []

    def report(step: Progress) -> None:
        if step.stage == "inspect" and step.calls_done == 2:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            usurpers.append(open_store(url))
            usurpers[0].runs.start()

    settings = Settings(store=url, workers=1)
    with pytest.raises(StoreError, match="abandoned and may not write"):
        run(dump, settings=settings, inspector=tiny, revisions=REVISIONS, report=report, limits=ONE_BY_ONE)
    assert usurpers[0].calls.count() == 2
    usurpers[0].close()
    summary = run(dump, settings=settings, inspector=tiny, revisions=REVISIONS)
    assert (summary.inspected, summary.up_to_date) == (6, 2)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_two_runs_share_a_night_and_one_of_them_is_killed(url: str, tmp_path: Path) -> None:
    """With worker processes of their own; whoever is left takes over what the other held, at once."""
    dump = tmp_path / "dump"
    dump.mkdir()
    for number in range(24):
        (dump / f"call{number:02}.wav").write_text(f"sleep 0.05\n{number}\n")
        os.utime(dump / f"call{number:02}.wav", (1.7e9, 1.7e9))
    open_store(url).close()

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.e2e.batch_night", str(dump), url]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    killed, left = start(), start()
    assert killed.stdout is not None
    assert any(line.startswith("done 3") for line in killed.stdout)
    killed.kill()
    killed.communicate()
    out, _ = left.communicate(timeout=300)
    assert left.returncode == 0
    with open_store(url) as store:
        assert [len(store.inspections.revisions(f"call{number:02}")) for number in range(24)] == [1] * 24
        assert sorted(row.state for row in store.runs.latest()) == ["abandoned", "finished"]
        assert not store.work.of_sounds([one.recording for one in store.inspections.all()])
    assert 0 < int(out.split("inspected ")[1].split()[0]) <= 21
