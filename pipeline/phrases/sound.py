"""Sound-alikes: phrases found by how they sound, whatever characters the recogniser chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class SoundIndex:
    """Placeholder until the index is built: finds nothing."""

    def __init__(
        self, spellings: Iterable[tuple[str, int, float | None]], quiet: Iterable[tuple[str, int]]
    ) -> None:
        self._spellings = tuple(spellings)
        self._quiet = tuple(quiet)

    def find(self, text: str) -> Iterator[tuple[int, int, int, float]]:
        """(owner, start, end, distance) of each sound-alike."""
        yield from ()
