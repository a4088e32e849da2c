"""Excel workbooks, written row by row: memory does not grow with the number of calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from pipeline.messages import Message, render
from pipeline.reports.fields import Cell, Column, Field, Record, columns, rows

ROWS_PER_SHEET = 1_048_576
CELL_CHARACTERS = 32_767
"""Limits of the file format; more rows go on to another sheet, a longer text is cut and says so."""

CUT = Message("export.cut-cell")

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(records: Iterable[Record], fields: tuple[Field, ...], to: BinaryIO) -> int:
    import xlsxwriter  # here: most exports and all other commands need none

    with xlsxwriter.Workbook(to, OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # the same calls give the same bytes
        header = book.add_format({"bold": True, "bg_color": "#DDE6F0", "bottom": 1, "valign": "top"})
        table = columns(fields)
        sheet, at = _sheet(book, table, header), 1
        count = 0
        for record in records:
            count += 1
            for row in rows(record, fields):
                if at == ROWS_PER_SHEET:
                    _finish(sheet, table, at)
                    sheet, at = _sheet(book, table, header), 1
                for column, cell in enumerate(row):
                    _put(sheet, at, column, cell)
                at += 1
        _finish(sheet, table, at)
    return count


def write_sheet(sheet: Any, records: Iterable[Record], fields: tuple[Field, ...], *, header: Any) -> None:
    """Fill one sheet of a workbook with the plain columns; records are few enough for one."""
    table = columns(fields)
    _head(sheet, table, header)
    at = 1
    for row in (row for record in records for row in rows(record, fields)):
        for column, cell in enumerate(row):
            _put(sheet, at, column, cell)
        at += 1
    _finish(sheet, table, at)


def _sheet(book: Any, table: tuple[Column, ...], header: Any) -> Any:
    sheet = book.add_worksheet()
    _head(sheet, table, header)
    return sheet


def _head(sheet: Any, table: tuple[Column, ...], header: Any) -> None:
    for index, column in enumerate(table):
        sheet.set_column(index, index, max(column.width, min(len(column.name) + 2, 30)))
        sheet.write_string(0, index, column.name, header)
    sheet.freeze_panes(1, 0)


def _finish(sheet: Any, table: tuple[Column, ...], at: int) -> None:
    sheet.autofilter(0, 0, at - 1, len(table) - 1)


def _put(sheet: Any, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, column, cell)
        case str():
            sheet.write_string(row, column, cell if _length(cell) <= CELL_CHARACTERS else _cut(cell))
        case _:
            sheet.write_number(row, column, cell)


def _length(text: str) -> int:
    """Length as Excel counts it: UTF-16 code units."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _cut(text: str) -> str:
    note = render(CUT, "zh")  # as the titles and quotes beside it
    return text[: (CELL_CHARACTERS - len(note)) // 2] + note
