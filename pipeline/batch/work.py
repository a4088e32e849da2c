"""The unit of work: a few calls that one worker inspects together, and how long they may take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.domain import IdSource, Recording

if TYPE_CHECKING:
    from pipeline.rubric.rarity import Words
    from pipeline.store import FileStamp  # workers load this module, and no database

_SLOWEST_BYTES_PER_SECOND = {".wav": 8_000.0, ".flac": 4_000.0, ".mp3": 1_000.0, ".m4a": 1_000.0}
"""The least data a second of telephone speech takes: G.711 mono in WAV, 8 kbit/s in MP3."""
_OTHERWISE_BYTES_PER_SECOND = 600.0
"""AMR 4.75 kbit/s."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told of a job."""

    recording: Recording
    heard: bool
    """Judge again what the store has of it, instead of listening."""
    donor: str | None = None
    """Id of the call with the same sound that was heard, where it is another."""
    words: Words | None = None
    """What people settled on this sound, of a call that is heard anew."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recording that is to be inspected."""

    recording: Recording
    stamps: tuple[FileStamp, ...]
    """Its files as they were when they were identified."""
    replaces: bool = False
    """True where a stored inspection with the same revisions gives way (retry, changed facts)."""
    heard: bool = False
    """True where the store has what was heard, and only the judgement is to be made again."""
    suspect: bool = False
    """True where an earlier run began this call and died: it comes last and alone."""
    source: IdSource = IdSource.PATH
    """Who named the call, where it is new."""
    donor: str | None = None
    """Id of the call with the same sound that was heard, where it is another."""
    key: int | None = None
    """Of the call, where the store has it."""
    words: Words | None = None
    """What people settled on this sound, of a call that is heard anew."""
    ruled_otherwise: bool = False
    """True where the call stands as other lexicons or another rubric judged it."""
    item: int = 0
    """Its number in the list of what there is to do."""

    @property
    def call_id(self) -> str:
        return self.recording.call.call_id

    @property
    def longest_seconds(self) -> float:
        """An upper bound of the audio to hear, from size and ending alone."""
        return (
            0.0
            if self.heard
            else sum(s.size / _slowest(s.path) for s in self.stamps) / max(1, len(self.stamps))
        )


def _slowest(path: Path) -> float:
    return _SLOWEST_BYTES_PER_SECOND.get(path.suffix.lower(), _OTHERWISE_BYTES_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Group:
    """Calls for one worker at a time."""

    jobs: tuple[Job, ...]

    @property
    def alone(self) -> bool:
        """One call: whatever happens to the worker is its doing."""
        return len(self.jobs) == 1

    @property
    def recordings(self) -> tuple[Recording, ...]:
        return tuple(job.recording for job in self.jobs)

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(Task(job.recording, job.heard, job.donor, job.words) for job in self.jobs)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked of a worker, and for how long."""

    group_calls: int = 8
    group_bytes: int = 96 << 20
    """A group's files together: its decoded audio is in memory at once."""
    setup_seconds: float = 900.0
    """Loading the tools, on a cold disk."""
    patience_seconds: float = 300.0
    patience_per_second: float = 2.0
    """A call may take ``patience_seconds`` plus this much per second of audio it may hold."""
    crashes: int = 3
    """A call alone with its worker may kill it this often."""
    calls_per_worker: int = 1000
    """Then the process is replaced: what native code leaked goes with it."""
    worker_bytes: int = 6 << 30
    """Resident memory at which a worker is replaced after its group."""
    lease_seconds: float = 120.0
    """So long a call stays with a run that does not say any more that it lives."""

    def seconds_for(self, jobs: Iterable[Job]) -> float:
        """How long a worker may be at these jobs."""
        return sum(self.patience_seconds + self.patience_per_second * job.longest_seconds for job in jobs)


def groups(jobs: Sequence[Job], *, workers: int, limits: Limits) -> Iterator[Group]:
    """Longest calls first, so that the run does not end with one worker on a long call; suspects last, alone.

    Groups get no larger than leaves every worker several of them.
    """
    usual = sorted(
        (job for job in jobs if not job.suspect), key=lambda job: (-job.longest_seconds, job.call_id)
    )
    most = max(1, min(limits.group_calls, len(usual) // (4 * max(1, workers))))
    taken: list[Job] = []
    size = 0
    for job in usual:
        bytes_ = sum(stamp.size for stamp in job.stamps)
        if taken and (len(taken) == most or size + bytes_ > limits.group_bytes):
            yield Group(tuple(taken))
            taken, size = [], 0
        taken.append(job)
        size += bytes_
    if taken:
        yield Group(tuple(taken))
    for job in jobs:
        if job.suspect:
            yield Group((job,))
