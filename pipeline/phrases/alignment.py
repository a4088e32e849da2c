"""Aligning a phrase with the text around a candidate place, syllable by syllable.

Both are given as sounds: what a phrase costs against any syllable is looked up, so that a comparison takes
microseconds; thousands of places are compared per call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.phrases.syllables import distance, readings

INSERTED = 0.5
"""Cost of a syllable in the text that the phrase does not have."""
MISSING = 0.8
"""Cost of a syllable of the phrase that the text does not have."""
CLOSE = 0.2
"""Up to here two syllables count as the same sound."""
NONE_MISSING = 7
"""In phrases shorter than this no syllable may be missing."""
NEGATORS = frozenset("不没无别未非")
"""Whether one of these was said turns the meaning round: never missing, never too many, never merely
similar."""
NEGATED = 0.35
"""Up to here a negator is still itself: bu may be heard as bo or pu, not as du (都)."""
NEGATED_UP_TO = 4
"""In longer phrases a negator may sound as unlike itself as any syllable: the rest tells what was said."""
FIRM_EDGES = 10
"""In phrases shorter than this the first and last syllable must be there: what is left would be another
phrase."""
FIRM_SYLLABLES = 6
"""In phrases shorter than this every syllable must sound at least alike (LIKE)."""
LIKE = 0.45
PERSONS = frozenset("你我他")
"""Who is meant: may sound alike (LIKE), but not be somebody else, and not be left out."""
ANY = 1.0
NEVER = 99.0
MOST_SOUNDS = 4096
"""Mandarin has about 410 toneless syllables; text in other scripts must not fill the memory."""

_Cell = tuple[float, int, int]
"""Cost so far, where the alignment starts in the text, syllables that sound the same."""


@dataclass(frozen=True, slots=True)
class Alignment:
    start: int
    end: int
    distance: float


class _Costs(dict[str, float]):
    """Distance of any toneless syllable to the nearest way one syllable of a phrase may be read."""

    __slots__ = ("_alternatives",)

    def __init__(self, alternatives: tuple[str, ...]) -> None:
        super().__init__()
        self._alternatives = alternatives

    def __missing__(self, sound: str) -> float:
        if len(self) >= MOST_SOUNDS:
            self.clear()
        apart = self[sound] = min(distance(sound, reading) for reading in self._alternatives)
        return apart


_costs = lru_cache(maxsize=4096)(_Costs)
"""One table for all syllables that are read alike."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording as sound, with what each of its syllables forgives."""

    spelling: str
    readings: tuple[tuple[str, ...], ...]
    costs: tuple[_Costs, ...]
    firm: tuple[tuple[float, float], ...]
    """For each syllable the largest distance at which it may still be meant, and its cost where it is
    missing."""
    loose: tuple[tuple[float, float], ...]
    """The same for near misses."""


@lru_cache(maxsize=32_768)
def wording(spelling: str) -> Wording:
    """A spelling, ready to be compared."""
    alternatives = readings(spelling)
    return Wording(
        spelling,
        alternatives,
        tuple(_costs(one) for one in alternatives),
        forgiven(spelling, loose=False),
        forgiven(spelling, loose=True),
    )


@lru_cache(maxsize=4096)
def _rule(kind: str, size: int, edge: bool, loose: bool) -> tuple[float, float]:
    """Largest distance and cost of absence of one syllable of a phrase of so many."""
    firm = kind in ("negator", "person") and not loose
    missing = NEVER if firm or size < NONE_MISSING or (size < FIRM_EDGES and edge) else MISSING
    if loose:
        return ANY, missing
    if kind == "negator":
        return (LIKE if size > NEGATED_UP_TO else NEGATED if size > 3 else CLOSE), missing
    return (LIKE if edge or size < FIRM_SYLLABLES or kind == "person" else ANY), missing


def forgiven(spelling: str, *, loose: bool = False) -> tuple[tuple[float, float], ...]:
    """For each syllable the largest distance at which it may still be meant, and its cost where it is
    missing; ``loose``: in a near miss."""
    return _rules(spelling.translate(_KINDS), loose)


class _Kinds(dict[int, str]):
    """What kind of word a character is: ``n`` negates, ``p`` names a person, ``.`` any other."""

    def __missing__(self, character: int) -> str:
        c = chr(character)
        kind = self[character] = "n" if c in NEGATORS else "p" if c in PERSONS else "."
        return kind


_KINDS = _Kinds()


@lru_cache(maxsize=65_536)
def _rules(kinds: str, loose: bool) -> tuple[tuple[float, float], ...]:
    """For each syllable of phrases of these kinds of characters: few phrases differ in them."""
    size = len(kinds)
    return tuple(
        _rule({"n": "negator", "p": "person"}.get(kind, ""), size, i in (0, size - 1), loose)
        for i, kind in enumerate(kinds)
    )


def straight(wanted: Wording, sounds: Sequence[str], *, limit: float, loose: bool = False) -> float | None:
    """Distance of sounds read syllable by syllable as the phrase, nothing missing and nothing too many:
    quick, and nearly always enough. None where it is more than ``limit``, or the phrase was not said.

    At least half of the phrase's syllables must sound (nearly) the same, whatever the limit.
    """
    size = len(wanted.costs)
    if len(sounds) != size:
        return None
    cost, same = 0.0, 0
    for costs, sound, (most, _) in zip(
        wanted.costs, sounds, wanted.loose if loose else wanted.firm, strict=True
    ):
        apart = costs[sound]
        if apart:
            if apart > most:
                return None
            cost += apart
            if cost > limit:
                return None
            same += apart <= CLOSE
        else:
            same += 1
    return round(cost, 3) if 2 * same >= size else None


def align(
    wanted: Wording, text: str, sounds: Sequence[str], *, limit: float, loose: bool = False
) -> Alignment | None:
    """The cheapest way to read the whole phrase somewhere in ``text`` (which sounds like ``sounds``); None
    where it costs more than ``limit``.

    At least half of the phrase's syllables must sound (nearly) the same, whatever the limit.
    """
    width, last = len(text), len(wanted.costs) - 1
    skippable = [character not in NEGATORS for character in text]
    # None: costs more than the limit already. Costs only grow, so nothing can come of it.
    row: list[_Cell | None] = [(0.0, j, 0) for j in range(width + 1)]
    rules = wanted.loose if loose else wanted.firm
    for i, costs in enumerate(wanted.costs):
        most, missing = rules[i]
        new: list[_Cell | None] = [None] * (width + 1)
        alive = False
        before = row[0]
        if before is not None and before[0] + missing <= limit:
            new[0] = (before[0] + missing, before[1], before[2])
            alive = True
        for j in range(width):
            best: _Cell | None = None
            before = row[j]
            if before is not None:
                apart = costs[sounds[j]]
                if apart <= most and before[0] + apart <= limit:
                    best = (before[0] + apart, before[1], before[2] + (apart <= CLOSE))
            above = row[j + 1]
            if above is not None:
                cost = above[0] + missing
                if cost <= limit and (best is None or cost < best[0]):
                    best = (cost, above[1], above[2])
            left = new[j]
            if left is not None and i < last and skippable[j]:
                cost = left[0] + INSERTED
                if cost <= limit and (best is None or cost < best[0]):
                    best = (cost, left[1], left[2])
            if best is not None:
                new[j + 1] = best
                alive = True
        if not alive:
            return None
        row = new
    return _cheapest(row, len(wanted.costs))


def _cheapest(row: Sequence[_Cell | None], size: int) -> Alignment | None:
    ends = [(cell[0], -cell[2], j, cell) for j, cell in enumerate(row) if cell is not None]
    _, _, end, (cost, start, same) = min(ends)
    if 2 * same < size or end <= start:
        return None
    return Alignment(start, end, round(cost, 3))
