"""What is decoded of a night, kept in a file: the limit decodes the same passages, and the windows that stand
alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.bench.job import BenchmarkCall, BenchmarkJob, BenchmarkOutcome, not_measured
from pipeline.domain import Recording, Sound, Status
from pipeline.ingest import discover
from pipeline.inspection.spine import load_inspector
from pipeline.settings import Settings
from pipeline.speech.levels import level_db, noise_floor_db
from pipeline.transcription import SpeechWindow, Transcriber, WindowText
from pipeline.transcription.decoding import JOINING
from pipeline.transcription.joining import Lane, lanes_of

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
            problems.append(not_measured(candidate.call.call_id, inspection.reason))
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
    save(Path(job.windows), decoded(catcher.windows))
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


@dataclass(frozen=True, slots=True, eq=False)
class WindowSound:
    """The sound of a passage or window (1-D float32, 16 kHz) and its seconds of speech."""

    samples: NDArray[np.float32]
    voiced: float
    joined: bool
    """Whether it is a passage."""


def decoded(windows: Sequence[SpeechWindow]) -> Iterator[WindowSound]:
    """What the engine decodes first of these windows, each passage to its end."""
    lanes = lanes_of(windows)
    for lane in lanes:
        for passage in Lane([windows[i] for i in lane], JOINING).passages():
            yield WindowSound(passage.sound(), passage.voiced_seconds, joined=True)
    for i in sorted(set(range(len(windows))) - {i for lane in lanes for i in lane}):
        samples = np.asarray(windows[i].samples, np.float32)
        yield WindowSound(samples, windows[i].voiced_seconds, joined=False)


def save(file: Path, sounds: Iterable[WindowSound]) -> None:
    kept = list(sounds)
    np.savez(
        file,
        samples=np.concatenate([np.zeros(0, np.float32), *(sound.samples for sound in kept)]),
        lengths=np.array([len(sound.samples) for sound in kept], dtype=np.int64),
        voiced=np.array([sound.voiced for sound in kept], dtype=np.float64),
        joined=np.array([sound.joined for sound in kept], dtype=np.bool_),
    )


def load(file: Path) -> list[WindowSound]:
    with np.load(file) as stored:
        ends = np.cumsum(stored["lengths"])[:-1]
        samples = np.split(stored["samples"], ends) if len(stored["lengths"]) else []
        rows = zip(samples, stored["voiced"], stored["joined"], strict=True)
        return [WindowSound(sound, float(voiced), bool(joined)) for sound, voiced, joined in rows]
