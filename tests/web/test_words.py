"""Every key that templates and screens use exists."""

from __future__ import annotations

import re
from pathlib import Path

import pipeline.web
from pipeline.messages import known
from tests.web.conftest import Browser

ROOT = Path(pipeline.web.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SAID = re.compile(r"""\bt\(\s*["']([\w.-]+)["']\s*[,)]""")


def test_every_key_in_a_template_exists() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {key}"
        for path in TEMPLATES
        for key in SAID.findall(path.read_text(encoding="utf-8"))
        if not known(key)
    }
    assert missing == set()


def test_titles_speak_the_language_of_the_page(supervisor: Browser) -> None:
    chinese = supervisor.get("/calls/O02").text
    supervisor.http.cookies.set("lang", "en")
    english = supervisor.get("/calls/O02").text
    assert "推诿" in chinese and "Shirk" not in chinese
    assert "Shirk" in english
