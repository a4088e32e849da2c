"""The formats: name -> writer. A new one is one module here and one line below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from pipeline.reports.fields import Field, Record
from pipeline.reports.writers import csv, jsonl, parquet, subtitles, xlsx

TableWriter = Callable[[Iterable[Record], tuple[Field, ...], BinaryIO], int]
"""Writes all records and returns how many there were."""

SubtitleWriter = Callable[[Record, BinaryIO], None]
"""Writes one record of kind ``transcripts``."""

TABLES: dict[str, TableWriter] = {
    "csv": csv.write,
    "xlsx": xlsx.write,
    "jsonl": jsonl.write,
    "parquet": parquet.write,
}

FLAT = ("csv", "xlsx")
"""Those of rows and columns: a record may take several rows."""

SUBTITLES: dict[str, SubtitleWriter] = {"vtt": subtitles.write_vtt, "srt": subtitles.write_srt}

FORMATS: tuple[str, ...] = (*TABLES, *SUBTITLES)
