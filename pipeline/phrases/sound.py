"""Sound-alikes: phrases found by how they sound, whatever characters the recogniser chose.

Every syllable falls into a coarse class in which confusable initials and finals are one. A phrase that is
said with at most k classes wrong still shows one of its k + 1 fragments untouched (pigeonhole), so one pass
over the classes finds all places worth a look; an alignment over real syllable distances then decides.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.conversation.text import syllable
from pipeline.phrases.alignment import Wording, align, forgiven, straight, wording
from pipeline.phrases.costs import SOUNDS
from pipeline.phrases.prefilter import DistanceLimits, SoundPrefilter, SpellingProfile
from pipeline.phrases.syllables import readings, sound_class
from pipeline.phrases.text_batch import TextBatch, end_to_end


class _SoundTable(dict[str, str]):
    """``syllable``, at the speed of a dictionary."""

    def __missing__(self, character: str) -> str:
        self[character] = syllable(character)
        return self[character]


_SOUNDS = _SoundTable()


class _SoundClassTable(dict[int, str]):
    """For ``str.translate``: each character as the class of the first, or the last, of its readings."""

    def __init__(self, which: int) -> None:
        self._which = which

    def __missing__(self, code: int) -> str:
        self[code] = sound_class(readings(chr(code))[0][self._which])
        return self[code]


class _RowTable(dict[str, int]):
    """The row of costs of each character of a phrase."""

    def __missing__(self, character: str) -> int:
        self[character] = SOUNDS.reading(readings(character)[0])
        return self[character]


_USUAL, _OTHERWISE, _ROWS = _SoundClassTable(0), _SoundClassTable(-1), _RowTable()


def tolerance_for(length: int) -> float:
    """Largest total distance (syllables) at which a phrase of so many syllables still counts as said.

    Two syllables have too many homophones to be found by sound unless a lexicon says so. Fitted by
    scripts/calibrate_phrases.py.
    """
    if length <= 2:
        return 0.0
    return {3: 0.45, 4: 0.6, 5: 0.8, 6: 0.9, 7: 1.0}.get(length, min(0.15 * length, 2.4))


@dataclass(frozen=True, slots=True)
class IndexedSpelling:
    """A spelling as sound, and whose it is."""

    owner: int
    tolerance: float
    classes: str
    spelling: str

    @property
    def wording(self) -> Wording:
        """Made when it is first compared: few of thousands ever are."""
        return wording(self.spelling)


@dataclass(frozen=True, slots=True)
class SoundMatch:
    owner: int
    spelling: str
    start: int
    end: int
    distance: float
    tolerance: float


class _HeardText:
    """A text, and what a closer look needs of it."""

    def __init__(self, text: str, classes: str) -> None:
        self.text = text
        self.classes = classes

    @cached_property
    def sounds(self) -> list[str]:
        return [_SOUNDS[character] for character in self.text]


@dataclass(frozen=True, slots=True)
class SearchRadius:
    """How far from a phrase a near miss may be that is found as well."""

    extra: float = 0.0
    """Syllables beyond the tolerance; 0: no near misses."""
    share: float = math.inf
    """Largest distance per syllable heard."""
    owners: frozenset[int] | None = None
    """Whose near misses; None: anyone's."""

    def limit(self, owner: int, size: int, tolerance: float) -> float:
        """Largest distance of a spelling of ``size`` syllables: its tolerance where no near miss counts."""
        if not self.extra or owner < 0 or (self.owners is not None and owner not in self.owners):
            return tolerance
        most = self.share * (size + indels_for(size)) + _ROUNDING
        return max(tolerance, min(tolerance + self.extra, most))


WITHIN_TOLERANCE = SearchRadius()
"""What counts as said, and no near miss."""
_ROUNDING = 0.001
"""Distances are rounded to three decimals."""
NEAREST_MISS = 0.01
"""What breaks a firm rule is a miss, however near: this far beyond its tolerance at least."""


class SoundIndex:
    """All spellings that may be found by sound. Owners below 0 mark wordings that are not meant
    (exceptions)."""

    def __init__(self, spellings: Iterable[tuple[str, int, float | None]]) -> None:
        self._spoken: list[IndexedSpelling] = []
        fragments: dict[str, list[tuple[int, int]]] = {}
        known: set[tuple[str, int]] = set()
        for spelling, owner, tolerance in spellings:
            size = len(spelling)
            limit = tolerance_for(size) if tolerance is None else tolerance
            if size < 2 or limit < 0 or (tolerance == 0) or (tolerance is None and size < 3):
                continue
            classes = spelling.translate(_USUAL)
            if (classes, owner) in known:
                continue
            known.add((classes, owner))
            index = len(self._spoken)
            self._spoken.append(IndexedSpelling(owner, limit, classes, spelling))
            other = spelling.translate(_OTHERWISE)
            for start, end in _fragments(size):
                usual, otherwise = classes[start:end], other[start:end]
                fragments.setdefault(usual, []).append((index, start))
                if otherwise != usual:
                    fragments.setdefault(otherwise, []).append((index, start))
        self._empty = not fragments
        self._prefilter = SoundPrefilter([_profile(s) for s in self._spoken], fragments)
        self._bounds: dict[SearchRadius, DistanceLimits] = {}

    def _bounded(self, radius: SearchRadius) -> DistanceLimits:
        if radius not in self._bounds:
            limits = [radius.limit(s.owner, len(s.classes), s.tolerance) for s in self._spoken]
            self._bounds[radius] = self._prefilter.bounds(np.array(limits))
        return self._bounds[radius]

    def __len__(self) -> int:
        return len(self._spoken)

    def find(self, text: str, *, radius: SearchRadius = WITHIN_TOLERANCE) -> list[SoundMatch]:
        """Each sound-alike that is not written exactly like the phrase, best alignment per place; near misses
        within ``radius`` as well."""
        return self.find_all([text], radius=radius)[0]

    def find_all(
        self, texts: Sequence[str], *, radius: SearchRadius = WITHIN_TOLERANCE, batch: TextBatch | None = None
    ) -> list[list[SoundMatch]]:
        """``find`` for each of several texts, much faster than one by one.

        ``batch``: the same texts :func:`end_to_end`, for who asks several indexes.
        """
        found: list[dict[tuple[int, int, int], SoundMatch]] = [{} for _ in texts]
        if self._empty or not any(texts):
            return [[] for _ in texts]
        if batch is None:
            batch = end_to_end(texts)
        heard: dict[int, _HeardText] = {}
        bounds = self._bounded(radius)
        for place in dict.fromkeys(self._prefilter.places(batch, bounds)):
            which, index, begin = place
            if which not in heard:
                start = int(batch.starts[which])
                heard[which] = _HeardText(texts[which], batch.classes[start : start + len(texts[which])])
            match = self._compare(heard[which], index, begin, bounds.farthest[index])
            if match is not None:
                found[which].setdefault((index, match.start, match.end), match)
        return [list(matches.values()) for matches in found]

    def _compare(self, heard: _HeardText, index: int, begin: int, farthest: float) -> SoundMatch | None:
        spoken = self._spoken[index]
        size = len(spoken.classes)
        slack, errors = indels_for(size), errors_for(size)
        if spoken.spelling in heard.text[max(0, begin - slack) : begin + size + slack]:
            return None
        window = heard.classes[begin : begin + size]
        # A missing or surplus syllable moves all that follow: one error more, a closer look below.
        most = errors + (slack > 0)
        if Levenshtein.distance(spoken.classes, window, score_cutoff=most) > most:
            return None
        shifted = slack > 0 and _shifted(spoken.classes, heard.classes, begin, slack, errors)
        firm = _aligned(spoken, heard, begin, slack, shifted, limit=spoken.tolerance, loose=False)
        if firm is not None or farthest <= spoken.tolerance:
            return firm
        return _aligned(spoken, heard, begin, slack, shifted, limit=farthest, loose=True)


def _aligned(
    spoken: IndexedSpelling,
    heard: _HeardText,
    begin: int,
    slack: int,
    shifted: bool,
    *,
    limit: float,
    loose: bool,
) -> SoundMatch | None:
    wanted = spoken.wording
    start, end = begin, begin + len(spoken.classes)
    distance = straight(wanted, heard.sounds[start:end], limit=limit, loose=loose)
    if distance is None:
        if not shifted:
            return None
        low, high = max(0, start - slack), end + slack
        best = align(wanted, heard.text[low:high], heard.sounds[low:high], limit=limit, loose=loose)
        if best is None:
            return None
        start, end, distance = low + best.start, low + best.end, best.distance
    apart = max(distance, spoken.tolerance + NEAREST_MISS) if loose else distance
    return SoundMatch(spoken.owner, wanted.spelling, start, end, apart, spoken.tolerance)


def _profile(spoken: IndexedSpelling) -> SpellingProfile:
    size = len(spoken.classes)
    return SpellingProfile(
        classes=spoken.classes,
        rows=tuple(map(_ROWS.__getitem__, spoken.spelling)),
        most=tuple([most for most, _ in forgiven(spoken.spelling)]),
        limit=spoken.tolerance,
        errors=errors_for(size),
        slack=indels_for(size),
    )


def _shifted(wanted: str, classes: str, begin: int, slack: int, errors: int) -> bool:
    """True where the phrase fits a window that is longer on the left or right, or shorter."""
    end = begin + len(wanted)
    apart = Levenshtein.distance
    for by in _SHIFTS[slack]:
        if apart(wanted, classes[begin : end + by], score_cutoff=errors) <= errors:
            return True
        if apart(wanted, classes[max(0, begin - by) : end], score_cutoff=errors) <= errors:
            return True
    return False


_SHIFTS = {slack: (*range(-slack, 0), *range(1, slack + 1)) for slack in range(3)}


def errors_for(length: int) -> int:
    """How many syllables may fall into another class."""
    return 0 if length <= 2 else 1 if length <= 6 else 2


def indels_for(length: int) -> int:
    """How many syllables may be missing or too many: none in short phrases, where that makes another word."""
    return 0 if length <= 4 else 1 if length <= 8 else 2


@cache
def _fragments(length: int) -> list[tuple[int, int]]:
    if length == 3:
        return [(0, 2), (1, 3)]
    count = errors_for(length) + 1
    edges = [round(k * length / count) for k in range(count + 1)]
    return list(itertools.pairwise(edges))
