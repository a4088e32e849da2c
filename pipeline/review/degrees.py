"""How far a customer has gone who speaks of going outside: speaks of it, will do it, has done it.

The words stand in ``lexicons/zh/degrees/escalation.yaml``, beside the phrases that find an escalation. Only
the clause in which it was said is looked at; where no wording fits, the degree is unstated: it is never
guessed up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, ValueRefused
from pipeline.review.alerts import Degree
from pipeline.settings import data_root
from pipeline.validation import explained
from pipeline.yaml_file import LinedMap, YamlError, line_of, read_text

FILE = Path("degrees", "escalation.yaml")
LARGEST_BYTES = 1 << 20
_ENDS = re.compile("[，,。.！!？?；;：:…\\s]+")
_NOISE = re.compile("[^\\w]+")
_RANK = (Degree.DONE, Degree.WILL, Degree.SPEAKS)
"""From the gravest: the first whose wordings fit counts."""


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueRefused(Message("degrees.pattern", pattern=text, problem=str(error))) from error
    return text


_Pattern = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_expression)]


class DegreeExamples(BaseModel):
    """Sentences that have this degree, and such that have not: its tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hit: tuple[str, ...]
    quiet: tuple[str, ...]


class DegreeWordings(BaseModel):
    """The wordings of one degree, over the words of one clause without its punctuation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    degree: Degree
    reason: str
    patterns: Annotated[tuple[_Pattern, ...], Field(min_length=1)]
    exceptions: tuple[_Pattern, ...] = ()
    """Where one of these is found in the clause, it has not this degree."""
    examples: DegreeExamples

    def fits(self, *readings: str) -> bool:
        """Whether one of these readings of a clause has this degree, and none an exception."""
        return any(_found(self.patterns, one) for one in readings) and not any(
            _found(self.exceptions, one) for one in readings
        )


class Degrees(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    complaining: Annotated[str, Field(min_length=1, max_length=20)]
    """The plain word that what was found stands for."""
    degrees: Annotated[tuple[DegreeWordings, ...], Field(min_length=1)]

    def of_clause(self, *readings: str) -> Degree:
        words = [_NOISE.sub("", one) for one in readings]
        return gravest(one.degree for one in self.degrees if one.fits(*words))

    def of(self, said: str, quote: str) -> Degree:
        """The degree of an escalation. What was found may be a name alone, or badly written: the clause is
        read once more as if it said the plain word there. An exception counts in whichever reading it is:
        of "已经不想活了" the plain word leaves "已经投诉".

        Args:
            said: the whole utterance. quote: the words in it that were found.
        """
        clause = clause_of(said, quote)
        stands_for = clause.replace(quote, self.complaining, 1) if quote else clause
        return self.of_clause(clause, stands_for)


def _found(patterns: Sequence[str], clause: str) -> bool:
    return any(re.search(pattern, clause) for pattern in patterns)


def gravest(degrees: Iterable[Degree]) -> Degree:
    """The gravest of what was said in several places."""
    said = set(degrees)
    return next((one for one in _RANK if one in said), Degree.UNSTATED)


def clause_of(said: str, quote: str) -> str:
    """The clauses of an utterance that hold these words; nothing where they are not in it word for word."""
    at = said.find(quote) if quote else -1
    if at < 0:
        return quote
    left = max((end.end() for end in _ENDS.finditer(said, 0, at)), default=0)
    right = _ENDS.search(said, at + len(quote))
    return said[left : right.start() if right else len(said)]


def load_degrees(folder: Path) -> Degrees:
    """The wordings of a folder of lexicons.

    Raises:
        LexiconError: unreadable, a key that is missing or unknown, or a pattern that is wrong.
    """
    path = folder / FILE
    try:
        root: Any = read_text(
            read_plain(path, most=LARGEST_BYTES, remedy=Message("words.shorten")).decode("utf-8-sig")
        )
    except FileRefused as error:
        raise LexiconError(error.message, path=path) from error
    except UnicodeDecodeError as error:
        raise LexiconError(Message("file.not-utf8", byte=error.start), path=path) from error
    except YamlError as error:
        raise LexiconError(error.message, path=path, line=error.line) from error
    try:
        return Degrees.model_validate(root)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        line = line_of(root, first["loc"]) if isinstance(root, LinedMap) else 1
        raise LexiconError(
            Message("lexicon.entry", where=where, problem=explained(first)), path=path, line=line
        ) from error


@cache
def default_degrees() -> Degrees:
    """The wordings that come with the program."""
    return load_degrees(data_root() / "lexicons" / "zh")
