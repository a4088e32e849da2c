"""The shape of a record, declared once per kind; every format derives its columns from it.

A record is a JSON object: objects and lists may nest. Formats that are tables lay it flat by three
rules: a nested object becomes dotted columns (``measures.silence_total``), the one list a kind is about
becomes one row per element (``unfold``), any other list becomes a JSON string.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.messages import Text, render

Record = Mapping[str, Any]
Cell = str | float | int | bool | None


def sentence(text: Text | None) -> str | None:
    """A message in a record: in Chinese, as the titles and quotes beside it, whoever asks for the record."""
    return None if text is None else render(text, "zh")


def encodable(value: Any) -> Any:
    """A record, or a part of one, that can be written as UTF-8: bytes of a file name that are no text (lone
    surrogates) as ``\\udcXX``, so that names stay apart."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case Mapping():
            return {encodable(key): encodable(part) for key, part in value.items()}
        case list() | tuple():
            return [encodable(part) for part in value]
        case _:
            return value


class Scalar(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Struct:
    """A nested object with its own fields."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Zero or more elements of one type."""

    item: Scalar | Struct
    unfold: bool = False
    """True where a table gives each element its own row."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Scalar | Struct | ListOf
    width: int = 12
    """How many characters wide a spreadsheet shows it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    path: tuple[str, ...]
    width: int

    @property
    def name(self) -> str:
        return ".".join(self.path)


def columns(fields: tuple[Field, ...], *, inside: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The columns of a table that holds records of these fields, in order."""
    out: list[Column] = []
    for field in fields:
        path = (*inside, field.name)
        match field.type:
            case Struct(nested) | ListOf(Struct(nested), unfold=True):
                out.extend(columns(nested, inside=path))
            case _:
                out.append(Column(path, field.width))
    return tuple(out)


def row_count(record: Record, fields: tuple[Field, ...]) -> int:
    """In how many rows of a table a record stands."""
    unfolded = _unfolded(fields)
    return 1 if unfolded is None else max(1, len(record[unfolded]))


def _unfolded(fields: tuple[Field, ...]) -> str | None:
    return next((f.name for f in fields if isinstance(f.type, ListOf) and f.type.unfold), None)


def rows(record: Record, fields: tuple[Field, ...]) -> Iterator[list[Cell]]:
    """The record as one or more table rows, cells in the order of :func:`columns`.

    A record whose unfolded list is empty still gives one row, so that no call disappears from a table.
    """
    unfolded = _unfolded(fields)
    if unfolded is None:
        yield list(_cells(record, fields))
        return
    for element in record[unfolded] or [None]:
        yield list(_cells({**record, unfolded: element}, fields))


def _cells(record: Record | None, fields: tuple[Field, ...]) -> Iterator[Cell]:
    for field in fields:
        value = None if record is None else record[field.name]
        match field.type:
            case Struct(nested) | ListOf(Struct(nested), unfold=True):
                yield from _cells(value, nested)
            case ListOf():
                yield None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            case _:
                yield value


def text(name: str, width: int = 12) -> Field:
    return Field(name, Scalar.TEXT, width)


def number(name: str, width: int = 10) -> Field:
    return Field(name, Scalar.NUMBER, width)


def integer(name: str, width: int = 10) -> Field:
    return Field(name, Scalar.INTEGER, width)


def boolean(name: str, width: int = 9) -> Field:
    return Field(name, Scalar.BOOLEAN, width)


def rounded(value: float | None, digits: int = 3) -> float | None:
    """``value`` to ``digits`` decimals (3: milliseconds); None for what is missing or not a finite number."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0  # + 0.0 turns -0.0 into 0.0
