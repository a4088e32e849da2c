"""Phrases too short to be found by sound in text, and phrases whose ends were swallowed.

In two syllables everything sounds like something (必须 for 闭嘴), and where a speaker drops his voice the
recogniser writes half of it (直到 for 你知道吗). As text alone this proves nothing; it only tells which
wordings are worth asking the sound about (see ``confirm``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.conversation.text import syllable
from pipeline.phrases.syllables import distance, readings

WHOLE = 2
"""Syllables of the phrases that are looked for as a whole."""
ALIKE = 0.1
"""One of two syllables must sound (nearly) the same."""
APART = 1.0
"""Largest distance of both together."""
CLIPPED_FROM, CLIPPED_TO = 4, 6
"""Phrases of so many syllables may have lost their ends: shorter ones would be nothing without them, of
longer ones enough is left to be found by sound."""
LOST = 0.5
"""Cost of a syllable that was swallowed, as of one too many in an alignment."""


@dataclass(frozen=True, slots=True)
class ReducedForm:
    """A place that may be a phrase."""

    owner: int
    spelling: str
    start: int
    end: int
    distance: float


class ReducedFormIndex:
    """Spellings with their owners, by the sounds of the syllables that must be left of them."""

    def __init__(self, spellings: Iterable[tuple[str, int]]) -> None:
        self._whole: dict[tuple[int, str], dict[tuple[str, int], None]] = defaultdict(dict)
        self._clipped: dict[tuple[str, ...], dict[tuple[str, int], None]] = defaultdict(dict)
        for spelling, owner in spellings:
            if len(spelling) == WHOLE:
                for place, ways in enumerate(readings(spelling)):
                    for way in ways:
                        self._whole[place, way][spelling, owner] = None
            elif CLIPPED_FROM <= len(spelling) <= CLIPPED_TO:
                sounds = tuple(syllable(c) for c in spelling)
                for left in (sounds[1:-1], sounds[:-1], sounds[1:]):
                    self._clipped[left][spelling, owner] = None

    def find(self, text: str, *, begins: Iterable[int], ends: Iterable[int]) -> Iterator[ReducedForm]:
        """What may be hidden in ``text``.

        ``begins``: where sentences begin. There people swear and snap; elsewhere two syllables are too easily
        part of another word, even for the sound (智障 for 支持).
        ``ends``: where utterances end; that is where ends get lost.
        """
        sounds = [syllable(c) for c in text]
        for at in begins:
            if at + WHOLE <= len(text):
                yield from self._both(text, sounds, at)
        for end in ends:
            for size in range(CLIPPED_FROM - 2, CLIPPED_TO):
                if size > end:
                    break
                for spelling, owner in self._clipped.get(tuple(sounds[end - size : end]), ()):
                    if spelling not in text:
                        yield ReducedForm(owner, spelling, end - size, end, LOST * (len(spelling) - size))

    def _both(self, text: str, sounds: list[str], at: int) -> Iterator[ReducedForm]:
        """Two-syllable phrases of which one syllable was heard right."""
        known: dict[tuple[str, int], None] = {}
        for place in range(WHOLE):
            known |= self._whole.get((place, sounds[at + place]), {})
        for spelling, owner in known:
            apart = [
                min(distance(sounds[at + k], way) for way in ways)
                for k, ways in enumerate(readings(spelling))
            ]
            if min(apart) <= ALIKE and sum(apart) <= APART and text[at : at + WHOLE] != spelling:
                yield ReducedForm(owner, spelling, at, at + WHOLE, sum(apart))
