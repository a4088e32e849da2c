"""Kill, stop and interrupt real runs at random moments: afterwards every call is stored exactly once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.examples import THOROUGH

ROOT = Path(__file__).resolve().parents[2]
CALLS = 60
KILLS = 5
"""At least so many: a run that was killed is what the next one begins with."""


class Night:
    """A dump of short calls and the processes that run over it."""

    def __init__(self, folder: Path) -> None:
        self.dump, self.database = folder / "dump", folder / "store.db"
        self.dump.mkdir()
        for number in range(CALLS):
            path = self.dump / f"call{number:02}.wav"
            self.put(path, f"sleep 0.0{number % 4}\n{number}\n")
        self.processes: list[subprocess.Popen[str]] = []

    @staticmethod
    def put(path: Path, order: str) -> None:
        path.write_text(order)
        os.utime(path, (1.7e9, 1.7e9))

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.batch_night", str(self.dump), f"sqlite:///{self.database}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def stored(self) -> list[str]:
        with sqlite3.connect(self.database) as database:
            rows = database.execute(
                "SELECT call_id FROM inspections JOIN calls ON calls.id = call "
                "WHERE status = 'inspected' AND current"
            ).fetchall()
        database.close()
        return sorted(row[0] for row in rows)

    def check(self) -> None:
        """Every call once, whole, and nothing else."""
        assert self.stored() == [f"call{number:02}" for number in range(CALLS)]
        database = sqlite3.connect(self.database)
        assert database.execute("SELECT count(*) FROM inspections").fetchone() == (CALLS,)
        for part, of in (("utterances", "hearing"), ("measurements", "hearing"), ("findings", "inspection")):
            per_call = database.execute(f"SELECT count(*) FROM {part} GROUP BY {of}").fetchall()
            assert per_call == [(1,)] * CALLS
        assert database.execute("SELECT count(*) FROM work_items").fetchone() == (0,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()

    def end(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.end()


def wait_for(process: subprocess.Popen[str], calls: int) -> bool:
    """Read the program's steps until it has done so many calls; False where it ended before."""
    assert process.stdout is not None
    return any(line.startswith("done") and int(line.split()[1]) >= calls for line in process.stdout)


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def workers(pid: int) -> list[int]:
    """The worker processes of a run, without the helper that multiprocessing keeps."""
    return [child for child in children(pid) if "spawn_main" in command(child)]


def command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return ""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def gone_soon(pids: list[int]) -> bool:
    deadline = time.monotonic() + 120
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def finish(process: subprocess.Popen[str]) -> str:
    out, problems = process.communicate(timeout=600)
    assert process.returncode == 0, problems
    return out


@pytest.mark.timeout(900)
def test_killing_the_run_again_and_again(night: Night) -> None:
    chance = random.Random(20261121)
    killed = 0
    for _ in range(20 if THOROUGH else KILLS + 1):
        process = night.start()
        if not wait_for(process, chance.randint(0, 6)):
            break
        time.sleep(chance.random() * 0.05)
        crew = workers(process.pid)
        process.kill()
        process.wait()
        killed += 1
        assert gone_soon(crew), "a worker outlived its run"
        assert len(night.stored()) == len(set(night.stored()))
    assert killed >= KILLS
    finish(night.start())
    night.check()
    assert f"inspected 0 up to date {CALLS}" in finish(night.start())


@pytest.mark.timeout(900)
def test_killing_workers(night: Night) -> None:
    chance = random.Random(7)
    process = night.start()
    for moment in (1, 12, 24, 36):
        assert wait_for(process, moment)
        crew = workers(process.pid)
        if crew:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(crew), signal.SIGKILL)
    finish(process)
    night.check()


@pytest.mark.timeout(900)
def test_stopped_and_woken(night: Night) -> None:
    """A paused run keeps its lock, so nobody does its calls meanwhile; woken, it goes on."""
    process = night.start()
    assert wait_for(process, 3)
    for worker in workers(process.pid)[:1]:
        os.kill(worker, signal.SIGSTOP)
        time.sleep(0.3)
        os.kill(worker, signal.SIGCONT)
    os.kill(process.pid, signal.SIGSTOP)
    other = night.start()
    _, says = other.communicate(timeout=600)
    assert other.returncode == 3
    assert "another run is at work" in says
    os.kill(process.pid, signal.SIGCONT)
    finish(process)
    night.check()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop(night: Night, number: signal.Signals) -> None:
    late = night.dump / f"call{CALLS - 1}.wav"
    as_it_was = late.read_text()
    night.put(late, f"sleep 60\n{CALLS - 1}\n")  # or a busy machine hears of the fifth call after the last
    process = night.start()
    assert wait_for(process, 5)
    crew = workers(process.pid)
    os.killpg(process.pid, number)  # as a terminal does: workers get it too
    process.communicate(timeout=600)
    assert process.returncode == 3
    assert gone_soon(crew)
    assert 5 <= len(night.stored()) < CALLS
    database = sqlite3.connect(night.database)
    assert database.execute("SELECT state FROM runs").fetchall() == [("stopped",)]
    database.close()
    night.put(late, as_it_was)
    finish(night.start())
    night.check()
