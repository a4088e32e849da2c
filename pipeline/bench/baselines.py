"""What people run today, as its documentation shows it. Imported only in the process that is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.bench.job import BenchmarkCall, BenchmarkJob, BenchmarkOutcome, not_measured
from pipeline.bench.ways import Way, openai_weights
from pipeline.memory import peak_bytes
from pipeline.messages.message import verbatim

BATCH = 8
BEAM = 5

Recogniser = Callable[[NDArray[np.float32]], str]
"""One channel (1-D float32, 16 kHz) to its text."""


def measure(job: BenchmarkJob) -> BenchmarkOutcome:
    """Recognise every channel of every call, one after the other."""
    recognise = _READY[job.way or Way.README](job)
    ready, loading_cpu = time.monotonic(), time.process_time()
    texts, problems = [], []
    for sound in job.sounds:
        try:
            texts.append((sound.call_id, tuple(recognise(channel) for channel in _channels(sound))))
        except (OSError, RuntimeError, ValueError) as error:  # the others are still worth measuring
            problems.append(not_measured(sound.call_id, verbatim(f"{type(error).__name__}: {error}")))
    return BenchmarkOutcome(
        loading_wall=ready - job.started,
        work_wall=time.monotonic() - ready,
        loading_cpu=loading_cpu,
        peaks=(peak_bytes(),),
        channels=tuple(texts),
        problems=tuple(problems),
    )


def _channels(sound: BenchmarkCall) -> Iterable[NDArray[np.float32]]:
    from faster_whisper import decode_audio

    if sound.channels == 2 and len(sound.paths) == 1:
        yield from decode_audio(sound.paths[0], split_stereo=True)
    else:
        for path in sound.paths:
            yield decode_audio(path)


def _readme(job: BenchmarkJob) -> Recogniser:
    model = _model(job)

    def recognise(channel: NDArray[np.float32]) -> str:
        segments, _ = model.transcribe(channel, beam_size=BEAM, vad_filter=True, language=job.language)
        return "".join(segment.text for segment in segments)

    return recognise


def _batched(job: BenchmarkJob) -> Recogniser:
    from faster_whisper import BatchedInferencePipeline

    pipeline = BatchedInferencePipeline(model=_model(job))

    def recognise(channel: NDArray[np.float32]) -> str:
        segments, _ = pipeline.transcribe(channel, batch_size=BATCH, beam_size=BEAM, language=job.language)
        return "".join(segment.text for segment in segments)

    return recognise


def _openai(job: BenchmarkJob) -> Recogniser:
    import whisper

    model = whisper.load_model(str(openai_weights(Path(job.model))))

    def recognise(channel: NDArray[np.float32]) -> str:
        found = model.transcribe(channel, language=job.language, fp16=job.device == "cuda")
        return str(found["text"])

    return recognise


def _model(job: BenchmarkJob) -> Any:
    """Default threads: as many as the library takes by itself."""
    from faster_whisper import WhisperModel

    return WhisperModel(job.model, device=job.device, compute_type=job.compute_type)


_READY: dict[Way, Callable[[BenchmarkJob], Recogniser]] = {
    Way.README: _readme,
    Way.BATCHED: _batched,
    Way.OPENAI: _openai,
}
