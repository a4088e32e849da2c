"""Positive lists: who stands on them, who has too few calls to say, and that figures lead to their calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update

from pipeline.domain import Scope
from pipeline.intervals import wilson
from pipeline.messages import Message, verbatim
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.groups import ComparedGroup
from pipeline.reports.readable.kinds import positive
from pipeline.reports.readable.kinds.positive import ListedAgent
from pipeline.reports.readable.making import make
from pipeline.reports.readable.model import BarPlot, ReportFigure, ReportSection, Unit
from pipeline.reports.readable.source import ReportSource
from pipeline.rubric import load_rubric
from pipeline.settings import load_settings
from pipeline.store import Store, open_store
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, findings
from scripts.synthetic_store import fill

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
BETTER, PRAISED, CLUMSY, NEW = "8000", "8001", "8002", "8003"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Six agents: one violated everything in October, one is praised in each call, one comforts nobody, one
    has ten calls; two are rated alike."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('lists') / 'lists.db'}") as opened:
        fill(opened, total=900)
        c, f = calls.c, findings.c
        with opened._write() as connection:
            connection.execute(update(calls).values(satisfaction=None))
            for place in range(6):
                mine = update(calls).where(c.id % 6 == place)
                connection.execute(mine.values(agent_id=f"{8000 + place}"))
            connection.execute(update(calls).where(c.agent_id == NEW, c.id < 840).values(agent_id=None))
            october = select(c.id).where(c.agent_id == BETTER, c.started_local < "2026-11-01")
            connection.execute(update(cases).where(cases.c.call.in_(october)).values(worst="D"))
            connection.execute(update(cases).where(cases.c.call.not_in(october)).values(worst=None))
            luck = select(c.id).where(c.agent_id == PRAISED, c.started_local < "2026-11-01").limit(2)
            connection.execute(update(cases).where(cases.c.call.in_(luck)).values(worst="D"))
            for agent, outcome, criterion in (
                (PRAISED, "passed", "praise"),
                (CLUMSY, "failed", "empathy-missing"),
            ):
                theirs = select(c.id).where(c.agent_id == agent)
                of = (f.inspection.in_(theirs), f.criterion == criterion, f.outcome != "undetermined")
                connection.execute(update(findings).where(*of).values(outcome=outcome))
            for agent in (BETTER, PRAISED, CLUMSY):
                nth = select(c.id).where(c.agent_id == agent, c.started_local > "2026-11-01").limit(80)
                how = "dissatisfied" if agent == CLUMSY else "satisfied"
                connection.execute(update(calls).where(c.id.in_(nth)).values(satisfaction=how))
        yield opened


@pytest.fixture(scope="module")
def lists(store: Store) -> dict[str, ReportSection]:
    source = ReportSource(store, load_rubric(load_settings().rubric))
    report = make(source, ReportQuery(ReportKind.POSITIVE, FIRST, LAST), Scope())
    return {one.id: one for one in report.sections}


def names(section: ReportSection) -> list[tuple[float | None, str]]:
    rows = section.tables[0].rows if section.tables else ()
    return [(row[1].value, row[0].report.agent) for row in rows]  # type: ignore[union-attr, misc]


def test_each_list_has_its_rule_its_chart_and_those_who_meet_it(lists: dict[str, ReportSection]) -> None:
    assert list(lists) == ["improved", "fewest", "praised", "comforting", "rated"]
    for name, section in lists.items():
        assert section.says[0].code == f"report.positive.rule.{name}"
        assert len(section.plots) == 1 and isinstance(section.plots[0], BarPlot)
    assert names(lists["improved"]) == [(1, BETTER)], "two violations fewer may be chance"
    assert names(lists["praised"])[0] == (1, PRAISED)
    comforted = [agent for _, agent in names(lists["comforting"])]
    assert comforted and CLUMSY not in comforted
    assert names(lists["rated"]) == [(1, BETTER), (1, PRAISED)], "one place; who did worse is not named"


def test_too_few_calls_say_nothing(lists: dict[str, ReportSection]) -> None:
    for section in lists.values():
        assert NEW not in [agent for _, agent in names(section)]
    (few,) = [note for note in lists["fewest"].notes if note.code == "report.positive.few"]
    assert dict(few.params) == {"count": 1, "of": 6}


def test_figures_lead_to_their_calls(store: Store, lists: dict[str, ReportSection]) -> None:
    led = set()
    for section in lists.values():
        for table in section.tables:
            for row in table.rows:
                for cell in row:
                    if isinstance(cell, ReportFigure) and cell.calls and cell.unit is Unit.COUNT:
                        assert store.calls.count(cell.calls) == cell.value, section.id
                        led.add(section.id)
    assert led >= {"praised", "comforting", "rated"}


def test_a_tie_that_does_not_fit_is_left_out_whole() -> None:
    def agent(number: int, sure: float) -> ListedAgent:
        query = ReportQuery(ReportKind.AGENT, agent=f"{number}")
        who = ComparedGroup(number, verbatim(f"{number}"), query, query, wilson(1, 2))
        return ListedAgent(who, ReportFigure(1), sure)

    several = [*(agent(n, 0.5) for n in range(3)), *(agent(n, 0.9) for n in range(3, 11))]
    placed, left = positive._places(several)
    assert [place for place, _ in placed] == [1] * 8 and left == 3
    placed, left = positive._places([agent(n, 0.5) for n in range(11)])
    assert (placed, left) == ([], 11)


def test_a_sheet_without_praise_says_so(store: Store) -> None:
    report = make(ReportSource(store, None), ReportQuery(ReportKind.POSITIVE, FIRST, LAST), Scope())
    said = {one.id: one.says[-1] for one in report.sections}
    assert said["praised"] == Message("report.positive.no-praise")
    assert said["comforting"] == Message("report.positive.no-comfort")
