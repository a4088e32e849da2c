"""Sentences that nobody said: loops, credits learned from subtitles, text over too little speech.

Whisper learned from films and videos; over silence, noise and music it writes what stood in their credits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.conversation.wordlists import WordLists

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
    if no_speech > _LITTLE_SPEECH and _SAME_DIGIT.search(text):
        return TextCheck(suspect=True, impossible="loop")
    if looping(text, words):
        return TextCheck(suspect=True, impossible="loop")
    rate = spoken / max(voiced_seconds, 0.2)
    if rate > _FASTEST and spoken > 6:
        return TextCheck(suspect=True, impossible="more text than speech")
    if (no_speech > _NO_SPEECH and log_probability < _UNSURE) or (
        no_speech > _LITTLE_SPEECH and log_probability < _VERY_UNSURE
    ):
        return TextCheck(suspect=True, impossible="no speech")
    return TextCheck(suspect=log_probability < floor or (rate < _SLOWEST and voiced_seconds > 1.5))


def looping(text: str, words: WordLists) -> bool:
    """True where a few characters repeat as only a decoder does."""
    plain, repeated = "".join(char for char in text if char.isalnum()), words.repeated.words
    if len(plain) > 2 and len(set(plain)) == 1 and plain[0] not in repeated and not plain.isnumeric():
        return True
    refrain = _REFRAIN.search(plain)
    if (
        _LONG_LOOP.search(plain)
        or _BEGUN_AGAIN.search(plain)
        or (refrain and refrain[2].startswith(refrain[1][:5]))
    ):
        return True
    for match in _LOOP.finditer(plain):
        unit = match[1]
        if len(match[0]) > _MOST_TIMES * len(unit):
            return True
        if unit not in repeated and not unit.isnumeric():
            return True
    return False
