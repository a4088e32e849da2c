"""Write a call as call centres do: one of several codecs, one or two channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from scripts.demo_night.line import LINE_RATE_HZ, Samples

BROKEN_HEADER = b"RIFF\x24\x80\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00"
"""The first bytes of a WAV file whose writer died."""

GSM = "gsm"
"""GSM 06.10 within WAV: FFmpeg only reads it, libsndfile writes it, one channel."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to store a call."""

    suffix: str
    container: str
    encoder: str
    rate_hz: int = LINE_RATE_HZ
    bit_rate: int | None = None
    """Bits per second of each channel."""


CODECS = {
    "wav-ulaw": Codec(".wav", "wav", "pcm_mulaw"),
    "wav-alaw": Codec(".wav", "wav", "pcm_alaw"),
    "wav-gsm": Codec(".wav", "wav", GSM),
    "flac": Codec(".flac", "flac", "flac"),
    "mp3-8k": Codec(".mp3", "mp3", "libmp3lame", bit_rate=12_000),
    "mp3-16k": Codec(".mp3", "mp3", "libmp3lame", 16_000, 16_000),
    "opus": Codec(".ogg", "ogg", "libopus", 16_000, 16_000),
    "m4a-aac": Codec(".m4a", "ipod", "aac", 16_000, 20_000),
    "amr": Codec(".amr", "amr", "libopencore_amrnb", bit_rate=12_200),
}


def write(path: Path, channels: tuple[Samples, ...], codec: Codec) -> None:
    """Encode one or two channels (8 kHz, float) into a file; replaces it if it is there."""
    sound = np.stack(channels)
    if codec.rate_hz != LINE_RATE_HZ:
        sound = soxr.resample(sound.T, LINE_RATE_HZ, codec.rate_hz).T
    pcm = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
    if codec.encoder == GSM:
        if len(channels) > 1:
            raise ValueError(f"{path.name}: GSM within WAV holds one channel; use another codec, or mono")
        soundfile.write(path, pcm.T, codec.rate_hz, subtype="GSM610", format="WAV")
        return
    layout = "mono" if len(channels) == 1 else "stereo"
    with av.open(str(path), "w", format=codec.container, options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec.encoder, rate=codec.rate_hz, layout=layout)
        assert isinstance(stream, av.AudioStream)
        if codec.bit_rate is not None:
            stream.bit_rate = codec.bit_rate * len(channels)
        frame = _frame(pcm, layout, codec.rate_hz)
        resampler = av.AudioResampler(stream.format, layout, codec.rate_hz, frame_size=stream.frame_size or 0)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def _frame(pcm: NDArray[np.int16], layout: str, rate_hz: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(pcm.T).reshape(1, -1), format="s16", layout=layout
    )
    frame.sample_rate = rate_hz
    frame.pts = 0
    return frame
