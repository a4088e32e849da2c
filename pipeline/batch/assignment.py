"""Which call a recording is: what the call list says; else the call that has this sound; else a new one.

Nothing is inspected here. Stored calls that the list names otherwise now are renamed in place, with all that
people said about them. Other sound under a known id never takes the place of what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.batch.identity import Identified
from pipeline.batch.knowledge import Knowledge, facts_of
from pipeline.batch.naming import Renames, anywhere, derived, here, leaving
from pipeline.batch.reasons import copied, other_sound
from pipeline.domain import Call, IdSource, Recording, other_ids
from pipeline.ingest import Candidate
from pipeline.store import FileStamp, KnownCall, Store, StoredProblem

Paths = tuple[Path, ...]
Read = Callable[[Sequence[Candidate]], list[Identified]]


@dataclass(frozen=True, slots=True)
class Assigned:
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
        self._early: dict[tuple[str, Paths], Assigned | None] = {}
        self._names: dict[str, str] = {}
        """Ids that this run gives, and to which sound."""
        self._new: dict[str, tuple[str, Paths]] = {}
        """Sound that the store does not know -> the id it gets, and where it lies."""
        self._seen: dict[int, tuple[KnownCall, dict[Paths, None]]] = {}
        """Stored calls of this dump, and where they lie."""
        self._gone: list[tuple[int, Paths]] = []
        """Where other sound lies now than that of the stored call."""
        self._ceded: list[tuple[int, Paths]] = []
        """Copies of a stored call that the list names as another call."""
        self._copied: set[frozenset[Paths]] = set()
        self.problems: list[StoredProblem] = []
        self.renamed: list[tuple[str, str]] = []
        """Ids of stored calls before and after."""
        self.copies: list[tuple[str, str, Paths]] = []
        """New calls, their sound, and where more of their sound lies."""
        self.repeated = 0
        """Recordings that are no calls of their own: copies, and what was replaced by a corrected file."""

    def assign(self, found: Sequence[Identified]) -> list[Assigned]:
        """The calls of these recordings; each call comes once."""
        listed = [one for one in found if one.candidate.source is IdSource.LIST]
        out: list[Assigned | None] = []
        fresh = []
        for one in listed:
            name = _name(one.candidate)
            if name in self._early:
                out.append(self._early.pop(name))
            else:
                self._waiting.pop(name, None)
                fresh.append(one)
        out += self._assign_listed(fresh)
        out += self._assign_others([one for one in found if one.candidate.source is not IdSource.LIST])
        self.repeated += sum(one is None for one in out)
        return [one for one in out if one is not None]

    def finish(self) -> None:
        """Note where the sound of the stored calls lies now. A file that was moved is no copy."""
        there = [(key, paths) for key, (call, seen) in self._seen.items() for paths in seen]
        new = [(key, paths) for key, paths in there if paths not in self._seen[key][0].places]
        gone = [
            (key, paths)
            for key, (call, seen) in self._seen.items()
            for paths in call.files
            if paths not in seen and not _exist(paths)
        ]
        gone += [
            (key, paths) for key, paths in self._ceded if paths not in self._seen.get(key, (None, []))[1]
        ]
        if new or gone or self._gone:
            self._store.move_files(there=new, gone=[*gone, *self._gone], run_id=self._run_id)

    # What the call list names

    def _assign_listed(self, batch: Sequence[Identified]) -> list[Assigned | None]:
        if not batch:
            return []
        known = self._know(batch)
        if self._waiting and any(self._contested(one, known) for one in batch):
            # Only who knows all of the list can tell an edited list from a name that is used again.
            rest = self._read(list(self._waiting.values()))
            self._waiting.clear()
            out = self._assign_listed([*batch, *rest])
            for one, assigned in zip(rest, out[len(batch) :], strict=True):
                self._early[_name(one.candidate)] = assigned
            return out[: len(batch)]
        self._listed |= {one.candidate.call.call_id: one.sha256 for one in batch}
        bound: dict[int, KnownCall] = {}
        done: dict[int, Assigned | None] = {}
        for number, one in enumerate(batch):
            exact = known.called(one.candidate.call.call_id)
            if exact is not None and exact.sha256 == one.sha256 and exact.replaced_by is None:
                bound[number] = exact
            elif (merged := self._merged(one, known)) is not None:
                done[number] = merged[0]
        open_ = [n for n in range(len(batch)) if n not in bound and n not in done]
        # A recording that has taken another's place answers to the row of its own id, and to no other.
        heirs = {c.key for one in batch for c in known.sounding(one.sha256) if _absorbed(c, one)}
        taken = {call.key for call in bound.values()} | heirs
        for fits in (derived, here, anywhere):  # the nearest first
            for number in open_:
                if number in bound:
                    continue
                one = batch[number]
                free = (c for c in known.sounding(one.sha256) if c.key not in taken and fits(c, one))
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

    def _contested(self, one: Identified, known: Knowledge) -> bool:
        """Whether it matters what the rest of the list says."""
        holder = known.called(one.candidate.call.call_id)
        if holder is not None:
            return holder.sha256 != one.sha256
        return any(call.source is IdSource.LIST for call in known.sounding(one.sha256))

    def _merged(self, one: Identified, known: Knowledge) -> tuple[Assigned | None] | None:
        """What a row comes to whose recording has been replaced, or has taken another's place."""
        row = one.candidate.call
        heirs = [call for call in known.sounding(one.sha256) if _absorbed(call, one)]
        if heirs:
            return (self._again(heirs[0], one, heirs[0].call),)
        for dead in known.replaced(one.sha256):
            heir = known.heir(dead)
            if heir is not None and heir.call_id == row.call_id:
                self._see(dead, one.candidate.paths)
                self._listed[row.call_id] = heir.sha256
                return (self._heir(heir, one),)
        if known.sounding(one.sha256):
            return None
        for dead in known.replaced(one.sha256):
            moved = not any(_exist(paths) for paths in dead.files)
            if moved or one.candidate.paths in dead.places:
                self._see(dead, one.candidate.paths)
                return (None,)
        return None

    def _heir(self, heir: KnownCall, one: Identified) -> Assigned | None:
        """The corrected file of a call, with what the list says of that call."""
        row = one.candidate.call
        # Where it lay there may be other sound by now, and that is not to be taken for it.
        there = [replace(one.candidate, paths=paths) for paths in heir.files if _exist(paths)]
        held = next((found for found in self._read(there) if found.sha256 == heir.sha256), None)
        if held is None or heir.key in self._seen:
            if heir.call != row:
                self._store.state_facts([(heir.key, row)], run_id=self._run_id)
            return None
        paths = held.candidate.paths
        self._see(heir, paths)
        return Assigned(Recording(row, paths, heir.sha256), held.stamps, heir.source, heir.key)

    def _free(self, call: KnownCall, one: Identified) -> bool:
        """Whether a stored call with this sound may be what the list calls otherwise now."""
        if call.source is not IdSource.LIST:
            return True
        still = call.call_id in self._listed_ids
        if still and self._listed.get(call.call_id, call.sha256) == call.sha256:
            return False
        return here(call, one) or derived(call, one)

    def _name(self, one: Identified, call: KnownCall | None, known: Knowledge, renames: Renames) -> Assigned:
        """Give a recording of the list its id: the list's, unless that is other sound's."""
        row, name = one.candidate.call, one.candidate.call.call_id
        holder = known.called(name)
        if (call is not None and holder is call) or (name not in self._names and renames.vacant(name)):
            renames.keep(call, name, IdSource.LIST)
        elif holder is not None and holder.untouched and holder.key not in self._seen:
            if call is not None:
                renames.drop(holder)
                renames.keep(call, name, IdSource.LIST)
            else:
                self._see(holder, one.candidate.paths)
                return self._made(one, row, IdSource.LIST, key=holder.key)
        else:
            name = call.call_id if call is not None and derived(call, one) else self._spare(one, renames)
            renames.keep(call, name, IdSource.LIST)
            self.problems.append(other_sound(row.call_id, name, one.candidate.paths[0]))
        self._names[name] = one.sha256
        paths = one.candidate.paths
        self._ceded += [
            (other.key, paths)
            for other in known.lying(paths)
            if other is not call and other.sha256 == one.sha256 and other.replaced_by is None
        ]
        if call is not None:
            self._see(call, paths)
            return self._made(one, replace(row, call_id=name), IdSource.LIST, key=call.key)
        donor = next(iter(known.sounding(one.sha256)), None)
        return self._made(one, replace(row, call_id=name), IdSource.LIST, donor=donor)

    def _apply(self, renames: Renames) -> None:
        if renames.dropped:
            self._store.drop_untouched([call.key for call in renames.dropped], run_id=self._run_id)
        if renames.needed:
            self._store.rename(renames.needed, run_id=self._run_id)
            self.renamed += [(r.before, r.call_id) for r in renames.needed if r.before != r.call_id]

    # What nobody names

    def _assign_others(self, batch: Sequence[Identified]) -> list[Assigned | None]:
        known = self._know(batch) if batch else None
        return [] if known is None else [self._assign_other(one, known) for one in batch]

    def _assign_other(self, one: Identified, known: Knowledge) -> Assigned | None:
        candidate, paths = one.candidate, one.candidate.paths
        alive = sorted(known.sounding(one.sha256), key=lambda c: (paths not in c.places, c.key))
        if alive:
            return self._again(alive[0], one, facts_of(alive[0], candidate))
        if one.sha256 in self._new:
            call_id, first = self._new[one.sha256]
            self._copy(call_id, paths, first)
            self.copies.append((call_id, one.sha256, paths))
            return None
        dead = known.replaced(one.sha256)
        if dead:
            self._see(dead[0], paths)
            return None
        empty = [known.called(candidate.call.call_id), *known.lying(paths)]
        for holder in empty:
            if holder is not None and holder.untouched and holder.key not in self._seen:
                self._see(holder, paths)
                return self._made(one, facts_of(holder, candidate), holder.source, key=holder.key)
        name = candidate.call.call_id
        if known.called(name) is not None or name in self._names:
            name = self._spare(one, None)
            self.problems.append(other_sound(candidate.call.call_id, name, paths[0]))
        self._names[name] = one.sha256
        return self._made(one, replace(candidate.call, call_id=name), candidate.source)

    def _again(self, call: KnownCall, one: Identified, facts: Call) -> Assigned | None:
        """A recording that the store has; the second of one run is a copy."""
        first = call.key not in self._seen
        paths = one.candidate.paths
        if not first and paths not in self._seen[call.key][1]:
            self._copy(call.call_id, paths, next(iter(self._seen[call.key][1])))
        elif first and paths not in call.places:
            taken = {place for _, place in self._gone}
            other = next((p for p in call.files if p not in taken and _exist(p)), None)
            if other is not None:
                self._copy(call.call_id, paths, other)
        self._see(call, paths)
        return (
            Assigned(Recording(facts, paths, one.sha256), one.stamps, call.source, call.key)
            if first
            else None
        )

    # What both need

    def _know(self, batch: Sequence[Identified]) -> Knowledge:
        places = [one.candidate.paths for one in batch]
        known = Knowledge(
            self._store.known_calls(
                sha256s=[one.sha256 for one in batch],
                call_ids=[one.candidate.call.call_id for one in batch],
                places=places,
            )
        )
        for one in batch:
            for call in known.lying(one.candidate.paths):
                if call.sha256 != one.sha256 and not call.untouched:
                    self._gone.append((call.key, one.candidate.paths))  # other sound lies there now
        return known

    def _see(self, call: KnownCall, paths: Paths) -> None:
        self._seen.setdefault(call.key, (call, {}))[1][paths] = None

    def _made(
        self, one: Identified, call: Call, source: IdSource, *, key: int | None = None,
        donor: KnownCall | None = None,
    ) -> Assigned:  # fmt: skip
        self._new.setdefault(one.sha256, (call.call_id, one.candidate.paths))
        recording = Recording(call, one.candidate.paths, one.sha256)
        return Assigned(recording, one.stamps, source, key, donor.call if donor else None)

    def _spare(self, one: Identified, renames: Renames | None) -> str:
        """An id for other sound than that which has its name."""
        for name in other_ids(one.candidate.call, one.sha256):
            if name in self._names or name in self._listed_ids:
                continue
            if renames is not None and name in renames.names.values():
                continue
            holder = Knowledge(self._store.known_calls(call_ids=[name])).called(name)
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


def _exist(paths: Iterable[Path]) -> bool:
    try:
        return all(path.is_file() for path in paths)
    except OSError:
        return False


def _under_new_names(one: Assigned | None, names: dict[str, str]) -> Assigned | None:
    if one is None or one.donor is None or one.donor.call_id not in names:
        return one
    return replace(one, donor=replace(one.donor, call_id=names[one.donor.call_id]))
