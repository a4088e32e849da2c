"""Telling voices apart without weights, by cepstra and pitch: a weak stand-in for the speaker network.

It hears a man and a woman apart, and often fails on two like voices over a telephone. It measures voices by
how much this call varies, so that it finds two in nearly every recording, in that of one voice too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from pipeline.domain import Sound, Span
from pipeline.speech.blocks import FEATURES_PER_BLOCK, Voices, running, sound_of, starts_of
from pipeline.speech.fbank import HOP, fbank

_CEPSTRA = 20
_QUIET_NEPERS = 5.0
"""Frames whose energy lies so far (22 dB) below the loud ones tell nothing of a voice."""
_LOWEST_HZ, _HIGHEST_HZ = 65, 350
_PITCH_RATE_HZ = 8_000
_PITCH_POINTS = 1024
_PERIODIC = 0.5
"""Least autocorrelation, relative to the energy, of a frame in which a voice sounds."""
_PITCH_WEIGHT = 3.0
"""Pitch counts as much as nine cepstra: it tells a man from a woman on any line."""
_CENTRE = 5.0
"""Length given to the mean of the call, so that angles between vectors stand for distances between voices."""


@dataclass(frozen=True, slots=True)
class _TimbreVoices:
    """Running sums of what was counted per block, see `_counted`: all is heard from the start."""

    starts: NDArray[np.intp]
    sums: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    heard: NDArray[np.bool_]
    loudness: NDArray[np.float32]
    sketch: NDArray[np.float32]

    def hear(self, looks: Sequence[tuple[int, int]]) -> None:
        pass

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        measured = (_means(self.sums[lasts] - self.sums[firsts], self.middle) - self.middle) / self.spread
        measured[:, -1] *= _PITCH_WEIGHT
        whole = np.concatenate([np.full((len(measured), 1), _CENTRE), measured], axis=1)
        unit: NDArray[np.float64] = whole / np.linalg.norm(whole, axis=1, keepdims=True)
        return unit.astype(np.float32)


class TimbreEngine:
    """Needs nothing but the samples; costs about 0.005 seconds per second of speech."""

    name = "timbre"
    same_voice = 0.8
    reach = 7
    sureness = 0.6

    def listen(self, samples: Sound, stretches: Sequence[Span]) -> Voices:
        sounds = [sound_of(samples, stretch) for stretch in stretches]
        mels = [fbank(sound) for sound in sounds]
        loudness = np.concatenate([mel.mean(axis=1) for mel in mels])
        quiet = float(np.percentile(loudness, 95)) - _QUIET_NEPERS
        starts = starts_of(stretches)
        sums = running(
            np.concatenate(
                [_counted(mel, pitch_octaves(sound), quiet) for mel, sound in zip(mels, sounds, strict=True)]
            )
        )
        seconds = np.concatenate([_windows(sums[a : b + 1]) for a, b in pairwise(starts.tolist())])
        middle = _means(sums[-1:], None)[0]
        return _TimbreVoices(
            starts=starts,
            sums=sums,
            middle=middle,
            spread=np.maximum(_means(seconds, middle).std(axis=0), 1e-3),
            heard=np.ones(len(sums) - 1, np.bool_),
            loudness=loudness.reshape(-1, FEATURES_PER_BLOCK).mean(axis=1),
            sketch=np.empty((len(sums) - 1, 0), np.float32),
        )


def _counted(mel: NDArray[np.float32], octaves: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Per block: loud frames, the sum of their cepstra, voiced frames, the sum of their pitch."""
    cepstra = scipy.fft.dct(mel, norm="ortho")[:, 1 : _CEPSTRA + 1]
    loud = (mel.mean(axis=1) > threshold).astype(np.float64)
    octaves = octaves[: len(mel)]
    voiced = loud * np.isfinite(octaves)
    rows = np.column_stack([loud, loud[:, None] * cepstra, voiced, voiced * np.nan_to_num(octaves)])
    blocks: NDArray[np.float64] = rows.reshape(-1, FEATURES_PER_BLOCK, rows.shape[1]).sum(axis=1)
    return blocks


def _means(counted: NDArray[np.float64], otherwise: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Mean cepstra and mean pitch (n, 21) from counts and sums; ``otherwise`` where nothing was heard."""
    loud, voiced = counted[:, :1], counted[:, -2:-1]
    known = np.broadcast_to(0.0 if otherwise is None else otherwise, (len(counted), _CEPSTRA + 1))
    cepstra = np.where(loud > 0, counted[:, 1:-2] / np.maximum(loud, 1), known[:, :-1])
    pitch = np.where(voiced > 0, counted[:, -1:] / np.maximum(voiced, 1), known[:, -1:])
    return np.concatenate([cepstra, pitch], axis=1)


def _windows(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts over runs of 1.5 s, or of the whole stretch where it is shorter."""
    width = min(15, len(sums) - 1)
    return sums[width:] - sums[:-width]


def pitch_octaves(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log2 of F0 in Hz every 12.5 ms, NaN where no voice sounds, by the peak of the autocorrelation.

    Frames of 64 ms at 8 kHz, divided by the autocorrelation of their window (P. Boersma, 1993).
    """
    halved = sound[: len(sound) // 2 * 2].reshape(-1, 2).mean(axis=1)
    size, hop = _PITCH_POINTS // 2, HOP // 2
    edge = size // 2
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(halved, edge), size)[hop // 2 :: hop]
    window = np.hanning(size).astype(np.float32)
    correlation = _autocorrelation((frames - frames.mean(axis=1, keepdims=True)) * window)
    correlation = correlation / (_autocorrelation(window[None]) + 1e-6)
    shortest, longest = _PITCH_RATE_HZ // _HIGHEST_HZ, _PITCH_RATE_HZ // _LOWEST_HZ
    lags = correlation[:, shortest : longest + 1] / (correlation[:, :1] + 1e-9)
    best = lags.argmax(axis=1)
    strength = np.take_along_axis(lags, best[:, None], axis=1)[:, 0]
    octaves: NDArray[np.float64] = np.log2(_PITCH_RATE_HZ / (best + shortest))
    return np.where(strength > _PERIODIC, octaves, np.nan)


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    spectrum = np.fft.rfft(frames, _PITCH_POINTS)
    values = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)
    return values.astype(np.float32)
