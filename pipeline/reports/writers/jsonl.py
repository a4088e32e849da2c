"""JSON Lines: one record per line, nested as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import BinaryIO

from pipeline.reports.fields import Field, Record


def write(records: Iterable[Record], fields: tuple[Field, ...], to: BinaryIO) -> int:
    count = 0
    for record in records:
        count += 1
        to.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")
    return count
