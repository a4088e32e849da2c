"""What set-up tells people, from the catalogues. Nothing is installed yet, so they are read here as they are
written, one line for a text. Standard library only."""

import os
import re
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "pipeline" / "messages" / "locale"
FILE = "LC_MESSAGES/callinspect.po"
ENTRY = re.compile(r'^msgid "((?:setup|error)\.[\w.-]+)"\nmsgstr "((?:[^"\\\n]|\\.)*)"$', re.MULTILINE)
USUAL = "zh"


def language() -> str:
    """As the program chooses it: what the environment names, else Chinese."""
    chosen = os.environ.get("CALLINSPECT_LANG", "")
    return chosen if re.fullmatch(r"\w+", chosen) and (LOCALE / chosen / FILE).is_file() else USUAL


@cache
def _texts(lang: str) -> dict[str, str]:
    written = (LOCALE / lang / FILE).read_text(encoding="utf-8")
    return {code: re.sub(r"\\(.)", r"\1", text) for code, text in ENTRY.findall(written)}


def word(code: str, **facts: object) -> str:
    """The text of a code, filled in; what a language lacks is told in Chinese."""
    text = _texts(language()).get(code) or _texts(USUAL)[code]
    return text.format(**facts)
