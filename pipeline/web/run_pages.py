"""A run as its page and its file show it: the report with the bars of its charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, WrapSerializer

from pipeline.batch.run_report import FailureReason, RunReport, StageTime
from pipeline.web.charts import BarPart, stacked
from pipeline.web.context import PageContext
from pipeline.web.standalone import styles

MOST = 500
"""Recordings that a page names; the file and JSON name all."""

_PLACES = ("dump", "host", "path", "paths", "pid", "url")


def _without_places(value: Any, handler: SerializerFunctionWrapHandler) -> Any:
    """Machines, processes and folders stand on the page for whoever runs the night, and not in its twin."""

    def strip(part: Any) -> Any:
        match part:
            case dict():
                return {key: strip(one) for key, one in part.items() if key not in _PLACES}
            case list() | tuple():
                return [strip(one) for one in part]
            case _:
                return part

    return strip(handler(value))


PLACELESS = WrapSerializer(_without_places)


@dataclass(frozen=True, slots=True)
class ReasonLine:
    reason: FailureReason
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class StageLine:
    time: StageTime
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class RunPage(PageContext):
    template: ClassVar[str] = "runs/show.html"
    report: Annotated[RunReport, PLACELESS]
    reasons: tuple[ReasonLine, ...]
    stages: tuple[StageLine, ...]
    shown: int
    """So many of the recordings are named."""


@dataclass(frozen=True, slots=True)
class RunFile(PageContext):
    template: ClassVar[str] = "runs/file.html"
    report: RunReport
    reasons: tuple[ReasonLine, ...]
    stages: tuple[StageLine, ...]
    shown: int
    made_at: datetime
    styles: str


def run_page(report: RunReport) -> RunPage:
    return RunPage(report, _reasons(report), _stages(report), min(MOST, len(report.failures)))


def run_file(report: RunReport) -> RunFile:
    shown = len(report.failures)
    return RunFile(report, _reasons(report), _stages(report), shown, datetime.now(UTC), styles())


def _reasons(report: RunReport) -> tuple[ReasonLine, ...]:
    top = max((one.total for one in report.reasons), default=0)
    return tuple(
        ReasonLine(one, tuple(stacked([("open", one.open), ("done", one.accepted)], top=top)))
        for one in report.reasons
    )


def _stages(report: RunReport) -> tuple[StageLine, ...]:
    top = max((one.seconds for one in report.stages), default=0.0)
    whole = 10_000  # bars are drawn of whole numbers
    return tuple(
        StageLine(one, tuple(stacked([("open", round(whole * one.seconds / top) if top else 0)], top=whole)))
        for one in report.stages
    )
