"""Others, as far as somebody may see them: agents by the centre's setting, everybody else by their scope.

What an agent reads of other agents goes through here: lists and pages of agents, reports, recordings that the
library nominates. Whose figures those are stands in ``visitor.outlook``; which calls open, in
``visitor.scope`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from fastapi import Request

from pipeline.domain import CallHeader, Inspection, Scope
from pipeline.errors import Refused, no_agent
from pipeline.messages import say
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.links import ReportLinks
from pipeline.review.openness import FEWEST_OTHERS, Disguise
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.agent_statistics import AgentPage, AgentTotals
from pipeline.store.repositories.call_totals import CallTotals
from pipeline.store.repositories.clips import Clip
from pipeline.store.repositories.coaching import Exemplar
from pipeline.store.repositories.queue import AgentName
from pipeline.web.access import Forbidden, Permission, Visitor
from pipeline.web.redact import redact_agent
from pipeline.web.reporting.links import room_links

_ABOUT_OTHERS = frozenset(
    {
        ReportKind.NIGHT,
        ReportKind.DAY,
        ReportKind.WEEK,
        ReportKind.MONTH,
        ReportKind.TEAM,
        ReportKind.QUEUE,
        ReportKind.POSITIVE,
    }
)
"""What agents read of others where those have names: figures, and no place in a call of theirs."""


@dataclass(frozen=True, slots=True)
class SeenAgents:
    """Agents beside each other, for one reader."""

    rows: tuple[AgentTotals, ...]
    few: bool = False
    """True where others are left out: they are too few to stay unknown."""


def disguise_of(request: Request, visitor: Visitor, page: str) -> Disguise:
    """How this page calls agents whom the visitor may not know."""
    return Disguise(
        secret=request.app.state.disguise,
        page=f"{visitor.user.id}\n{page}",
        own=visitor.user.agent_id,
        word=partial(_word, visitor),
    )


def _word(visitor: Visitor, letter: str) -> str:
    return say(visitor.lang, "openness.agent", letter=letter)


def agents_seen(
    request: Request,
    visitor: Visitor,
    store: Store,
    *,
    start: date | None,
    end: date | None,
    team: str | None = None,
) -> SeenAgents:
    """Every agent whose figures of these days the visitor may see; without names there are no teams."""
    outlook = visitor.outlook
    if not outlook.nameless:
        return SeenAgents(store.agents.all(outlook.scope, date_from=start, date_to=end, team=team))
    found = {one.agent.agent_id: one for one in store.agents.all(outlook.scope, date_from=start, date_to=end)}
    try:
        names = disguise_of(request, visitor, f"agents {start} {end}").names(found)
    except Refused:
        own = found.get(visitor.user.agent_id or "")
        return SeenAgents(() if own is None else (own,), few=True)
    return SeenAgents(
        tuple(
            found[agent] if agent == name else replace(found[agent], agent=AgentName(name, None, None))
            for agent, name in names.items()
            if agent in found
        )
    )


def agent_seen(
    visitor: Visitor, store: Store, agent_id: str, *, start: date | None, end: date | None
) -> AgentPage | None:
    """One agent; another one without their calls. None where there is none that the visitor may see."""
    outlook = visitor.outlook
    if agent_id == visitor.user.agent_id or not visitor.judged:
        found = store.agents.one(agent_id, visitor.scope, date_from=start, date_to=end)
        if found is None:
            return None
        return redact_agent(_without_few(visitor, store, found, start, end), visitor)
    if outlook.nameless:
        return None
    found = store.agents.one(agent_id, outlook.scope, date_from=start, date_to=end)
    return None if found is None else replace(redact_agent(found, visitor), best=(), worst=())


def _without_few(
    visitor: Visitor, store: Store, found: AgentPage, start: date | None, end: date | None
) -> AgentPage:
    """Without the figures of the team where they would be those of a few others whom an agent may not see."""
    who = found.agent
    if not visitor.judged or who.team is None or visitor.outlook.names(agent_id=None, team=who.team):
        return found
    together = store.agents.all(Scope(team=who.team), date_from=start, date_to=end)
    if sum(one.agent.agent_id != who.agent_id for one in together) >= FEWEST_OTHERS:
        return found
    weeks = tuple(replace(week, team=CallTotals()) for week in found.weeks)
    return replace(found, team=CallTotals(), weeks=weeks)


def is_peer(visitor: Visitor, agent_id: str | None) -> bool:
    """True where this is another agent to an agent: figures, and no calls."""
    return visitor.judged and agent_id != visitor.user.agent_id


def header_seen(visitor: Visitor, call: CallHeader, name: str | None = None) -> CallHeader:
    """A call that everybody may hear, without whose it is where the visitor may not know.

    Args:
        name: what the page calls its agent then.
    """
    if not is_peer(visitor, call.agent_id) or visitor.outlook.names(agent_id=call.agent_id, team=call.team):
        return call
    return replace(call, agent_id=None, agent_name=name, team=None)


def exemplars_seen(request: Request, visitor: Visitor, found: Iterable[Exemplar]) -> tuple[Exemplar, ...]:
    """Good recordings; in what the visitor may not know agents have letters, each their own."""
    every = tuple(found)
    those = {one.call.agent_id for one in every if one.call.agent_id is not None}
    names = disguise_of(request, visitor, "exemplars").names(those, fewest=0)
    return tuple(
        replace(one, call=header_seen(visitor, one.call, names.get(one.call.agent_id or ""))) for one in every
    )


def clips_seen(visitor: Visitor, found: Iterable[Clip]) -> tuple[Clip, ...]:
    """Places in good recordings, whose they are only for those who see everybody: a place has no team."""
    return tuple(
        replace(one, agent_id=None, agent_name=None)
        if is_peer(visitor, one.agent_id) and not visitor.outlook.names(agent_id=one.agent_id, team=None)
        else one
        for one in found
    )


def inspection_seen(visitor: Visitor, found: Inspection) -> Inspection:
    """A call of somebody else that the library nominates, without whose it is where that is not to be known,
    and without where its file lies."""
    call = found.recording.call
    if not is_peer(visitor, call.agent_id):
        return found
    recording = replace(found.recording, paths=())
    if not visitor.outlook.names(agent_id=call.agent_id, team=call.team):
        recording = replace(recording, call=replace(call, agent_id=None, agent_name=None, team=None))
    return replace(found, recording=recording)


def may_see_report(visitor: Visitor, kind: ReportKind) -> bool:
    """Who reviewed how much is for those who lead the reviews. Agents read about themselves; of others what
    the setting opens, and never what holds places in calls."""
    if not visitor.judged:
        return kind is not ReportKind.QUALITY or visitor.may(Permission.SAMPLE)
    # of those who are judged: who reviews is no business of theirs
    if kind is ReportKind.AGENT:
        return not visitor.scope.nothing
    if visitor.outlook.nameless:
        return kind is ReportKind.POSITIVE
    return kind in _ABOUT_OTHERS and visitor.outlook.scope != visitor.scope


def check_report(visitor: Visitor, query: ReportQuery) -> None:
    """
    Raises:
        Forbidden: a kind that the visitor may not see, or conditions that would tell who somebody is.
        Missing: a report about an agent whom they may not see.
    """
    if not may_see_report(visitor, query.kind):
        raise Forbidden(visitor=visitor)
    if not visitor.judged:
        return
    outlook = visitor.outlook
    closed = outlook.nameless or outlook.scope == visitor.scope
    if query.agent is not None and query.agent != visitor.user.agent_id and closed:
        raise no_agent(query.agent)
    if query.kind is ReportKind.POSITIVE and outlook.nameless and _narrowed(query):
        raise Forbidden(visitor=visitor)


def _narrowed(query: ReportQuery) -> bool:
    return any(one is not None for one in (query.agent, query.team, query.queue, query.criterion))


def report_scope(visitor: Visitor, query: ReportQuery) -> Scope:
    """The calls that a report counts: of an agent without named others, about themselves, their own."""
    if query.kind is ReportKind.AGENT and visitor.outlook.nameless:
        return visitor.scope
    return visitor.outlook.scope


def report_reader(visitor: Visitor) -> int | None:
    """The one reviewer of whom a report about reviewers tells: themselves, but to those who lead."""
    return None if visitor.may(Permission.ASSIGN) else visitor.user.id


def report_disguise(request: Request, visitor: Visitor, query: ReportQuery) -> Disguise | None:
    if not visitor.outlook.nameless:
        return None
    return disguise_of(request, visitor, f"report {query.kind} {query.first} {query.last}")


def report_links(visitor: Visitor, base: str = "") -> ReportLinks:
    """Where figures lead: to the calls that the visitor may open, and to the reports that they may read."""
    links = room_links(base)
    if not visitor.judged:
        return links
    own = visitor.user.agent_id

    def calls(where: CallFilter) -> str | None:
        return links.calls(where) if own is not None and where.agent == own else None

    def report(query: ReportQuery) -> str | None:
        seen = may_see_report(visitor, query.kind)
        mine = query.agent in (None, own) or visitor.outlook.scope != visitor.scope
        return (
            links.report(query)
            if seen and mine and (query.agent == own or not visitor.outlook.nameless)
            else None
        )

    return ReportLinks(calls=calls, report=report)
