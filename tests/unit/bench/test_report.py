"""Medians, ratios, and the way to JSON and back, on recorded numbers."""

from __future__ import annotations

import pytest

from pipeline.bench.own import GroupTimes, WorkerTimes, settled_share
from pipeline.bench.report import Benchmark
from pipeline.bench.ways import Way
from tests.unit.bench.recorded import MIB, recorded


def test_figures_are_medians_of_the_rounds() -> None:
    ours = recorded().row(Way.OURS)
    assert ours is not None
    assert (ours.cpu, ours.wall, ours.work_cpu, ours.work_wall) == (34.0, 19.0, 26.0, 15.0)
    assert ours.peak == 710 * MIB
    assert ours.peak_together == 1490 * MIB
    assert ours.other_share == pytest.approx(1 - 23.4 / 26)
    assert ours.settled_share == 0.09


def test_like_is_compared_with_like() -> None:
    bench = recorded()
    ours = bench.row(Way.OURS)
    assert ours is not None
    assert bench.times_real_time(ours, loading=False) == 40.0
    assert bench.times_real_time(ours, loading=True) == pytest.approx(600 / 19)
    assert bench.gain(ours, Way.README) == 3.0
    assert bench.gain(ours, Way.BATCHED) == 2.0
    assert bench.gain(ours, Way.README, loading=True) == pytest.approx(48 / 19)
    assert bench.cpu_gain(ours, Way.README) == pytest.approx(90 / 26)
    assert bench.gain(ours, Way.OPENAI) is None
    assert bench.cpu_gain(ours, Way.OPENAI) is None


def test_json_keeps_everything() -> None:
    bench = recorded()
    assert Benchmark.model_validate_json(bench.model_dump_json()) == bench


def test_the_share_beside_recognition_leaves_out_what_happens_once() -> None:
    first, usual = GroupTimes(cpu=6.0, recognition_cpu=2.0, audio=30.0), GroupTimes(2.0, 1.9, 30.0)
    workers = [WorkerTimes(0.0, 4.0, MIB, (first, usual)), WorkerTimes(0.0, 4.0, MIB, (first, usual))]
    assert settled_share(workers, parent_cpu=0.0) == pytest.approx(0.05)
    # half of the audio was heard by warm workers: half of the parent's second is theirs
    assert settled_share(workers, parent_cpu=1.0) == pytest.approx(1 - 3.8 / 4.5)
    assert settled_share([WorkerTimes(0.0, 4.0, MIB, (first,))], parent_cpu=1.0) is None
    assert settled_share([], parent_cpu=1.0) is None
    asked = GroupTimes(cpu=2.0, recognition_cpu=1.5, audio=30.0, confirmation_cpu=0.4)
    assert settled_share([WorkerTimes(0.0, 4.0, MIB, (first, asked))], parent_cpu=0.0) == pytest.approx(0.05)
