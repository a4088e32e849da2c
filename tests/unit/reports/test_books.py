"""Workbooks that people forward, read back by another library than wrote them."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.domain import Scope, Verdict
from pipeline.reports import KINDS, export, workbook
from pipeline.reports.report_words import CHINESE, Places, ReportWords
from pipeline.reports.settlement_sheet import settlement_report, write_book
from pipeline.reports.violations_book import standing
from pipeline.reports.workbook import BookColumn, Kind, Link, open_book, sheet_name
from pipeline.settlement import Month, load_settlement
from pipeline.store import CallFilter, Store, open_store
from tests.nights import fill
from tests.people import user

EVERYTHING = CallFilter()


@pytest.fixture
def store(tmp_path: Path) -> Any:
    path = tmp_path / "night.db"
    fill(path)
    with open_store(f"sqlite:///{path}") as found:
        ann = user(found, "ann")
        found.decisions.decide("O02", "attitude-impatient", Verdict.CONFIRMED, by=ann, request="1", seen=99)
        found.decisions.decide("O02", "dead-air", Verdict.OVERTURNED, by=ann, request="2", seen=99)
        yield found


def book_of(store: Store, path: Path, **given: Any) -> Any:
    export("violations", "xlsx", store, path, **given)
    return openpyxl.load_workbook(path, data_only=True)


def table(sheet: Any) -> tuple[list[str], list[list[Any]], list[Any]]:
    """Headings, rows, and what stands below them."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return rows[0], rows[1:-1], rows[-1]


def test_totals_are_those_of_the_store(store: Store, tmp_path: Path) -> None:
    book = book_of(store, tmp_path / "v.xlsx")
    assert book.sheetnames == ["说明", "坐席×质检项", "违规明细", "违规通话", "violations"]
    records = list(KINDS["violations"].records(store, EVERYTHING))
    now = sum(standing(one) for one in records)
    heads, rows, total = table(book["违规明细"])
    for heading, name in (
        ("可判通话", "eligible_calls"),
        ("人工确认", "confirmed"),
        ("人工推翻", "overturned"),
    ):
        shown = [one for one in records if not KINDS["violations"].says_nothing(one)]
        assert total[heads.index(heading)] == sum(one[name] for one in shown), heading
        assert total[heads.index(heading)] == sum(row[heads.index(heading)] for row in rows), heading
    assert total[heads.index("现有违规通话")] == now
    across, counts, below = table(book["坐席×质检项"])
    assert across[-1] == below[0] == "合计" and below[-1] == now
    assert [sum(row[n] or 0 for row in counts) for n in range(3, len(across))] == below[3:]
    called, calls, sums = table(book["违规通话"])
    assert sums[called.index("违规数")] == now and len(calls) == 1
    assert sums[called.index("已确认")] == 1


def test_it_looks_like_a_table_of_an_office(store: Store, tmp_path: Path) -> None:
    book = book_of(store, tmp_path / "v.xlsx", places=Places("https://qa.example.com/"))
    matrix, calls = book["坐席×质检项"], book["违规通话"]
    assert matrix.freeze_panes == "D2" and matrix.conditional_formatting
    assert (calls.freeze_panes, calls["A2"].hyperlink.target) == ("B2", "https://qa.example.com/calls/O02")
    assert isinstance(calls["B2"].value, datetime) and calls["B2"].number_format == "yyyy-mm-dd hh:mm"
    assert calls["G2"].number_format == "[h]:mm:ss"
    assert "推诿" in calls["M2"].value and "待复核" in calls["M2"].value
    assert "长时间静音" not in calls["M2"].value  # people overturned it
    about = " ".join(str(cell) for row in book["说明"].iter_rows(values_only=True) for cell in row if cell)
    assert "库中共" in about and "Wilson" in about and "待定" in about


def test_without_an_address_a_call_has_its_id(store: Store, tmp_path: Path) -> None:
    cell = book_of(store, tmp_path / "v.xlsx")["违规通话"]["A2"]
    assert cell.value == "O02" and cell.hyperlink is None


def test_rows_of_nothing_come_when_asked_for(store: Store, tmp_path: Path) -> None:
    few, all_of_it = (
        table(book_of(store, tmp_path / f"{n}.xlsx", all_rows=n)["违规明细"])[1] for n in (False, True)
    )
    assert len(all_of_it) > len(few)
    broken = [row[7] or row[13] or row[14] or row[15] for row in few]
    assert all(broken) and not all(row[7] for row in all_of_it)


def test_the_plain_columns_are_there_too(store: Store, tmp_path: Path) -> None:
    sheet = book_of(store, tmp_path / "v.xlsx")["violations"]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == [field.name for field in KINDS["violations"].fields]
    shown = [
        r for r in KINDS["violations"].records(store, EVERYTHING) if not KINDS["violations"].says_nothing(r)
    ]
    assert [list(row) for row in rows[1:]] == [list(one.values()) for one in shown]


def test_english(store: Store, tmp_path: Path) -> None:
    book = book_of(store, tmp_path / "v.xlsx", words=ReportWords("en", {"推诿": "Shirking"}))
    assert book.sheetnames[:4] == ["About", "Agents by items", "Counts", "Calls"]
    assert "B Shirking" in [cell.value for cell in book["Agents by items"][1]]


def test_the_same_calls_give_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        export("violations", "xlsx", store, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_settlement_adds_up(store: Store) -> None:
    rules = load_settlement(Path("rubrics/settlement.yaml"))
    report = settlement_report(store, Month(2026, 11), rules, Scope())
    to = io.BytesIO()
    write_book(report, to, words=CHINESE, places=Places())
    to.seek(0)
    book = openpyxl.load_workbook(to, data_only=True)
    assert book.sheetnames == ["说明", "坐席结算", "班组", "计入的差错", "结算表"]
    heads, rows, total = table(book["坐席结算"])
    for name, expected in (("被检通话", 2), ("非关键差错", 1), ("未定差错", 1), ("合同扣款", 100)):
        column = heads.index(name)
        assert total[column] == expected == sum(row[column] for row in rows), name
    _, errors, sums = table(book["计入的差错"])
    assert [row[0] for row in errors] == ["O02"] and sums[-1] == 100


def test_a_workbook_takes_what_people_say() -> None:
    to = io.BytesIO()
    odd = ["=1+1", "http://a.b", "长" * 40_000, "\udcff", "😀" * 20_000, ""]
    with open_book(to, "zh") as book:
        book.table("a[b]:c?" * 9, [BookColumn("x"), BookColumn("y", Kind.LINK)], [(t, Link(t)) for t in odd])
    to.seek(0)
    sheet = openpyxl.load_workbook(to).worksheets[0]
    assert len(sheet.title) <= 31 and sheet.title == sheet_name("a[b]:c?" * 9)
    found = [sheet.cell(row, 1) for row in range(2, 8)]
    assert found[0].value == "=1+1" and found[0].data_type == "s"
    assert len(found[2].value) == 32_767 and found[3].value == "\\udcff"


def test_more_rows_than_a_sheet_takes_go_on_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums stand under each sheet's own rows; links that a sheet cannot hold keep their text."""
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 6)
    monkeypatch.setattr(workbook, "LINKS", 3)
    to = io.BytesIO()
    columns = [BookColumn("编号", Kind.LINK), BookColumn("数", Kind.COUNT, summed=True)]
    with open_book(to, "zh") as book:
        rows = ([Link(f"c{n}", f"https://a.b/{n}"), n] for n in range(10))
        assert book.table("通话", columns, rows) == 10
    to.seek(0)
    sheets = openpyxl.load_workbook(to, data_only=True).worksheets
    assert [sheet.title for sheet in sheets] == ["通话", "通话 2", "通话 3"]
    ids = [sheet.cell(row, 1) for sheet in sheets for row in range(2, sheet.max_row)]
    assert [cell.value for cell in ids] == [f"c{n}" for n in range(10)]
    assert sum(cell.hyperlink is not None for cell in ids) == 3 + 3 + 2
    assert [sheet.cell(sheet.max_row, 2).value for sheet in sheets] == [6, 22, 17]
