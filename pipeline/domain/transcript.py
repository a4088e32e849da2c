"""What was said, by whom, when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.domain.call import Role
from pipeline.domain.span import Span

_ALWAYS = r"呃+"
"""Nothing but hesitation, wherever it stands."""

_BETWEEN_MARKS = r"(?<=[，、。？！；：,.?!…])\s*(?P<between>[嗯啊额唔哎]{1,3})(?=[，、…,])"
"""Such a sound that opens an utterance or stands alone is an answer; between two marks it is none."""

_FILLER = re.compile(rf"(?P<always>{_ALWAYS})|{_BETWEEN_MARKS}")

_LATIN_WORD = re.compile(r"[A-Za-z]+")
_UNIT = re.compile(rf"{_LATIN_WORD.pattern}|[^\W_]")


def spoken_units(text: str) -> list[str]:
    """What is spoken of a text, punctuation left out: each Chinese character, each digit, and each word of
    Latin letters whole."""
    return _UNIT.findall(text)


@lru_cache(maxsize=2048)  # a call's utterances are counted for many a check
def characters(text: str) -> int:
    """How many characters are spoken; a digit and a word of Latin letters count as one, punctuation is not
    heard."""
    return len(spoken_units(text))


def latin_words(text: str) -> int:
    """How many of the characters are words of Latin letters."""
    return len(_LATIN_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Word:
    """One written word (one or more Chinese characters): its time, the recogniser's probability (0..1)."""

    text: str
    span: Span
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of recognised speech of one party, before roles are known."""

    party: int
    """0 or 1: the channel in stereo, the speaker in mono (0 is heard first)."""
    span: Span
    text: str
    words: tuple[Word, ...]
    confidence: float
    """exp of the mean log-probability per token, 0..1."""
    party_confidence: float = 1.0
    """How sure it is that this party spoke, 0..1."""
    overlapped: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """A name of the centre's vocabulary that was said where the recogniser wrote as many other characters."""

    start: int
    """Of the character in the utterance's text."""
    name: str
    confidence: float
    """How sure the sound makes it, 0.5..1."""

    @property
    def end(self) -> int:
        return self.start + len(self.name)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One party's turn, or part of a turn, in the conversation."""

    role: Role
    span: Span
    text: str
    """Written form: simplified characters, digits for numbers, punctuation where pauses allow it."""
    words: Sequence[Word] = ()
    confidence: float = 1.0
    """How sure the recogniser is of the text, 0..1."""
    role_confidence: float = 1.0
    """How sure it is that this role spoke, 0..1."""
    overlapped: bool = False
    """True where the other party talks over most of it."""
    corrections: tuple[Correction, ...] = ()
    """In order, none across another."""

    @property
    def corrected(self) -> str:
        """The text with the names that were misheard in their places: for people to read. It is as long as
        ``text``, in which phrases are found and of which quotes are parts."""
        out = self.text
        for correction in self.corrections:
            out = out[: correction.start] + correction.name + out[correction.end :]
        return out

    @property
    def characters(self) -> int:
        """See `characters`."""
        return characters(self.text)

    @property
    def foreign(self) -> bool:
        """Most of it is words of Latin letters, whose rate characters per minute do not tell."""
        return 2 * latin_words(self.text) > self.characters

    @property
    def fillers(self) -> tuple[slice, ...]:
        """The parts of ``text`` that are hesitation (呃, 嗯, 啊), for readers to set apart; see `fillers`."""
        return fillers(self.text)


@dataclass(frozen=True)
class Transcript:
    """Utterances in time order."""

    utterances: tuple[Utterance, ...] = ()

    def by(self, role: Role) -> tuple[Utterance, ...]:
        return tuple(u for u in self.utterances if u.role is role)

    @cached_property
    def characters(self) -> int:
        """Characters spoken by anyone; see `characters`."""
        return sum(u.characters for u in self.utterances)


def fillers(text: str) -> tuple[slice, ...]:
    """Where in ``text`` hesitation stands, in order."""
    found = []
    for match in _FILLER.finditer(text):
        start, end = match.span("always" if match["always"] else "between")
        found.append(slice(start, end))
    return tuple(found)
