"""The workbook of violations that is forwarded: what it rests on, agents by criteria, counts, calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from pipeline.domain import Severity
from pipeline.reports.fields import Record
from pipeline.reports.report_words import CHINESE, Places, ReportWords
from pipeline.reports.workbook import BookColumn, Kind, Link, Value, Workbook, open_book
from pipeline.reports.writers import xlsx
from pipeline.settlement import Standing
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.violations import Coverage, ViolatingCall

DATA = "violations"
"""The sheet of plain columns, as the other formats have them: for programs."""


def write(
    store: Store,
    wanted: CallFilter,
    records: Sequence[Record],
    to: BinaryIO,
    *,
    words: ReportWords = CHINESE,
    places: Places = Places(),  # noqa: B008 - it is frozen
) -> int:
    """Write the workbook of these records of kind ``violations``; how many there were."""
    from pipeline.reports.kinds.violations import FIELDS

    with open_book(to, words.lang, clean=words.clean) as book:
        coverage = store.violations.coverage(wanted)
        book.notes(
            words("book.violations.about"),
            words("book.violations.title"),
            [
                (words("book.covers"), covers(coverage, wanted, words)),
                (words("book.certain"), list(_certain(store, coverage, words))),
                (words("book.means"), [(words(f"book.head.{n}"), words(f"book.means.{n}")) for n in MEANT]),
                (words("book.sheets"), [words(f"book.violations.sheet-{n}") for n in SHEETS]),
            ],
        )
        _matrix(book, records, words)
        book.table(
            words("book.violations.counts"), _columns(words), (_row(one, words) for one in records), frozen=2
        )
        calls = (_call(one, words, places) for one in store.violations.calls(wanted))
        book.table(words("book.violations.calls"), _call_columns(words), calls)
        xlsx.write_sheet(book.plain(DATA), records, FIELDS, header=book.heading)
    return len(records)


MEANT = (
    "standing",
    "eligible",
    "machine",
    "places",
    "rate",
    "low",
    "confirmed",
    "overturned",
    "pending",
    "added",
)
SHEETS = ("matrix", "counts", "calls", "data")


def standing(record: Record) -> int:
    """Calls with the violation as things stand: what people overturned is out, what they added is in."""
    return int(record["calls_with_violation"] - record["overturned"] + record["added"])


def covers(coverage: Coverage, wanted: CallFilter, words: ReportWords) -> list[tuple[str, str] | str]:
    """Which calls the figures rest on."""
    period = words("book.no-call")
    if coverage.first is not None and coverage.last is not None:
        period = words("book.period-is", first=coverage.first, last=coverage.last)
    asked = [
        words("book.filter-is", name=words(f"book.filter.{name}"), value=value)
        for name, value in (
            ("from", wanted.date_from),
            ("to", wanted.date_to),
            ("team", wanted.team),
            ("agent", wanted.agent),
            ("queue", wanted.queue),
            ("criterion", wanted.criterion),
            ("severity", wanted.severity and wanted.severity.value),
            ("flagged", wanted.flagged and words("book.yes")),
        )
        if value is not None
    ]
    return [
        (words("book.period"), period),
        (words("book.calls"), words("book.calls-of", calls=coverage.calls, stored=coverage.stored)),
        (
            words("book.judged"),
            words("book.judged-of", judged=coverage.judged, rest=coverage.calls - coverage.judged),
        ),
        (words("book.filters"), words("join.semicolon").join(asked) or words("book.no-filter")),
        (words("book.rubrics"), words("join.list").join(coverage.rubrics) or "–"),
    ]


def _certain(store: Store, coverage: Coverage, words: ReportWords) -> Iterator[tuple[str, str]]:
    """How certain the figures are: what nobody has listened to, what could not be told, what only flags."""
    yield (
        words("book.unreviewed"),
        words("book.unreviewed-is", findings=coverage.pending, calls=coverage.unfinished),
    )
    yield words("book.undetermined"), words("book.undetermined-is", findings=coverage.undetermined)
    rubric = store.rulebooks.latest()
    if rubric is None:
        return
    titles = {item.id: item.title for item in rubric.items}
    closed = [words.said(titles[one.criterion]) for one in store.trust.criteria(rubric) if one.only_flags]
    listed = words("join.list").join(closed)
    yield words("book.gate"), words("book.gate-closed", items=listed) if closed else words("book.gate-open")


def _matrix(book: Workbook, records: Sequence[Record], words: ReportWords) -> None:
    """Agents by criteria: only what some agent broke, the gravest class first."""
    broken: Counter[str] = Counter()
    for one in records:
        broken[one["criterion"]] += standing(one)
    heads = {one["criterion"]: one for one in records if broken[one["criterion"]]}
    columns = sorted(heads, key=lambda name: (heads[name]["severity"], name))
    agents: dict[str | None, dict[str, Record]] = {}
    for one in records:
        agents.setdefault(one["agent_id"], {})[one["criterion"]] = one
    rows = []
    for number, of in agents.items():
        first = next(iter(of.values()))
        sides = [words.person(first["agent_name"], number), number or "", words.team(first["team"])]
        counts = [standing(of[name]) if name in of else None for name in columns]
        if any(counts):
            rows.append((sides, counts))
    book.matrix(
        words("book.violations.matrix"),
        [words("board.agent"), words("book.head.number"), words("board.team")],
        [f"{heads[name]['severity']} {words.said(heads[name]['title'])}" for name in columns],
        rows,
    )


def _columns(words: ReportWords) -> list[BookColumn]:
    def column(name: str, kind: Kind = Kind.COUNT, width: int = 10, *, summed: bool = False) -> BookColumn:
        return BookColumn(words(f"book.head.{name}"), kind, width, summed)

    return [
        BookColumn(words("board.agent"), Kind.TEXT, 12),
        column("number", Kind.TEXT, 10),
        BookColumn(words("board.team"), Kind.TEXT, 14),
        BookColumn(words("overview.class"), Kind.TEXT, 6),
        column("title", Kind.TEXT, 24),
        column("code", Kind.TEXT, 22),
        column("eligible", summed=True),
        column("standing", summed=True),
        column("rate", Kind.NUMBER),
        column("low", Kind.NUMBER),
        column("high", Kind.NUMBER),
        column("machine", summed=True),
        column("places", summed=True),
        column("confirmed", summed=True),
        column("overturned", summed=True),
        column("pending", summed=True),
        column("added", summed=True),
        column("only-flags", summed=True),
    ]


def _row(one: Record, words: ReportWords) -> list[Value]:
    return [
        words.person(one["agent_name"], one["agent_id"]),
        one["agent_id"],
        words.team(one["team"]),
        one["severity"],
        words.said(one["title"]),
        one["criterion"],
        one["eligible_calls"],
        standing(one),
        one["per_100_calls"],
        one["low"],
        one["high"],
        one["calls_with_violation"],
        one["violations"],
        one["confirmed"],
        one["overturned"],
        one["pending"],
        one["added"],
        one["only_flags"],
    ]


def _call_columns(words: ReportWords) -> list[BookColumn]:
    return [
        BookColumn(words("book.head.call"), Kind.LINK, 24),
        BookColumn(words("queue.time"), Kind.MOMENT, 17),
        BookColumn(words("board.agent"), Kind.TEXT, 12),
        BookColumn(words("book.head.number"), Kind.TEXT, 10),
        BookColumn(words("board.team"), Kind.TEXT, 14),
        BookColumn(words("board.queue"), Kind.TEXT, 12),
        BookColumn(words("queue.duration"), Kind.DURATION, 10),
        BookColumn(words("book.head.score-low"), Kind.NUMBER, 9),
        BookColumn(words("book.head.score-high"), Kind.NUMBER, 9),
        BookColumn(words("queue.worst"), Kind.TEXT, 8),
        BookColumn(words("book.head.standing-count"), Kind.COUNT, 9, True),
        BookColumn(words("book.head.settled-count"), Kind.COUNT, 9, True),
        BookColumn(words("book.head.violations"), Kind.WRAPPED, 60),
    ]


def _call(one: ViolatingCall, words: ReportWords, places: Places) -> list[Value]:
    worst = min((each.severity for each in one.violations), default=Severity.E)
    told = (
        f"{each.severity.value} {words.said(each.title)}{_uncertain(each.standing, words)}"
        for each in one.violations
    )
    return [
        Link(one.call_id, places.call(one.call_id)),
        datetime.fromisoformat(one.moment).replace(tzinfo=None),
        words.person(one.agent_name, one.agent_id),
        one.agent_id,
        words.team(one.team),
        one.queue,
        one.duration,
        one.score_low,
        one.score_high,
        worst.value,
        len(one.violations),
        sum(each.standing is Standing.CONFIRMED for each in one.violations),
        words("join.semicolon").join(told),
    ]


def _uncertain(standing: Standing, words: ReportWords) -> str:
    """What is not settled says so beside its name."""
    if standing is Standing.CONFIRMED:
        return ""
    return words("book.in-brackets", text=words(f"settlement.standing.{standing.value}"))
