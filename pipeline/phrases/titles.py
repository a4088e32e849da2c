"""What codes are called, without a look at their phrases: reading and checking all of those takes ten times
as long, and a page of a call shows titles alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.conversation.wordlists import WORDS_FILE
from pipeline.messages import Message, title
from pipeline.packs import Layered, layers_of
from pipeline.phrases.lexicon_file import read_yaml


def titles_of(folder: Path, layer: Layered = None) -> dict[str, Message]:
    """Code -> title, from all lexicon files of a folder, of packs and of a centre's own layer; what is wrong
    in a file besides is left to who loads it.

    Raises:
        LexiconError: a file cannot be read.
    """
    layers = layers_of(layer)
    own = [] if layers.own is None else sorted((layers.own / "lexicons").glob("*.yaml"))
    found: dict[str, Message] = {}
    for path in [*sorted(folder.glob("*.yaml")), *(p for pack in layers.packs for p in pack.lexicons), *own]:
        for entry in _entries(path) if path.name != WORDS_FILE else ():
            if isinstance(entry, Mapping) and "code" in entry and "title" in entry:
                named = title(str(entry["title"]).strip(), str(entry.get("title_en") or "").strip())
                found.setdefault(str(entry["code"]), named)
    return found


def _entries(path: Path) -> list[object]:
    entries = read_yaml(path).get("codes")
    return entries if isinstance(entries, list) else []
