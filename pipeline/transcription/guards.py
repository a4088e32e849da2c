"""Sentences that nobody said: loops, credits learned from subtitles, text over too little speech.

Whisper learned from films and videos; over silence, noise and music it writes what stood in their credits.
Where more was said than invented, only the invented part is cut out (`cut_out`); else the whole text goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.conversation.wordlists import WordLists
from pipeline.transcription.protocol import NO_SPEECH, Piece

_FASTEST = 12.0
"""Characters per second of speech; people manage 9 (news readers 5)."""
_SLOWEST = 1.2
_LETTER = 0.3
"""A Latin letter takes so much of the time of a Chinese character: 15 a second are usual in English."""
_LOOP = re.compile(r"(.{1,12}?)\1{3,}")
"""The same 1 to 12 characters four times in a row."""
_LONG_LOOP = re.compile(r"(.{20,}?)\1")
"""A long sentence word for word twice."""
_REFRAIN = re.compile(r"(.{7,}?)\1(.{5,})")
"""A sentence word for word twice, and what follows: a third time makes a loop."""
_BEGUN_AGAIN = re.compile(r"((..).{3,10}?)\1\1\2")
"""Five characters and more three times in a row and begun once more: people stop after the third time."""
_MOST_TIMES = 12
_MARKS = "，、；：,;: "
_CLAUSE_END = re.compile(r"[，。？！；!?;]+|[,.](?=\s|$)")
_SAME_DIGIT = re.compile(r"(\d)\1{5,}")
"""Numbers hold such runs; so do inventions over a tone, where the model half thinks that nobody speaks."""
_UNSURE, _NO_SPEECH = -0.7, 0.8
_VERY_UNSURE, _LITTLE_SPEECH = -1.1, 0.55
"""Log-probability per token and probability of no speech of inventions over noise, tones and music. None of
334 windows with real speech lies in either corner; the nearest are (-1.09, 0.39) and (-0.91, 0.60)."""


@dataclass(frozen=True, slots=True)
class TextCheck:
    """What is wrong with a decoded text."""

    suspect: bool
    """Worth a second decoding."""
    impossible: str | None = None
    """The reason why it cannot have been said; None where it can."""
    cut: bool = False
    """Part of it was invented and is cut out: an uncut text of another decoding is worth more."""


def check_text(
    text: str,
    *,
    voiced_seconds: float,
    log_probability: float,
    no_speech: float,
    floor: float,
    words: WordLists,
) -> TextCheck:
    """Judge a window's text by its shape; ``floor`` is the log-probability below which it is looked at
    again."""
    spoken = sum(_LETTER if char.isascii() and char.isalpha() else 1.0 for char in text if char.isalnum())
    if not spoken:
        return TextCheck(suspect=voiced_seconds > 0.6)
    if words.credits.found_in(text):
        return TextCheck(suspect=False, impossible="credits")
    little_speech = no_speech > _LITTLE_SPEECH
    if looping(text, words) or (little_speech and _SAME_DIGIT.search(text)):
        return TextCheck(suspect=True, impossible=NO_SPEECH if little_speech else "loop")
    rate = spoken / max(voiced_seconds, 0.2)
    if rate > _FASTEST and spoken > 6:
        return TextCheck(suspect=True, impossible="more text than speech")
    if (no_speech > _NO_SPEECH and log_probability < _UNSURE) or (
        no_speech > _LITTLE_SPEECH and log_probability < _VERY_UNSURE
    ):
        return TextCheck(suspect=True, impossible=NO_SPEECH)
    return TextCheck(suspect=log_probability < floor or (rate < _SLOWEST and voiced_seconds > 1.5))


def looping(text: str, words: WordLists) -> bool:
    """True where a few characters repeat as only a decoder does."""
    plain = "".join(char for char in text if char.isalnum())
    one = len(plain) > 2 and len(set(plain)) == 1 and plain[0] not in words.repeated.words
    return (one and not plain.isnumeric()) or any(True for _ in _loops(plain, words))


def cut_out(pieces: Sequence[Piece], words: WordLists) -> tuple[Piece, ...]:
    """The pieces without what was invented in them: of a loop its first round stays, of credits nothing.

    They come back unchanged where nothing was invented, and where that is half of the text or more: then
    what is left tells nothing either.
    """
    text = "".join(piece.text for piece in pieces)
    ends = list(accumulate(len(piece.text) for piece in pieces))
    invented = {place for span in _invented(text, ends, words) for place in range(*span)}
    spoken = [place for place, char in enumerate(text) if char.isalnum()]
    if not invented or 2 * sum(place in invented for place in spoken) >= len(spoken):
        return tuple(pieces)
    kept = []
    for piece, end in zip(pieces, ends, strict=True):
        places = range(end - len(piece.text), end)
        left = "".join(text[place] for place in places if place not in invented)
        if any(map(str.isalnum, left)):
            kept.append(replace(piece, text=left.lstrip(_MARKS)))
    return tuple(kept)


def _invented(text: str, ends: Sequence[int], words: WordLists) -> Iterator[tuple[int, int]]:
    """Where in a text loops go round again, and clauses that hold credits."""
    places = [place for place, char in enumerate(text) if char.isalnum()]
    for start, end in _loops("".join(text[place] for place in places), words):
        yield places[start], places[end - 1] + 1
    borders = [0, *ends, *(mark.end() for mark in _CLAUSE_END.finditer(text))]
    for start, end in words.credits.places_in(text):
        yield (
            max(border for border in borders if border <= start),
            min(border for border in borders if border >= end),
        )


def _loops(plain: str, words: WordLists) -> Iterator[tuple[int, int]]:
    """Where a text without marks repeats itself as only a decoder does, its first round left out."""
    found = [_LONG_LOOP.search(plain), _BEGUN_AGAIN.search(plain)]
    refrain = _REFRAIN.search(plain)
    if refrain and refrain[2].startswith(refrain[1][:5]):
        found.append(refrain)
    repeated = words.repeated.words
    for match in _LOOP.finditer(plain):
        often = len(match[0]) > _MOST_TIMES * len(match[1])
        if often or (match[1] not in repeated and not match[1].isnumeric()):
            found.append(match)
    for match in filter(None, found):
        period = len(match[1])
        end = match.start() + period
        while end < len(plain) and plain[end] == plain[end - period]:
            end += 1
        yield match.start() + period, end
