"""The rules that judge: their text is kept, and the gate is the one that the store knows."""

from __future__ import annotations

import json

from pipeline.errors import LexiconError, RubricError
from pipeline.inspection.rules import Rules, load_rules
from pipeline.phrases import load_lexicons
from pipeline.rubric import rubric_of_revision
from pipeline.rubric.trust import sheet_revision
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook


def keep_rules(store: Store, settings: Settings, *, lexicons: str, rubric: str) -> None:
    """Store the files that these revisions were read from, unless they are there.

    Where the files were edited meanwhile nothing is kept: a text under a wrong name would explain nothing.
    """
    rubric = sheet_revision(rubric)  # what only flags is kept by who decides it
    missing = store.rulebooks.missing([lexicons, rubric])
    books = []
    if rubric in missing and (text := _rubric(settings, rubric)) is not None:
        books.append(Rulebook(rubric, "rubric", text))
    if lexicons in missing and (text := _lexicons(settings, lexicons)) is not None:
        books.append(Rulebook(lexicons, "lexicons", text))
    if books:
        store.rulebooks.keep(books)


def rules_in_force(store: Store, settings: Settings) -> Rules:
    """What judges a call between two runs: the files, and the gate as it was decided last.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    rules = load_rules(settings)
    return rules.under(store.trust.in_force(rules.rubric))


def _rubric(settings: Settings, revision: str) -> str | None:
    try:
        text = settings.rubric.read_text("utf-8-sig")
        return text if rubric_of_revision(text, revision) is not None else None
    except (OSError, UnicodeDecodeError, RubricError):
        return None


def _lexicons(settings: Settings, revision: str) -> str | None:
    try:
        files = {path.name: path.read_text("utf-8-sig") for path in sorted(settings.lexicons.glob("*.yaml"))}
        if load_lexicons(settings.lexicons).revision != revision:
            return None
    except (OSError, UnicodeDecodeError, LexiconError):
        return None
    return json.dumps(files, ensure_ascii=False)
