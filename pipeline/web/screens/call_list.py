"""What rules over the call list found, by hour, agent and rule; and what they could not judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.messages import Message
from pipeline.messages import title as named
from pipeline.store.repositories.listed_calls import SHOWN, ListCounts, ListFilter, ListFinding
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.charts import BarPart, ChartColumn, columns, stacked
from pipeline.web.context import PageContext
from pipeline.web.names import FieldName
from pipeline.web.queue_link import day_of
from pipeline.web.render import page, url

router = APIRouter(prefix="/call-list")
Reader = Annotated[Visitor, Depends(allowed(Permission.REVIEW, Permission.ASSIGN))]
Name = Annotated[FieldName, Query(max_length=400)]
Day = Annotated[str, Query(max_length=10)]
NOBODY = "-"
"""In an address: what is no one agent's doing."""
USUAL_DAYS = 7
WIDTH, HEIGHT = 760.0, 150.0
"""Units of the chart of hours."""
MOST_AGENTS = 15
"""Bars of agents; the rest is in the list."""


@dataclass(frozen=True, slots=True)
class ListLink:
    """The filter as addresses."""

    wanted: ListFilter

    def fields(self, **changed: object) -> dict[str, object]:
        w = self.wanted
        given = {
            "from": w.date_from, "to": w.date_to, "rule": w.rule, "team": w.team,
            "agent": NOBODY if w.agent == "" else w.agent, "hour": w.hour,
        }  # fmt: skip
        return {name: value for name, value in {**given, **changed}.items() if value is not None}

    def url(self, **changed: object) -> str:
        return url("/call-list", **self.fields(**changed))


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule and how often it was broken, with its bar."""

    rule: str
    title: Message
    count: int
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class ListAgentLine:
    """An agent (None: no one agent's doing) and how often they broke a rule, with the bar."""

    agent_id: str | None
    name: str | None
    count: int
    bar: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class CallListPage(PageContext):
    template: ClassVar[str] = "call-list/index.html"
    link: ListLink
    counts: ListCounts
    titles_of: dict[str, Message]
    rules: tuple[RuleLine, ...]
    agents: tuple[ListAgentLine, ...]
    hours: tuple[ChartColumn, ...]
    size: tuple[float, float]
    found: tuple[ListFinding, ...]
    first: int
    """Number of the first line that is shown, from 1."""
    shown: int
    teams: tuple[str, ...]
    off: bool
    """True where the centre names no rules."""
    doubtful: int
    """Rows that could not be judged, counted for each rule."""


def read_filter(
    first: str = "", last: str = "", rule: str = "", team: str = "", agent: str = "", hour: str = ""
) -> ListFilter:
    """What an address asks for; a value that means nothing asks for nothing."""
    return ListFilter(
        date_from=day_of(first),
        date_to=day_of(last),
        rule=rule or None,
        team=team or None,
        agent="" if agent == NOBODY else agent or None,
        hour=int(hour) if hour.isdecimal() and len(hour) <= 2 and int(hour) < 24 else None,
    )


@router.get("")
def index(
    request: Request,
    visitor: Reader,
    store: TheStore,
    settings: TheSettings,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    rule: Name = "",
    team: Name = "",
    agent: Name = "",
    hour: Annotated[str, Query(max_length=2)] = "",
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Response:
    wanted = read_filter(first, last, rule, team, agent, hour)
    if wanted.date_from is None and wanted.date_to is None:
        newest = store.listed.newest(visitor.scope)
        start = newest and newest - timedelta(days=USUAL_DAYS - 1)
        wanted = replace(wanted, date_from=start, date_to=newest)
    counts = store.listed.counts(wanted, visitor.scope)
    link = ListLink(wanted)
    titles = {one.rule: named(one.title, one.title_en) for one in counts.doubts}
    titles |= {one: named(zh, en) for one, zh, en, _ in counts.rules}
    highest = max((one[3] for one in counts.rules), default=0)
    most = max((one[2] for one in counts.agents), default=0)
    hours = [counts.hours.get(one, 0) for one in range(24)]
    context = CallListPage(
        link=link,
        counts=counts,
        titles_of=titles,
        rules=tuple(
            RuleLine(one, titles[one], count, tuple(stacked([("failed", count)], top=highest)))
            for one, _, _, count in counts.rules
        ),
        agents=tuple(
            ListAgentLine(one, name, count, tuple(stacked([("failed", count)], top=most)))
            for one, name, count in counts.agents[:MOST_AGENTS]
        ),
        hours=tuple(
            columns(
                hours,
                [str(one) for one in range(24)],
                [link.url(hour=one) for one in range(24)],
                width=WIDTH,
                height=HEIGHT,
            )
        ),
        size=(WIDTH, HEIGHT),
        found=tuple(store.listed.findings(wanted, visitor.scope, limit=SHOWN, offset=offset)),
        first=offset + 1,
        shown=SHOWN,
        teams=tuple(store.queue.choices(visitor.scope).teams),
        off=not settings.calls.rules,
        doubtful=sum(one.rows for one in counts.doubts),
    )
    return page(request, context, visitor=visitor)
