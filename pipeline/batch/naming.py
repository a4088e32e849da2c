"""The ids that stored calls get from the call list, all at once: two calls may exchange theirs."""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipeline.batch.identity import Identified
from pipeline.batch.knowledge import Knowledge
from pipeline.domain import IdSource
from pipeline.store import KnownCall, Renaming


class Renames:
    """What is to be renamed, and which ids that makes free."""

    def __init__(self, known: Knowledge, leaving: Set[int]) -> None:
        """``leaving``: keys of the calls that will not keep the id they have."""
        self._known, self._leaving = known, leaving
        self.needed: list[Renaming] = []
        self.dropped: list[KnownCall] = []
        self.names: dict[str, str] = {}
        """Id before -> id after."""

    def vacant(self, name: str) -> bool:
        """Whether no stored call will have this id."""
        holder = self._known.called(name)
        return holder is None or self.leaves(holder)

    def leaves(self, call: KnownCall) -> bool:
        """Whether a stored call gives its id away."""
        return call.key in self._leaving

    def keep(self, call: KnownCall | None, name: str, source: IdSource) -> None:
        """Call it so from now on; None where there is no stored call yet."""
        if call is not None and (call.call_id, call.source) != (name, source):
            self.needed.append(Renaming(call.key, call.call_id, name, source))
            self.names[call.call_id] = name

    def drop(self, call: KnownCall) -> None:
        self.dropped.append(call)


def leaving(known: Knowledge, pairs: Sequence[tuple[Identified, KnownCall]]) -> set[int]:
    """Keys of the calls that give their ids away: all that the list calls otherwise, but for those whose id
    says already that the list's own is other sound's, and for whom it does not become free."""
    leaving = {call.key for _, call in pairs}
    while True:
        stay = set()
        for one, call in pairs:
            holder = known.called(one.candidate.call.call_id)
            held = holder is not None and not holder.untouched and holder.key not in leaving
            if held and call.key in leaving and derived(call, one):
                stay.add(call.key)
        if not stay:
            return leaving
        leaving -= stay


def derived(call: KnownCall, one: Identified) -> bool:
    """Whether a call has its id from the row's, which belongs to other sound."""
    return call.call_id.startswith(f"{one.candidate.call.call_id}@")


def here(call: KnownCall, one: Identified) -> bool:
    """Whether a call lies where the recording lies."""
    return one.candidate.paths in call.places


def anywhere(_call: KnownCall, _one: Identified) -> bool:
    return True
