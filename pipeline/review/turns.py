"""The n-th call of a day: rules that take turns by the seed, so that nobody knows today's beforehand.

Every stratum (agent, team) gives one call of each day: of its calls of that day that last long enough and
begin late enough, in order of their beginning, the n-th. Where several rules were announced, one of them
holds on each day, the same for everybody::

    echo $(( 0x$(printf '%s' 'SEED:2026-12-01' | sha256sum | cut -c1-8) % RULES ))

counts from 0: 0 is the first of the rules as they were announced. A stratum with fewer calls on a day gives
none of it: another call in its place would be a choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ReviewError

MOST_TURNS = 9
"""Rules of one announcement: more than anybody keeps in mind."""
MOST_NTH = 99


@dataclass(frozen=True, slots=True)
class DailyTurn:
    """ "The second call of a minute or more after eleven": 2, 60.0, 11."""

    nth: int
    """From 1."""
    over: float = 0.0
    """Seconds that a call lasts at least in order to count."""
    hour: int = 0
    """Calls count that begin from this hour on, by the clock where they are taken."""

    def __post_init__(self) -> None:
        if not 1 <= self.nth <= MOST_NTH:
            raise ReviewError(f"the n-th call goes from 1 to {MOST_NTH}", code="sample-turn")
        if not 0 <= self.hour <= 23:
            raise ReviewError("hours go from 0 to 24, the first before the last", code="sample-hours")
        if not 0 <= self.over < float("inf"):
            raise ReviewError("the shortest duration is a number of seconds", code="sample-duration")

    @classmethod
    def from_text(cls, text: str) -> DailyTurn:
        """``N/SECONDS/HOUR``; what follows N may be left out.

        Raises:
            ReviewError: ``sample-turn``: these are no such numbers.
        """
        parts = text.strip().split("/")
        try:
            if len(parts) > 3:
                raise ValueError(text)
            nth, over, hour = [*parts, *["0"] * (3 - len(parts))]
            return cls(int(nth), float(over or 0), int(hour or 0))
        except ValueError as problem:
            raise ReviewError(f"the n-th call goes from 1 to {MOST_NTH}", code="sample-turn") from problem

    def __str__(self) -> str:
        return f"{self.nth}/{self.over:g}/{self.hour}"


def turns_from(values: Iterable[Mapping[str, Any]]) -> tuple[DailyTurn, ...]:
    """As they were kept."""
    return tuple(DailyTurn(one["nth"], one["over"], one["hour"]) for one in values)


def turn_of(seed: str, day: str, turns: Sequence[DailyTurn]) -> DailyTurn:
    """Which of the rules holds on a day.

    Args:
        day: ``YYYY-MM-DD``.
        turns: at least one.
    """
    digest = hashlib.sha256(f"{seed}:{day}".encode("utf-8", "surrogatepass")).hexdigest()
    return turns[int(digest[:8], 16) % len(turns)]
