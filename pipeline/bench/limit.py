"""The limit: what encoding and decoding the passages costs when nothing else is done.

Sound, features and batches are ready in memory before the clock starts. First decodings only, and none after
what was said before.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from pipeline.bench.job import BenchmarkJob, BenchmarkOutcome
from pipeline.bench.windows import WindowSound, load
from pipeline.domain import SAMPLE_RATE_HZ
from pipeline.memory import peak_bytes
from pipeline.transcription.decoding import FIRST_DECODING, JOINING, batch_size

_SHORTEST_SAMPLES = 400
"""One frame of the spectrogram."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    features: NDArray[np.float32]
    """(windows, bands, frames)"""
    longest: float
    """Seconds of speech in the fullest one."""


def measure(job: BenchmarkJob) -> BenchmarkOutcome:
    """Decode all windows with one model and one single-threaded CTranslate2 worker per core used."""
    whisper = WhisperModel(
        job.model,
        device=job.device,
        compute_type=job.compute_type,
        cpu_threads=1,
        num_workers=job.workers,
    )
    batches = list(_batches(load(Path(job.windows)), whisper))
    prompt = [
        whisper.hf_tokenizer.token_to_id(token)
        for token in ("<|startoftranscript|>", f"<|{job.language}|>", "<|transcribe|>")
    ]
    ready, loading_cpu = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(job.workers) as pool:
        for done in pool.map(lambda batch: _decode(whisper.model, batch, prompt), batches):
            assert done
    ended, cpu = time.monotonic(), time.process_time()
    return BenchmarkOutcome(
        loading_wall=ready - job.started,
        work_wall=ended - ready,
        loading_cpu=loading_cpu,
        recognition_cpu=cpu - loading_cpu,
        peaks=(peak_bytes(),),
        workers=job.workers,
    )


def _batches(pieces: Sequence[WindowSound], whisper: Any) -> Iterator[Batch]:
    """Sounds of one context length together, the longest first, as the transcriber does it."""
    by_frames: dict[int, list[WindowSound]] = defaultdict(list)
    for piece in pieces:
        by_frames[_frames(piece)].append(piece)
    for frames, alike in sorted(by_frames.items(), reverse=True):
        for start in range(0, len(alike), batch_size(frames)):
            group = alike[start : start + batch_size(frames)]
            features = np.stack([_features(whisper, piece, frames) for piece in group])
            yield Batch(features, max(piece.voiced for piece in group))


def _frames(piece: WindowSound) -> int:
    how = JOINING.decoding if piece.joined else FIRST_DECODING
    return how.frames(len(piece.samples) / SAMPLE_RATE_HZ)


def _features(whisper: Any, piece: WindowSound, frames: int) -> NDArray[np.float32]:
    samples = np.pad(piece.samples, (0, max(0, _SHORTEST_SAMPLES - len(piece.samples))))
    mel = whisper.feature_extractor(samples, padding=160)[:, :-1][:, :frames]
    out = np.full((mel.shape[0], frames), mel.min(), dtype=np.float32)
    out[:, : mel.shape[1]] = mel
    return out


def _decode(model: Any, batch: Batch, prompt: list[int]) -> list[Any]:
    encoded = model.encode(ctranslate2.StorageView.from_array(batch.features))
    found: list[Any] = model.generate(
        encoded,
        [prompt] * len(batch.features),
        beam_size=JOINING.decoding.beam,
        max_length=min(440, len(prompt) + 16 + round(batch.longest * 18)),
        return_scores=True,
        return_no_speech_prob=True,
        max_initial_timestamp_index=50,
    )
    return found
