"""WebVTT (https://www.w3.org/TR/webvtt1/): one cue per utterance, the speaker as a voice tag."""

from __future__ import annotations

from html import escape
from typing import BinaryIO

from pipeline.reports.fields import Record
from pipeline.reports.writers.cues import clock, cues


def write(record: Record, to: BinaryIO) -> None:
    to.write(b"WEBVTT\n")
    for cue in cues(record):
        times = f"{clock(cue.start, decimal='.')} --> {clock(cue.end, decimal='.')}"
        to.write(f"\n{times}\n<v {cue.speaker}>{escape(cue.text, quote=False)}\n".encode())
