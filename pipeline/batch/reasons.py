"""Problems about which call a recording is, with the remedy."""

from __future__ import annotations

import shlex
from pathlib import Path

from pipeline.store import StoredProblem


def other_sound(call_id: str, name: str, path: Path) -> StoredProblem:
    """A known id, and a recording that is not the stored one."""
    reason = (
        f"other sound than the stored call {call_id}: kept as {name}; if it is that call's corrected file, "
        f"run: callinspect merge {shlex.quote(name)} {shlex.quote(call_id)}"
    )
    return StoredProblem("other-sound", reason, path, name)


def copied(call_id: str, path: Path, other: Path) -> StoredProblem:
    """The same sound a second time."""
    reason = f"the same sound as {other}: one call, counted once"
    return StoredProblem("copy", reason, path, call_id)
