"""Which call a recording is: what the call list says; else the call that has this sound; else a new one.

Nothing is inspected here. Stored calls that the list names otherwise now are renamed in place, with all that
people said about them. Other sound under a known id never takes the place of what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.batch.identity import Identified
from pipeline.batch.naming import (
    Renames,
    StoredCalls,
    anywhere,
    completed,
    copied,
    derived,
    facts_of,
    here,
    leaving,
    other_sound,
    row_of,
)
from pipeline.batch.places import FilePlaces, Paths, exist
from pipeline.domain import Call, IdSource, Recording, other_ids
from pipeline.ingest import Candidate
from pipeline.store import FileStamp, KnownCall, Store, StoredProblem

Read = Callable[[Sequence[Candidate]], list[Identified]]


@dataclass(frozen=True, slots=True)
class AssignedRecording:
    """A recording under the id of its call, with what is known of that."""

    recording: Recording
    stamps: tuple[FileStamp, ...]
    source: IdSource
    key: int | None
    """Of the stored call; None where it is new."""
    donor: Call | None = None
    """Another call with the same sound: what was heard there need not be listened to again."""


class Assignment:
    """Finds the calls of one run's recordings, a few hundred at a time."""

    def __init__(self, store: Store, run_id: int, candidates: Sequence[Candidate], read: Read) -> None:
        """``candidates``: all of the run; ``read`` finds out which sound some of them hold."""
        self._store, self._run_id, self._read = store, run_id, read
        self._waiting = {_name(c): c for c in candidates if c.source is IdSource.LIST}
        """Rows of the call list that are still to be assigned."""
        self._listed_ids = frozenset(c.call.call_id for c in candidates if c.source is IdSource.LIST)
        self._listed: dict[str, str] = {}
        """Id of the list -> the sound that it stands for in this run, as far as files were read."""
        self._read_ahead: dict[tuple[str, Paths], AssignedRecording | None] = {}
        self._names: dict[str, str] = {}
        """Ids that this run gives, and to which sound."""
        self._new: dict[str, tuple[str, Paths]] = {}
        """Sound that the store does not know -> the id it gets, and where it lies."""
        self._places = FilePlaces()
        self._copied: set[frozenset[Paths]] = set()
        self.problems: list[StoredProblem] = []
        self.renamed: list[tuple[str, str]] = []
        """Ids of stored calls before and after."""
        self.copies: list[tuple[str, str, Paths]] = []
        """New calls, their sound, and where more of their sound lies."""
        self.repeated = 0
        """Recordings that are no calls of their own: copies, and what was replaced by a corrected file."""

    def assign(self, found: Sequence[Identified]) -> list[AssignedRecording]:
        """The calls of these recordings; each call comes once."""
        listed = [one for one in found if one.candidate.source is IdSource.LIST]
        out: list[AssignedRecording | None] = []
        fresh = []
        for one in listed:
            name = _name(one.candidate)
            if name in self._read_ahead:
                out.append(self._read_ahead.pop(name))
            else:
                self._waiting.pop(name, None)
                fresh.append(one)
        out += self._assign_listed(fresh)
        out += self._assign_others([one for one in found if one.candidate.source is not IdSource.LIST])
        self.repeated += sum(one is None for one in out)
        return [one for one in out if one is not None]

    def finish(self) -> None:
        """Note where the sound of the stored calls lies now. A file that was moved is no copy."""
        there, gone = self._places.moves()
        if there or gone:
            self._store.identities.move_files(there=there, gone=gone, run_id=self._run_id)

    # What the call list names

    def _assign_listed(self, batch: Sequence[Identified]) -> list[AssignedRecording | None]:
        if not batch:
            return []
        known = self._look_up(batch)
        if self._waiting and any(self._contested(one, known) for one in batch):
            # Only who knows all of the list can tell an edited list from a name that is used again.
            rest = self._read(list(self._waiting.values()))
            self._waiting.clear()
            out = self._assign_listed([*batch, *rest])
            for one, assigned in zip(rest, out[len(batch) :], strict=True):
                self._read_ahead[_name(one.candidate)] = assigned
            return out[: len(batch)]
        self._listed |= {one.candidate.call.call_id: one.sha256 for one in batch}
        bound: dict[int, KnownCall] = {}
        done: dict[int, AssignedRecording | None] = {}
        for number, one in enumerate(batch):
            exact = known.with_id(one.candidate.call.call_id)
            if exact is not None and exact.sha256 == one.sha256 and exact.replaced_by is None:
                bound[number] = exact
            elif (merged := self._of_merged(one, known)) is not None:
                done[number] = merged[0]
        open_ = [n for n in range(len(batch)) if n not in bound and n not in done]
        # A recording that has taken another's place answers to the row of its own id, and to no other.
        corrected = {c.key for one in batch for c in known.with_sound(one.sha256) if _absorbed(c, one)}
        taken = {call.key for call in bound.values()} | corrected
        for fits in (derived, here, anywhere):  # the nearest first
            for number in open_:
                if number in bound:
                    continue
                one = batch[number]
                free = (c for c in known.with_sound(one.sha256) if c.key not in taken and fits(c, one))
                call = next((c for c in free if self._free(c, one)), None)
                if call is not None:
                    bound[number] = call
                    taken.add(call.key)
        renames = Renames(known, leaving(known, [(batch[n], bound[n]) for n in open_ if n in bound]))
        for number, one in enumerate(batch):
            if number not in done:
                done[number] = self._name(one, bound.get(number), known, renames)
        self._apply(renames)
        donors = renames.names
        return [_under_new_names(done[n], donors) for n in range(len(batch))]

    def _contested(self, one: Identified, known: StoredCalls) -> bool:
        """Whether it matters what the rest of the list says."""
        holder = known.with_id(one.candidate.call.call_id)
        if holder is not None:
            return holder.sha256 != one.sha256
        return any(call.source is IdSource.LIST for call in known.with_sound(one.sha256))

    def _of_merged(self, one: Identified, known: StoredCalls) -> tuple[AssignedRecording | None] | None:
        """What a row comes to whose recording has been replaced, or has taken another's place."""
        row = one.candidate.call
        corrected = [call for call in known.with_sound(one.sha256) if _absorbed(call, one)]
        if corrected:
            return (self._known_again(corrected[0], one, corrected[0].call),)
        for replaced_call in known.replaced(one.sha256):
            replacement = known.replacement(replaced_call)
            if replacement is not None and replacement.call_id == row.call_id:
                self._places.meet(replaced_call, one.candidate.paths)
                self._listed[row.call_id] = replacement.sha256
                return (self._corrected_file(replacement, one),)
        if known.with_sound(one.sha256):
            return None
        for replaced_call in known.replaced(one.sha256):
            moved = not any(exist(paths) for paths in replaced_call.files)
            if moved or one.candidate.paths in replaced_call.places:
                self._places.meet(replaced_call, one.candidate.paths)
                return (None,)
        return None

    def _corrected_file(self, replacement: KnownCall, one: Identified) -> AssignedRecording | None:
        """The corrected file of a call, with what the list says of that call."""
        row = completed(replacement.call, one.candidate.call)
        # Where it lay there may be other sound by now, and that is not to be taken for it.
        there = [replace(one.candidate, paths=paths) for paths in replacement.files if exist(paths)]
        held = next((found for found in self._read(there) if found.sha256 == replacement.sha256), None)
        if held is None or self._places.met(replacement):
            if replacement.call != row:
                self._store.identities.state_facts([(replacement.key, row)], run_id=self._run_id)
            return None
        paths = held.candidate.paths
        self._places.meet(replacement, paths)
        return AssignedRecording(
            Recording(row, paths, replacement.sha256), held.stamps, replacement.source, replacement.key
        )

    def _free(self, call: KnownCall, one: Identified) -> bool:
        """Whether a stored call with this sound may be what the list calls otherwise now."""
        if call.source is not IdSource.LIST:
            return True
        still = call.call_id in self._listed_ids
        if still and self._listed.get(call.call_id, call.sha256) == call.sha256:
            return False
        return here(call, one) or derived(call, one)

    def _name(
        self, one: Identified, call: KnownCall | None, known: StoredCalls, renames: Renames
    ) -> AssignedRecording:
        """Give a recording of the list its id: the list's, unless that is other sound's."""
        row, name = one.candidate.call, one.candidate.call.call_id
        holder = known.with_id(name)
        if (call is not None and holder is call) or (name not in self._names and renames.is_free(name)):
            renames.keep(call, name, IdSource.LIST)
        elif holder is not None and holder.untouched and not self._places.met(holder):
            if call is not None:
                renames.drop(holder)
                renames.keep(call, name, IdSource.LIST)
            else:
                self._places.meet(holder, one.candidate.paths)
                return self._assigned(one, completed(holder.call, row), IdSource.LIST, key=holder.key)
        else:
            name = call.call_id if call is not None and derived(call, one) else self._free_id(one, renames)
            renames.keep(call, name, IdSource.LIST)
            self.problems.append(other_sound(row.call_id, name, one.candidate.paths[0]))
        self._names[name] = one.sha256
        paths = one.candidate.paths
        for other in known.at(paths):
            if other is not call and other.sha256 == one.sha256 and other.replaced_by is None:
                self._places.cede(other, paths)
        if call is not None:
            self._places.meet(call, paths)
            facts = completed(call.call, row) if row_of(call, one) else row
            return self._assigned(one, replace(facts, call_id=name), IdSource.LIST, key=call.key)
        donor = next(iter(known.with_sound(one.sha256)), None)
        return self._assigned(one, replace(row, call_id=name), IdSource.LIST, donor=donor)

    def _apply(self, renames: Renames) -> None:
        if renames.dropped:
            self._store.identities.drop_untouched([call.key for call in renames.dropped], run_id=self._run_id)
        if renames.needed:
            self._store.identities.rename(renames.needed, run_id=self._run_id)
            self.renamed += [(r.before, r.call_id) for r in renames.needed if r.before != r.call_id]

    # What nobody names

    def _assign_others(self, batch: Sequence[Identified]) -> list[AssignedRecording | None]:
        known = self._look_up(batch) if batch else None
        return [] if known is None else [self._assign_other(one, known) for one in batch]

    def _assign_other(self, one: Identified, known: StoredCalls) -> AssignedRecording | None:
        candidate, paths = one.candidate, one.candidate.paths
        alive = sorted(known.with_sound(one.sha256), key=lambda c: (paths not in c.places, c.key))
        if alive:
            return self._known_again(alive[0], one, facts_of(alive[0], candidate))
        if one.sha256 in self._new:
            call_id, first = self._new[one.sha256]
            self._copy(call_id, paths, first)
            self.copies.append((call_id, one.sha256, paths))
            return None
        replaced_call = known.replaced(one.sha256)
        if replaced_call:
            self._places.meet(replaced_call[0], paths)
            return None
        empty = [known.with_id(candidate.call.call_id), *known.at(paths)]
        for holder in empty:
            if holder is not None and holder.untouched and not self._places.met(holder):
                self._places.meet(holder, paths)
                return self._assigned(one, facts_of(holder, candidate), holder.source, key=holder.key)
        name = candidate.call.call_id
        if known.with_id(name) is not None or name in self._names:
            name = self._free_id(one, None)
            self.problems.append(other_sound(candidate.call.call_id, name, paths[0]))
        self._names[name] = one.sha256
        return self._assigned(one, replace(candidate.call, call_id=name), candidate.source)

    def _known_again(self, call: KnownCall, one: Identified, facts: Call) -> AssignedRecording | None:
        """A recording that the store has; the second of one run is a copy."""
        first = not self._places.met(call)
        paths = one.candidate.paths
        if not first and paths not in self._places.of(call):
            self._copy(call.call_id, paths, self._places.of(call)[0])
        elif first and paths not in call.places:
            other = self._places.elsewhere(call)
            if other is not None:
                self._copy(call.call_id, paths, other)
        self._places.meet(call, paths)
        return (
            AssignedRecording(Recording(facts, paths, one.sha256), one.stamps, call.source, call.key)
            if first
            else None
        )

    # What both need

    def _look_up(self, batch: Sequence[Identified]) -> StoredCalls:
        places = [one.candidate.paths for one in batch]
        known = StoredCalls(
            self._store.identities.known(
                sha256s=[one.sha256 for one in batch],
                call_ids=[one.candidate.call.call_id for one in batch],
                places=places,
            )
        )
        for one in batch:
            for call in known.at(one.candidate.paths):
                if call.sha256 != one.sha256 and not call.untouched:
                    self._places.replace(call, one.candidate.paths)
        return known

    def _assigned(
        self, one: Identified, call: Call, source: IdSource, *, key: int | None = None,
        donor: KnownCall | None = None,
    ) -> AssignedRecording:  # fmt: skip
        self._new.setdefault(one.sha256, (call.call_id, one.candidate.paths))
        recording = Recording(call, one.candidate.paths, one.sha256)
        return AssignedRecording(recording, one.stamps, source, key, donor.call if donor else None)

    def _free_id(self, one: Identified, renames: Renames | None) -> str:
        """An id for other sound than that which has its name."""
        for name in other_ids(one.candidate.call, one.sha256):
            if name in self._names or name in self._listed_ids:
                continue
            if renames is not None and name in renames.names.values():
                continue
            holder = StoredCalls(self._store.identities.known(call_ids=[name])).with_id(name)
            if holder is None or (renames is not None and renames.leaves(holder)):
                return name
        raise AssertionError("an id that holds the whole digest cannot belong to other sound")

    def _copy(self, call_id: str, paths: Paths, other: Paths) -> None:
        pair = frozenset({paths, other})
        if pair not in self._copied:  # of two files each is the other's copy: said once
            self._copied.add(pair)
            self.problems.append(copied(call_id, paths[0], other[0]))


def _absorbed(call: KnownCall, one: Identified) -> bool:
    """Whether the call had the id of this row before a person gave it another's."""
    return one.candidate.call.call_id in call.absorbed


def _name(candidate: Candidate) -> tuple[str, Paths]:
    return candidate.call.call_id, candidate.paths


def _under_new_names(one: AssignedRecording | None, names: dict[str, str]) -> AssignedRecording | None:
    if one is None or one.donor is None or one.donor.call_id not in names:
        return one
    return replace(one, donor=replace(one.donor, call_id=names[one.donor.call_id]))
