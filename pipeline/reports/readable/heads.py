"""What columns and figures of reports are called."""

from __future__ import annotations

from pipeline.messages import Message

HEADS = (
    *("a-day", "additions", "agent", "agreed", "before", "calls", "class", "confirmed", "counted"),
    *("criterion", "days", "eligible", "finished", "flagged", "found", "group", "looked", "lost", "mean"),
    *(
        "minutes",
        "missed",
        "of",
        "open-now",
        "overturned",
        "overturns",
        "pairs",
        "place",
        "precision",
        "queue",
        "rejected",
    ),
    *("reviewer", "share", "status", "team", "timed", "undetermined", "unsettled", "unsure", "upheld"),
    *("upheld-share", "verdicts", "with"),
)


def head(name: str) -> Message:
    """
    Raises:
        ValueError: nothing is called so.
    """
    if name not in HEADS:
        raise ValueError(name)
    return Message(f"report.column.{name}")


def heads(*names: str) -> tuple[Message, ...]:
    return tuple(map(head, names))
