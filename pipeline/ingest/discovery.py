"""What ingest hands on: calls with their files, and everything that does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Call, IdSource, ListedCall
from pipeline.messages import Message

PROBLEM_KINDS = frozenset(
    {
        "call-list",
        "missing-file",
        "duplicate",
        "outside",
        "still-written",
        "stale-copy",
        "not-a-file",
        "bad-link",
        "unreadable-folder",
        "wrapped",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the dump or the call list that a person should know; the run goes on without it."""

    path: Path | None
    call_id: str | None
    line: int | None
    """Line of the call list, counted from 1 with the heading."""
    reason: Message
    """What is wrong and what to do about it."""
    kind: str
    """One of PROBLEM_KINDS."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call and where its sound lies; nothing has been read yet but names and the call list."""

    call: Call
    paths: tuple[Path, ...]
    """One file, or two: the agent's first."""
    source: IdSource = IdSource.PATH
    """Where the call id comes from; several calls may have the same where it is not the call list."""
    listed: bool = False
    """True where a row of the call list says what is known of the call, even if it gives no id."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """All calls of a dump: those of the call list in its order, then the others by path."""

    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]
    ignored: int = 0
    """Files that are no recordings (lists, pictures, hidden files, links to files found elsewhere)."""
    recordings: int = 0
    """Files that are recordings, those still written to among them."""
    listed: tuple[ListedCall, ...] = ()
    """Every usable row of the call list, those without a recording among them."""
