"""Models from archives: served on loopback, broken off, taken up again, from a mirror and from a folder."""

from __future__ import annotations

import hashlib
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import Span
from pipeline.errors import ModelError
from pipeline.transcription import SpeechWindow
from pipeline.transcription.engines import load_transcriber
from pipeline.transcription.models import fetch, list_models
from tests import tiny_sherpa
from tests.sounds import tone

FOLDER = "sherpa-tiny-2026-01-01"
PADDING = np.random.default_rng(1).bytes(300_000)


@dataclass
class Served:
    """What a server on loopback has, and what it was asked for."""

    url: str
    body: bytes
    breaks_after: int | None = None
    """Bytes of each answer after which the connection ends; None sends all."""
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A release archive with a tiny Paraformer in it."""
    model = tiny_sherpa.paraformer(tmp_path / "made" / FOLDER)
    (model / "padding.bin").write_bytes(PADDING)
    path = tmp_path / "made" / f"{FOLDER}.tar.bz2"
    with tarfile.open(path, "w:bz2") as out:
        out.add(model, FOLDER)
    return path


@pytest.fixture
def server(archive: Path) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.asked.append(wanted)
            if not self.path.endswith(archive.name):
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and served.ranges else 0
            body = served.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: served.breaks_after])

        def log_message(self, *_args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Served(f"http://127.0.0.1:{running.server_port}", archive.read_bytes())
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield served
    running.shutdown()
    running.server_close()


def manifest(tmp_path: Path, archive: Path, url: str, *, sha256: str | None = None) -> Path:
    path = tmp_path / "manifest.toml"
    digest = sha256 or hashlib.sha256(archive.read_bytes()).hexdigest()
    source = f'{{ url = "{url}/{archive.name}", size = {archive.stat().st_size}, sha256 = "{digest}" }}'
    path.write_text(f"""
        [tiny-zh]
        kind = "asr"
        title = "A Paraformer for tests"
        licence = "MIT"
        [[tiny-zh.sources]]
        archive = {source}
        [[tiny-zh.files]]
        name = "model.int8.onnx"
        members = ["{FOLDER}/model.int8.onnx"]
        [[tiny-zh.files]]
        name = "tokens.txt"
        members = ["{FOLDER}/tokens.txt"]
    """)
    return path


def test_an_archive_becomes_a_model_that_hears(tmp_path: Path, archive: Path, server: Served) -> None:
    place = fetch("tiny-zh", folder=tmp_path / "models", manifest=manifest(tmp_path, archive, server.url))

    assert sorted(path.name for path in place.iterdir()) == ["model.int8.onnx", "tokens.txt"]
    pytest.importorskip("sherpa_onnx")
    hears = load_transcriber(
        "tiny-zh", models=tmp_path / "models", language="zh", device="cpu", compute_type="int8"
    )
    sound = tone(2.0, 500.0, level=0.5)
    (heard,) = hears.transcribe([SpeechWindow(sound, Span(0.0, 2.0), (Span(0.0, 2.0),))])
    assert "".join(piece.text for piece in heard.pieces) == "这"
    assert not hasattr(hears, "log_probabilities"), "nothing here is confirmed against the sound"


@pytest.mark.parametrize("ranges", [True, False])
def test_what_broke_off_is_taken_up_again(
    tmp_path: Path, archive: Path, server: Served, ranges: bool
) -> None:
    folder, listed = tmp_path / "models", manifest(tmp_path, archive, server.url)
    server.breaks_after, server.ranges = 100_000, ranges
    if ranges:  # the next try goes on, within one fetch
        assert fetch("tiny-zh", folder=folder, manifest=listed).is_dir()
        assert server.asked[:3] == [None, "bytes=100000-", "bytes=200000-"]
        return
    with pytest.raises(ModelError, match="100000 bytes are kept"):
        fetch("tiny-zh", folder=folder, manifest=listed)
    server.breaks_after = None
    assert fetch("tiny-zh", folder=folder, manifest=listed).is_dir()


def test_another_archive_than_promised_is_refused_and_not_kept(
    tmp_path: Path, archive: Path, server: Served
) -> None:
    server.body = server.body[:-1] + b"x"
    with pytest.raises(ModelError, match="another SHA-256"):
        fetch("tiny-zh", folder=tmp_path / "models", manifest=manifest(tmp_path, archive, server.url))

    assert [p for p in (tmp_path / "models").rglob("*") if p.is_file() and p.suffix != ".lock"] == []


def test_a_mirror_comes_first(tmp_path: Path, archive: Path, server: Served) -> None:
    listed = manifest(tmp_path, archive, "http://127.0.0.1:9/nobody")

    assert fetch("tiny-zh", folder=tmp_path / "models", manifest=listed, mirror=server.url).is_dir()


def test_a_server_that_does_not_have_it(tmp_path: Path, archive: Path, server: Served) -> None:
    listed = manifest(tmp_path, archive, server.url)
    listed.write_text(listed.read_text().replace(f'{archive.name}"', 'gone.tar.bz2"'))

    with pytest.raises(ModelError, match="Not Found"):
        fetch("tiny-zh", folder=tmp_path / "models", manifest=listed)
    assert len(server.asked) == 1


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_of_the_users(tmp_path: Path, archive: Path, packed: bool) -> None:
    listed = manifest(tmp_path, archive, "http://127.0.0.1:9/nobody")
    shelf = archive.parent
    if not packed:
        archive.rename(tmp_path / "elsewhere.tar.bz2")

    place = fetch("tiny-zh", folder=tmp_path / "models", manifest=listed, mirror=str(shelf))

    assert (place / "tokens.txt").read_bytes() == (shelf / FOLDER / "tokens.txt").read_bytes()


def test_no_such_mirror(tmp_path: Path, archive: Path) -> None:
    with pytest.raises(ModelError, match="neither a folder nor an address"):
        fetch(
            "tiny-zh",
            folder=tmp_path / "models",
            manifest=manifest(tmp_path, archive, "http://127.0.0.1:9"),
            mirror="/no/such",
        )


def test_the_manifest_names_recognisers_beyond_whisper(tmp_path: Path) -> None:
    known = {model.name: model for model in list_models(folder=tmp_path)}

    assert known["paraformer-zh"].licence == "Apache-2.0"
    assert known["paraformer-zh"].size == 234_051_698
    assert "sense-voice" in known
