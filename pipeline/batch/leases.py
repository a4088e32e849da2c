"""What this run has claimed of the night, and what other runs have.

A group of calls is claimed when a worker is to get it. Leases are renewed as long as the run lives; whoever
was stopped for longer than that may find its calls taken over, and its results are not stored then. What
others hold is looked at when there is nothing else to do: what they have done is done, what they left is
free.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pipeline.batch.work import Group, Job
from pipeline.errors import StoreAway
from pipeline.store import ENDED, Lease, Store

_RENEWALS = 6
"""So often in the time of a lease it is renewed."""
_LOOKS_SECONDS = 1.0
"""So often what others hold is looked at."""
SERVER_SECONDS = 300.0
"""So long a server that does not answer is waited for: it may be restarted while a run is at work."""
_BETWEEN_TRIES_SECONDS = 0.2

T = TypeVar("T")


def patiently(action: Callable[[], T]) -> T:
    """Do it, again where the server was lost in the middle: everything that is done so can be done twice."""
    deadline = time.monotonic() + SERVER_SECONDS
    while True:
        try:
            return action()
        except StoreAway:
            if time.monotonic() > deadline:
                raise
            time.sleep(_BETWEEN_TRIES_SECONDS)


class Leases:
    """The claims of one run; its token is new with every run, so that nobody is taken for another."""

    def __init__(self, store: Store, run_id: int, *, seconds: float) -> None:
        self._store, self._run_id, self._seconds = store, run_id, seconds
        self.owner = secrets.token_hex(16)
        self._held: dict[int, tuple[Job, Lease]] = {}
        self._elsewhere: dict[int, Job] = {}
        self._left: set[int] = set()
        """Of what was elsewhere: given up by others, or not renewed."""
        self._renewed = self._looked = time.monotonic()
        self.done_elsewhere: list[Job] = []
        """Calls of the plan that other runs have done."""

    @property
    def waits(self) -> bool:
        """Whether other runs are at calls of this run's plan."""
        return bool(self._elsewhere)

    def claimed(self, group: Group) -> Group | None:
        """What can be had of a group; the rest is with others."""
        fresh = {job.item: job for job in group.jobs if job.item not in self._held}
        if fresh:
            overdue = not self._left.isdisjoint(fresh)
            got = patiently(
                lambda: self._store.work.claim(
                    list(fresh),
                    owner=self.owner,
                    run_id=self._run_id,
                    seconds=self._seconds,
                    overdue=overdue,
                )
            )
            self._left -= fresh.keys()
            self._held |= {lease.item: (fresh.pop(lease.item), lease) for lease in got}
            self._elsewhere |= fresh
        mine = tuple(job for job in group.jobs if job.item in self._held)
        return Group(mine) if mine else None

    def begin(self, jobs: Sequence[Job]) -> None:
        """A worker is at these now."""
        leases = [self._held[job.item][1] for job in jobs if job.item in self._held]
        patiently(lambda: self._store.work.begin(leases, run_id=self._run_id))

    def of(self, job: Job) -> Lease | None:
        """The lease under which a call is inspected; None where it is with others by now."""
        held = self._held.get(job.item)
        return None if held is None else held[1]

    def close(self, job: Job) -> None:
        """Its result is stored."""
        self._held.pop(job.item, None)

    def drop(self, job: Job, lease: Lease) -> None:
        """There is nothing to inspect any more: off the list with it."""
        patiently(lambda: self._store.work.drop(lease))
        self.close(job)

    def lose(self, job: Job) -> None:
        """Somebody else has claimed it."""
        self._held.pop(job.item, None)
        self._elsewhere[job.item] = job

    def renew(self) -> None:
        """Tell the store that this run lives, where it is time for that; what was lost is with others.

        Raises:
            StoreError: the run may not write any more.
        """
        if time.monotonic() - self._renewed < self._seconds / _RENEWALS:
            return
        patiently(self._store.runs.keep)
        still = patiently(lambda: self._store.work.renew(self.owner, seconds=self._seconds))
        self._renewed = time.monotonic()
        for item in self._held.keys() - still:
            self.lose(self._held[item][0])

    def left_by_others(self) -> list[Job]:
        """Calls that others have given up or have not renewed; those that they have done are noted.

        Asked too soon, it says nothing.
        """
        if not self._elsewhere or time.monotonic() - self._looked < _LOOKS_SECONDS:
            return []
        patiently(lambda: self._store.runs.free_abandoned(self.owner))
        there = {item.id: item for item in patiently(lambda: self._store.work.items(list(self._elsewhere)))}
        self._looked = time.monotonic()
        out: list[Job] = []
        for number, job in list(self._elsewhere.items()):
            item = there.get(number)
            if item is None or item.state in ENDED:
                self.done_elsewhere.append(self._elsewhere.pop(number))
            elif not item.leased:
                del self._elsewhere[number]
                out.append(replace(job, suspect=item.suspect))
                self._left.add(number)
        return out

    def give_back(self, *, ended_well: bool) -> None:
        """Let others have what this run holds and will not do."""
        if self._held:
            self._store.work.give_back(self.owner, ended_well=ended_well)
            self._held.clear()
