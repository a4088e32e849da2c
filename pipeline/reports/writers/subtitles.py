"""Subtitles: SubRip and WebVTT (https://www.w3.org/TR/webvtt1/), one cue per utterance, the speaker named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import BinaryIO

from pipeline.domain import Role
from pipeline.messages import Message, render
from pipeline.reports.fields import Record

SHORTEST = 0.001
"""Seconds; WebVTT forbids a cue that ends when it starts."""

SPEAKERS = {role.value: Message(f"role.{role}") for role in Role}
OTHER_AGENT = Message("role.other")


@dataclass(frozen=True, slots=True)
class SubtitleCue:
    start: float
    end: float
    speaker: str
    text: str


def cues(record: Record) -> Iterator[SubtitleCue]:
    for item in sorted(record["utterances"], key=lambda item: item["start"]):
        start = item["start"]
        end = max(item["end"], start + SHORTEST)
        who = OTHER_AGENT if item["other_agent"] else SPEAKERS[item["role"]]
        speaker = render(who, "zh")  # as the words beside it
        yield SubtitleCue(start, end, speaker, " ".join(_read(item).split()))


def _read(item: Record) -> str:
    """The text with misheard names put right: subtitles are for people to read."""
    said: str = item["text"]
    for one in item["corrections"]:
        said = said[: one["at"]] + one["name"] + said[one["at"] + len(one["name"]) :]
    return said


def clock(seconds: float, *, decimal: str) -> str:
    """``01:02:03.456`` with the given decimal sign."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{decimal}{ms:03}"


def write_srt(record: Record, to: BinaryIO) -> None:
    """Numbered cues, the speaker before the text."""
    for index, cue in enumerate(cues(record), start=1):
        times = f"{clock(cue.start, decimal=',')} --> {clock(cue.end, decimal=',')}"
        to.write(f"{index}\n{times}\n{cue.speaker}: {cue.text}\n\n".encode())


def write_vtt(record: Record, to: BinaryIO) -> None:
    """The speaker as a voice tag."""
    to.write(b"WEBVTT\n")
    for cue in cues(record):
        times = f"{clock(cue.start, decimal='.')} --> {clock(cue.end, decimal='.')}"
        to.write(f"\n{times}\n<v {cue.speaker}>{escape(cue.text, quote=False)}\n".encode())
