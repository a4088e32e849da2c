"""The windows of a night as the pipeline cuts them, kept in a file: the limit decodes the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.bench.job import BenchmarkCall, BenchmarkJob, BenchmarkOutcome
from pipeline.domain import Recording, Sound, Status
from pipeline.ingest import discover
from pipeline.inspection.spine import load_inspector
from pipeline.messages import render
from pipeline.settings import Settings
from pipeline.speech.levels import level_db, noise_floor_db
from pipeline.transcription import SpeechWindow, Transcriber, WindowText

_HEARD_DB = -60.0


@dataclass
class WindowCatcher:
    """Stands where the transcriber stands, keeps the windows and hears nothing in them."""

    inner: Transcriber
    windows: list[SpeechWindow] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def model(self) -> str:
        return self.inner.model

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        self.windows += windows
        return [WindowText((), 0.0) for _ in windows]


def prepare(job: BenchmarkJob) -> BenchmarkOutcome:
    """Read every call once: which are readable, how long they are, and their windows.

    This also brings the recordings and the model into the machine's file cache before anything is measured.
    """
    settings = Settings.model_validate_json(job.settings)
    listed = Path(job.calls) if job.calls else None
    candidates = discover(Path(job.dump), calls=listed, settings=settings.calls).candidates[: job.limit]
    inspector = load_inspector(settings)
    catcher = WindowCatcher(inspector.tools.transcriber)
    catching = replace(inspector, tools=replace(inspector.tools, transcriber=catcher))
    sounds, problems = [], []
    for candidate in candidates:
        recording = Recording(candidate.call, candidate.paths, sha256="")
        (inspection,) = catching.inspect([recording])
        if inspection.status is Status.UNREADABLE or not inspection.duration:
            problems.append(
                f"{candidate.call.call_id}: {render(inspection.reason, 'en') if inspection.reason else ''}"
            )
            continue
        audio = decode(candidate.paths)
        sounds.append(
            BenchmarkCall(
                call_id=candidate.call.call_id,
                paths=tuple(str(path) for path in candidate.paths),
                channels=1 if inspection.layout == "mono" else 2,
                duration=inspection.duration,
                codec=audio.codec,
                speech_over_noise=speech_over_noise(audio.channels),
            )
        )
    save(Path(job.windows), catcher.windows)
    return BenchmarkOutcome(sounds=tuple(sounds), problems=tuple(problems))


def speech_over_noise(channels: Sequence[Sound]) -> float:
    """Decibels between the 95th and the 10th percentile of a channel's level over time; the least of the
    channels on which anything is heard."""
    found = []
    for channel in channels:
        levels = level_db(channel)
        if len(levels) and float(levels.max()) > _HEARD_DB:
            found.append(float(np.percentile(levels, 95)) - noise_floor_db(levels))
    return min(found, default=0.0)


def save(file: Path, windows: Sequence[SpeechWindow]) -> None:
    np.savez(
        file,
        samples=np.concatenate(
            [np.zeros(0, np.float32), *(np.asarray(window.samples, np.float32) for window in windows)]
        ),
        lengths=np.array([len(window.samples) for window in windows], dtype=np.int64),
        voiced=np.array([window.voiced_seconds for window in windows], dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class WindowSound:
    """A window's sound (1-D float32, 16 kHz) and its seconds of speech."""

    samples: NDArray[np.float32]
    voiced: float


def load(file: Path) -> list[WindowSound]:
    with np.load(file) as stored:
        ends = np.cumsum(stored["lengths"])[:-1]
        samples = np.split(stored["samples"], ends) if len(stored["lengths"]) else []
        return [WindowSound(s, float(v)) for s, v in zip(samples, stored["voiced"], strict=True)]
