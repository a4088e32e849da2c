"""The rules that judge: their text is kept, and the gate is the one that the store knows."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from pipeline.domain.inspection import sheet_revision
from pipeline.errors import LexiconError, RubricError
from pipeline.inspection.rules import Rules, load_rules
from pipeline.packs import Layers, Pack
from pipeline.phrases import Lexicons, load_lexicons
from pipeline.phrases.increments import SentenceIncrement
from pipeline.phrases.layer import LEXICONS, WEIGHTS_FILE, layer_files
from pipeline.rubric import rubric_of_revision, rubric_text
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook

LAYER = "layer/"
"""How names of files of the centre's own layer begin."""
PACK = "pack/"
"""How those of packs begin; the name of the pack follows."""


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
        text = rubric_text(settings.rubric, settings.layers)
        return text if rubric_of_revision(text, revision) is not None else None
    except (OSError, UnicodeDecodeError, RubricError):
        return None


def _lexicons(settings: Settings, revision: str) -> str | None:
    try:
        files = {path.name: path.read_text("utf-8-sig") for path in sorted(settings.lexicons.glob("*.yaml"))}
        for pack in settings.packs:
            files |= {f"{PACK}{pack.name}/{p.name}": p.read_text("utf-8-sig") for p in pack.lexicons}
        for path in layer_files(settings.layer):
            files[f"{LAYER}{path.name}"] = path.read_text("utf-8-sig")
        lexicons = load_lexicons(settings.lexicons, settings.layers)
        if lexicons.revision != revision:
            return None
        if lexicons.increment is not None:  # the weights themselves would be most of what is kept
            files[LAYER + WEIGHTS_FILE] = lexicons.increment.digest
    except (OSError, UnicodeDecodeError, LexiconError):
        return None
    return json.dumps(files, ensure_ascii=False)


def kept_lexicons(content: str, weights: SentenceIncrement | None) -> Lexicons | None:
    """The lexicons that ``keep_rules`` kept; None where they cannot be read by this version.

    Args:
        weights: those there are now; the kept lexicons are read only where they had the same.
    """
    try:
        files: dict[str, str] = json.loads(content)
        if files.pop(LAYER + WEIGHTS_FILE, "") != (weights.digest if weights else ""):
            return None
        with tempfile.TemporaryDirectory(prefix="callinspect-") as folder:
            below, above = Path(folder) / "below", Path(folder) / "above"
            packs: dict[str, Pack] = {}
            for name, text in files.items():
                place = above / LEXICONS if name.startswith(LAYER) else below
                if name.startswith(PACK):
                    pack = packs.setdefault(name.split("/")[1], Pack(name.split("/")[1], Path(folder)))
                    place = pack.folder
                place.mkdir(parents=True, exist_ok=True)
                (place / Path(name).name).write_text(text, encoding="utf-8")
            layers = Layers(above if above.exists() else None, tuple(packs.values()))
            return load_lexicons(below, layers, weights=weights)
    except (ValueError, AttributeError, TypeError, LexiconError):
        return None
