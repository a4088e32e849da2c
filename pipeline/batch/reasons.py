"""Problems about which call a recording is, with the remedy."""

from __future__ import annotations

import shlex
from pathlib import Path

from pipeline.messages import Message
from pipeline.store import StoredProblem


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
