"""What can go wrong with a call beyond its recording, and what that says about the calls after it.

An exception that our code raises over one call is raised over it again, and says nothing about the others:
the call keeps it as its reason, and the run goes on. Memory that runs out, and processes that are killed,
are the machine's and pass: such a call is tried again, and where every call ends so, the run stops.
"""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.messages import Message, render, verbatim

FAULT = "fault"
"""Reason code of a call over which the program itself failed."""
GAVE_UP = "gave-up"
"""Reason code of a call that ended its worker process again and again."""
FAULT_REASON = Message("batch.failed-on")
"""What is stored of it; interfaces have their own words for the code."""


class FaultKind(StrEnum):
    OWN = "own"
    """Our code raised it: it would do so again."""
    MEMORY = "memory"
    """There was not enough, or the system killed the process, which it does for that."""
    PASSING = "passing"
    """A file or device did not answer, the process died or took too long: it may go well next time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call was not inspected."""

    what: Message
    """Of an exception for whoever mends it: kind of error, its text, file and line."""
    kind: FaultKind = FaultKind.OWN

    @property
    def line(self) -> str:
        """In English, for the list of attempts."""
        return render(self.what, "en")


def fault_of(error: BaseException) -> Fault:
    """An exception as a fault, with the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return Fault(verbatim(f"{type(error).__name__}: {error}{where}"), _kind(error))


def _kind(error: BaseException) -> FaultKind:
    text = str(error).lower()  # compute libraries raise RuntimeError for everything
    if isinstance(error, MemoryError) or "out of memory" in text or "bad_alloc" in text:
        return FaultKind.MEMORY
    if isinstance(error, OSError):
        return FaultKind.MEMORY if error.errno == errno.ENOMEM else FaultKind.PASSING
    return FaultKind.OWN
