"""The numbers of a comparison, as they are stored in JSON and shown in tables and charts."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import psutil
from pydantic import BaseModel, ConfigDict

from pipeline.batch.machine import cores
from pipeline.bench.accuracy import Accuracy
from pipeline.bench.breakdown import Accusations, Share
from pipeline.bench.job import NotMeasured
from pipeline.bench.ways import Way

LIBRARIES = ("ctranslate2", "faster-whisper", "onnxruntime", "numpy", "av", "openai-whisper", "torch")


class Machine(BaseModel):
    """The computer; what it does not say is empty or 0."""

    model_config = ConfigDict(frozen=True)

    processor: str
    cores: int
    """That this process may use."""
    memory_bytes: int
    system: str
    python: str


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )


def libraries() -> dict[str, str]:
    """Versions of what is installed of the libraries that matter for speed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def load_average() -> float:
    """Processes that wanted to run, mean over the last minute."""
    return float(psutil.getloadavg()[0])


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class BenchmarkRun(_Frozen):
    """One measurement of one way. Seconds, bytes."""

    cpu: float
    """Of the process and all its children, user and system, start-up included."""
    wall: float
    """From the start of the process to its end."""
    loading_cpu: float
    loading_wall: float
    """Interpreter, imports, weights."""
    work_wall: float
    """From the loaded model to the last result."""
    recognition_cpu: float | None
    """Turning sound into text, where that is known."""
    confirmation_cpu: float | None = None
    """Asking the speech model whether the sound bears out a phrase, where that is known."""
    settled_share: float | None = None
    """Of the CPU time, what is not the speech model's once the workers are warmed up, 0..1."""
    peaks: tuple[int, ...]
    """Highest resident memory of each process."""
    load_before: float
    """Load average of the machine before the run (1 min): what else was going on."""


class BenchmarkRow(_Frozen):
    """One way over all rounds; each figure is the median of the rounds."""

    way: Way
    workers: int
    """Processes, or threads of CTranslate2, that recognise at the same time; 1 leaves it to the library."""
    runs: tuple[BenchmarkRun, ...]
    accuracy: Accuracy | None
    """None for the limit, whose text nobody reads, and without truth."""
    problems: tuple[NotMeasured, ...] = ()
    shares: tuple[Share, ...] = ()
    """Errors by party, codec, number of channels and noise."""
    accusations: Accusations | None = None
    """Where nobody did wrong; None elsewhere, and of ways that accuse nobody."""

    @property
    def cpu(self) -> float:
        return median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        return median(run.wall for run in self.runs)

    @property
    def work_cpu(self) -> float:
        """Without loading."""
        return median(run.cpu - run.loading_cpu for run in self.runs)

    @property
    def work_wall(self) -> float:
        """Without loading."""
        return median(run.work_wall for run in self.runs)

    @property
    def loading_wall(self) -> float:
        return median(run.loading_wall for run in self.runs)

    @property
    def peak(self) -> float:
        """Of the largest process."""
        return median(max(run.peaks) for run in self.runs)

    @property
    def peak_together(self) -> float:
        """Of all processes; their peaks need not meet, so this is an upper bound."""
        return median(sum(run.peaks) for run in self.runs)

    @property
    def other_share(self) -> float | None:
        """Share of the CPU time (without loading) that is neither recognition nor confirmation, 0..1."""
        shares = [
            1.0 - (run.recognition_cpu + (run.confirmation_cpu or 0.0)) / (run.cpu - run.loading_cpu)
            for run in self.runs
            if run.recognition_cpu is not None and run.cpu > run.loading_cpu
        ]
        return median(shares) if shares else None

    @property
    def confirmation_share(self) -> float | None:
        """Share of the CPU time (without loading) that goes into acoustic confirmation, 0..1."""
        shares = [
            run.confirmation_cpu / (run.cpu - run.loading_cpu)
            for run in self.runs
            if run.confirmation_cpu is not None and run.cpu > run.loading_cpu
        ]
        return median(shares) if shares else None

    @property
    def settled_share(self) -> float | None:
        """The same without each worker's first calls, in which libraries load what they need."""
        shares = [run.settled_share for run in self.runs if run.settled_share is not None]
        return median(shares) if shares else None


class Benchmark(_Frozen):
    """A whole comparison."""

    date: str
    """ISO 8601, with zone."""
    version: str
    night: str
    """Name of the folder of recordings."""
    calls: int
    labelled: int
    """Of them, calls whose truth is known."""
    audio_seconds: float
    model: str
    compute_type: str
    device: str
    rounds: int
    machine: Machine
    libraries: dict[str, str]
    rows: tuple[BenchmarkRow, ...]
    missing: dict[Way, str]
    """Ways that could not be measured, and what they lack."""
    problems: tuple[NotMeasured, ...] = ()
    """Recordings nobody could read."""

    def row(self, way: Way) -> BenchmarkRow | None:
        return next((row for row in self.rows if row.way is way), None)

    def times_real_time(self, row: BenchmarkRow, *, loading: bool) -> float:
        """Seconds of audio per second on the clock."""
        return self.audio_seconds / (row.wall if loading else row.work_wall)

    def gain(self, row: BenchmarkRow, over: Way, *, loading: bool = False) -> float | None:
        """Throughput of a row as a multiple of another way's, both with loading or both without."""
        other = self.row(over)
        if other is None:
            return None
        return (other.wall / row.wall) if loading else (other.work_wall / row.work_wall)

    def cpu_gain(self, row: BenchmarkRow, over: Way) -> float | None:
        """The same by CPU time without loading: steadier than the clock where a machine is shared."""
        other = self.row(over)
        return None if other is None else other.work_cpu / row.work_cpu
