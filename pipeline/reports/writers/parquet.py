"""Parquet for analysts: nested as in JSON Lines, typed, in batches. Needs pyarrow (the ``parquet`` extra)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from pipeline.errors import ExportError
from pipeline.reports.fields import Field, ListOf, Record, Scalar, Struct

BATCH = 1_000
"""Records per row group: a bound on memory."""


def write(records: Iterable[Record], fields: tuple[Field, ...], to: BinaryIO) -> int:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise ExportError("parquet-missing") from error
    schema = pyarrow.schema([(field.name, _type(pyarrow, field.type)) for field in fields])
    count = 0
    with parquet.ParquetWriter(to, schema) as table:
        for batch in _batches(records):
            table.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _type(pyarrow: Any, type: Scalar | Struct | ListOf) -> Any:
    match type:
        case Scalar.TEXT:
            return pyarrow.string()
        case Scalar.NUMBER:
            return pyarrow.float64()
        case Scalar.INTEGER:
            return pyarrow.int64()
        case Scalar.BOOLEAN:
            return pyarrow.bool_()
        case Struct(nested):
            return pyarrow.struct([(field.name, _type(pyarrow, field.type)) for field in nested])
        case ListOf(item):
            return pyarrow.list_(_type(pyarrow, item))
