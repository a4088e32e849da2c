"""Speaker embeddings without weights, by cepstra and pitch: a weak stand-in for the speaker network.

It tells a man and a woman apart, and often fails on two like voices over a telephone. It measures voices by
how much this call varies, so that it finds two in nearly every recording, in that of one voice too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span
from pipeline.pitch import FRAME, RATE_HZ, compiled_librosa, track_pitch
from pipeline.speech.embedding import SpeechEmbeddings
from pipeline.speech.features import (
    FRAMES_PER_BLOCK,
    HOP,
    WINDOW,
    block_starts,
    cumulative_sums,
    filterbank,
    stretch_samples,
)

_CEPSTRA = 20
_QUIET_NEPERS = 5.0
"""Frames whose energy lies so far (22 dB) below the loud ones tell nothing of a voice."""
_PERIODIC = 0.8
"""Least correlation of a frame with itself one period later for its pitch to count."""
_PITCH_WEIGHT = 3.0
"""Pitch counts as much as nine cepstra: it tells a man from a woman on any line."""
_CENTRE = 5.0
"""Length given to the mean of the call, so that angles between vectors stand for distances between voices."""


@dataclass(frozen=True, slots=True)
class _CepstralEmbeddings:
    """Running sums of what was counted per block, see `_counted`: all is embedded from the start."""

    starts: NDArray[np.intp]
    sums: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    embedded: NDArray[np.bool_]
    loudness: NDArray[np.float32]
    spectra: NDArray[np.float32]

    def embed(self, windows: Sequence[tuple[int, int]]) -> None:
        pass

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        measured = (_means(self.sums[lasts] - self.sums[firsts], self.middle) - self.middle) / self.spread
        measured[:, -1] *= _PITCH_WEIGHT
        whole = np.concatenate([np.full((len(measured), 1), _CENTRE), measured], axis=1)
        unit: NDArray[np.float64] = whole / np.linalg.norm(whole, axis=1, keepdims=True)
        return unit.astype(np.float32)


class CepstralEmbedder:
    """Needs nothing but the samples; costs about 0.005 seconds per second of speech."""

    name = "timbre"
    same_speaker_cosine = 0.8
    reach = 7
    reliability = 0.6
    comparable = False

    def prepare(self, samples: Sound, stretches: Sequence[Span]) -> SpeechEmbeddings:
        sounds = [stretch_samples(samples, stretch) for stretch in stretches]
        mels = [filterbank(sound) for sound in sounds]
        loudness = np.concatenate([mel.mean(axis=1) for mel in mels])
        quiet = float(np.percentile(loudness, 95)) - _QUIET_NEPERS
        starts = block_starts(stretches)
        sums = cumulative_sums(
            np.concatenate(
                [
                    _counted(mel, _pitch_octaves(sound, len(mel)), quiet)
                    for mel, sound in zip(mels, sounds, strict=True)
                ]
            )
        )
        seconds = np.concatenate([_windows(sums[a : b + 1]) for a, b in pairwise(starts.tolist())])
        middle = _means(sums[-1:], None)[0]
        return _CepstralEmbeddings(
            starts=starts,
            sums=sums,
            middle=middle,
            spread=np.maximum(_means(seconds, middle).std(axis=0), 1e-3),
            embedded=np.ones(len(sums) - 1, np.bool_),
            loudness=loudness.reshape(-1, FRAMES_PER_BLOCK).mean(axis=1),
            spectra=np.empty((len(sums) - 1, 0), np.float32),
        )


def _counted(mel: NDArray[np.float32], octaves: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Per block: loud frames, the sum of their cepstra, voiced frames, the sum of their pitch."""
    cepstra = compiled_librosa().feature.mfcc(S=mel.T, n_mfcc=_CEPSTRA + 1)[1:].T
    loud = (mel.mean(axis=1) > threshold).astype(np.float64)
    voiced = loud * np.isfinite(octaves)
    rows = np.column_stack([loud, loud[:, None] * cepstra, voiced, voiced * np.nan_to_num(octaves)])
    blocks: NDArray[np.float64] = rows.reshape(-1, FRAMES_PER_BLOCK, rows.shape[1]).sum(axis=1)
    return blocks


def _means(counted: NDArray[np.float64], otherwise: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Mean cepstra and mean pitch (n, 21) from counts and sums; ``otherwise`` where nothing was counted."""
    loud, voiced = counted[:, :1], counted[:, -2:-1]
    known = np.broadcast_to(0.0 if otherwise is None else otherwise, (len(counted), _CEPSTRA + 1))
    cepstra = np.where(loud > 0, counted[:, 1:-2] / np.maximum(loud, 1), known[:, :-1])
    pitch = np.where(voiced > 0, counted[:, -1:] / np.maximum(voiced, 1), known[:, -1:])
    return np.concatenate([cepstra, pitch], axis=1)


def _windows(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts over runs of 1.5 s, or of the whole stretch where it is shorter."""
    width = min(15, len(sums) - 1)
    return sums[width:] - sums[:-width]


def _pitch_octaves(sound: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
    """Log2 of F0 in Hz in the middle of every frame of the filter bank, NaN where no voice sounds."""
    half = FRAME * SAMPLE_RATE_HZ // RATE_HZ // 2
    padded = np.pad(sound, (half - WINDOW // 2, half))
    track = track_pitch(padded, hop_seconds=HOP / SAMPLE_RATE_HZ)
    octaves: NDArray[np.float64] = np.where(track.periodicity > _PERIODIC, np.log2(track.f0_hz), np.nan)
    return octaves[:frames]
