"""Write one kind of record in one format to one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.reports import violations_book
from pipeline.reports.fields import Record, encodable, row_count
from pipeline.reports.files import STDOUT, file_name, whole_file
from pipeline.reports.kinds import KINDS
from pipeline.reports.report_words import CHINESE, Places, ReportWords
from pipeline.reports.writers import FLAT, SUBTITLES, TABLES
from pipeline.store import CallFilter, Store

__all__ = ["STDOUT", "Exported", "check_asked", "export", "formats_of"]

EVERYTHING = CallFilter()
BOOKS = {("violations", "xlsx"): violations_book.write}
"""What is no plain table but a workbook that people forward; its records are few."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many records, into how many files."""

    records: int
    files: int
    path: Path
    left_out: int = 0
    """Records that say nothing (see ``RecordKind.says_nothing``)."""
    rows: int = 0
    """Rows of a table, of which a record may take several; 0 where there is no table."""


def formats_of(what: str) -> tuple[str, ...]:
    """The formats a kind can be written in."""
    return (*TABLES, *SUBTITLES) if what == "transcripts" else tuple(TABLES)


def check_asked(what: str, format: str) -> None:
    """
    Raises:
        ExportError: an unknown kind or format, or a pair that does not go together.
    """
    if what not in KINDS:
        raise ExportError("kind", what=what, known=Message("join.list", parts=tuple(KINDS)))
    known = formats_of(what)
    if format not in known:
        listed = Message("join.list", parts=tuple(known))
        raise ExportError("format", what=what, format=format, known=listed)


def export(
    what: str,
    format: str,
    store: Store,
    out: Path,
    *,
    wanted: CallFilter = EVERYTHING,
    all_rows: bool = False,
    words: ReportWords = CHINESE,
    places: Places = Places(),  # noqa: B008 - it is frozen
) -> Exported:
    """Write the records of the wanted calls as ``format`` to ``out``, streaming; ``-`` is standard output.

    Subtitles (``vtt``, ``srt``) are one file per call in the folder ``out``, or one file where ``out`` ends
    in the format's name or is standard output and there is exactly one call.

    Args:
        all_rows: also those that say nothing: criteria that an agent never broke.
        words: the language of workbooks that people forward. places: where their links lead.

    Raises:
        ExportError: an unknown kind or format, or a pair that does not go together; several calls for one
            subtitle file.
        UsageError: ``out`` cannot be written.
    """
    check_asked(what, format)
    kind = KINDS[what]
    records = map(encodable, kind.records(store, wanted))
    left_out = written = 0

    def telling() -> Iterator[Record]:
        nonlocal left_out, written
        for record in records:
            if all_rows or not kind.says_nothing(record):
                written += row_count(record, kind.fields) if format in FLAT else 0
                yield record
            else:
                left_out += 1

    if format in SUBTITLES:
        return _subtitles(format, records, out)
    with whole_file(out) as file:
        if (book := BOOKS.get((what, format))) is not None:
            count = book(store, wanted, list(telling()), file, words=words, places=places)
        else:
            count = TABLES[format](telling(), kind.fields, file)
    return Exported(count, 1, out, left_out, written)


def _subtitles(format: str, records: Iterator[Record], out: Path) -> Exported:
    write = SUBTITLES[format]
    if out == STDOUT or out.suffix.lower() == f".{format}":
        record = _only(records, format)
        with whole_file(out) as file:
            write(record, file)
        return Exported(1, 1, out)
    count = 0
    for record in records:
        count += 1
        with whole_file(out / file_name(record["call_id"], format)) as file:
            write(record, file)
    return Exported(count, count, out)


def _only(records: Iterator[Record], format: str) -> Record:
    first, second = next(records, None), next(records, None)
    if first is None:
        raise ExportError("subtitle-none")
    if second is not None:
        raise ExportError("subtitle-many", format=format)
    return first
