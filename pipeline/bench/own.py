"""This project's run, measured: `pipeline.batch.run` into a fresh store, with its recognition clocked."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.batch.run import run
from pipeline.batch.summary import Progress
from pipeline.bench.job import BenchmarkJob, BenchmarkOutcome, not_measured
from pipeline.domain import Inspection, PhraseHit, Recording
from pipeline.inspection.rules import load_rules
from pipeline.inspection.spine import CallInspector, load_inspector
from pipeline.inspection.tools import present_revisions
from pipeline.memory import peak_bytes
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.transcription import ScoresTexts, SpeechWindow, Transcriber, WindowText


@dataclass(frozen=True, slots=True)
class GroupTimes:
    """The calls that a worker inspected together, in seconds."""

    cpu: float
    recognition_cpu: float
    audio: float
    confirmation_cpu: float = 0.0
    """In the speech model too: phrases forced upon the sound."""

    @property
    def engine_cpu(self) -> float:
        return self.recognition_cpu + self.confirmation_cpu


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """One worker process."""

    ready_at: float
    """`time.monotonic` when the tools were loaded."""
    loading_cpu: float
    """Seconds."""
    peak: int
    """Bytes."""
    groups: tuple[GroupTimes, ...] = ()
    """In the order of work. The first pays for what libraries load when they are first used."""

    @property
    def recognition_cpu(self) -> float:
        return sum(group.recognition_cpu for group in self.groups)

    @property
    def confirmation_cpu(self) -> float:
        return sum(group.confirmation_cpu for group in self.groups)


@dataclass(frozen=True)
class ClockedFactory:
    """Builds the tools as a usual run does; each worker keeps its times in a file of ``folder``.

    A file per worker, written after every group: workers are ended without warning.
    """

    folder: Path

    def __call__(self, settings: Settings) -> ClockedInspector:
        return ClockedInspector(load_inspector(settings), self.folder / f"worker-{os.getpid()}.json")


class ClockedInspector:
    """An Inspector that knows what its recognition took."""

    def __init__(self, inspector: CallInspector, file: Path) -> None:
        self._transcriber = clocked(inspector.tools.transcriber)
        self._inspector = replace(inspector, tools=replace(inspector.tools, transcriber=self._transcriber))
        self._file = file
        self._groups: list[GroupTimes] = []
        self._ready_at, self._loading_cpu = time.monotonic(), time.process_time()
        self._write()

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        clock, audio = self._transcriber, 0.0
        cpu, recognition, confirmation = time.process_time(), clock.cpu_seconds, clock.confirmation_seconds
        for inspection in self._inspector.inspect(recordings):
            yield inspection  # the sending is the worker's business, and counts
            audio += inspection.duration or 0.0
        self._groups.append(
            GroupTimes(
                cpu=time.process_time() - cpu,
                recognition_cpu=clock.cpu_seconds - recognition,
                audio=audio,
                confirmation_cpu=clock.confirmation_seconds - confirmation,
            )
        )
        self._write()

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        return self._inspector.judge_again(stored, earlier=earlier, words=words)

    def _write(self) -> None:
        times = WorkerTimes(self._ready_at, self._loading_cpu, peak_bytes(), tuple(self._groups))
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(asdict(times)))
        new.replace(self._file)


class ClockedTranscriber:
    """A Transcriber that adds up the CPU time of this process, all threads, while it transcribes."""

    def __init__(self, inner: Transcriber) -> None:
        self._inner = inner
        self.cpu_seconds = self.confirmation_seconds = 0.0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def model(self) -> str:
        return self._inner.model

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        began = time.process_time()
        try:
            return self._inner.transcribe(windows)
        finally:
            self.cpu_seconds += time.process_time() - began


class ClockedScorer(ClockedTranscriber):
    """The same of an engine that can say how well a text explains a sound."""

    def __init__(self, inner: Transcriber, scorer: ScoresTexts) -> None:
        super().__init__(inner)
        self._scorer = scorer

    def log_probabilities(self, window: SpeechWindow, texts: Sequence[str]) -> list[float]:
        began = time.process_time()
        try:
            return self._scorer.log_probabilities(window, texts)
        finally:
            self.confirmation_seconds += time.process_time() - began


def clocked(inner: Transcriber) -> ClockedTranscriber:
    """A stopwatch that can do what the engine can: the inspection asks for it."""
    return ClockedScorer(inner, inner) if isinstance(inner, ScoresTexts) else ClockedTranscriber(inner)


def read_times(folder: Path) -> tuple[WorkerTimes, ...]:
    """What the workers of a run have written."""
    return tuple(_times(path) for path in sorted(folder.glob("worker-*.json")))


def _times(path: Path) -> WorkerTimes:
    values = json.loads(path.read_text())
    return WorkerTimes(**{**values, "groups": tuple(GroupTimes(**group) for group in values["groups"])})


def settled_share(workers: Sequence[WorkerTimes], *, parent_cpu: float) -> float | None:
    """Share of the CPU time that is not the speech model's once every worker is warmed up, 0..1.

    Each worker's first group is left out; the parent's time (finding, identifying, storing) is shared among
    the groups by their audio. None where no worker had a second group.
    """
    settled = [group for worker in workers for group in worker.groups[1:]]
    audio = sum(group.audio for worker in workers for group in worker.groups)
    if not settled or not audio:
        return None
    parent = parent_cpu * sum(group.audio for group in settled) / audio
    cpu = parent + sum(group.cpu for group in settled)
    return 1.0 - sum(group.engine_cpu for group in settled) / cpu


STORE = "night.db"


def store_url(folder: Path) -> str:
    return f"sqlite:///{folder / STORE}"


def measure(job: BenchmarkJob) -> BenchmarkOutcome:
    """Inspect the night.

    Loading ends when the first worker has its tools, and includes the making of the store's tables; what was
    planned meanwhile (finding and identifying the calls) counts as work.
    """
    folder = Path(job.folder)
    given = Settings.model_validate_json(job.settings)
    settings = given.model_copy(update={"store": store_url(folder), "workers": job.workers})
    revisions = present_revisions(settings, load_rules(settings))
    with open_store(settings.store):
        pass  # a new store makes its tables once
    began, own_loading_cpu = time.monotonic(), time.process_time()
    planned = began

    def note(progress: Progress) -> None:
        nonlocal planned
        if progress.stage != "inspect":
            planned = time.monotonic()

    summary = run(
        Path(job.dump),
        settings=settings,
        inspector=ClockedFactory(folder),
        revisions=revisions,
        calls=Path(job.calls) if job.calls else None,
        limit=job.limit,
        report=note,
    )
    ended, own_cpu = time.monotonic(), time.process_time() - own_loading_cpu
    times = read_times(folder)
    ready = min((worker.ready_at for worker in times), default=ended)
    planning = planned - began
    return BenchmarkOutcome(
        loading_wall=ready - job.started - planning,
        work_wall=ended - ready + planning,
        loading_cpu=own_loading_cpu + sum(worker.loading_cpu for worker in times),
        recognition_cpu=sum(worker.recognition_cpu for worker in times),
        confirmation_cpu=sum(worker.confirmation_cpu for worker in times),
        settled_share=settled_share(times, parent_cpu=own_cpu),
        peaks=(peak_bytes(), *(worker.peak for worker in times)),
        workers=summary.workers,
        problems=tuple(not_measured(n.call_id, n.reason) for n in summary.unreadable),
    )
