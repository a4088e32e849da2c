"""Ordinary talk: sentences of agents and customers in which nobody does anything wrong.

A rule that accuses one of them is too wide. The program brings some three thousand, of thirty trades and many
regions (``ordinary.jsonl``); a folder of lexicons may hold its own instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.domain import How, Role
from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.checking import LexiconIssue, sentence
from pipeline.phrases.lexicon import Lexicons, SourceLocation
from pipeline.phrases.matcher import Matcher
from pipeline.settings import data_root

ORDINARY_FILE = "ordinary.jsonl"
"""Its name in a folder of lexicons."""
LARGEST_BYTES = 1 << 20
MOST_SHOWN = 3
"""Sentences that are named of each phrase."""


@dataclass(frozen=True, slots=True)
class OrdinarySentence:
    """Something that one party said, and nothing is wrong with it."""

    text: str
    role: Role
    place: SourceLocation


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    text: str


def read_ordinary_talk(folder: Path | None = None) -> list[OrdinarySentence]:
    """The ordinary talk of a folder of lexicons; that of the program where it has none.

    Raises:
        LexiconError: not JSON Lines of ``role`` and ``text`` (file, line), or larger than 1 MiB.
    """
    path = None if folder is None else folder / ORDINARY_FILE
    if path is None or not path.exists():
        path = data_root() / "lexicons" / "zh" / ORDINARY_FILE
    try:
        lines = read_plain(path, most=LARGEST_BYTES, remedy="keep fewer sentences").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(f"not UTF-8 at byte {error.start}; save it as UTF-8", path=path) from error
    except FileRefused as error:
        raise LexiconError(str(error), path=path) from error
    return list(_read(lines, path))


def _read(lines: str, path: Path) -> Iterator[OrdinarySentence]:
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            row = _Line.model_validate(json.loads(line)) if line.strip() else None
        except (ValueError, ValidationError) as error:
            message = 'not a sentence; write {"role": "agent" or "customer", "text": "..."}'
            raise LexiconError(message, path=path, line=number) from error
        if row is not None:
            yield OrdinarySentence(row.text, row.role, SourceLocation(path, number))


def accusing_rules(
    lexicons: Lexicons, matcher: Matcher, talk: Sequence[OrdinarySentence]
) -> Iterator[LexiconIssue]:
    """Phrases that are found in ordinary talk and cost points or call for somebody."""
    phrases = {(p.code.code, p.canonical): p for p in lexicons.phrases}
    shown: dict[tuple[str, str], int] = {}
    for said, hits in zip(
        talk, matcher.match_all([[sentence(one.text, one.role)] for one in talk]), strict=True
    ):
        for hit in hits:
            key = hit.code, hit.phrase
            if hit.kind not in ACCUSING or hit.how is How.SENTENCE or key not in phrases:
                continue
            shown[key] = shown.get(key, 0) + 1
            if shown[key] <= MOST_SHOWN:
                where = f"{said.place.path.name}:{said.place.line}"
                message = (
                    f"“{hit.phrase}” accuses ordinary talk by “{hit.quote}” ({hit.how.value}) in "
                    f"“{said.text}” ({where}); narrow the wording, or add an exception and a quiet example"
                )
                yield LexiconIssue.at(phrases[key].place, "error", message)
