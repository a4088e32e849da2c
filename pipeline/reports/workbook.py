"""Workbooks that people forward: sheets with names and headings in the reader's language, numbers and dates
as such, totals, and links to the calls. Written sheet by sheet and row by row, so that memory does not grow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from pipeline.messages import Lang, say
from pipeline.reports.fields import encodable
from pipeline.reports.writers.xlsx import CELL_CHARACTERS, OPTIONS, ROWS_PER_SHEET

LINKS = 65_000
"""A sheet takes 65,530 links; what is over them keeps its text."""
ADDRESS_CHARACTERS = 2_079
"""Of a link, as Excel takes it."""
LONGEST_NAME = 31
"""Characters of a sheet's name."""
FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
"""A font that has Chinese on the machines that workbooks are forwarded to; others put their own in."""
PER_DAY = 86_400.0
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_WHITE, _DEEP = "#FFFFFF", "#E8895C"


class Kind(StrEnum):
    """How a column is shown."""

    TEXT = "text"
    WRAPPED = "wrapped"
    COUNT = "count"
    NUMBER = "number"
    """One decimal."""
    RATE = "rate"
    """Three decimals."""
    SHARE = "share"
    """0..1 as percent."""
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    DURATION = "duration"
    """Seconds as hours, minutes and seconds."""
    LINK = "link"
    """A :class:`Link`."""


FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {},
    Kind.WRAPPED: {"text_wrap": True},
    Kind.COUNT: {"num_format": "#,##0"},
    Kind.NUMBER: {"num_format": "#,##0.0"},
    Kind.RATE: {"num_format": "0.000"},
    Kind.SHARE: {"num_format": "0.0%"},
    Kind.MONEY: {"num_format": "#,##0.00"},
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
    Kind.DURATION: {"num_format": "[h]:mm:ss"},
    Kind.LINK: {"font_color": "#0B5CAD", "underline": 1},
}


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere; nowhere where there is no address."""

    text: str
    address: str | None = None


Value = str | float | int | bool | Decimal | date | datetime | Link | None


@dataclass(frozen=True, slots=True)
class BookColumn:
    """A column of a sheet: what it is called, how it is shown, and whether its sum stands below."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 12
    summed: bool = False


class Workbook:
    """A workbook that is being written."""

    def __init__(self, book: Any, lang: Lang, clean: Callable[[str], str]) -> None:
        self._book, self._lang, self._clean = book, lang, clean
        self.heading = book.add_format(
            {**FONT, "bold": True, "bg_color": "#DDE6F0", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._plain = {kind: book.add_format({**FONT, **given}) for kind, given in FORMATS.items()}
        self._total = {
            kind: book.add_format({**FONT, **given, "bold": True, "top": 1})
            for kind, given in FORMATS.items()
        }
        self._title = book.add_format({**FONT, "bold": True, "font_size": 15})
        self._part = book.add_format({**FONT, "bold": True, "top": 1})
        self._note = book.add_format({**FONT, "text_wrap": True, "valign": "top"})
        self._strong = book.add_format({**FONT, "text_wrap": True, "valign": "top", "bold": True})
        self._slant = book.add_format(
            {**FONT, "bold": True, "bg_color": "#DDE6F0", "bottom": 1, "rotation": 60}
        )

    def notes(
        self, name: str, title: str, parts: Iterable[tuple[str, Sequence[tuple[str, str] | str]]]
    ) -> None:
        """The sheet that says what the others mean: parts of lines, a sentence, or a name and its value."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 92)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, title, self._title)
        at = 2
        for heading, lines in parts:
            sheet.write_string(at, 0, heading, self._part)
            sheet.write_string(at, 1, "", self._part)
            for line in lines:
                at += 1
                told, value = ("", line) if isinstance(line, str) else line
                sheet.set_row(at, 15.0 * max(1, -(-_wide(value) // 100), -(-_wide(told) // 26)))
                sheet.write_string(at, 0, self._fit(told), self._note)
                sheet.write_string(at, 1, self._fit(value), self._strong if not told else self._note)
            at += 2

    def table(
        self, name: str, columns: Sequence[BookColumn], rows: Iterable[Sequence[Value]], *, frozen: int = 1
    ) -> int:
        """A table with its sums below; more rows than a sheet takes go on to another. Returns how many rows.

        Args:
            frozen: columns that stay in sight.
        """
        count, number = 0, 1
        sheet = self._headed(name, columns, frozen)
        at, links = 1, 0
        sums: list[Decimal] = [Decimal(0)] * len(columns)
        for row in rows:
            if at == ROWS_PER_SHEET - 1:
                self._end(sheet, columns, at, sums)
                number += 1
                sheet = self._headed(f"{name} {number}", columns, frozen)
                at, links, sums = 1, 0, [Decimal(0)] * len(columns)
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                links += self._put(sheet, at, place, value, column.kind, links < LINKS)
                if column.summed and isinstance(value, int | float | Decimal):
                    sums[place] += Decimal(str(value))
            at += 1
            count += 1
        self._end(sheet, columns, at, sums)
        return count

    def matrix(
        self,
        name: str,
        corner: Sequence[str],
        across: Sequence[str],
        rows: Sequence[tuple[Sequence[str], Sequence[int | None]]],
    ) -> None:
        """Counts by two sides, deeper in colour where they are higher, with sums on both sides.

        Args:
            corner: what the sides of a row are called. across: what the columns stand for.
            rows: sides and counts of each row; None: nothing was judged there.
        """
        sheet = self._sheet(name)
        left, width = len(corner), len(across)
        sheet.set_column(0, left - 1, 14)
        sheet.set_column(left, left + width, 7)
        sheet.set_row(0, 110)
        for place, text in enumerate(corner):
            sheet.write_string(0, place, self._fit(text), self.heading)
        for place, text in enumerate((*across, say(self._lang, "book.total"))):
            sheet.write_string(0, left + place, self._fit(text), self._slant)
        for at, (sides, counts) in enumerate(rows, start=1):
            for place, text in enumerate(sides):
                sheet.write_string(at, place, self._fit(text), self._plain[Kind.TEXT])
            for place, count in enumerate(counts):
                if count is not None:
                    sheet.write_number(at, left + place, count, self._plain[Kind.COUNT])
            total = sum(one or 0 for one in counts)
            where = f"{_cell(at, left)}:{_cell(at, left + width - 1)}"
            sheet.write_formula(at, left + width, f"=SUM({where})", self._total[Kind.COUNT], total)
        below = len(rows) + 1
        sheet.write_string(below, 0, say(self._lang, "book.total"), self._total[Kind.TEXT])
        for place in range(width + 1):
            column = [
                counts[place] or 0 if place < width else sum(c or 0 for c in counts) for _, counts in rows
            ]
            where = f"{_cell(1, left + place)}:{_cell(below - 1, left + place)}"
            formula = f"=SUM({where})" if rows else "=0"
            sheet.write_formula(below, left + place, formula, self._total[Kind.COUNT], sum(column))
        if rows and width:
            scale: dict[str, Any] = {"type": "2_color_scale", "min_color": _WHITE, "max_color": _DEEP}
            scale |= {"min_type": "num", "min_value": 0}
            sheet.conditional_format(1, left, below - 1, left + width - 1, scale)
        sheet.freeze_panes(1, left)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def plain(self, name: str) -> Any:
        """An empty sheet for a writer of its own."""
        return self._sheet(name)

    def _sheet(self, name: str) -> Any:
        """Gridlines and paper as an office prints them."""
        sheet = self._book.add_worksheet(sheet_name(name))
        sheet.set_paper(9)  # A4
        return sheet

    def _headed(self, name: str, columns: Sequence[BookColumn], frozen: int) -> Any:
        sheet = self._sheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, self._fit(column.heading), self.heading)
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _end(self, sheet: Any, columns: Sequence[BookColumn], at: int, sums: Sequence[Decimal]) -> None:
        sheet.autofilter(0, 0, max(at - 1, 0), len(columns) - 1)
        if not any(column.summed for column in columns):
            return
        for place, column in enumerate(columns):
            if column.summed:
                # 109: the sum of the rows that a filter leaves in sight.
                where = f"{_cell(1, place)}:{_cell(max(at - 1, 1), place)}"
                total = float(sums[place])
                sheet.write_formula(at, place, f"=SUBTOTAL(109,{where})", self._total[column.kind], total)
            else:
                text = say(self._lang, "book.total") if place == 0 else ""
                sheet.write_string(at, place, text, self._total[Kind.TEXT])

    def _fit(self, text: str) -> str:
        """A text as far as a cell takes it, with nothing in it that may not leave."""
        return cut(self._clean(text))

    def _put(self, sheet: Any, row: int, place: int, value: Value, kind: Kind, linked: bool) -> int:
        """Write a cell; 1 where it took a link."""
        look = self._plain[kind]
        match value:
            case None | "":
                return 0
            case Link(text, address):
                if linked and address is not None and len(address) <= ADDRESS_CHARACTERS:
                    sheet.write_url(row, place, address, look, self._fit(text))
                    return 1
                sheet.write_string(row, place, self._fit(text), self._plain[Kind.TEXT])
            case bool():
                text = say(self._lang, "book.yes" if value else "book.no")
                sheet.write_string(row, place, text, look)
            case str():
                sheet.write_string(row, place, self._fit(value), look)
            case datetime():
                sheet.write_datetime(row, place, value.replace(tzinfo=None), look)
            case date():
                sheet.write_datetime(row, place, value, look)
            case _:
                sheet.write_number(row, place, float(value) / (PER_DAY if kind is Kind.DURATION else 1), look)
        return 0


@contextmanager
def open_book(to: BinaryIO, lang: Lang, *, clean: Callable[[str], str] = str) -> Iterator[Workbook]:
    """A workbook that is whole when the block ends. ``clean``: what every text passes."""
    import xlsxwriter  # here: most exports and all other commands need none

    with xlsxwriter.Workbook(to, OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # the same calls give the same bytes
        yield Workbook(book, lang, clean)


def sheet_name(text: str) -> str:
    """What a sheet can be called."""
    return _NOT_IN_A_NAME.sub(" ", text).strip("' ")[:LONGEST_NAME] or "-"


def cut(text: str) -> str:
    """A text as far as a cell takes it, counted in UTF-16 units as Excel does; what is no text is spelled."""
    text = str(encodable(text))
    if len(text) <= CELL_CHARACTERS // 2:
        return text
    return text.encode("utf-16-le")[: 2 * CELL_CHARACTERS].decode("utf-16-le", "ignore")


def _cell(row: int, column: int) -> str:
    """``B3``."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column))


def _wide(text: str) -> int:
    """How many columns a text takes, a Chinese character two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
