"""The complaint report: what customers threatened, why, what would have been right, and how to prevent it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import PlainSerializer
from starlette.concurrency import run_in_threadpool

from pipeline.errors import AudioError, ReviewError
from pipeline.review.alerts import Alert, AlertState, Degree, Liability
from pipeline.store import Store
from pipeline.store.repositories.alert_rows import AlertFilter
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.alert_lines import AlertLine, lines_of
from pipeline.web.charts import BarPart, stacked
from pipeline.web.clips import clip_uri
from pipeline.web.context import PageContext
from pipeline.web.playback_service import PlaybackService, ThePlaybackService
from pipeline.web.queue_link import day_of
from pipeline.web.render import page, url

router = APIRouter(prefix="/alerts/report")

Worker = Annotated[Visitor, Depends(allowed(Permission.ALERT))]
Exporter = Annotated[Visitor, Depends(allowed(Permission.EXPORT))]
Day = Annotated[str, Query(max_length=10)]
Team = Annotated[str, Query(max_length=200)]
MOST = 200
"""Complaints that one report tells one by one; the figures count all."""
MOST_CLIPS = 20
"""Clips in a file: some six megabytes."""


@dataclass(frozen=True, slots=True)
class CodeSection:
    """One kind of threat in the figures."""

    code: str
    total: int
    bar: tuple[BarPart, ...]
    """By degree."""
    late: int
    blamed: int
    """With liability, of whatever weight."""
    href: str


@dataclass(frozen=True, slots=True)
class ComplaintFigures:
    """What one period adds up to; threats that were none are not in it."""

    total: int
    late: int
    """Reported late, or late and not reported."""
    open: int
    degrees: Mapping[Degree, int]
    liabilities: Mapping[Liability, int]
    kinds: tuple[CodeSection, ...]
    """The most frequent first."""


@dataclass(frozen=True, slots=True)
class AlertReport(PageContext):
    template: ClassVar[str] = "alerts/report.html"
    start: date | None
    end: date | None
    team: str
    figures: ComplaintFigures
    cases: tuple[AlertLine, ...]
    """Above all others first, then by liability; as many as one report tells."""


@dataclass(frozen=True, slots=True)
class AlertReportFile(PageContext):
    template: ClassVar[str] = "alerts/report_file.html"
    start: date | None
    end: date | None
    team: str
    figures: ComplaintFigures
    cases: tuple[AlertLine, ...]
    clips: Annotated[Mapping[int, str], PlainSerializer(sorted)]
    """Alert -> its sound; the twin has the numbers of the alerts."""
    made_at: datetime


@router.get("")
def report(
    request: Request,
    visitor: Worker,
    store: TheStore,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    team: Team = "",
) -> Response:
    wanted = _wanted(first, last, team)
    found, figures = _told(store, visitor, wanted)
    context = AlertReport(wanted.date_from, wanted.date_to, team, figures, lines_of(found, visitor))
    return page(request, context, visitor=visitor)


@router.get("/file")
async def file(
    request: Request,
    visitor: Exporter,
    store: TheStore,
    service: ThePlaybackService,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    team: Team = "",
    clips: bool = True,
) -> Response:
    """The report as one file to forward and to print: nothing in it is loaded from elsewhere."""
    wanted = _wanted(first, last, team)
    found, figures = await run_in_threadpool(_told, store, visitor, wanted)
    sound = await _clips(service, found) if clips else {}
    context = AlertReportFile(
        wanted.date_from, wanted.date_to, team, figures, lines_of(found, visitor), sound, datetime.now(UTC)
    )
    await run_in_threadpool(
        store.audit.note, "export", by=visitor.user.id, subject="complaint-report", format="html",
        team=wanted.team, date_from=wanted.date_from, date_to=wanted.date_to, records=figures.total,
        clips=len(sound) or None,
    )  # fmt: skip
    name = "-".join(str(part) for part in ("complaints", wanted.date_from, wanted.date_to) if part)
    headers = {"Content-Disposition": f'attachment; filename="{name}.html"'}
    return await run_in_threadpool(page, request, context, visitor=visitor, headers=headers)


def _wanted(first: str, last: str, team: str) -> AlertFilter:
    return AlertFilter(date_from=day_of(first), date_to=day_of(last), team=team or None)


_WEIGHT = (Liability.GRAVE, Liability.MEDIUM, Liability.LIGHT, None, Liability.NONE)


def _told(store: Store, visitor: Visitor, wanted: AlertFilter) -> tuple[tuple[Alert, ...], ComplaintFigures]:
    found = [
        one
        for one in store.alerts.every(wanted, scope=visitor.scope)
        if one.state is not AlertState.OVERTURNED
    ]
    figures = _figures(found, wanted)
    found.sort(key=lambda one: (not one.first, _WEIGHT.index(one.standing.liability), one.id))
    return tuple(found[:MOST]), figures


def _figures(found: Sequence[Alert], wanted: AlertFilter) -> ComplaintFigures:
    codes = Counter(one.code for one in found)
    most = max(codes.values(), default=0)
    kinds = []
    for code, total in sorted(codes.items(), key=lambda item: (-item[1], item[0])):
        those = [one for one in found if one.code == code]
        degrees = Counter(one.degree for one in those)
        kinds.append(
            CodeSection(
                code=code,
                total=total,
                bar=tuple(stacked([(f"degree-{d}", degrees[d]) for d in reversed(Degree)], top=most)),
                late=sum(one.late for one in those),
                blamed=sum(one.standing.liability not in (None, Liability.NONE) for one in those),
                href=url(
                    "/alerts",
                    group="all",
                    code=code,
                    team=wanted.team,
                    **{"from": wanted.date_from, "to": wanted.date_to},
                ),
            )
        )
    return ComplaintFigures(
        total=len(found),
        late=sum(one.late for one in found),
        open=sum(one.open for one in found),
        degrees={degree: sum(one.degree is degree for one in found) for degree in Degree},
        liabilities={
            liability: sum(one.standing.liability is liability for one in found) for liability in Liability
        },
        kinds=tuple(kinds),
    )


async def _clips(service: PlaybackService, found: Sequence[Alert]) -> dict[int, str]:
    """Alert -> the seconds that prove it; those whose sound is gone have none."""
    out: dict[int, str] = {}
    for one in found:
        if len(out) == MOST_CLIPS:
            break
        if one.place is not None:
            try:
                row = await run_in_threadpool(service.row, one.call.call_id)
                out[one.id] = await run_in_threadpool(clip_uri, await service.listen(row), one.place.span)
            except (AudioError, OSError, ReviewError):
                continue
    return out
