"""What the store knows of some calls, by id, sound and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from pipeline.domain import Call, IdSource
from pipeline.ingest import Candidate
from pipeline.store import KnownCall


class Knowledge:
    """Stored calls, looked up without asking the store for each."""

    def __init__(self, calls: Sequence[KnownCall]) -> None:
        self._by_key = {call.key: call for call in calls}
        self._by_id = {call.call_id: call for call in calls}
        self._by_sound: dict[str, list[KnownCall]] = {}
        self._by_place: dict[tuple[Path, ...], list[KnownCall]] = {}
        for call in calls:
            self._by_sound.setdefault(call.sha256, []).append(call)
            for paths in call.files:
                self._by_place.setdefault(paths, []).append(call)

    def called(self, call_id: str) -> KnownCall | None:
        return self._by_id.get(call_id)

    def heir(self, call: KnownCall) -> KnownCall | None:
        """The call that holds the corrected file in the end, where one corrected file was corrected again."""
        found: KnownCall | None = call
        while found is not None and found.replaced_by is not None:
            found = self._by_key.get(found.replaced_by)
        return found

    def sounding(self, sha256: str) -> list[KnownCall]:
        """Calls with this sound, oldest first, without those that were replaced by a corrected file."""
        return [call for call in self._by_sound.get(sha256, ()) if call.replaced_by is None]

    def replaced(self, sha256: str) -> list[KnownCall]:
        return [call for call in self._by_sound.get(sha256, ()) if call.replaced_by is not None]

    def lying(self, paths: tuple[Path, ...]) -> list[KnownCall]:
        """Calls whose sound lay there."""
        return self._by_place.get(paths, [])


def facts_of(call: KnownCall, candidate: Candidate) -> Call:
    """What is known of a stored call, with what a recording without an id in the list tells.

    What a list said stays; else what the name says now counts more than what it said earlier.
    """
    if candidate.listed:
        return replace(candidate.call, call_id=call.call_id)
    if call.source is IdSource.LIST:
        return call.call
    told = {f.name: getattr(candidate.call, f.name) for f in fields(Call) if f.name != "call_id"}
    return replace(call.call, **{name: value for name, value in told.items() if value is not None})
