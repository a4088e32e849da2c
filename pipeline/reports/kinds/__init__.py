"""The kinds of records that can be exported: name -> fields and builder.

A new kind is one module here with ``FIELDS`` and ``records``, and one line in ``KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.reports.fields import Field, Record
from pipeline.reports.kinds import alerts, calls, findings, hits, transcripts, trust, violations
from pipeline.store import CallFilter, Store


def _never(_: Record) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class RecordKind:
    """What one record looks like, and how the records of chosen calls come from a store, streaming."""

    fields: tuple[Field, ...]
    records: Callable[[Store, CallFilter], Iterator[Record]]
    says_nothing: Callable[[Record], bool] = _never
    """Records that are left out unless all are wanted."""


KINDS: dict[str, RecordKind] = {
    "violations": RecordKind(violations.FIELDS, violations.records, violations.says_nothing),
    "calls": RecordKind(calls.FIELDS, calls.records),
    "findings": RecordKind(findings.FIELDS, findings.records),
    "hits": RecordKind(hits.FIELDS, hits.records),
    "transcripts": RecordKind(transcripts.FIELDS, transcripts.records),
    "trust": RecordKind(trust.FIELDS, trust.records),
    "alerts": RecordKind(alerts.FIELDS, alerts.records),
}
