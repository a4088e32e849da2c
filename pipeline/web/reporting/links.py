"""Addresses of reports, and of what their figures lead to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.reports.readable.asked import ChartStep, ReportKind, ReportQuery
from pipeline.reports.readable.links import ReportLinks
from pipeline.reports.readable.model import Place
from pipeline.store.filter import CallFilter
from pipeline.web.queue_link import QueueLink
from pipeline.web.render import call_url, url


def report_url(query: ReportQuery, /, *, base: str = "", **more: object) -> str:
    """The address of a report; days that are not given stay open, so that it always is the latest one."""
    return url(
        f"{base}/reports/{query.kind}",
        **{"from": _day(query.first), "to": _day(query.last)},
        agent=query.agent,
        team=query.team,
        queue=query.queue,
        criterion=query.criterion,
        by=query.step and query.step.value,
        **more,
    )


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def room_links(base: str = "") -> ReportLinks:
    """Into the review room at this address: none for its own pages."""

    def calls(where: CallFilter) -> str:
        return base + QueueLink(where).url()

    def place(of: Place) -> str:
        return base + call_url(of.call_id, t=of.starts)

    return ReportLinks(calls=calls, report=lambda query: base + report_url(query), place=place)


def moved(query: ReportQuery, kind: ReportKind) -> ReportQuery:
    """The same days in a report of another kind."""
    return replace(query, kind=kind)


def step_of(value: str) -> ChartStep | None:
    return ChartStep(value) if value in {one.value for one in ChartStep} else None
