"""Places to listen to, bad ones beside good ones."""

from __future__ import annotations

from pipeline.domain import Scope
from pipeline.reports.readable.counting import Period
from pipeline.reports.readable.model import ClipExamples, Clipping, Place
from pipeline.reports.readable.plots import agent_name
from pipeline.reports.readable.source import ReportSource
from pipeline.store.repositories.clips import Clip

EXAMPLES = 3
"""Bad ones, and as many good ones."""


def examples(source: ReportSource, period: Period, scope: Scope, criterion: str) -> ClipExamples:
    where = period.query.calls(period.first, period.last)
    bad = source.store.clips.broken(criterion, where, scope, limit=EXAMPLES)
    good = source.store.clips.kept(criterion, where, scope, limit=EXAMPLES)
    return ClipExamples(tuple(map(_clipping, bad)), tuple(map(_clipping, good)))


def _clipping(one: Clip) -> Clipping:
    return Clipping(
        place=Place(one.call_id, one.starts),
        who=agent_name(one.agent_id, one.agent_name),
        when=one.started_at,
        quote=one.quote,
        confirmed=one.confirmed,
    )
