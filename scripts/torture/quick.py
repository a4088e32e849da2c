"""An inspector that takes milliseconds, and workers that are threads of the run: the store is what is tried.

A recording says in its samples how long it takes. The steps are those of a real inspection, so that a run can
be killed at each of them.
"""

from __future__ import annotations

import queue
import struct
import threading
import time
import wave
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.batch.pool import Exited, WorkerEvent, WorkerPool, WorkerProcess
from pipeline.batch.work import Group
from pipeline.batch.worker import Began, Ended, Inspected, InspectorFactory
from pipeline.domain import (
    Evidence,
    Finding,
    Inspection,
    Outcome,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.messages import verbatim
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings

REVISIONS = Revisions(audio_sha256="", engine="quick", model="m", lexicons="l", rubric="r", settings="s")
RATE = 8000


def write_recordings(folder: Path, numbers: range, *, milliseconds: int) -> None:
    """Short recordings of different sound; inspecting one takes about ``milliseconds``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        with wave.open(str(folder / f"call{number:05}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(struct.pack("<40h", milliseconds, *(number >> bit & 1 for bit in range(39))))


class QuickInspector:
    """Reads the samples, waits, and says one thing."""

    def __init__(self, at: Callable[[str], None]) -> None:
        """``at``: told of each step."""
        self._at = at

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for recording in recordings:
            with wave.open(str(recording.paths[0])) as file:
                (milliseconds,) = struct.unpack("<h", file.readframes(1))
            self._at("decode")
            time.sleep(milliseconds / 1000)
            self._at("recognise")
            yield self._made(recording)

    def judge_again(
        self, stored: Inspection, *, earlier: Sequence[PhraseHit], words: Words = NO_WORDS
    ) -> Inspection:
        return self._made(stored.recording)

    @staticmethod
    def _made(recording: Recording) -> Inspection:
        span = Span(0.0, 0.005)
        finding = Finding(
            criterion="greeting",
            title="开场白",
            section="服务用语",
            severity=Severity.D,
            outcome=Outcome.FAILED,
            points=-5.0,
            evidence=(Evidence(span, Role.AGENT, "喂"),),
            reason=verbatim("-"),
        )
        return Inspection(
            recording,
            Status.INSPECTED,
            None,
            replace(REVISIONS, audio_sha256=recording.sha256),
            duration=0.005,
            layout="mono",
            transcript=Transcript((Utterance(Role.AGENT, span, recording.sha256),)),
            scorecard=Scorecard((finding,), 95.0, True, False, (), flagged=True, flag_reasons=()),
        )


class ThreadWorker(WorkerProcess):
    """The messages of a worker process, from a thread: it takes no second to start and dies with the run."""

    def __init__(
        self, factory: InspectorFactory, settings: Settings, events: queue.Queue[WorkerEvent]
    ) -> None:
        self.queued = deque()
        self.left = {}
        self.begun = self.retiring = self.overdue = False
        self.ready = True
        self.calls = self.resident_bytes = self.peak_bytes = 0
        self.deadline = None
        self._reports = events
        self._groups: queue.Queue[Group | None] = queue.Queue()
        self._inspector = factory(settings)
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (group := self._groups.get()) is not None:
            self._reports.put((self, Began()))
            for inspection in self._inspector.inspect(group.recordings):
                self._reports.put((self, Inspected(inspection)))
            self._reports.put((self, Ended(None, 0, 0)))

    def submit(self, group: Group) -> None:
        self.queued.append(group)
        self._groups.put(group)

    def retire(self) -> None:
        pass

    def kill(self) -> None:
        self._groups.put(None)
        self._reports.put((self, Exited()))


class ThreadPool(WorkerPool):
    """Workers that are threads."""

    def start_worker(self) -> None:
        self.workers.append(ThreadWorker(self._factory, self._settings, self._events))
