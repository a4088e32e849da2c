"""Where the sound of stored calls lies: the files that this run meets, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.store import KnownCall

Paths = tuple[Path, ...]
"""The files of one recording."""


class FilePlaces:
    """The places of stored calls as one run finds them; those known before stand in the calls themselves."""

    def __init__(self) -> None:
        self._met: dict[int, tuple[KnownCall, dict[Paths, None]]] = {}
        self._replaced: list[tuple[int, Paths]] = []
        self._ceded: list[tuple[int, Paths]] = []

    def meet(self, call: KnownCall, paths: Paths) -> None:
        """The sound of this call lies there."""
        self._met.setdefault(call.key, (call, {}))[1][paths] = None

    def met(self, call: KnownCall) -> bool:
        """Whether this run has met the sound of this call."""
        return call.key in self._met

    def of(self, call: KnownCall) -> list[Paths]:
        """Where this run has met the sound of this call, in the order in which it did."""
        return list(self._met[call.key][1]) if self.met(call) else []

    def replace(self, call: KnownCall, paths: Paths) -> None:
        """Other sound lies now where this call's lay."""
        self._replaced.append((call.key, paths))

    def cede(self, call: KnownCall, paths: Paths) -> None:
        """A copy of this call that the call list names as another call."""
        self._ceded.append((call.key, paths))

    def elsewhere(self, call: KnownCall) -> Paths | None:
        """Another place where the sound of this call still lies, as far as the store knows."""
        taken = {place for _, place in self._replaced}
        return next((paths for paths in call.files if paths not in taken and exist(paths)), None)

    def moves(self) -> tuple[list[tuple[int, Paths]], list[tuple[int, Paths]]]:
        """What the store does not know yet, by key of the call: places with its sound, and places without it.

        A file that was moved is no copy.
        """
        there = [
            (key, paths)
            for key, (call, met) in self._met.items()
            for paths in met
            if paths not in call.places
        ]
        gone = [
            (key, paths)
            for key, (call, met) in self._met.items()
            for paths in call.files
            if paths not in met and not exist(paths)
        ]
        for key, paths in self._ceded:
            if key not in self._met or paths not in self._met[key][1]:
                gone.append((key, paths))
        return there, [*gone, *self._replaced]


def exist(paths: Iterable[Path]) -> bool:
    """Whether all these files are there."""
    try:
        return all(path.is_file() for path in paths)
    except OSError:
        return False
