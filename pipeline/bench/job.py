"""What goes to the process that measures one way, and what it sends back.

Plain dataclasses and JSON: every module that is imported here counts in the memory of what is measured.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.bench.ways import Way
from pipeline.messages.message import Message, message_json, verbatim


@dataclass(frozen=True, slots=True)
class BenchmarkCall:
    """The files of one readable call."""

    call_id: str
    paths: tuple[str, ...]
    channels: int
    """Of the only file, or one per file."""
    duration: float
    """Seconds of the recording, counted once however many channels it has."""
    codec: str = ""
    """As libavcodec spells it."""
    speech_over_noise: float = 0.0
    """Decibels between the loud and the quiet parts of the quietest channel that somebody speaks on."""


@dataclass(frozen=True, slots=True)
class BenchmarkJob:
    """One measurement."""

    way: Way | None
    """None: look at the calls and cut the windows that the limit decodes."""
    started: float
    """`time.monotonic` when the process was started; the clock is the machine's, not the process's."""
    model: str
    """Folder of the speech model."""
    language: str
    device: str
    compute_type: str
    settings: str
    """All settings, as JSON."""
    folder: str
    """For files that live as long as the measurement."""
    windows: str
    """File of the cut windows."""
    dump: str
    calls: str | None
    limit: int | None
    workers: int
    sounds: tuple[BenchmarkCall, ...] = ()

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A call that could not be read or recognised, and why."""

    call_id: str
    reason: dict[str, Any]
    """A message as JSON (`message_json`)."""


def not_measured(call_id: str, reason: Message | None) -> NotMeasured:
    return NotMeasured(call_id, message_json(reason or verbatim("")))


@dataclass(frozen=True, slots=True)
class BenchmarkOutcome:
    """What the measured process knows of itself. Seconds and bytes."""

    loading_wall: float = 0.0
    """From the start of the process until the model was ready: interpreter, imports, weights."""
    work_wall: float = 0.0
    loading_cpu: float = 0.0
    recognition_cpu: float | None = None
    """Turning sound into text; None where nobody looked."""
    confirmation_cpu: float | None = None
    """Asking the speech model whether the sound bears out a phrase; None where nobody looked."""
    settled_share: float | None = None
    """Of the CPU time, what is not the speech model's once the workers are warmed up, 0..1; None: nobody
    looked."""
    peaks: tuple[int, ...] = ()
    """Highest resident memory of each process."""
    workers: int = 1
    """Processes (or threads of CTranslate2) that recognise at the same time."""
    channels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Call id and its text per channel."""
    sounds: tuple[BenchmarkCall, ...] = ()
    problems: tuple[NotMeasured, ...] = ()

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def job_from(text: str) -> BenchmarkJob:
    values = json.loads(text)
    way = None if values["way"] is None else Way(values["way"])
    return BenchmarkJob(**{**values, "way": way, "sounds": _sounds(values["sounds"])})


def outcome_from(text: str) -> BenchmarkOutcome:
    values = json.loads(text)
    return BenchmarkOutcome(
        **{
            **values,
            "peaks": tuple(values["peaks"]),
            "channels": tuple((call_id, tuple(texts)) for call_id, texts in values["channels"]),
            "sounds": _sounds(values["sounds"]),
            "problems": tuple(NotMeasured(**each) for each in values["problems"]),
        }
    )


def _sounds(values: Any) -> tuple[BenchmarkCall, ...]:
    return tuple(BenchmarkCall(**{**value, "paths": tuple(value["paths"])}) for value in values)
