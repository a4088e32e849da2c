"""Stored calls by id, sound and place, the ids that they get from the call list, and what is wrong with them.

Ids are given all at once: two calls may exchange theirs.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence, Set
from dataclasses import fields, replace
from pathlib import Path

from pipeline.batch.identity import Identified
from pipeline.domain import Call, IdSource
from pipeline.ingest import Candidate
from pipeline.messages import Message
from pipeline.store import KnownCall, Renaming, StoredProblem


class StoredCalls:
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

    def with_id(self, call_id: str) -> KnownCall | None:
        return self._by_id.get(call_id)

    def replacement(self, call: KnownCall) -> KnownCall | None:
        """The call that holds the corrected file in the end, where one corrected file was corrected again."""
        found: KnownCall | None = call
        while found is not None and found.replaced_by is not None:
            found = self._by_key.get(found.replaced_by)
        return found

    def with_sound(self, sha256: str) -> list[KnownCall]:
        """Calls with this sound, oldest first, without those that were replaced by a corrected file."""
        return [call for call in self._by_sound.get(sha256, ()) if call.replaced_by is None]

    def replaced(self, sha256: str) -> list[KnownCall]:
        return [call for call in self._by_sound.get(sha256, ()) if call.replaced_by is not None]

    def at(self, paths: tuple[Path, ...]) -> list[KnownCall]:
        """Calls whose sound lay there."""
        return self._by_place.get(paths, [])


def facts_of(call: KnownCall, candidate: Candidate) -> Call:
    """What is known of a stored call, with what a recording without an id in the list tells.

    What a list said stays; else what the name says now counts more than what it said earlier.
    """
    if candidate.listed:
        return completed(call.call, candidate.call)
    if call.source is IdSource.LIST:
        return call.call
    return _with(call.call, candidate.call)


def completed(known: Call, row: Call) -> Call:
    """What is known of a call and what a row of the list tells of it, under the id that is known.

    The row counts, but a column that the list does not have, or an empty cell, takes nothing away. Where the
    row names another agent, nothing of the former one is kept: a name must not stand beside another's number.
    """
    if _other_agent(known, row):
        known = replace(known, agent_id=None, agent_name=None, team=None)
    return _with(known, row)


def row_of(call: KnownCall, one: Identified) -> bool:
    """Whether what is known of a call was said of what this row names: not if a list called it otherwise."""
    named = call.call_id == one.candidate.call.call_id or derived(call, one)
    return named or call.source is not IdSource.LIST


def _other_agent(known: Call, row: Call) -> bool:
    if row.agent_id is not None:
        return known.agent_id not in (None, row.agent_id)
    return row.agent_name is not None and known.agent_name not in (None, row.agent_name)


def _with(known: Call, told: Call) -> Call:
    """What is told, and what was known where it says nothing."""
    said = {f.name: getattr(told, f.name) for f in fields(Call) if f.name != "call_id"}
    return replace(known, **{name: value for name, value in said.items() if value is not None})


class Renames:
    """What is to be renamed, and which ids that makes free."""

    def __init__(self, known: StoredCalls, leaving: Set[int]) -> None:
        """``leaving``: keys of the calls that will not keep the id they have."""
        self._known, self._leaving = known, leaving
        self.needed: list[Renaming] = []
        self.dropped: list[KnownCall] = []
        self.names: dict[str, str] = {}
        """Id before -> id after."""

    def is_free(self, name: str) -> bool:
        """Whether no stored call will have this id."""
        holder = self._known.with_id(name)
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


def leaving(known: StoredCalls, pairs: Sequence[tuple[Identified, KnownCall]]) -> set[int]:
    """Keys of the calls that give their ids away: all that the list calls otherwise, but for those whose id
    says already that the list's own is other sound's, and for whom it does not become free."""
    leaving = {call.key for _, call in pairs}
    while True:
        stay = set()
        for one, call in pairs:
            holder = known.with_id(one.candidate.call.call_id)
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


def other_sound(call_id: str, name: str, path: Path) -> StoredProblem:
    """A known id, and a recording that is not the stored one."""
    reason = Message(
        "batch.other-sound", call_id=call_id, name=name, new=shlex.quote(name), old=shlex.quote(call_id)
    )
    return StoredProblem("other-sound", reason, path, name)


def copied(call_id: str, path: Path, other: Path) -> StoredProblem:
    """The same sound a second time."""
    reason = Message("batch.copy", other=str(other))
    return StoredProblem("copy", reason, path, call_id)
