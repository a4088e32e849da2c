"""A wheel that is built where nobody has run anything yet speaks every language at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pipeline
from pipeline.messages import languages

ROOT = Path(pipeline.__file__).parent.parent
PARTS = ("pyproject.toml", "README.md", "LICENSE", "models/manifest.toml", "scripts/build_hook.py")
FOLDERS = ("pipeline", "lexicons", "rubrics")


def test_a_wheel_of_a_clean_checkout_has_its_catalogues_compiled(tmp_path: Path) -> None:
    builders = pytest.importorskip("hatchling.builders.wheel", reason="hatchling builds the wheel")
    checkout, shelf, there = tmp_path / "checkout", tmp_path / "dist", tmp_path / "installed"
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("*.mo", "__pycache__", "vendor")
        shutil.copytree(ROOT / name, checkout / name, ignore=ignored)
    for name in PARTS:
        (checkout / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    build = (
        "import sys; from hatchling.builders.wheel import WheelBuilder as Builder;"
        "print(*Builder(sys.argv[1]).build(directory=sys.argv[2], versions=['standard']))"
    )
    assert builders is not None
    subprocess.run([sys.executable, "-c", build, str(checkout), str(shelf)], check=True, cwd=checkout)
    (wheel,) = shelf.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(there)
    place = "pipeline/messages/locale/{}/LC_MESSAGES/callinspect.{}"
    assert {place.format(lang, kind) for lang in languages() for kind in ("mo", "po")} <= names
    say = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules['babel'] = None;"
        "from pipeline.messages import languages, say;"
        "print([say(lang, 'board.team') for lang in languages()])"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", say, str(there)],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert told.stdout.strip() == "['班组', 'Team']"
