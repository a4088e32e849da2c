"""Times as people read them."""

from __future__ import annotations

from datetime import datetime

from pipeline import domain
from pipeline.domain import Span


def clock(seconds: float) -> str:
    """``1:02.3``, ``1:02:03.4``: minutes, seconds and tenths from the start of the recording."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02}.{rest % 10}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


def stretch(span: Span) -> str:
    return f"{clock(span.start)}-{clock(span.end)}"


def length(seconds: float | None) -> str:
    """A duration to the second; ``-`` where there is none."""
    return "-" if seconds is None else domain.clock(seconds)


def moment(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M") if when else "-"
