"""The libraries of the interface: taken only as they are pinned, whole or not at all."""

from __future__ import annotations

import io
import socket
import sys
import tarfile
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.settings import ServeSettings
from pipeline.web import serve, vendor


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"package/{name}.js")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


CONTENT = archive(one=b"1", two=b"2")
PACKAGE = vendor.Package(
    "lib", "1.0.0", vendor.integrity(CONTENT), "MIT", {"one.js": "one.js", "b.js": "two.js"}
)


@pytest.fixture
def only_lib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "packages", lambda: (PACKAGE,))


@pytest.fixture
def npm(tmp_path: Path) -> list[str]:
    """Stands in for npm: puts what lies in `served` where it is asked to, or fails as npm does."""
    program = tmp_path / "npm.py"
    program.write_text(
        "import pathlib, sys\n"
        "served = pathlib.Path(__file__).with_name('served')\n"
        "if not served.exists():\n"
        "    sys.exit('npm error code ENOTFOUND')\n"
        "place = next(a for a in sys.argv if a.startswith('--pack-destination=')).partition('=')[2]\n"
        "assert sys.argv[1:3] == ['pack', 'lib@1.0.0'] and '--ignore-scripts' in sys.argv\n"
        "(pathlib.Path(place) / 'lib.tgz').write_bytes(served.read_bytes())\n"
    )
    return [sys.executable, str(program)]


@pytest.mark.usefixtures("only_lib")
def test_what_is_pinned_is_fetched_once(tmp_path: Path, npm: list[str]) -> None:
    (tmp_path / "served").write_bytes(CONTENT)
    folder = tmp_path / "vendor"
    assert vendor.missing(folder) == (PACKAGE,)
    assert vendor.fetch(folder, npm=npm) == (PACKAGE,)
    assert ((folder / "one.js").read_bytes(), (folder / "b.js").read_bytes()) == (b"1", b"2")
    assert vendor.fetch(folder, npm=["/no/such/npm"]) == ()
    (folder / "b.js").write_bytes(b"changed")
    assert vendor.missing(folder) == (PACKAGE,), "a damaged file is noticed"


@pytest.mark.usefixtures("only_lib")
def test_anything_else_is_refused_in_one_line(tmp_path: Path, npm: list[str]) -> None:
    folder = tmp_path / "vendor"
    with pytest.raises(UsageError, match="does not reach its registry") as offline:
        vendor.fetch(folder, npm=npm)
    (tmp_path / "served").write_bytes(archive(one=b"evil", two=b"2"))
    with pytest.raises(UsageError, match="not the package that is pinned") as other:
        vendor.fetch(folder, npm=npm)
    with pytest.raises(UsageError, match="cannot be started") as gone:
        vendor.fetch(folder, npm=["/no/such/npm"])
    assert not any("\n" in str(caught.value) for caught in (offline, other, gone))
    assert vendor.missing(folder) == (PACKAGE,)
    assert not (folder / "one.js").exists()


def test_the_manifest_pins_everything() -> None:
    for package in vendor.packages():
        assert package.integrity.startswith("sha512-") and len(package.integrity) == 95
        assert package.licence in ("0BSD", "BSD-3-Clause", "MIT")
        assert any(path.endswith("LICENSE") for path in package.files.values())
    assert "://" not in vendor.MANIFEST.read_text(encoding="utf-8")


def test_serving_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "missing", lambda: (PACKAGE,))
    with pytest.raises(UsageError, match=r"JavaScript is not here \(lib\).*make setup"):
        serve.check(ServeSettings())
    monkeypatch.setattr(vendor, "missing", tuple)
    with pytest.raises(UsageError, match="give both or none"):
        serve.check(ServeSettings(key=tmp_path / "key.pem"))
    serve.check(ServeSettings())
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, pytest.raises(UsageError, match="choose another with --port"):
        serve.listen(ServeSettings(port=taken.getsockname()[1]))
