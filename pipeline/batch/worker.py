"""The worker process: builds its tools once, then inspects group after group and sends back each result."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Protocol

from pipeline.batch.faults import Fault, fault_of
from pipeline.batch.work import Task
from pipeline.domain import Inspection, PhraseHit, Recording
from pipeline.errors import CallinspectError
from pipeline.inspection.stage_times import take
from pipeline.memory import peak_bytes, resident_bytes
from pipeline.messages import Message
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Inspector(Protocol):
    """The loaded tools of one worker process."""

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        """One inspection per recording, in any order, each as soon as it is ready.

        Bad audio gives an inspection with status unreadable. An exception means a fault of the program: the
        calls it hit are tried again one by one.
        """

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        """What was heard before, judged with today's lexicons, rubric and facts of the call.

        Gives what ``inspect`` would give for the same recording, without its audio.

        Args:
            earlier: what the sound confirmed for earlier revisions of the same hearing, the newest first.
        """


InspectorFactory = Callable[[Settings], Inspector]
"""A function at the top of a module: worker processes import it by name.

A CallinspectError it raises (a missing model, a bad rubric) ends the run with that message.
"""


@dataclass(frozen=True, slots=True)
class Ready:
    """The tools are loaded."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """The tools cannot be loaded; the error is for people."""

    error: CallinspectError


@dataclass(frozen=True, slots=True)
class Began:
    """The next group in line is in work."""


@dataclass(frozen=True, slots=True)
class Inspected:
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Ended:
    """The group is done, or given up with an error."""

    fault: Fault | None
    resident_bytes: int
    """Now, and at most so far."""
    peak_bytes: int
    stages: Mapping[str, float] = field(default_factory=dict)
    """Seconds spent in each stage of inspecting since the last group."""


WorkerReport = Ready | NotReady | Began | Inspected | Ended


def work(connection: Connection, factory: InspectorFactory, settings: Settings) -> None:
    """The main function of a worker process; returns when the parent sends None."""
    exit_with_parent()
    # Ctrl-C and service managers reach all processes of the run; only the parent decides what that means. It
    # ends us with SIGKILL.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.disable()  # hundreds of thousands of objects are made that stay: nothing to collect among them
    try:
        inspector = factory(settings)
    except CallinspectError as error:
        connection.send(NotReady(_sendable(error)))
        return
    except Exception as error:  # noqa: BLE001 - whatever the libraries raise has to reach the person at the terminal
        connection.send(NotReady(CallinspectError(Message("batch.no-tools", reason=fault_of(error).line))))
        return
    gc.freeze()
    gc.enable()
    connection.send(Ready())
    while True:
        try:
            tasks: Sequence[Task] | None = connection.recv()
        except EOFError:
            return
        if tasks is None:
            return
        connection.send(Began())
        fault = None
        try:
            for inspection in inspections_of(inspector, tasks, settings):
                connection.send(Inspected(inspection))
        except Exception as error:  # noqa: BLE001 - one call's fault must not end the run
            fault = fault_of(error)
        connection.send(Ended(fault, resident_bytes(), peak_bytes(), take()))


def inspections_of(inspector: Inspector, tasks: Sequence[Task], settings: Settings) -> Iterator[Inspection]:
    """What comes of these tasks, each as soon as it is ready."""
    fresh = [task.recording for task in tasks if not task.heard]
    heard = [task for task in tasks if task.heard]
    if heard:
        from pipeline.store import open_store  # here: whoever only listens needs no database

        # Read here, not sent along: a long transcript would fill the pipe and make the parent wait for us.
        with open_store(settings.store) as store:
            for task in heard:
                recording = task.recording
                stored = store.inspections.current(task.donor or recording.call.call_id)
                # Whose roles people corrected in one call says nothing about the other.
                lent = task.donor is not None and stored is not None and stored.revisions.roles_corrected
                if stored is None or stored.recording.sha256 != recording.sha256 or lent:
                    fresh.append(recording)
                else:
                    earlier = store.judgements.confirmed_earlier(stored)
                    said = store.judgements.words_of(recording)
                    yield inspector.judge_again(
                        replace(stored, recording=recording), earlier=earlier, words=said
                    )
    if fresh:
        spoken = {task.recording.call.call_id: task.words for task in tasks if task.words}
        for inspection in inspector.inspect(fresh):
            words = spoken.get(inspection.recording.call.call_id)
            yield inspection if not words else inspector.judge_again(inspection, earlier=(), words=words)


def _sendable(error: CallinspectError) -> CallinspectError:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own error
    except Exception:  # noqa: BLE001 - an error class that cannot travel still has its message
        return CallinspectError(str(error))
    return error


def exit_with_parent() -> None:
    """Never outlive the parent, however it died: call once at the start of a worker process.

    On Linux the kernel kills this process when the parent's thread ends, even in the middle of native code.
    A thread that waits for the parent does it elsewhere, and where the parent died before these lines.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="callinspect-parent", daemon=True).start()
