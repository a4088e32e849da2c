"""Lists of the review room as files: plain columns for programs, and a sheet with headings for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from pipeline.messages import title
from pipeline.reports.fields import Field, Record, Scalar, rounded
from pipeline.reports.report_words import Places, ReportWords
from pipeline.reports.workbook import BookColumn, Kind, Link, Value, open_book
from pipeline.reports.writers import TABLES
from pipeline.store.repositories.listed_calls import ListFinding

_TYPES: Mapping[Kind, Scalar] = {
    Kind.COUNT: Scalar.INTEGER,
    Kind.NUMBER: Scalar.NUMBER,
    Kind.RATE: Scalar.NUMBER,
    Kind.SHARE: Scalar.NUMBER,
    Kind.DURATION: Scalar.NUMBER,
}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: its plain name, how people see it, and where the words of its values stand."""

    name: str
    kind: Kind = Kind.TEXT
    width: int = 12
    family: str | None = None
    """What the keys of its values begin with, where they are names of ours and no text of people."""
    flag: bool = False
    """Yes or no."""

    @property
    def field(self) -> Field:
        return Field(self.name, Scalar.BOOLEAN if self.flag else _TYPES.get(self.kind, Scalar.TEXT))


def _agent() -> tuple[ListColumn, ...]:
    return ListColumn("agent_name"), ListColumn("agent_id", width=10), ListColumn("team", width=14)


_CALL = ListColumn("call_id", Kind.LINK, 24)

LISTS: Mapping[str, tuple[ListColumn, ...]] = {
    "queue": (
        _CALL,
        ListColumn("counted_at", Kind.MOMENT, 17),
        *_agent(),
        ListColumn("queue"),
        ListColumn("duration", Kind.DURATION, 10),
        ListColumn("score_low", Kind.NUMBER, 9),
        ListColumn("score_high", Kind.NUMBER, 9),
        ListColumn("final", flag=True, width=8),
        ListColumn("satisfaction", width=12, family="satisfaction."),
        ListColumn("worst", width=8),
        ListColumn("flag_reasons", Kind.WRAPPED, 44),
        ListColumn("pending", Kind.COUNT, 9),
        ListColumn("state", width=10, family="list.state."),
        ListColumn("holder"),
    ),
    "agents": (
        *_agent(),
        ListColumn("calls", Kind.COUNT, 9),
        ListColumn("mean_low", Kind.NUMBER, 10),
        ListColumn("mean_high", Kind.NUMBER, 10),
        ListColumn("pass_share_low", Kind.SHARE, 11),
        ListColumn("pass_share_high", Kind.SHARE, 11),
        ListColumn("flagged", Kind.COUNT, 9),
        ListColumn("open", Kind.COUNT, 9),
        ListColumn("confirmed", Kind.COUNT, 9),
        ListColumn("overturned", Kind.COUNT, 9),
        ListColumn("violating", Kind.COUNT, 10),
        ListColumn("per_100_calls", Kind.NUMBER, 10),
        ListColumn("low", Kind.NUMBER, 9),
        ListColumn("high", Kind.NUMBER, 9),
    ),
    "appeals": (
        ListColumn("id", Kind.COUNT, 7),
        ListColumn("appeal_state", width=12, family="appeal.state."),
        _CALL,
        *_agent(),
        ListColumn("severity", width=7),
        ListColumn("title", width=24),
        ListColumn("criterion", width=22),
        ListColumn("reason", Kind.WRAPPED, 40),
        ListColumn("filed_at", Kind.MOMENT, 17),
        ListColumn("due_at", Kind.MOMENT, 17),
        ListColumn("overdue", flag=True, width=8),
        ListColumn("decided_at", Kind.MOMENT, 17),
    ),
    "samples": (
        ListColumn("id", Kind.COUNT, 7),
        ListColumn("title", width=24),
        ListColumn("date_from", width=12),
        ListColumn("date_to", width=12),
        ListColumn("count", Kind.COUNT, 8),
        ListColumn("per", family="sample.of."),
        ListColumn("which", width=14, family="sample.which."),
        ListColumn("turns", width=18),
        ListColumn("announced_at", Kind.MOMENT, 17),
        ListColumn("in_advance", flag=True, width=10),
        ListColumn("notice", width=14, family="sample.notice."),
        ListColumn("drawn_at", Kind.MOMENT, 17),
        ListColumn("population", Kind.COUNT, 10),
        ListColumn("drawn", Kind.COUNT, 8),
        ListColumn("heard", Kind.COUNT, 8),
        ListColumn("seed", width=34),
    ),
    "sample-calls": (
        _CALL,
        ListColumn("counted_at", Kind.MOMENT, 17),
        *_agent(),
        ListColumn("stratum"),
        ListColumn("duration", Kind.DURATION, 10),
        ListColumn("score_low", Kind.NUMBER, 9),
        ListColumn("score_high", Kind.NUMBER, 9),
        ListColumn("flagged_call", flag=True, width=8),
        ListColumn("heard_call", flag=True, width=8),
        ListColumn("misses", Kind.COUNT, 8),
        ListColumn("additions", Kind.COUNT, 8),
    ),
    "calibrations": (
        ListColumn("id", Kind.COUNT, 7),
        ListColumn("title", width=24),
        ListColumn("calibration_state", family="calibration.state."),
        ListColumn("calls", Kind.COUNT, 9),
        ListColumn("scorers", Kind.WRAPPED, 30),
        ListColumn("opened_at", Kind.MOMENT, 17),
        ListColumn("closed_at", Kind.MOMENT, 17),
    ),
    "exemplars": (
        _CALL,
        ListColumn("title", width=24),
        *_agent(),
        ListColumn("duration", Kind.DURATION, 10),
        ListColumn("note", Kind.WRAPPED, 40),
        ListColumn("nominated_by"),
        ListColumn("at", Kind.MOMENT, 17),
        ListColumn("approved", flag=True, width=9),
    ),
    "call-list": (
        ListColumn("id", Kind.COUNT, 8),
        ListColumn("day", width=12),
        ListColumn("rule", width=18),
        ListColumn("title", width=30),
        *_agent(),
        ListColumn("queue"),
        ListColumn("number_end", width=10),
        ListColumn("measured", Kind.NUMBER, 10),
        ListColumn("row_at", Kind.MOMENT, 17),
        ListColumn("row_over", flag=True, width=9),
        ListColumn("row_agent", width=10),
        ListColumn("row_call", width=24),
    ),
    "callbacks": (
        _CALL,
        *_agent(),
        ListColumn("started_at", Kind.MOMENT, 17),
        ListColumn("due", width=12),
        ListColumn("overdue", flag=True, width=8),
        ListColumn("owner", width=14),
        ListColumn("done_at", Kind.MOMENT, 17),
        ListColumn("done_by", width=14),
        ListColumn("remark", Kind.WRAPPED, 40),
    ),
    "audit": (
        ListColumn("id", Kind.COUNT, 9),
        ListColumn("at", Kind.MOMENT, 17),
        ListColumn("who"),
        ListColumn("action", width=18),
        ListColumn("subject", width=22),
        ListColumn("details", Kind.WRAPPED, 60),
        ListColumn("address", width=16),
        _CALL,
    ),
}
"""Name of a list -> its columns."""


def list_finding_records(found: Iterable[ListFinding], words: ReportWords) -> Iterator[Record]:
    """What rules over the call list found: a record for each row of each finding, so that a sheet can be
    sorted by time; ``id`` counts findings."""
    for one in found:
        for row in one.rows:
            yield {
                "id": one.id,
                "day": one.day.isoformat(),
                "rule": one.rule,
                "title": words.said(title(one.title, one.title_en)),
                "agent_name": one.agent_name,
                "agent_id": one.agent_id,
                "team": one.team,
                "queue": one.queue,
                "number_end": one.number_end,
                "measured": rounded(one.measured, 2),
                "row_at": row.at.replace(tzinfo=None).isoformat(),
                "row_over": row.over,
                "row_agent": row.agent_id,
                "row_call": row.call_id,
            }


def write_list(
    name: str,
    records: Iterable[Record],
    format: str,
    to: BinaryIO,
    *,
    words: ReportWords,
    places: Places,
) -> int:
    """Write a list in a format; how many records there were."""
    columns = LISTS[name]
    if format != "xlsx":
        return TABLES[format](map(words.cleaned, records), tuple(one.field for one in columns), to)
    shown = [BookColumn(words(f"list.head.{one.name}"), one.kind, one.width) for one in columns]
    with open_book(to, words.lang, clean=words.clean) as book:
        rows = (list(_cells(record, columns, words, places)) for record in records)
        return book.table(words(f"list.name.{name}"), shown, rows)


def _cells(
    record: Record, columns: Sequence[ListColumn], words: ReportWords, places: Places
) -> Iterator[Value]:
    for column in columns:
        value: Any = record[column.name]
        if value is None:
            yield None
        elif column.kind is Kind.LINK:
            yield Link(value, places.call(value))
        elif column.kind is Kind.MOMENT:
            yield datetime.fromisoformat(value)
        elif column.family is not None:
            yield words(f"{column.family}{value}")
        else:
            yield value
