"""The pages about the code say what is so."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.document_layers import layers

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
WRITTEN = sorted((ROOT / "scripts").glob("document_*.py"))
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md"])
GIVEN_BY_SETUP = {"__main__", "data"}
"""Modules that are no rooms: how Python starts the package, and what the wheel carries."""


@pytest.mark.parametrize("script", WRITTEN, ids=lambda path: path.stem)
def test_a_page_that_is_written_from_the_code_is_up_to_date(script: Path) -> None:
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_page_that_is_written_from_the_code_shows_no_inside_of_a_library() -> None:
    assert "Undefined" not in (ROOT / "docs" / "rubrics.md").read_text("utf-8")


def test_make_docs_writes_every_page_that_is_written_from_the_code() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"scripts/(document_\w+\.py)", makefile)) == {path.name for path in WRITTEN}


def rooms() -> set[str]:
    """Packages and modules at the top of the package."""
    found = {path.stem for path in (ROOT / "pipeline").glob("*.py")}
    found |= {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")}
    return found - {"__init__"} - GIVEN_BY_SETUP


def test_every_room_has_its_layer() -> None:
    assert {name for layer in layers() for name in re.split(r" [|:] ", layer)} == rooms()


def test_the_table_of_rooms_has_every_package_and_nothing_that_is_gone() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    table = text[text.index("## Rooms") : text.index("## Directions")]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    named = [name for cell in firsts for name in re.findall(r"`([^`]+)`", cell)]
    packages = {f"pipeline/{path.parent.name}/" for path in (ROOT / "pipeline").glob("*/__init__.py")}
    assert packages <= set(named)
    gone = [name for name in named if not (ROOT / name).exists() and not (ROOT / "pipeline" / name).exists()]
    assert not gone


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_what_a_page_names_or_links_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    named = re.findall(r"`((?:pipeline|scripts|docs|lexicons|rubrics|tests)/[\w./-]+\.\w+)`", text)
    missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "README.zh-CN.md"], ids=lambda path: path.name)
def test_a_readme_tells_of_the_demo_night_what_its_picture_shows(page: Path) -> None:
    drawn = (ROOT / "docs" / "run.svg").read_text(encoding="utf-8")
    shown = re.sub(r"\s", "", html.unescape("".join(re.findall(r"<text [^>]*>([^<]*)</text>", drawn))))
    text = page.read_text(encoding="utf-8")
    quoted = text[text.index("待复核 10 通") : text.index("得分分布")]
    for line in quoted.strip().splitlines():
        assert re.sub(r"\s", "", line) in shown


def test_the_chinese_readme_says_which_pages_are_english() -> None:
    text = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for name, after in re.findall(r"\]\((docs/[\w-]+\.md)\)(.?英文|)", text):
        heading = (ROOT / name).read_text(encoding="utf-8").splitlines()[0]
        chinese = re.search("[一-龥]", heading) is not None
        assert bool(after) is not chinese, name
