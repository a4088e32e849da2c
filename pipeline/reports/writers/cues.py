"""What both subtitle formats share: cues in time order, each with its clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.reports.fields import Record

SHORTEST = 0.001
"""Seconds; WebVTT forbids a cue that ends when it starts."""

SPEAKERS = {"agent": "坐席", "customer": "客户", "unknown": "未知"}


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    speaker: str
    text: str


def cues(record: Record) -> Iterator[Cue]:
    for item in sorted(record["utterances"], key=lambda item: item["start"]):
        start = item["start"]
        yield Cue(
            start, max(item["end"], start + SHORTEST), SPEAKERS[item["role"]], " ".join(item["text"].split())
        )


def clock(seconds: float, *, decimal: str) -> str:
    """``01:02:03.456`` with the given decimal sign."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{decimal}{ms:03}"
