"""Files that are no recordings, or mean harm: a clear reason, quickly, and nothing else is opened."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.audio import REASON_CODES, decode
from pipeline.errors import AudioError


def refuse(path: Path) -> AudioError:
    started = time.process_time()
    with pytest.raises(AudioError) as caught:
        decode([path])
    assert time.process_time() - started < 5
    assert caught.value.code in REASON_CODES
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"MZ" + bytes(1000),
        b"just some text, over and over. " * 400,
        b"\xff",
        b"\0" * 5000,
        "录音".encode(),
    ],
    ids=["html", "pdf", "png", "exe", "text", "one-byte", "zeros", "chinese"],
)
@pytest.mark.parametrize("ending", [".wav", ".mp3", ".amr", ""])
def test_no_audio(tmp_path, content, ending):
    path = tmp_path / ("a" + ending)
    path.write_bytes(content)

    assert refuse(path).code == "not-audio"


def test_text_is_no_headerless_audio(tmp_path):
    path = tmp_path / "a.ulaw"
    path.write_text("nothing to hear\n" * 100)

    assert refuse(path).code == "not-audio"


def test_zip_with_a_recording_inside(tmp_path, record):
    path = tmp_path / "night.wav"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(record("a.mp3", "mp3", "libmp3lame"))

    assert "ZIP" in str(refuse(path))


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXTINF:5,\n{target}\n",
        "ffconcat version 1.0\nfile '{target}'\n",
        "v=0\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n",
        "[playlist]\nFile1={target}\n",
    ],
    ids=["m3u", "ffconcat", "sdp", "hls", "pls"],
)
@pytest.mark.parametrize("ending", [".wav", ".m3u8", ".ffconcat", ".ogg"])
def test_playlists_open_nothing(tmp_path, record, playlist, ending):
    target = record("target.wav", "wav", "pcm_s16le")
    path = tmp_path / ("list" + ending)
    path.write_text(playlist.format(target=target))

    assert refuse(path).code == "not-audio"


def test_empty(tmp_path):
    (tmp_path / "a.wav").touch()
    assert refuse(tmp_path / "a.wav").code == "empty"


def test_vanished(tmp_path):
    assert refuse(tmp_path / "gone.wav").code == "vanished"


def test_folder(tmp_path):
    assert refuse(tmp_path).code == "not-a-file"


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    assert refuse(tmp_path / "a.wav").code == "not-a-file"


def test_device(tmp_path):
    (tmp_path / "a.wav").symlink_to("/dev/zero")
    assert refuse(tmp_path / "a.wav").code == "not-a-file"


def test_link_loop(tmp_path):
    (tmp_path / "a.wav").symlink_to(tmp_path / "b.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    assert refuse(tmp_path / "a.wav").code == "not-a-file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything: needs an ordinary user")
def test_no_permission(tmp_path, record):
    path = record("a.wav", "wav", "pcm_s16le")
    path.chmod(0)
    assert refuse(path).code == "no-permission"


@pytest.mark.parametrize(
    "name", [b"\xb2\xe2\xca\xd4.wav", b"new\nline.wav", b"x" * 251 + b".wav", "通话 录音.wav".encode()]
)
def test_odd_names(tmp_path, record, name):
    path = record("a.wav", "wav", "pcm_s16le").rename(tmp_path / os.fsdecode(name))
    assert decode([path]).duration == pytest.approx(2.0)


def test_ten_sparse_gibibytes(tmp_path):
    path = tmp_path / "a.wav"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    assert refuse(path).code == "not-audio"


@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("flac", "flac"), ("adts", "aac")])
def test_ten_sparse_gibibytes_behind_some_sound(record, container, codec):
    """Demuxers hoard garbage until a frame ends it: reading stops long before memory does."""
    path = record("a.x", container, codec, rate_hz=16_000)
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    started = time.process_time()

    audio = decode([path])

    assert time.process_time() - started < 30
    assert audio.duration == pytest.approx(2.0, abs=0.3)
    assert audio.warning is not None


def test_picture_in_an_mp3_is_not_decoded(tmp_path, record):
    """A cover, as ID3 tags carry it; damaged pictures are a way into decoders."""
    sound = record("a.mp3", "mp3", "libmp3lame").read_bytes()
    picture = b"\x00image/png\x00\x03\x00\x89PNG\r\n\x1a\n" + b"\xde\xad\xbe\xef" * 500
    frame = b"APIC" + len(picture).to_bytes(4) + b"\0\0" + picture
    size = len(frame)
    tag = b"ID3\x03\x00\x00" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + frame
    path = tmp_path / "b.mp3"
    path.write_bytes(tag + sound)

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.15)
    assert audio.warning is None


def test_video_alone_has_no_sound(tmp_path):
    import av
    import numpy as np

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        out.mux(stream.encode(None))

    assert refuse(path).code == "no-audio-stream"


def test_reason_survives_a_worker_process(tmp_path):
    error = pickle.loads(pickle.dumps(refuse(tmp_path / "gone.wav")))
    assert (str(error), error.code) == ("the file is no longer there", "vanished")


def test_an_hour_in_stereo_stays_within_its_memory(tmp_path, record):
    """The result is 461 MB; on top there may be little more than the libraries."""
    path = record("a.wav", "wav", "pcm_s16le", seconds=1.0)
    with path.open("r+b") as file:
        file.seek(4)
        file.write(b"\xff\xff\xff\xff")
        whole = path.read_bytes()
        file.seek(whole.index(b"data") + 4)
        file.write(b"\xff\xff\xff\xff")
        file.truncate(3600 * 32_000)
    code = (
        "import resource, sys; from pathlib import Path; from pipeline.audio import decode\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "audio = decode([Path(sys.argv[1])])\n"
        "print(audio.duration, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True
    ).stdout
    duration, kibibytes = map(float, out.split())

    assert duration == pytest.approx(3600, abs=1)
    assert kibibytes / 1024 < 461_000_000 / 2**20 + 60
