"""What pages and files of a settlement share: the centre's table, and what their charts draw."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from pipeline.domain import Scope, Severity
from pipeline.errors import Refused, UsageError
from pipeline.messages import Message
from pipeline.reports.report_words import Places, ReportWords
from pipeline.reports.settlement_sheet import SettlementReport, class_of, write_book, write_csv, write_json
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.settlement import AgentSettlement, CountedFinding, Month, SettlementTable, load_settlement
from pipeline.settlement.settling import SettlementTotals
from pipeline.settlement.words import (
    basis,
    headline,
    may_fall,
    money,
    own,
    team_sentence,
    terms,
    titled,
    verdict,
)
from pipeline.store import Store
from pipeline.web.charts import BarPart, stacked
from pipeline.web.context import PageContext
from pipeline.web.queue_link import QueueLink, link_to
from pipeline.web.standalone import standalone, styles

SHOWN = 300
"""Errors on a page; files for programs and workbooks have all of them."""


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """A row of the sheet."""

    row: AgentSettlement
    verdict: Message


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team beside the others, and the bar that is drawn for it."""

    team: str | None
    total: SettlementTotals
    bar: tuple[BarPart, ...]
    """Qualified, not qualified and not counted agents."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of severity: the errors that count, and those that are not settled."""

    severity: Severity
    critical: bool
    counted: int
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class SettlementView:
    """The sheet of a month as people read it."""

    month: str
    title: Message
    currency: Message
    headline: Message
    may_fall: Message | None
    team_sentence: Message | None
    basis: tuple[Message, ...]
    terms: tuple[Message, ...]
    lines: tuple[SettlementLine, ...]
    total: SettlementTotals
    teams: tuple[TeamLine, ...]
    classes: tuple[ClassLine, ...]
    scales: tuple[tuple[str, Message], ...]
    """Id and title."""
    liable: bool
    """The table says what a complaint costs by its verdict."""
    first: str
    """First and last day of the month."""
    last: str


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """An error of a sheet, with how it counts."""

    found: CountedFinding
    critical: bool
    amount: str


@dataclass(frozen=True, slots=True)
class SettlementFile(PageContext):
    """The same sheet in one file."""

    template: ClassVar[str] = "settlement/file.html"
    view: SettlementView
    team: str
    alone: bool
    calls: QueueLink
    room: str | None
    errors: tuple[ErrorLine, ...]
    more: bool
    styles: str


def table_in_use(settings: Settings, store: Store) -> SettlementTable:
    """The centre's table for a page: what is wrong with its file is told there.

    Raises:
        Refused: it cannot be used; ``reason`` says the file, the line and the remedy.
    """
    try:
        return settlement_table(settings, store)
    except UsageError as error:
        raise Refused(str(error), code="settlement", reason=error) from error


def settlement_table(settings: Settings, store: Store) -> SettlementTable:
    """The centre's table as its file says now. It may name items of the sheet, and those of earlier sheets by
    which stored calls were judged.

    Raises:
        RubricError: it cannot be used.
    """
    try:
        sheet = load_rubric(settings.rubric, layer=settings.layers)
    except UsageError:
        return load_settlement(settings.settlement)
    earlier = (one.criterion for one in store.queue.choices(Scope()).criteria)
    return load_settlement(settings.settlement, criteria={*(item.id for item in sheet.items), *earlier})


def view(report: SettlementReport, *, alone: bool = False) -> SettlementView:
    """``alone``: an agent reads about themselves."""
    found, table = report.found, report.table
    most = max((total.agents for _, total in found.teams), default=0)
    widest = max(found.total.by_class.values(), default=0)
    said = headline(found, report.month, table)
    if alone and found.rows:
        said = own(found.rows[0], report.month)
    return SettlementView(
        month=str(report.month),
        title=table.said,
        currency=table.money,
        headline=said,
        may_fall=None if alone else may_fall(found),
        team_sentence=team_sentence(found),
        basis=basis(found, table),
        terms=terms(table),
        lines=tuple(SettlementLine(row, verdict(row)) for row in found.rows),
        total=found.total,
        teams=tuple(
            TeamLine(
                team,
                total,
                tuple(
                    stacked(
                        [
                            ("qualified", total.qualified),
                            ("failed", total.not_qualified),
                            ("uncounted", max(0, total.agents - total.counted)),
                        ],
                        top=most,
                    )
                ),
            )
            for team, total in found.teams
        ),
        classes=tuple(
            ClassLine(
                one,
                table.classes[one].critical,
                found.total.by_class.get(one, 0),
                tuple(stacked([("confirmed", found.total.by_class.get(one, 0))], top=widest)),
            )
            for one in Severity
        ),
        scales=tuple((scale.id, titled(scale)) for scale in table.scales),
        liable=bool(table.liability),
        first=report.month.first.isoformat(),
        last=report.month.last.isoformat(),
    )


def file_of(
    report: SettlementReport,
    format: str,
    settings: Settings,
    words: ReportWords,
    places: Places,
    *,
    team: str = "",
    alone: bool = False,
) -> bytes:
    """The sheet in one of the formats."""
    if format == "html":
        some = list(islice(error_lines(report.errors(), report.table), SHOWN + 1))
        context = SettlementFile(
            view=view(report, alone=alone),
            team=team,
            alone=alone,
            calls=link_to(date_from=report.month.first, date_to=report.month.last, judged=True),
            room=places.room,
            errors=tuple(some[:SHOWN]),
            more=len(some) > SHOWN,
            styles=styles(),
        )
        return standalone(context, settings, words.lang)
    to = io.BytesIO()
    match format:
        case "csv":
            write_csv(report, to, words=words)
        case "json":
            write_json(report, to, words=words)
        case _:
            write_book(report, to, words=words, places=places)
    return to.getvalue()


def latest_month(store: Store, scope: Scope) -> Month | None:
    """The latest month with calls in the scope."""
    newest = store.days.newest(scope)
    return None if newest is None else Month.of(newest)


def error_lines(found: Iterator[CountedFinding], table: SettlementTable) -> Iterator[ErrorLine]:
    """Errors with how they count by the table."""
    for one in found:
        how = class_of(one, table)
        yield ErrorLine(one, how.critical, money(how.amount))
