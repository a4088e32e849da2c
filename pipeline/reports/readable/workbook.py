"""A report as a workbook: a sheet of what it says, and one for each of its tables and charts.

Numbers stay numbers with their format, shares are percentages, figures link to their calls, and control
charts carry their limits as columns beside a chart of the spreadsheet itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from pipeline.messages import Message
from pipeline.reports.fields import encodable
from pipeline.reports.readable.as_json import Say
from pipeline.reports.readable.heads import head
from pipeline.reports.readable.links import ReportLinks
from pipeline.reports.readable.model import (
    BarPlot,
    Cell,
    ClusterPlot,
    ControlPlot,
    Label,
    Report,
    ReportFigure,
    ReportSection,
    Table,
    Unit,
)

FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.SCORE: "0.0",
    Unit.SHARE: "0.0%",
    Unit.POINTS: "0.0",
    Unit.RATIO: "0.00",
}
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "max_url_length": 2079,
}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
LONGEST_NAME = 31
"""Characters of a sheet's name."""
HIGHEST_LINKS = 60_000
"""A sheet takes 65,530 links."""


def write_workbook(report: Report, say: Say, links: ReportLinks, to: BinaryIO) -> None:
    import xlsxwriter  # here: most commands need none

    with xlsxwriter.Workbook(to, OPTIONS) as book:
        book.set_properties({"title": say(report.title), "created": datetime(2000, 1, 1)})
        _Writer(book, say, links).write(report)


class _Writer:
    """Formats are made once for a book."""

    def __init__(self, book: Any, say: Say, links: ReportLinks) -> None:
        self._book, self._links = book, links
        self._say: Say = lambda text: str(encodable(say(text)))
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "bottom": 1, "text_wrap": True})
        self._bold = book.add_format({"bold": True, "font_size": 12})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._muted = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#525D6D"})
        self._plain = {unit: book.add_format({"num_format": shape}) for unit, shape in FORMATS.items()}
        linked = {"font_color": "#1B5BB8", "underline": 1}
        self._linked = {unit: book.add_format({"num_format": f, **linked}) for unit, f in FORMATS.items()}
        self._link = book.add_format(linked)
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._names: set[str] = set()

    def write(self, report: Report) -> None:
        say = self._say
        sheet = self._sheet(say(report.title))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 3, 16)
        sheet.set_column(4, 4, 60)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, say(report.title), self._title)
        about = "" if report.about is None else say(report.about)
        sheet.write_string(1, 0, about)
        sheet.write_string(2, 0, f"{report.first.isoformat()} – {report.last.isoformat()}")
        row = 4
        for section in report.sections:
            row = self._summary(sheet, row, section)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for section in report.sections:
            self._details(section)

    def _summary(self, sheet: Any, row: int, section: ReportSection) -> int:
        say = self._say
        sheet.write_string(row, 0, say(section.title), self._bold)
        row += 1
        for says in section.says:
            sheet.merge_range(row, 0, row, 4, say(says), self._wrapped)
            sheet.set_row(row, 32)
            row += 1
        if section.headlines:
            for column, name in enumerate(("", "", say(head("before")), say(head("group")))):
                sheet.write_string(row, column, name, self._head)
            row += 1
            for one in section.headlines:
                sheet.write_string(row, 0, say(one.title))
                for column, figure in enumerate((one.figure, one.before, one.group), start=1):
                    if figure is not None:
                        self._cell(sheet, row, column, figure)
                row += 1
        if section.examples is not None:
            for kind, clips in (("bad", section.examples.bad), ("good", section.examples.good)):
                for clip in clips:
                    sheet.write_string(row, 0, say(Message(f"report.clip.{kind}")))
                    self._text(
                        sheet, row, 1, str(encodable(clip.place.call_id)), self._links.place(clip.place)
                    )
                    sheet.write_string(row, 2, say(clip.who))
                    sheet.write_string(row, 3, (clip.when or "")[:16].replace("T", " "))
                    sheet.write_string(row, 4, str(encodable(clip.quote)))
                    row += 1
        for text in section.notes:
            sheet.merge_range(row, 0, row, 4, say(text), self._muted)
            sheet.set_row(row, 32)
            row += 1
        return row + 1

    def _details(self, section: ReportSection) -> None:
        for plot in section.plots:
            match plot:
                case ControlPlot() if plot.points:
                    self._control(section, plot)
                case ClusterPlot():
                    self._cluster(section, plot)
                case BarPlot() if plot.bars and not section.tables:
                    rows = tuple((Label(bar.name), bar.figure) for bar in plot.bars)
                    self._table(section, Table((head("criterion"), section_head(section)), rows))
        for table in section.tables:
            self._table(section, table)

    def _table(self, section: ReportSection, table: Table) -> None:
        say = self._say
        sheet = self._sheet(say(section.title if table.title is None else table.title))
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, say(name), self._head)
            first = [row[column] for row in table.rows[:1]]
            sheet.set_column(column, column, 24 if first and isinstance(first[0], Label) else 12)
        for place, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                self._cell(sheet, place, column, cell)
        sheet.freeze_panes(1, 2 if len(table.columns) > 4 else 1)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)

    def _control(self, section: ReportSection, plot: ControlPlot) -> None:
        say, unit = self._say, plot.unit
        title = say(section.title)
        sheet = self._sheet(title)
        names = (
            *("report.sheet.day", "report.sheet.value", "report.sheet.of", "report.sheet.centre"),
            *("report.sheet.low", "report.sheet.high", "report.sheet.signal"),
        )
        for column, key in enumerate(names):
            sheet.write_string(0, column, say(Message(key)), self._head)
        sheet.set_column(0, 0, 12)
        sheet.set_column(6, 6, 40)
        for row, point in enumerate(plot.points, start=1):
            sheet.write_datetime(row, 0, datetime.combine(point.first, datetime.min.time()), self._day)
            self._cell(sheet, row, 1, ReportFigure(point.value, unit, calls=point.calls))
            sheet.write_number(row, 2, point.of, self._plain[Unit.COUNT])
            if plot.centre is not None:
                sheet.write_number(row, 3, plot.centre, self._plain[unit])
                sheet.write_number(row, 4, point.limits[0], self._plain[unit])
                sheet.write_number(row, 5, point.limits[-1], self._plain[unit])
            fired = [say(Message(f"report.rule.{rule}-{side}")) for rule, side in point.fired]
            sheet.write_string(row, 6, "; ".join(fired))
        sheet.freeze_panes(1, 1)
        self._draw(sheet, title, plot)

    def _draw(self, sheet: Any, title: str, plot: ControlPlot) -> None:
        chart = self._book.add_chart({"type": "line"})
        last = len(plot.points)
        drawn = [(1, "#1B5BB8", "solid")]
        if plot.centre is not None:
            drawn += [(3, "#525D6D", "solid"), (4, "#B0201A", "dash"), (5, "#B0201A", "dash")]
        for column, colour, dash in drawn:
            series: dict[str, Any] = {
                "name": [sheet.get_name(), 0, column],
                "categories": [sheet.get_name(), 1, 0, last, 0],
                "values": [sheet.get_name(), 1, column, last, column],
                "line": {"color": colour, "dash_type": dash, "width": 1.5},
            }
            if column == 1:
                series["marker"] = {"type": "circle", "size": 5, "fill": {"color": colour}}
            chart.add_series(series)
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        chart.set_x_axis({"date_axis": True, "num_format": "mm-dd"})
        chart.set_size({"width": 760, "height": 320})
        sheet.insert_chart("I2", chart)

    def _cluster(self, section: ReportSection, plot: ClusterPlot) -> None:
        say = self._say
        columns = (head("agent"), head("mean"), Message("report.sheet.variation"), head("calls"),
                   Message("report.sheet.quadrant"))  # fmt: skip
        rows: Sequence[tuple[Cell, ...]] = [
            (
                Label(one.name, report=one.report),
                ReportFigure(one.mean, Unit.SCORE),
                ReportFigure(one.variation, Unit.SHARE),
                ReportFigure(one.of),
                Label(Message(f"report.quadrant.{one.quadrant}")),
            )
            for one in plot.points
        ]
        self._table(section, Table(columns, tuple(rows)))
        sheet = self._book.worksheets()[-1]
        chart = self._book.add_chart({"type": "scatter"})
        chart.add_series(
            {
                "name": say(section.title),
                "categories": [sheet.get_name(), 1, 2, len(rows), 2],
                "values": [sheet.get_name(), 1, 1, len(rows), 1],
                "marker": {"type": "circle", "size": 6, "fill": {"color": "#1B5BB8"}},
            }
        )
        chart.set_title({"name": say(section.title), "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"name": say(Message("report.sheet.variation")), "num_format": "0.0%"})
        low = min(one.mean for one in plot.points)
        chart.set_y_axis({"name": say(head("mean")), "min": max(0, int(low) - 1)})
        chart.set_size({"width": 640, "height": 400})
        sheet.insert_chart("G2", chart)

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Label):
            target = self._links.report(cell.report) if cell.report is not None else None
            self._text(sheet, row, column, self._say(cell.text), target)
            return
        if cell.value is None:
            return
        target = self._links.calls(cell.calls) if cell.calls is not None and row < HIGHEST_LINKS else None
        if target is not None:
            sheet.write_url(row, column, target, self._linked[cell.unit], " ")
            # the number over the text of the link: xlsxwriter keeps the link of the cell
            sheet.write_number(row, column, cell.value, self._linked[cell.unit])
            return
        sheet.write_number(row, column, cell.value, self._plain[cell.unit])

    def _text(self, sheet: Any, row: int, column: int, text: str, target: str | None) -> None:
        if target is not None and row < HIGHEST_LINKS:
            sheet.write_url(row, column, target, self._link, text)
        else:
            sheet.write_string(row, column, text)

    def _sheet(self, name: str) -> Any:
        """A sheet with this name, or one like it: names are short, lack some characters, and differ."""
        short = name.translate(_FORBIDDEN)[:LONGEST_NAME].strip() or "_"
        found, number = short, 1
        while found.lower() in self._names:
            number += 1
            found = f"{short[: LONGEST_NAME - 3]}~{number}"
        self._names.add(found.lower())
        return self._book.add_worksheet(found)


def section_head(section: ReportSection) -> Message:
    """What the numbers of a chart without a table are."""
    return (
        head("lost")
        if any(p.unit is Unit.POINTS for p in section.plots if isinstance(p, BarPlot))
        else head("verdicts")
    )
