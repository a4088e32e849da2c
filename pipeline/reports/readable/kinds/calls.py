"""Reports about calls: of a night, day, week or month; of an agent, a team, a queue."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import Scope
from pipeline.messages import Message, title
from pipeline.reports.readable.asked import ReportKind
from pipeline.reports.readable.counting import Period, ranked
from pipeline.reports.readable.groups import groups_section
from pipeline.reports.readable.model import ReportSection
from pipeline.reports.readable.parts import (
    control_sections,
    coverage_section,
    criteria_section,
    headline_section,
)
from pipeline.reports.readable.plots import Behind, cluster_section, share_section
from pipeline.reports.readable.source import ReportSource

CHARTED = 3
"""Criteria with a control chart of their own, where none was asked for."""


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    yield headline_section(period)
    if not period.now.any():
        return
    yield from control_sections(period)
    yield criteria_section(period)
    yield from criterion_charts(period)
    kind = period.query.kind
    if kind is not ReportKind.AGENT:
        if kind not in (ReportKind.TEAM, ReportKind.QUEUE):
            yield from filter(None, [groups_section(period, ReportKind.TEAM)])
            yield from filter(None, [groups_section(period, ReportKind.QUEUE)])
        yield cluster_section(period)
        yield from filter(None, [groups_section(period, ReportKind.AGENT)])
    yield coverage_section(period)


def criterion_charts(period: Period) -> Iterator[ReportSection]:
    """Control charts of the criterion that was asked for, else of those that cost most."""
    wanted = period.query.criterion
    every = period.facts.criteria
    chosen = (
        [every[wanted]]
        if wanted is not None and wanted in every
        else [one.facts for one in ranked(period, period.now)[:CHARTED]]
    )
    for one in chosen:
        behind = _behind(period, one.criterion)
        yield share_section(
            period,
            one.standing,
            one.eligible & period.own,
            id=f"chart-{one.criterion}",
            title=Message("report.control-criterion", criterion=title(one.title)),
            behind=behind,
        )


def _behind(period: Period, criterion: str) -> Behind:
    return lambda first, last: period.query.calls(first, last, criterion=criterion, stands=True)
