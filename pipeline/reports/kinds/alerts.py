"""One record per alert: a customer who threatens to go outside, and what people did about it.

``degree`` is a person's word where somebody corrected it, else that of the words; ``due_at`` and ``late`` go
by the deadlines of the settings at the moment of the export. Times of day are ISO 8601 with their offset;
``start`` and ``end`` are seconds of the call, of the place that proves it best.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from pipeline.errors import UsageError
from pipeline.messages import render
from pipeline.phrases.titles import titles_of
from pipeline.reports.fields import Field, Record, boolean, number, rounded, text
from pipeline.review.alerts import Alert
from pipeline.settings import data_root
from pipeline.store import CallFilter, Store

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    text("agent_id"),
    text("agent_name"),
    text("team"),
    text("queue"),
    text("started_at", 26),
    text("code", 18),
    text("title", 20),
    boolean("first"),
    text("degree", 10),
    text("quote", 30),
    number("start"),
    number("end"),
    text("found_at", 26),
    text("found_by"),
    text("due_at", 26),
    boolean("late"),
    text("state", 10),
    text("owner"),
    text("reported_at", 26),
    text("reported_by"),
    text("reported_to", 16),
    text("liability", 10),
    text("cause", 30),
    text("handling", 30),
    text("prevention", 30),
    text("reason", 30),
    text("ended_at", 26),
    text("ended_by"),
)
"""``first`` says that it stands above all others, as a threat of self-harm does; ``found_by`` is null where
the machine found it; ``reason`` says why it was closed or overturned."""


def record(one: Alert) -> Record:
    standing, place, call = one.standing, one.place, one.call
    report = standing.report
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "agent_name": call.agent_name,
        "team": call.team,
        "queue": call.queue,
        "started_at": _text(call.started_at),
        "code": one.code,
        "title": titles().get(one.code, one.code),
        "first": one.first,
        "degree": one.degree.value,
        "quote": place.quote if place else None,
        "start": rounded(place.span.start) if place else None,
        "end": rounded(place.span.end) if place else None,
        "found_at": _text(one.found_at),
        "found_by": one.raised_by_name,
        "due_at": _text(one.due_at),
        "late": one.late,
        "state": one.state.value,
        "owner": standing.owner_name,
        "reported_at": _text(report.at) if report else None,
        "reported_by": report.by_name if report else None,
        "reported_to": report.to if report else None,
        "liability": standing.liability.value if standing.liability else None,
        "cause": standing.analysis.cause or None,
        "handling": standing.analysis.handling or None,
        "prevention": standing.analysis.prevention or None,
        "reason": standing.reason or None,
        "ended_at": _text(standing.ended_at),
        "ended_by": standing.ended_by_name,
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    """In the order of the calls."""
    return map(record, store.alerts.of_calls(wanted))


@cache
def titles() -> dict[str, str]:
    """Code -> what the program's own lexicons call it; a code that only a centre has stands for itself."""
    try:
        found = titles_of(data_root() / "lexicons" / "zh")
    except UsageError:
        return {}
    return {code: render(one, "zh") for code, one in found.items()}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
