"""A centre's own sentences, from which its judgement of sentences is trained: ``sentences/*.jsonl`` of its
layer, one JSON object a line.

``text``; ``role`` (agent or customer); ``codes`` that it means; ``not``, codes that it does not mean. Both
empty: nothing is wrong with it. Digits are masked where a sentence is taken from a call.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message
from pipeline.phrases.layer import SENTENCES
from pipeline.phrases.lexicon_file import Name, Text
from pipeline.validation import explained

MOST_BYTES = 4 << 20
MOST_SENTENCES = 5_000
_DIGIT = re.compile(r"\d")
_SPOKEN = re.compile("[零〇幺一二两三四五六七八九]{4,}")
"""Four digits and more in a row, as the recogniser writes numbers that are read out."""


class OwnSentence(BaseModel):
    """A sentence, and what it is or is not."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    text: Text
    role: Literal["agent", "customer"]
    codes: tuple[Name, ...] = ()
    not_codes: Annotated[tuple[Name, ...], Field(alias="not")] = ()


def masked(text: str) -> str:
    """The sentence without what its digits tell: each is a 0, and each of four or more spoken ones a 零."""
    return _SPOKEN.sub(lambda found: "零" * len(found[0]), _DIGIT.sub("0", text))


def read_sentences(layer: Path, *, codes: Collection[str] | None = None) -> tuple[OwnSentence, ...]:
    """All sentences of a layer, in the order of its files.

    Args:
        codes: those of the lexicons; None: any is accepted.

    Raises:
        LexiconError: a line that is none, or names an unknown code (file, line, remedy).
    """
    found: list[OwnSentence] = []
    for path in sorted((layer / SENTENCES).glob("*.jsonl")):
        found += sentences_of(path, codes=codes)
        if len(found) > MOST_SENTENCES:
            raise LexiconError(Message("lexicon.many-sentences", most=MOST_SENTENCES), path=path)
    return tuple(found)


def sentences_of(path: Path, *, codes: Collection[str] | None = None) -> Iterator[OwnSentence]:
    """The sentences of one file, a line each; empty lines are passed over. Arguments and errors as above."""
    try:
        fewer = Message("lexicon.fewer-sentences")
        text = read_plain(path, most=MOST_BYTES, remedy=fewer).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(Message("file.not-utf8", byte=error.start), path=path) from error
    except FileRefused as error:
        raise LexiconError(error.message, path=path) from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            one = OwnSentence.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "line"
            problem = Message("lexicon.entry", where=where, problem=explained(first))
            raise LexiconError(problem, path=path, line=number) from error
        for code in (*one.codes, *one.not_codes):
            if codes is not None and code not in codes:
                unknown = Message("lexicon.layer-no-code", lexicon_code=code)
                raise LexiconError(unknown, path=path, line=number)
        yield one


def written(sentences: Iterable[OwnSentence]) -> str:
    """The text of a file of sentences."""
    return "".join(
        json.dumps(one.model_dump(by_alias=True), ensure_ascii=False, sort_keys=False) + "\n"
        for one in sentences
    )


def digest_of(sentences: Iterable[OwnSentence]) -> str:
    """By which weights tell what they were trained on."""
    return hashlib.sha256(written(sentences).encode()).hexdigest()
