"""The labelled sentences, from where they were written, the lexicons' own examples and ordinary talk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.domain import PhraseKind, Role
from pipeline.phrases import Lexicons
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.ordinary import ORDINARY_FILE, read_ordinary_talk
from pipeline.phrases.sentences import WEIGHTS

ROOT = Path(__file__).resolve().parents[2]
LEXICONS = ROOT / "lexicons" / "zh"
WORD_CLASSES = ROOT / "pipeline" / "phrases" / "word_classes.toml"
MODEL = ROOT / "pipeline" / "phrases" / WEIGHTS
BLOCK = 20
"""Lines of a file that fall into one fold."""


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence and what it is: nothing wrong where ``codes`` is empty."""

    text: str
    role: Role
    codes: frozenset[str]
    block: str
    """Lines of a file, or the phrase, that it stands with: see BLOCK."""
    written: bool
    """Written for training, not an example of the lexicon that hits or spares it by construction."""
    not_these: frozenset[str] | None = None
    """Where only these are known not to be meant; None: every code but ``codes``."""


def digest_of(folder: Path) -> str:
    """SHA-256 of all that the sentences are read from, but for the lexicons' own examples, and of the words
    that count alike."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.jsonl")), LEXICONS / ORDINARY_FILE, WORD_CLASSES]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read_sentences(folder: Path, lexicons: Lexicons) -> list[LabelledSentence]:
    """All sentences, each once; what several sources say of one is put together.

    Raises:
        ValueError: a code that is in no lexicon, with file and line.
    """
    known: dict[tuple[str, Role], LabelledSentence] = {}
    for one in (*_written(folder, lexicons), *_examples(lexicons), *_ordinary()):
        key = normalise(one.text), one.role
        first = known.setdefault(key, one)
        if first is not one:
            codes = first.codes | one.codes
            told = None if codes or None in (first.not_these, one.not_these) else first.not_these
            known[key] = replace(first, codes=codes, not_these=told)
    return [one for (text, _), one in known.items() if len(text) > 1]


def _written(folder: Path, lexicons: Lexicons) -> Iterator[LabelledSentence]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(written(path, lexicons)):
            block = f"{path.stem}{number // BLOCK}"
            yield LabelledSentence(row["text"], Role(row["role"]), frozenset(row["codes"]), block, True)


def written(path: Path, lexicons: Lexicons) -> Iterator[dict[str, Any]]:
    """The lines of a file of sentences: ``text``, ``role``, ``codes``.

    Raises:
        ValueError: a code that is in no lexicon, with file and line.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row: dict[str, Any] = json.loads(line)
        unknown = sorted(set(row["codes"]) - lexicons.codes.keys())
        if unknown:
            raise ValueError(f"{path}:{number}: no lexicon has the code {unknown[0]}; correct it")
        yield row


def _examples(lexicons: Lexicons) -> Iterator[LabelledSentence]:
    accusing = frozenset(accused(lexicons))
    for phrase in lexicons.phrases:
        code, block = phrase.code.code, phrase.canonical
        role = phrase.code.role or Role.AGENT
        grave = code in accusing
        for text in (phrase.canonical, *phrase.hit) if grave else phrase.hit:
            codes = frozenset({code}) if grave else frozenset[str]()
            yield LabelledSentence(text, role, codes, block, False)
        for text in phrase.quiet:
            yield LabelledSentence(text, role, frozenset(), block, False, frozenset({code}))


def _ordinary() -> Iterator[LabelledSentence]:
    for number, one in enumerate(read_ordinary_talk(LEXICONS)):
        block = f"{ORDINARY_FILE}{number // BLOCK}"
        yield LabelledSentence(one.text, one.role, frozenset(), block, True)


def accused(lexicons: Lexicons) -> list[str]:
    """The codes that cost points or call for a person."""
    kinds = (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)
    return sorted(code.code for code in lexicons.codes.values() if code.kind in kinds)
