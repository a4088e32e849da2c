"""What was exported reads back equal, whatever people said."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from pipeline.reports import KINDS
from pipeline.reports.fields import Cell, Field, ListOf, Record, Scalar, Struct, columns, rows
from pipeline.reports.writers import TABLES
from tests.examples import examples

GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1+1", "-", "'=x", "12", "TRUE", "", 'a"b,c', "两\n行", "_x000D_", "http://a.b", "\x00\x1f", " 空 "]
)

number = st.integers(-(10**9), 10**9).map(lambda n: n / 1000)  # as records have them: three decimals


def values(type: Scalar | Struct | ListOf) -> st.SearchStrategy[Any]:
    match type:
        case Scalar.TEXT:
            return st.none() | text
        case Scalar.NUMBER:
            return st.none() | number
        case Scalar.INTEGER:
            return st.none() | st.integers(0, 2**40)
        case Scalar.BOOLEAN:
            return st.none() | st.booleans()
        case Struct(fields):
            return record(fields)
        case ListOf(item):
            elements = text if item is Scalar.TEXT else values(item)
            return st.lists(elements, max_size=3)


def record(fields: tuple[Field, ...]) -> st.SearchStrategy[Record]:
    return st.fixed_dictionaries({field.name: values(field.type) for field in fields})


def written(format: str, records: list[Record], fields: tuple[Field, ...]) -> io.BytesIO:
    out = io.BytesIO()
    assert TABLES[format](records, fields, out) == len(records)
    out.seek(0)
    return out


def flat(records: list[Record], fields: tuple[Field, ...]) -> list[list[Cell]]:
    return [row for each in records for row in rows(each, fields)]


kinds = pytest.mark.parametrize("what", KINDS)


@kinds
@settings(max_examples=examples(25))
@given(data=st.data())
def test_jsonl(what: str, data: st.DataObject) -> None:
    fields = KINDS[what].fields
    records = data.draw(st.lists(record(fields), max_size=4))
    lines = written("jsonl", records, fields).getvalue().decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == records


@kinds
@settings(max_examples=examples(25))
@given(data=st.data())
def test_parquet(what: str, data: st.DataObject) -> None:
    fields = KINDS[what].fields
    records = data.draw(st.lists(record(fields), max_size=4))
    assert parquet.read_table(written("parquet", records, fields)).to_pylist() == records


@kinds
@settings(max_examples=examples(25))
@given(data=st.data())
def test_csv(what: str, data: st.DataObject) -> None:
    fields = KINDS[what].fields
    records = data.draw(st.lists(record(fields), max_size=4))
    content = written("csv", records, fields).getvalue().decode("utf-8-sig")
    header, *body = csv.reader(io.StringIO(content, newline=""))
    assert header == [column.name for column in columns(fields)]
    assert [[unguarded(cell) for cell in row] for row in body] == [
        [plain(cell) for cell in row] for row in flat(records, fields)
    ]


@kinds
@settings(max_examples=examples(10))
@given(data=st.data())
def test_xlsx(what: str, data: st.DataObject) -> None:
    fields = KINDS[what].fields
    records = data.draw(st.lists(record(fields), max_size=3))
    book = openpyxl.load_workbook(written("xlsx", records, fields), read_only=True)
    width = len(columns(fields))
    body = [list(row) for row in book.worksheets[0].iter_rows(min_row=2, max_col=width, values_only=True)]
    expected = [[as_excel(cell) for cell in row] for row in flat(records, fields)]
    body += [[None] * width] * (len(expected) - len(body))  # rows of nothing at the end are not written
    assert [[from_excel(cell) for cell in row] for row in body] == expected


def plain(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell


def as_excel(cell: Cell) -> Cell:
    """Excel does not tell empty text from nothing, and XML ends every line with a line feed."""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n") or None
    return cell


def from_excel(cell: Any) -> Cell:
    if isinstance(cell, str):
        cell = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), cell)
        return cell.replace("\r\n", "\n").replace("\r", "\n") or None
    return cell
