"""SubRip: numbered cues, the speaker before the text."""

from __future__ import annotations

from typing import BinaryIO

from pipeline.reports.fields import Record
from pipeline.reports.writers.cues import clock, cues


def write(record: Record, to: BinaryIO) -> None:
    for index, cue in enumerate(cues(record), start=1):
        times = f"{clock(cue.start, decimal=',')} --> {clock(cue.end, decimal=',')}"
        to.write(f"{index}\n{times}\n{cue.speaker}: {cue.text}\n\n".encode())
