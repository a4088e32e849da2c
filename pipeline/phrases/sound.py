"""Sound-alikes: phrases found by how they sound, whatever characters the recogniser chose.

Every syllable falls into a coarse class in which confusable initials and finals are one. A phrase that is
said with at most k classes
wrong still shows one of its k + 1 pieces untouched (pigeonhole), so an Aho-Corasick pass over the classes
finds all places worth a
look; an alignment over real syllable distances then decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick
from rapidfuzz.distance import Levenshtein

from pipeline.phrases.alignment import align, straight
from pipeline.phrases.syllables import readings, split, syllable

_INITIAL_CLASS = {
    "zh": "z", "j": "z", "ch": "c", "q": "c", "sh": "s", "x": "s", "l": "n", "r": "n", "h": "f", "p": "b",
    "t": "d", "k": "g", "y": "", "w": "",
}  # fmt: skip
_FINAL_CLASS = {
    "ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ong": "en", "iong": "en",
    "un": "en", "o": "uo", "ou": "uo", "iao": "ao", "iu": "uo", "ui": "ei", "uai": "ai", "ua": "a",
    "ia": "a", "v": "u", "ve": "ie", "ue": "ie", "e": "uo", "van": "ian",
}  # fmt: skip


@lru_cache(maxsize=30_000)
def sound_class(spoken: str) -> str:
    """One character that stands for all syllables that are easily taken for this one."""
    initial, final = split(spoken)
    key = f"{_INITIAL_CLASS.get(initial, initial)}-{_FINAL_CLASS.get(final, final)}"
    return _CLASSES.setdefault(key, chr(0x100 + len(_CLASSES)))


_CLASSES: dict[str, str] = {}


class _ClassTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = sound_class(syllable(chr(code)))
        return self[code]


_TABLE = _ClassTable()


def tolerance_for(length: int) -> float:
    """Largest total distance (syllables) at which a phrase of so many syllables still counts as said.

    Two syllables have too many homophones to be found by sound unless a lexicon says so. Fitted by
    scripts/calibrate_phrases.py.
    """
    if length <= 2:
        return 0.0
    return {3: 0.3, 4: 0.6, 5: 0.8, 6: 0.9, 7: 1.0}.get(length, min(0.15 * length, 2.4))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A spelling as sound."""

    spelling: str
    owner: int
    tolerance: float
    readings: tuple[tuple[str, ...], ...]
    classes: str


@dataclass(frozen=True, slots=True)
class SoundMatch:
    owner: int
    spelling: str
    start: int
    end: int
    distance: float
    tolerance: float


NEAREST_MISS = 0.01
"""What breaks a firm rule is a miss, however near: this far beyond its tolerance at least."""


class SoundIndex:
    """All spellings that may be found by sound. Owners below 0 mark wordings that are not meant
    (exceptions)."""

    def __init__(self, spellings: Iterable[tuple[str, int, float | None]]) -> None:
        self._spoken: list[Spoken] = []
        pieces: dict[str, list[tuple[int, int, str, int, int, int]]] = {}
        known: set[tuple[str, int]] = set()
        for spelling, owner, tolerance in spellings:
            size = len(spelling)
            limit = tolerance_for(size) if tolerance is None else tolerance
            if size < 2 or limit < 0 or (tolerance == 0) or (tolerance is None and size < 3):
                continue
            alternatives = readings(spelling)
            classes = "".join(sound_class(r[0]) for r in alternatives)
            if (classes, owner) in known:
                continue
            known.add((classes, owner))
            index = len(self._spoken)
            self._spoken.append(Spoken(spelling, owner, limit, alternatives, classes))
            other = "".join(sound_class(r[-1]) for r in alternatives)
            errors, slack = errors_for(size), indels_for(size)
            for start, end in _pieces(size):
                for piece in {classes[start:end], other[start:end]}:
                    pieces.setdefault(piece, []).append(
                        (index, start, classes, size, errors + (slack > 0), slack)
                    )
        self._automaton = ahocorasick.Automaton()
        for piece, places in pieces.items():
            self._automaton.add_word(piece, (len(piece), tuple(places)))
        if pieces:
            self._automaton.make_automaton()
        self._empty = not pieces

    def __len__(self) -> int:
        return len(self._spoken)

    def find(self, text: str, *, extra: float = 0.0) -> list[SoundMatch]:
        """Each sound-alike that is not written exactly like the phrase, best alignment per place.

        ``extra`` syllables are added to every tolerance, to look for near misses.
        """
        if self._empty or not text:
            return []
        classes = text.translate(_TABLE)
        apart = Levenshtein.distance
        looked: set[tuple[int, int]] = set()
        found: dict[tuple[int, int, int], SoundMatch] = {}
        for last, (length, places) in self._automaton.iter(classes):
            first = last + 1 - length
            for index, offset, wanted, size, errors, slack in places:
                begin = first - offset
                if begin < 0:
                    if begin < -slack:
                        continue
                    begin = 0
                # A missing or surplus syllable moves all that follow: one error more, a closer look below.
                if apart(wanted, classes[begin : begin + size], score_cutoff=errors) > errors:
                    continue
                place = (index, begin)
                if place in looked:
                    continue
                looked.add(place)
                match = self._compare(text, classes, index, begin, 0.0)
                if match is None and extra > 0:
                    match = self._compare(text, classes, index, begin, extra)
                if match is not None:
                    found.setdefault((index, match.start, match.end), match)
        return list(found.values())

    def _compare(self, text: str, classes: str, index: int, begin: int, extra: float) -> SoundMatch | None:
        spoken = self._spoken[index]
        size = len(spoken.spelling)
        slack = indels_for(size)
        low = max(0, begin - slack)
        window = text[low : begin + size + slack]
        if spoken.spelling in window:
            return None
        limit, loose = spoken.tolerance + extra, extra > 0
        here = text[begin : begin + size]
        best = straight(spoken.spelling, spoken.readings, here, limit=limit, loose=loose)
        if best is not None:
            low = begin
        elif slack and _shifted(spoken.classes, classes, begin, slack, errors_for(size)):
            best = align(spoken.spelling, spoken.readings, window, limit=limit, loose=loose)
        if best is None:
            return None
        apart = max(best.distance, spoken.tolerance + NEAREST_MISS) if loose else best.distance
        return SoundMatch(
            spoken.owner, spoken.spelling, low + best.start, low + best.end, apart, spoken.tolerance
        )


def _shifted(wanted: str, classes: str, begin: int, slack: int, errors: int) -> bool:
    """True where the phrase fits a window that is longer on the left or right, or shorter."""
    end = begin + len(wanted)
    apart = Levenshtein.distance
    return any(
        apart(wanted, classes[begin : end + by], score_cutoff=errors) <= errors
        or apart(wanted, classes[max(0, begin - by) : end], score_cutoff=errors) <= errors
        for by in (*range(-slack, 0), *range(1, slack + 1))
    )


def errors_for(length: int) -> int:
    """How many syllables may fall into another class."""
    return 0 if length <= 2 else 1 if length <= 8 else 2


def indels_for(length: int) -> int:
    """How many syllables may be missing or too many: none in short phrases, where that makes another word."""
    return 0 if length <= 4 else 1 if length <= 8 else 2


def _pieces(length: int) -> list[tuple[int, int]]:
    if length == 3:
        return [(0, 2), (1, 3)]
    count = errors_for(length) + 1
    edges = [round(k * length / count) for k in range(count + 1)]
    return list(itertools.pairwise(edges))
