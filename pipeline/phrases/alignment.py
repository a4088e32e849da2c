"""Aligning a phrase with the text around a candidate place, syllable by syllable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipeline.phrases.syllables import distance, syllable

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
FIRM_EDGES = 10
"""In phrases shorter than this the first and last syllable must be there: what is left would be another
phrase."""
FIRM_SYLLABLES = 6
"""In phrases shorter than this every syllable must sound at least alike (LIKE)."""
LIKE = 0.45
PERSONS = frozenset("你我他")
"""Who is meant: may sound alike (LIKE), but not be somebody else."""
NEVER = 99.0


@dataclass(frozen=True, slots=True)
class Alignment:
    start: int
    end: int
    distance: float


def straight(
    spelling: str, readings: tuple[tuple[str, ...], ...], window: str, *, limit: float, loose: bool = False
) -> Alignment | None:
    """The window read syllable by syllable as the phrase, nothing missing and nothing too many: quick,
    and nearly always enough."""
    size = len(spelling)
    if len(window) != size:
        return None
    cost, same = 0.0, 0
    for i, (wanted, written) in enumerate(zip(spelling, window, strict=True)):
        if wanted == written:
            same += 1
            continue
        apart = nearest(written, readings[i])
        if apart > _allowed(wanted, size, i in (0, size - 1), loose=loose):
            return None
        same += apart <= CLOSE
        cost += apart
        if cost > limit:
            return None
    return Alignment(0, size, round(cost, 3)) if 2 * same >= size else None


def _allowed(wanted: str, size: int, edge: bool, *, loose: bool) -> float:
    """The largest distance at which one syllable of a phrase may still be meant."""
    if loose:
        return 1.0
    if wanted in NEGATORS:
        return NEGATED if size > 3 else CLOSE
    return LIKE if edge or size < FIRM_SYLLABLES or wanted in PERSONS else 1.0


@lru_cache(maxsize=400_000)
def nearest(character: str, alternatives: tuple[str, ...]) -> float:
    """Distance from a written character to the nearest way a syllable may be read."""
    sound = syllable(character)
    return min(distance(sound, reading) for reading in alternatives)


def align(
    spelling: str, readings: tuple[tuple[str, ...], ...], window: str, *, limit: float, loose: bool = False
) -> Alignment | None:
    """The cheapest way to read the whole phrase somewhere in ``window``; None where it costs more than
    ``limit``.

    At least half of the phrase's syllables must sound (nearly) the same, whatever the limit.
    """
    width, size = len(window), len(spelling)
    # Each cell: (cost, where the alignment starts in the window, syllables that sound the same).
    row: list[tuple[float, int, int]] = [(0.0, j, 0) for j in range(width + 1)]
    for i, character in enumerate(spelling):
        alternatives = readings[i]
        firm = character in NEGATORS and not loose
        missing = (
            NEVER if firm or size < NONE_MISSING or (size < FIRM_EDGES and i in (0, size - 1)) else MISSING
        )
        allowed = _allowed(character, size, i in (0, size - 1), loose=loose)
        cost, start, same = row[0]
        new = [(cost + missing, start, same)]
        for j in range(width):
            cost, start, same = row[j]
            if window[j] == character:
                best = (cost, start, same + 1)
            else:
                apart = nearest(window[j], alternatives)
                best = (cost + (apart if apart <= allowed else NEVER), start, same + (apart <= CLOSE))
            if row[j + 1][0] + missing < best[0]:
                best = (row[j + 1][0] + missing, row[j + 1][1], row[j + 1][2])
            if i < size - 1 and new[j][0] + INSERTED < best[0] and window[j] not in NEGATORS:
                best = (new[j][0] + INSERTED, new[j][1], new[j][2])
            new.append(best)
        row = new
        if min(cell[0] for cell in row) > limit:
            return None
    end = min(range(width + 1), key=lambda j: (row[j][0], -row[j][2], j))
    cost, start, same = row[end]
    if cost > limit or 2 * same < len(spelling) or end <= start:
        return None
    return Alignment(start, end, round(cost, 3))
