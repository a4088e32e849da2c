"""CSV that Excel opens by a double click: UTF-8 with a byte order mark, CRLF, no cell that is a formula."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from typing import BinaryIO

from pipeline.reports.fields import Cell, Field, Record, columns, rows

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may run (OWASP, "CSV injection"); apostrophes count, so that the guard can be undone."""


def write(records: Iterable[Record], fields: tuple[Field, ...], to: BinaryIO) -> int:
    to.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=True)
    try:
        table = csv.writer(text)
        table.writerow([column.name for column in columns(fields)])
        count = 0
        for record in records:
            count += 1
            table.writerows([guarded(cell) for cell in row] for row in rows(record, fields))
    finally:
        text.detach()  # the caller owns the stream
    return count


def guarded(cell: Cell) -> str:
    """The cell as text; text that a spreadsheet would take for a formula gets one leading apostrophe."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return f"'{cell}" if _FORMULA.match(cell) else cell
        case _:
            return repr(cell)
