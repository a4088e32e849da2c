"""Real recordings: left sounds at 440 Hz in the first half, right at 700 Hz in the second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Sound = NDArray[np.float32]
Record = Callable[..., Path]


def two_tones(seconds: float, rate_hz: int, channels: int) -> Sound:
    """Samples of shape (channels, n)."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    left = 0.3 * np.sin(2 * np.pi * 440 * time) * (time < seconds / 2)
    right = 0.3 * np.sin(2 * np.pi * 700 * time) * (time >= seconds / 2)
    return np.stack([left, right][:channels]).astype(np.float32)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Write a recording with PyAV: ``record("a.wav", "wav", "pcm_s16le")``."""

    def write(
        name: str, container: str, codec: str, *, rate_hz: int = 8000, channels: int = 2, seconds: float = 2.0
    ) -> Path:
        path = tmp_path / name
        layout = "mono" if channels == 1 else "stereo"
        samples = (two_tones(seconds, rate_hz, channels).T.reshape(1, -1) * 32767).astype(np.int16)
        with av.open(str(path), "w", format=container) as out:
            stream = out.add_stream(codec, rate=rate_hz, layout=layout)
            whole = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            whole.sample_rate = rate_hz
            convert = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, rate_hz)
            for frame in (*convert.resample(whole), *convert.resample(None)):
                frame.pts = None
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def loudness() -> Callable[[Sound, float, float, float], float]:
    """Amplitude of one frequency between two times of a channel at 16 kHz."""

    def measure(channel: Sound, hertz: float, start: float, end: float) -> float:
        part = channel[round(start * 16_000) : round(end * 16_000)].astype(np.float64)
        time = np.arange(len(part)) / 16_000
        return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * hertz * time))))

    return measure
