"""Reports over an invented month: every count leads to exactly its calls, every sentence has words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from sqlalchemy import update

from pipeline.domain import Scope
from pipeline.messages import Message, languages, render
from pipeline.reports.readable.as_json import as_json
from pipeline.reports.readable.asked import NAMED, ChartStep, ReportKind, ReportQuery, before, period_of
from pipeline.reports.readable.counting import Period
from pipeline.reports.readable.kinds import quality
from pipeline.reports.readable.links import NO_LINKS
from pipeline.reports.readable.making import make
from pipeline.reports.readable.model import (
    BarPlot,
    ControlPlot,
    Label,
    Report,
    ReportFigure,
    ReportSection,
    Unit,
)
from pipeline.reports.readable.source import ReportSource
from pipeline.reports.readable.workbook import write_workbook
from pipeline.store import CallFilter, Store, open_store
from pipeline.store.period_calls import Flags, PeriodCalls
from pipeline.store.repositories.inspection_quality import DecidedAppeals
from pipeline.store.tables import calls
from scripts.synthetic_store import fill

CALLS = 900
FIRST, LAST = date(2026, 10, 21), date(2026, 11, 19)
ABOUT = {"agent": "8003", "team": "客服01组", "queue": "售后", "criterion": "dead-air"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("month") / "month.db"
    with open_store(f"sqlite:///{path}") as opened:
        fill(opened, total=CALLS)
        with opened._write() as connection:  # some agents take calls of several queues
            connection.execute(update(calls).where(calls.c.id % 3 == 0).values(queue="投诉"))
        yield opened


def asked(kind: ReportKind) -> ReportQuery:
    named = NAMED.get(kind)
    return ReportQuery(kind, FIRST, LAST, **({named: ABOUT[named]} if named else {}))


@pytest.fixture(scope="module")
def reports(store: Store) -> dict[ReportKind, Report]:
    return {kind: make(ReportSource(store, None), asked(kind), Scope()) for kind in ReportKind}


def figures(section: ReportSection) -> Iterator[ReportFigure]:
    yield from (one.figure for one in section.headlines)
    yield from (
        cell
        for table in section.tables
        for row in table.rows
        for cell in row
        if isinstance(cell, ReportFigure)
    )
    for plot in section.plots:
        if isinstance(plot, BarPlot):
            yield from (bar.figure for bar in plot.bars)


OF_PEOPLE = {ReportKind.QUALITY, ReportKind.POSITIVE, ReportKind.REVIEWERS}
"""Their counts are of what reviewers and agents did, and no filter of calls chooses by that."""


@pytest.mark.parametrize("kind", sorted(set(ReportKind) - OF_PEOPLE))
def test_a_count_is_the_number_of_the_calls_that_it_leads_to(
    store: Store, reports: dict[ReportKind, Report], kind: ReportKind
) -> None:
    counted = 0
    for section in reports[kind].sections:
        for figure in figures(section):
            if figure.calls is not None and figure.unit is Unit.COUNT:
                assert store.calls.count(figure.calls) == figure.value, (section.id, figure)
                counted += 1
    assert counted > 0 or kind is ReportKind.TRAINING


def test_the_points_of_a_chart_lead_to_their_calls(store: Store, reports: dict[ReportKind, Report]) -> None:
    for section in reports[ReportKind.MONTH].sections:
        for plot in section.plots:
            if isinstance(plot, ControlPlot) and plot.unit is Unit.SHARE:
                for point in plot.points:
                    assert store.calls.count(point.calls) == pytest.approx(point.value * point.of)


def test_totals_are_the_stores(store: Store, reports: dict[ReportKind, Report]) -> None:
    month = reports[ReportKind.MONTH].sections[0].headlines
    assert month[0].figure.value == CALLS
    whole = sum(tally.calls for _, tally in store.days.summary(LAST, Scope()).teams)
    day = make(ReportSource(store, None), ReportQuery(ReportKind.DAY), Scope())
    assert (day.first, day.last) == (LAST, LAST)
    assert day.sections[0].headlines[0].figure.value == whole


@pytest.mark.parametrize("lang", languages())
def test_every_text_has_words_and_the_sentences_stand_first(
    reports: dict[ReportKind, Report], lang: str
) -> None:
    for kind, report in reports.items():
        found = as_json(report, lambda text: render(text, lang), NO_LINKS)
        assert found["kind"] == kind
        for section in found["sections"]:
            assert section["says"], (kind, section["id"])
            assert all(one["text"] for one in section["says"])


def test_too_few_to_say_draws_no_limits(reports: dict[ReportKind, Report]) -> None:
    agent = reports[ReportKind.AGENT]
    plots = [plot for section in agent.sections for plot in section.plots if isinstance(plot, ControlPlot)]
    assert plots and all(plot.centre is None for plot in plots if plot.unsaid)
    assert any(plot.unsaid for plot in plots)
    for section in agent.sections:
        if any(isinstance(plot, ControlPlot) and plot.unsaid for plot in section.plots):
            assert section.says[0].code in ("report.few-points", "report.rare", "report.none")


def test_weeks_make_fewer_points(store: Store) -> None:
    query = ReportQuery(ReportKind.MONTH, FIRST, LAST, step=ChartStep.WEEK)
    report = make(ReportSource(store, None), query, Scope())
    (plot,) = report.sections[1].plots
    assert isinstance(plot, ControlPlot)
    assert [point.first.weekday() for point in plot.points] == [0] * len(plot.points)
    assert sum(point.of for point in plot.points) <= CALLS


def test_a_scope_is_kept(store: Store) -> None:
    report = make(ReportSource(store, None), asked(ReportKind.MONTH), Scope(team="客服02组"))
    teams = [section for section in report.sections if section.id == "teams"]
    assert not teams, "one team is no comparison"
    assert report.sections[0].headlines[0].figure.value < CALLS / 5


def test_a_table_of_teams_adds_up_with_the_calls_of_none(store: Store) -> None:
    with store._write() as connection:
        some = connection.execute(update(calls).where(calls.c.id <= 7).values(team=None)).rowcount
    report = make(ReportSource(store, None), asked(ReportKind.MONTH), Scope())
    (table,) = next(one.tables for one in report.sections if one.id == "teams")
    name, count = table.rows[-1][:2]
    assert isinstance(name, Label) and name.text == Message("report.without.team")
    assert isinstance(count, ReportFigure) and count.value == some and count.calls is None
    assert sum(row[1].value or 0 for row in table.rows if isinstance(row[1], ReportFigure)) == CALLS
    with store._write() as connection:
        connection.execute(update(calls).where(calls.c.id <= 7).values(team="客服01组"))


def test_nobody_of_that_name(store: Store) -> None:
    report = make(
        ReportSource(store, None), ReportQuery(ReportKind.AGENT, FIRST, LAST, agent="nobody"), Scope()
    )
    assert [one.code for one in report.sections[0].says] == ["report.none"]


def test_an_empty_store(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'none.db'}") as empty:
        for kind in ReportKind:
            report = make(ReportSource(empty, None), asked(kind), Scope())
            assert report.sections


def test_a_workbook_holds_the_figures(reports: dict[ReportKind, Report]) -> None:
    """Read back by another library."""
    report = reports[ReportKind.MONTH]
    out = io.BytesIO()
    write_workbook(report, lambda text: render(text, "zh"), NO_LINKS, out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    criteria = next(section for section in report.sections if section.id == "criteria")
    sheet = book["违反了哪些质检项"]
    assert [cell.value for cell in sheet[1]] == [render(name, "zh") for name in criteria.tables[0].columns]
    for row, expected in zip(sheet.iter_rows(min_row=2), criteria.tables[0].rows, strict=True):
        for cell, given in zip(row, expected, strict=True):
            if isinstance(given, ReportFigure) and given.value is not None:
                assert cell.value == pytest.approx(given.value)
    assert sheet.freeze_panes == "C2"
    assert len(set(book.sheetnames)) == len(book.sheetnames)
    assert all(len(name) <= 31 for name in book.sheetnames)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ReportKind.DAY, (date(2026, 11, 19), date(2026, 11, 19))),
        (ReportKind.WEEK, (date(2026, 11, 16), date(2026, 11, 22))),
        (ReportKind.MONTH, (date(2026, 11, 1), date(2026, 11, 30))),
        (ReportKind.AGENT, (date(2026, 11, 1), date(2026, 11, 30))),
    ],
)
def test_the_days_of_a_report(kind: ReportKind, expected: tuple[date, date]) -> None:
    assert period_of(kind, LAST) == expected


def test_days_that_are_given() -> None:
    assert period_of(ReportKind.DAY, LAST, FIRST) == (FIRST, LAST)
    assert period_of(ReportKind.DAY, LAST, LAST, FIRST) == (LAST, LAST)
    first, last = period_of(ReportKind.DAY, LAST, date(1, 1, 1), date(9999, 12, 30))
    assert (last - first).days == 365
    assert before(first, last)[0] < first
    assert period_of(ReportKind.DAY, LAST, date(1, 1, 1), date(1, 1, 1)) == (date(1990, 1, 1),) * 2


def test_the_period_before() -> None:
    assert before(date(2026, 3, 1), date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert before(date(2026, 11, 16), date(2026, 11, 22)) == (date(2026, 11, 9), date(2026, 11, 15))


def test_appeals_that_are_too_few_have_no_share(store: Store) -> None:
    """Some all of one kind say more than as many of both."""
    period = Period(asked(ReportKind.QUALITY), FIRST, LAST, *_nothing(store))
    decided = [DecidedAppeals(None, "8001", 0, 4), DecidedAppeals(None, "8002", 2, 2)]
    known, few = quality._decided(period, decided, "agent").rows
    assert isinstance(known[3], ReportFigure) and known[3].value == 0
    assert isinstance(few[3], Label) and few[1] == ReportFigure(2)


def _nothing(store: Store) -> tuple[PeriodCalls, Flags]:
    facts = store.period_facts.read(CallFilter(agent="nobody"), Scope())
    return facts, np.zeros(0, bool)
