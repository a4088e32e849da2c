"""Where a report's figures lead: addresses of the review room, or nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.reports.readable.asked import ReportQuery
from pipeline.reports.readable.model import Place
from pipeline.store.filter import CallFilter


def _nowhere(_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ReportLinks:
    """Each gives an address, or None where the report cannot lead anywhere."""

    calls: Callable[[CallFilter], str | None] = _nowhere
    report: Callable[[ReportQuery], str | None] = _nowhere
    place: Callable[[Place], str | None] = _nowhere


NO_LINKS = ReportLinks()
