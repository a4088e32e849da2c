"""The sheet of a month as a file: JSON, CSV, and a workbook that people forward."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from pipeline.domain import Scope, Severity
from pipeline.reports.fields import Field, Record, boolean, integer, number, rounded, text
from pipeline.reports.report_words import Places, ReportWords
from pipeline.reports.violations_book import covers
from pipeline.reports.workbook import BookColumn, Kind, Link, Value, open_book
from pipeline.reports.writers import TABLES
from pipeline.settlement import CountedFinding, Month, Settlement, SettlementTable, settle
from pipeline.settlement.settling import AgentSettlement, SettlementTotals
from pipeline.settlement.table import ErrorClass
from pipeline.settlement.words import basis, headline, may_fall, terms, titled, verdict
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.settlements import ErrorFilter
from pipeline.store.repositories.violations import Coverage


@dataclass(frozen=True, slots=True)
class SettlementReport:
    """A month with everything that its sheet says."""

    month: Month
    table: SettlementTable
    found: Settlement
    wanted: CallFilter
    coverage: Coverage
    errors: Callable[[], Iterator[CountedFinding]]
    """The errors that count, one by one."""


def settlement_report(
    store: Store, month: Month, table: SettlementTable, scope: Scope, *, team: str | None = None
) -> SettlementReport:
    """Count and settle a month."""
    wanted = CallFilter(
        date_from=month.first, date_to=month.last, team=scope.team or team, agent=scope.agent_id,
        without=scope.sealed,
    )  # fmt: skip
    chosen = ErrorFilter(team=team, standings=table.counts.standings)
    return SettlementReport(
        month,
        table,
        settle(store.settlements.months(month.first, month.last, scope, team=team), table),
        wanted,
        store.violations.coverage(wanted),
        lambda: store.settlements.errors(month.first, month.last, scope, chosen),
    )


FIELDS: tuple[Field, ...] = (
    text("month"),
    text("agent_id"),
    text("agent_name"),
    text("team"),
    integer("calls"),
    integer("days"),
    integer("critical"),
    integer("non_critical"),
    number("critical_per_call"),
    number("non_critical_per_call"),
    *(integer(f"class_{one.value}") for one in Severity),
    integer("pending"),
    boolean("counted"),
    boolean("qualified"),
    boolean("qualified_for_sure"),
    number("amount"),
    number("penalty"),
    number("bonus"),
    number("net"),
    number("score"),
    number("pass_share_low"),
    number("pass_share_high"),
    integer("complaints"),
    integer("complaints_open"),
    number("liability"),
)
"""Of a row of the sheet; a column ``points.SCALE`` follows for each scale of the table."""


def fields_of(table: SettlementTable) -> tuple[Field, ...]:
    return (*FIELDS, *(number(f"points.{scale.id}") for scale in table.scales))


def record(row: AgentSettlement, month: Month, table: SettlementTable) -> Record:
    """A row for programs; null where something does not apply."""
    scales = {one.scale: one.points for one in row.scales}
    low, high = row.pass_shares or (None, None)
    return {
        "month": str(month),
        "agent_id": row.agent_id,
        "agent_name": row.agent_name,
        "team": row.team,
        "calls": row.calls,
        "days": row.days,
        "critical": row.critical,
        "non_critical": row.non_critical,
        "critical_per_call": _plain(row.critical_rate, 4),
        "non_critical_per_call": _plain(row.non_critical_rate, 4),
        **{f"class_{one.value}": row.by_class[one] for one in Severity},
        "pending": row.pending,
        "counted": row.counted,
        "qualified": row.qualified,
        "qualified_for_sure": row.surely,
        "amount": _plain(row.amount),
        "penalty": _plain(row.penalty),
        "bonus": _plain(row.bonus),
        "net": _plain(row.net),
        "score": rounded(row.score, 2),
        "pass_share_low": rounded(low, 4),
        "pass_share_high": rounded(high, 4),
        "complaints": row.complaints,
        "complaints_open": row.unclosed,
        "liability": _plain(row.liability),
        **{f"points.{scale.id}": _plain(scales.get(scale.id)) for scale in table.scales},
    }


def _plain(value: Decimal | None, digits: int = 2) -> float | int | None:
    if value is None:
        return None
    found = round(float(value), digits)
    return int(found) if found.is_integer() else found


def write_csv(report: SettlementReport, to: BinaryIO, *, words: ReportWords) -> None:
    """The rows, plain columns."""
    rows = (words.cleaned(record(one, report.month, report.table)) for one in report.found.rows)
    TABLES["csv"](rows, fields_of(report.table), to)


def write_json(report: SettlementReport, to: BinaryIO, *, words: ReportWords) -> None:
    """Everything that the sheet says, as one object."""
    found, table = report.found, report.table
    said = {
        "month": str(report.month),
        "table": {"id": table.settlement, "title": table.title, "currency": table.currency},
        "headline": words.said(headline(found, report.month, table)),
        "basis": [words.said(one) for one in basis(found, table)],
        "terms": [words.said(one) for one in terms(table)],
        "counts": [one.value for one in table.counts.standings],
        "errors": {standing.value: count for standing, count in found.standings.items()},
        "calls": {"chosen": report.coverage.calls, "judged": report.coverage.judged},
        "total": _totals(found.total),
        "teams": [words.cleaned({"team": team, **_totals(total)}) for team, total in found.teams],
        "agents": [words.cleaned(record(one, report.month, table)) for one in found.rows],
        "findings": [words.cleaned(_finding(one, table)) for one in report.errors()],
    }
    to.write(json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n")


def _totals(total: SettlementTotals) -> dict[str, Any]:
    return {
        "agents": total.agents,
        "calls": total.calls,
        "critical": total.critical,
        "non_critical": total.non_critical,
        **{f"class_{one.value}": total.by_class.get(one, 0) for one in Severity},
        "pending": total.pending,
        "counted": total.counted,
        "qualified": total.qualified,
        "qualified_share": rounded(total.rate, 4),
        "qualified_share_low": rounded(total.sure_rate, 4),
        "amount": _plain(total.amount),
        "penalty": _plain(total.penalty),
        "bonus": _plain(total.bonus),
        "net": _plain(total.net),
        "complaints": total.complaints,
        "complaints_open": total.unclosed,
        "liability": _plain(total.liability),
    }


def class_of(one: CountedFinding, table: SettlementTable) -> ErrorClass:
    return table.criteria.get(one.criterion) or table.classes[one.severity]


def _finding(one: CountedFinding, table: SettlementTable) -> dict[str, Any]:
    how = class_of(one, table)
    return {
        "call_id": one.call_id,
        "day": one.day.isoformat(),
        "agent_id": one.agent_id,
        "criterion": one.criterion,
        "title": one.title,
        "severity": one.severity.value,
        "critical": how.critical,
        "standing": one.standing.value,
        "amount": _plain(how.amount),
    }


def write_book(report: SettlementReport, to: BinaryIO, *, words: ReportWords, places: Places) -> None:
    """What it rests on, agents, teams, the errors that count with their calls, and the table itself."""
    found, table = report.found, report.table
    fall = may_fall(found)
    with open_book(to, words.lang, clean=words.clean) as book:
        book.notes(
            words("book.violations.about"),
            f"{words.said(table.said)} {report.month}",
            [
                (words("settlement.result"), [words.said(headline(found, report.month, table))]),
                (
                    words("settlement.what-counts"),
                    [*map(words.said, basis(found, table)), *([words.said(fall)] if fall else [])],
                ),
                (words("book.covers"), covers(report.coverage, report.wanted, words)),
                (words("book.means"), [words.said(one) for one in terms(table)]),
            ],
        )
        agents = (_agent(one, table, words) for one in found.rows)
        book.table(words("settlement.by-agent"), _agent_columns(table, words), agents, frozen=2)
        teams = (_team(team, total, table, words) for team, total in found.teams)
        book.table(words("settlement.by-team"), _team_columns(table, words), teams)
        errors = (_error(one, table, words, places) for one in report.errors())
        book.table(words("settlement.errors"), _error_columns(words), errors)
        book.table(words("settlement.table"), _class_columns(words), _classes(table, words))


def _columns(words: ReportWords, *named: tuple[str, Kind, int, bool]) -> list[BookColumn]:
    return [BookColumn(words(key), kind, width, summed) for key, kind, width, summed in named]


def _agent_columns(table: SettlementTable, words: ReportWords) -> list[BookColumn]:
    count, money = Kind.COUNT, Kind.MONEY
    return [
        *_columns(
            words,
            ("board.agent", Kind.TEXT, 12, False),
            ("book.head.number", Kind.TEXT, 10, False),
            ("board.team", Kind.TEXT, 14, False),
            ("settlement.verdict", Kind.TEXT, 12, False),
            ("settlement.calls", count, 10, True),
            ("settlement.days", count, 8, False),
            ("settlement.critical", count, 9, True),
            ("settlement.critical-rate", Kind.RATE, 9, False),
            ("settlement.minor", count, 9, True),
            ("settlement.minor-rate", Kind.RATE, 9, False),
        ),
        *(BookColumn(words("settlement.class", name=one.value), count, 7, True) for one in Severity),
        *_columns(
            words,
            ("settlement.pending", count, 9, True),
            ("settlement.amount", money, 13, True),
            ("settlement.penalty", money, 11, True),
            ("settlement.bonus", money, 11, True),
            ("settlement.net", money, 11, True),
            ("settlement.score", Kind.NUMBER, 9, False),
            ("settlement.pass-share", Kind.SHARE, 9, False),
            ("settlement.pass-share-most", Kind.SHARE, 9, False),
        ),
        *_liability_columns(table, words),
        *(BookColumn(words.said(titled(scale)), Kind.NUMBER, 11) for scale in table.scales),
    ]


def _liability_columns(table: SettlementTable, words: ReportWords) -> list[BookColumn]:
    """Nothing where the table says nothing of complaints."""
    if not table.liability:
        return []
    return _columns(
        words,
        ("settlement.complaints", Kind.COUNT, 10, True),
        ("settlement.liability", Kind.MONEY, 13, True),
    )


def _agent(row: AgentSettlement, table: SettlementTable, words: ReportWords) -> list[Value]:
    low, high = row.pass_shares or (None, None)
    scales = {one.scale: one.points for one in row.scales}
    return [
        words.person(row.agent_name, row.agent_id),
        row.agent_id,
        words.team(row.team),
        words.said(verdict(row)),
        row.calls,
        row.days,
        row.critical,
        row.critical_rate,
        row.non_critical,
        row.non_critical_rate,
        *(row.by_class[one] for one in Severity),
        row.pending,
        row.amount,
        row.penalty,
        row.bonus,
        row.net,
        row.score,
        low,
        high,
        *((row.complaints, row.liability) if table.liability else ()),
        *(scales.get(scale.id) for scale in table.scales),
    ]


def _team_columns(table: SettlementTable, words: ReportWords) -> list[BookColumn]:
    count, money = Kind.COUNT, Kind.MONEY
    columns = _columns(
        words,
        ("board.team", Kind.TEXT, 16, False),
        ("settlement.agents", count, 10, True),
        ("settlement.counted", count, 10, True),
        ("settlement.qualified-agents", count, 10, True),
        ("settlement.rate", Kind.SHARE, 11, False),
        ("settlement.calls", count, 10, True),
        ("settlement.critical", count, 10, True),
        ("settlement.minor", count, 10, True),
        ("settlement.pending", count, 10, True),
        ("settlement.amount", money, 14, True),
        ("settlement.penalty", money, 12, True),
        ("settlement.bonus", money, 12, True),
        ("settlement.net", money, 12, True),
    )
    return [*columns, *_liability_columns(table, words)]


def _team(
    team: str | None, total: SettlementTotals, table: SettlementTable, words: ReportWords
) -> list[Value]:
    return [
        words.team(team),
        total.agents,
        total.counted,
        total.qualified,
        total.rate,
        total.calls,
        total.critical,
        total.non_critical,
        total.pending,
        total.amount,
        total.penalty,
        total.bonus,
        total.net,
        *((total.complaints, total.liability) if table.liability else ()),
    ]


def _error_columns(words: ReportWords) -> list[BookColumn]:
    return _columns(
        words,
        ("book.head.call", Kind.LINK, 24, False),
        ("settlement.day", Kind.DAY, 12, False),
        ("board.agent", Kind.TEXT, 12, False),
        ("book.head.number", Kind.TEXT, 10, False),
        ("board.team", Kind.TEXT, 14, False),
        ("overview.class", Kind.TEXT, 7, False),
        ("settlement.kind", Kind.TEXT, 10, False),
        ("book.head.title", Kind.TEXT, 26, False),
        ("book.head.code", Kind.TEXT, 22, False),
        ("settlement.state", Kind.TEXT, 14, False),
        ("settlement.amount", Kind.MONEY, 13, True),
    )


def _error(one: CountedFinding, table: SettlementTable, words: ReportWords, places: Places) -> list[Value]:
    how = class_of(one, table)
    return [
        Link(one.call_id, places.call(one.call_id)),
        one.day,
        words.person(one.agent_name, one.agent_id),
        one.agent_id,
        words.team(one.team),
        one.severity.value,
        words("settlement.is-critical" if how.critical else "settlement.is-minor"),
        words.said(one.title),
        one.criterion,
        words(f"settlement.standing.{one.standing.value}"),
        how.amount,
    ]


def _class_columns(words: ReportWords) -> list[BookColumn]:
    return _columns(
        words,
        ("settlement.applies-to", Kind.TEXT, 30, False),
        ("settlement.kind", Kind.TEXT, 12, False),
        ("settlement.amount-each", Kind.MONEY, 14, False),
        ("settlement.penalty-each", Kind.MONEY, 14, False),
    )


def _classes(table: SettlementTable, words: ReportWords) -> Iterable[list[Value]]:
    for name, how in sorted(table.classes.items()):
        yield [words("settlement.class", name=name.value), *_how(how, words), None]
    for criterion, how in table.criteria.items():
        yield [criterion, *_how(how, words), None]
    for penalty in table.penalties:
        yield [words.said(titled(penalty)), None, None, penalty.each]
    for degree, each in table.liability.items():
        yield [words("settlement.liability-of", name=words(f"alert.liability.{degree}")), None, each, None]


def _how(how: ErrorClass, words: ReportWords) -> list[Value]:
    return [words("settlement.is-critical" if how.critical else "settlement.is-minor"), how.amount]
