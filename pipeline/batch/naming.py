"""The ids that stored calls get from the call list, all at once: two calls may exchange theirs."""

from __future__ import annotations

from collections.abc import Set

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
