"""Both languages say the same; every key that templates and screens use exists, and every key is used."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import pipeline.web
from pipeline.web.words import catalogue, say
from tests.web.conftest import Browser

ROOT = Path(pipeline.web.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SAID = re.compile(r"""\bt\(\s*["']([\w.-]+)["']\s*[,)]""")
LITERAL = re.compile(r"""["']([\w-]+(?:\.[\w-]*)+)["']""")


def literals() -> set[str]:
    """All texts in templates and code that look like a key, or like the beginning of one (``severity.``)."""
    found = {key for path in TEMPLATES for key in LITERAL.findall(path.read_text(encoding="utf-8"))}
    for path in ROOT.rglob("*.py"):
        if path.parent.name != "words":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_every_key_in_a_template_exists() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {key}"
        for path in TEMPLATES
        for key in SAID.findall(path.read_text(encoding="utf-8"))
        if key not in catalogue()
    }
    assert missing == set()


def test_every_key_is_used() -> None:
    said = literals()
    starts = tuple(text for text in said if text.endswith(".") and len(text) > 2)
    codes = {f"error.{text}" for text in said}
    unused = [key for key in catalogue() if key not in said | codes and not key.startswith(starts)]
    assert unused == []


def test_both_languages_are_there_and_fill_in_the_same() -> None:
    for key, (chinese, english) in catalogue().items():
        assert chinese.strip() and english.strip(), key
        assert fields(chinese) == fields(english), key


def test_words_fill_in_values() -> None:
    assert say("en", "page.range", first=1, last=5, total=9) == "1–5 of 9"
    with pytest.raises(KeyError):
        say("zh", "no.such.key")


def test_titles_speak_the_language_of_the_page(supervisor: Browser) -> None:
    chinese = supervisor.get("/calls/O02").text
    supervisor.http.cookies.set("lang", "en")
    english = supervisor.get("/calls/O02").text
    assert "推诿" in chinese and "Shirk" not in chinese
    assert "Shirk" in english
