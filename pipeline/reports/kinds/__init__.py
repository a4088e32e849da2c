"""The kinds of records that can be exported: name -> fields and builder.

A new kind is one module here with ``FIELDS`` and ``records``, and one line in ``KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.domain import Inspection
from pipeline.reports.fields import Field, Record
from pipeline.reports.kinds import calls, findings, hits, transcripts, violations


@dataclass(frozen=True, slots=True)
class Kind:
    """What one record looks like and how records come from inspections, streaming."""

    fields: tuple[Field, ...]
    build: Callable[[Iterable[Inspection]], Iterator[Record]]


KINDS: dict[str, Kind] = {
    "violations": Kind(violations.FIELDS, violations.records),
    "calls": Kind(calls.FIELDS, calls.records),
    "findings": Kind(findings.FIELDS, findings.records),
    "hits": Kind(hits.FIELDS, hits.records),
    "transcripts": Kind(transcripts.FIELDS, transcripts.records),
}


def records(what: str, inspections: Iterable[Inspection]) -> Iterator[Record]:
    """The records of one kind, one call in memory at a time (``violations``: a counter per agent and criterion).

    Raises:
        KeyError: ``what`` is not in KINDS.
    """
    return KINDS[what].build(inspections)
