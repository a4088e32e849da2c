"""Grouping, time limits, and how many workers fit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batch.machine import cores, free_bytes, worker_bytes, worker_count, worker_environment
from pipeline.batch.work import Job, Limits, groups
from pipeline.domain import Call, Recording
from pipeline.settings import Settings
from pipeline.store import FileStamp


def job(name: str, size: int, *, suspect: bool = False, heard: bool = False) -> Job:
    path = Path(f"/dump/{name}.wav")
    recording = Recording(Call(name), (path,), "0" * 64)
    return Job(recording, (FileStamp(path, size, 0),), suspect=suspect, heard=heard)


sizes = st.lists(st.tuples(st.integers(0, 1 << 28), st.booleans()), max_size=60)


@given(sizes, st.integers(1, 8))
def test_every_job_is_in_one_group(made: list[tuple[int, bool]], workers: int) -> None:
    jobs = [job(f"c{n}", size, suspect=suspect) for n, (size, suspect) in enumerate(made)]
    limits = Limits()
    grouped = list(groups(jobs, workers=workers, limits=limits))
    assert sorted(one.call_id for group in grouped for one in group.jobs) == sorted(
        one.call_id for one in jobs
    )
    for group in grouped:
        assert 1 <= len(group.jobs) <= limits.group_calls
        total = sum(stamp.size for one in group.jobs for stamp in one.stamps)
        assert group.alone or total <= limits.group_bytes
        assert group.alone or not any(one.suspect for one in group.jobs)


def test_longest_first_and_suspects_last() -> None:
    jobs = [
        job("short", 10),
        job("suspect", 999, suspect=True),
        job("long", 1000),
        job("heard", 5000, heard=True),
    ]
    order = [group.jobs[0].call_id for group in groups(jobs, workers=1, limits=Limits())]
    assert order == ["long", "short", "heard", "suspect"]


def test_groups_leave_something_for_every_worker() -> None:
    jobs = [job(f"c{n}", 100) for n in range(64)]
    assert {len(g.jobs) for g in groups(jobs, workers=2, limits=Limits())} == {8}
    assert {len(g.jobs) for g in groups(jobs, workers=8, limits=Limits())} == {2}


def test_patience_grows_with_the_audio_a_file_can_hold() -> None:
    limits = Limits()
    hour = job("c", 3600 * 8000)  # G.711 mono
    assert limits.seconds_for([hour]) == pytest.approx(300 + 2 * 3600)
    assert limits.seconds_for([job("c", 3600 * 8000, heard=True)]) == 300


def test_workers_fit_the_machine() -> None:
    assert worker_count(Settings(workers=7)) == 7
    assert worker_count(Settings(workers=0, device="cuda")) == 1
    assert 1 <= worker_count(Settings(workers=0)) <= cores() <= (os.cpu_count() or 1)
    assert free_bytes() > 0
    assert worker_bytes("large-v3") > worker_bytes("small") > worker_bytes("/models/faster-whisper-base")


def test_memory_is_counted_by_the_weights_on_the_disk(tmp_path: Path) -> None:
    for name, size in (("mine", 10 << 20), ("other", 30 << 20)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_bytes(bytes(size))
    mine, other = (worker_bytes(name, models=tmp_path) for name in ("mine", "other"))
    assert other - mine == pytest.approx(1.5 * (20 << 20))
    assert worker_bytes(str(tmp_path / "mine"), models=tmp_path / "none") == mine


def test_workers_start_with_one_thread_each_and_keep_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "4")
    with worker_environment():
        assert (os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]) == ("1", "4")
        assert int(os.environ["MALLOC_TRIM_THRESHOLD_"]) >= int(os.environ["MALLOC_MMAP_THRESHOLD_"])
    assert not {"OMP_NUM_THREADS", "MALLOC_TRIM_THRESHOLD_"} & set(os.environ)
    assert os.environ["MKL_NUM_THREADS"] == "4"
