"""The tools of a worker process with a stopwatch on the recognition."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.bench.memory import peak_bytes
from pipeline.domain import Inspection, Recording
from pipeline.inspection import Tools, build_tools
from pipeline.settings import Settings
from pipeline.transcription import Transcriber, Window, WindowText


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """One worker process, in seconds of CPU unless the name says otherwise."""

    ready_at: float
    """`time.monotonic` when the tools were loaded."""
    loading_cpu: float
    recognition_cpu: float
    peak: int
    """Bytes."""


@dataclass(frozen=True)
class ClockedFactory:
    """Builds the tools as a usual run does; each worker keeps its times in a file of ``folder``.

    A file per worker, written after every group: workers are ended without warning.
    """

    folder: Path

    def __call__(self, settings: Settings) -> ClockedTools:
        return ClockedTools(build_tools(settings), self.folder / f"worker-{os.getpid()}.json")


class ClockedTools:
    """An Inspector that knows what its recognition took."""

    def __init__(self, tools: Tools, file: Path) -> None:
        self._transcriber = ClockedTranscriber(tools.transcriber)
        self._tools = replace(tools, transcriber=self._transcriber)
        self._file = file
        self._ready_at, self._loading_cpu = time.monotonic(), time.process_time()
        self._write()

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        yield from self._tools.inspect(recordings)
        self._write()

    def rejudge(self, inspection: Inspection) -> Inspection:
        return self._tools.rejudge(inspection)

    def _write(self) -> None:
        times = {
            "ready_at": self._ready_at,
            "loading_cpu": self._loading_cpu,
            "recognition_cpu": self._transcriber.cpu_seconds,
            "peak": peak_bytes(),
        }
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(times))
        new.replace(self._file)


class ClockedTranscriber:
    """A Transcriber that adds up the CPU time of this process, all threads, while it transcribes."""

    def __init__(self, inner: Transcriber) -> None:
        self._inner = inner
        self.cpu_seconds = 0.0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def model(self) -> str:
        return self._inner.model

    def transcribe(self, windows: Sequence[Window]) -> list[WindowText]:
        began = time.process_time()
        try:
            return self._inner.transcribe(windows)
        finally:
            self.cpu_seconds += time.process_time() - began


def read_times(folder: Path) -> tuple[WorkerTimes, ...]:
    """What the workers of a run have written."""
    return tuple(WorkerTimes(**json.loads(path.read_text())) for path in sorted(folder.glob("worker-*.json")))
