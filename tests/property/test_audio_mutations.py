"""Whatever bytes a file holds, decoding gives sound or a reason, never anything else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.audio import REASON_CODES, decode
from pipeline.errors import AudioError
from tests.examples import examples
from tests.sounds import numbers

KINDS = {
    "wav": ("wav", "pcm_s16le", 8000),
    "adpcm": ("wav", "adpcm_ms", 8000),
    "mp3": ("mp3", "libmp3lame", 8000),
    "ogg": ("ogg", "libopus", 48000),
    "m4a": ("ipod", "aac", 16000),
    "flac": ("flac", "flac", 8000),
    "amr": ("amr", "libopencore_amrnb", 8000),
    "webm": ("webm", "libopus", 48000),
}


@cache
def recording(kind: str) -> bytes:
    container, codec, rate = KINDS[kind]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        noise = np.random.default_rng(0).normal(0, 3000, (1, rate // 2)).astype(np.int16)
        with av.open(str(path), "w", format=container) as out:
            stream = out.add_stream(codec, rate=rate, layout="mono")
            frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
            frame.sample_rate = rate
            convert = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, rate)
            for piece in (*convert.resample(frame), *convert.resample(None)):
                piece.pts = None
                out.mux(stream.encode(piece))
            out.mux(stream.encode(None))
        return path.read_bytes()


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(KINDS)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=12)), max_size=6),
    header=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=4),
    keep=st.floats(0.02, 1),
    ending=st.sampled_from([".wav", ".mp3", ".g722", ""]),
)
def test_sound_or_a_reason(tmp_path: Path, kind, edits, header, keep, ending):
    raw = bytearray(recording(kind))
    for place, patch in edits:
        start = int(place * len(raw))
        raw[start : start + len(patch)] = patch
    for place, value in header:
        raw[place] = value
    path = tmp_path / ("a" + ending)
    path.write_bytes(raw[: int(keep * len(raw)) + 1])
    try:
        audio = decode([path])
    except AudioError as error:
        assert error.code in REASON_CODES
    else:
        assert len({len(channel) for channel in numbers(audio)}) == 1
        assert all(np.isfinite(channel).all() for channel in numbers(audio))
        assert audio.duration > 0
