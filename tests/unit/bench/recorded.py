"""A comparison as it was once measured: what the table, the JSON and the chart are tested with."""

from __future__ import annotations

from pipeline.bench.accuracy import Accuracy
from pipeline.bench.job import not_measured
from pipeline.bench.report import Benchmark, BenchmarkRow, BenchmarkRun, Machine
from pipeline.bench.ways import Way
from pipeline.messages.message import verbatim

MIB = 1 << 20


def run(
    cpu: float,
    wall: float,
    *,
    loading: tuple[float, float] = (2.0, 3.0),
    recognition: float | None = None,
    settled: float | None = None,
    peaks: tuple[int, ...] = (400 * MIB,),
) -> BenchmarkRun:
    return BenchmarkRun(
        cpu=cpu,
        wall=wall,
        loading_cpu=loading[0],
        loading_wall=loading[1],
        work_wall=wall - loading[1],
        recognition_cpu=recognition,
        settled_share=settled,
        peaks=peaks,
        load_before=0.4,
    )


def accuracy(errors: int, *, any_role: int | None = None, found: int = 5) -> Accuracy:
    return Accuracy(
        characters=1000,
        errors=errors,
        errors_any_role=errors if any_role is None else any_role,
        phrases=16,
        found=found,
    )


def recorded() -> Benchmark:
    """Three rounds; the middle one of ours was disturbed."""
    ours = [
        run(cpu, wall, loading=loading, recognition=recognition, settled=settled, peaks=peaks)
        for cpu, wall, loading, recognition, settled, peaks in (
            (34.0, 19.0, (8.0, 4.0), 23.4, 0.08, (90 * MIB, 700 * MIB, 690 * MIB)),
            (36.0, 49.0, (9.0, 9.0), 23.6, 0.12, (90 * MIB, 720 * MIB, 700 * MIB)),
            (34.0, 18.0, (8.0, 4.0), 23.4, 0.09, (90 * MIB, 710 * MIB, 690 * MIB)),
        )
    ]
    return Benchmark(
        date="2026-11-22T03:00:00+08:00",
        version="0.1.0",
        night="night",
        calls=15,
        labelled=15,
        audio_seconds=600.0,
        model="base",
        compute_type="int8",
        device="cpu",
        rounds=3,
        machine=Machine(
            processor="A <fast> & small CPU",
            cores=2,
            memory_bytes=16 << 30,
            system="Linux x86_64",
            python="3.11.9",
        ),
        libraries={"ctranslate2": "4.8.5", "faster-whisper": "1.2.1"},
        rows=(
            BenchmarkRow(way=Way.README, workers=1, runs=(run(92.0, 48.0),) * 3, accuracy=accuracy(277)),
            BenchmarkRow(
                way=Way.BATCHED, workers=1, runs=(run(62.0, 33.0),) * 3, accuracy=accuracy(251, found=7)
            ),
            BenchmarkRow(
                way=Way.OURS, workers=2, runs=tuple(ours), accuracy=accuracy(180, any_role=170, found=9)
            ),
            BenchmarkRow(
                way=Way.LIMIT, workers=2, runs=(run(22.0, 13.0, recognition=20.0),) * 3, accuracy=None
            ),
        ),
        missing={Way.OPENAI: "pip install torch openai-whisper"},
        problems=(not_measured("N15", verbatim("corrupt")),),
    )
