"""Makes a report: which calls to read, and what to tell about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from pipeline.domain import Scope
from pipeline.messages import Message, Text, title, verbatim
from pipeline.reports.readable.asked import ReportKind, ReportQuery, before, period_of
from pipeline.reports.readable.counting import CHART_DAYS, Period, agents_of
from pipeline.reports.readable.kinds import calls, criterion, positive, quality, reviewers, training
from pipeline.reports.readable.model import Report, ReportSection
from pipeline.reports.readable.plots import agent_name
from pipeline.reports.readable.source import ReportSource
from pipeline.store.period_calls import Flags, PeriodCalls

Sections = Callable[[ReportSource, Period, Scope], Iterator[ReportSection]]
KINDS: Mapping[ReportKind, Sections] = {
    ReportKind.NIGHT: calls.sections,
    ReportKind.DAY: calls.sections,
    ReportKind.WEEK: calls.sections,
    ReportKind.MONTH: calls.sections,
    ReportKind.AGENT: calls.sections,
    ReportKind.TEAM: calls.sections,
    ReportKind.QUEUE: calls.sections,
    ReportKind.CRITERION: criterion.sections,
    ReportKind.TRAINING: training.sections,
    ReportKind.POSITIVE: positive.sections,
    ReportKind.QUALITY: quality.sections,
    ReportKind.REVIEWERS: reviewers.sections,
}


def make(source: ReportSource, query: ReportQuery, scope: Scope) -> Report:
    """The report that is asked for, over the calls inside the scope; see :meth:`ReportSource.check_hidden`.

    Memory grows with the calls that are read: some 100 bytes each, and 10 for each criterion.
    """
    latest = source.store.days.newest(scope) or date.today()
    if query.kind is ReportKind.REVIEWERS:  # people work on the days of now, whenever the calls were
        latest = date.today()
    first, last = period_of(query.kind, latest, query.first, query.last)
    query = replace(query, first=first, last=last)
    facts = _read(source, query, scope, first, last, min(last, max(latest, first)))
    source, facts = source.disguised(facts)
    period = Period(query, first, last, facts, _own(facts, query))
    source.check_hidden([facts.agents[place].agent_id for place in agents_of(facts, period.now)])
    return Report(
        query=query,
        title=Message(f"report.title.{query.kind}"),
        about=_about(query, facts),
        first=first,
        last=last,
        before=before(first, last),
        made_at=datetime.now().astimezone(),
        sections=tuple(KINDS[query.kind](source, period, scope)),
    )


def _read(
    source: ReportSource, query: ReportQuery, scope: Scope, first: date, last: date, charted: date
) -> PeriodCalls:
    """The period, the one before it, and what charts show; of an agent also their team, of anything else also
    everybody."""
    start = min(before(first, last)[0], charted - timedelta(days=CHART_DAYS - 1))
    wanted = query.calls(start, last)
    if query.agent is not None:
        own = source.store.period_facts.read(wanted, scope)
        team = own.agents[0].team if len(own.agents) == 1 else None
        if team is None or len(own.teams) > 1:  # without one team there is nobody to compare with
            return own
        return source.store.period_facts.read(replace(wanted, agent=None, team=team), scope)
    return source.store.period_facts.read(replace(wanted, team=None, queue=None), scope)


def _own(facts: PeriodCalls, query: ReportQuery) -> Flags:
    own = np.ones(len(facts), bool)
    ids = [one.agent_id for one in facts.agents]
    if query.agent in ids:  # else it was a name, and all calls are of those who have it
        own &= facts.agent == ids.index(query.agent)
    if query.team is not None:
        own &= facts.team == (facts.teams.index(query.team) if query.team in facts.teams else -2)
    if query.queue is not None:
        own &= facts.queue == (facts.queues.index(query.queue) if query.queue in facts.queues else -2)
    return own


def _about(query: ReportQuery, facts: PeriodCalls) -> Text | None:
    parts: list[Message] = []
    if query.agent is not None:
        found = next((one for one in facts.agents if one.agent_id == query.agent), None)
        parts.append(agent_name(query.agent, found.name if found else None))
    parts += [verbatim(name) for name in (query.team, query.queue) if name is not None]
    if query.criterion is not None:
        one = facts.criteria.get(query.criterion)
        parts.append(title(one.title) if one else verbatim(query.criterion))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Message("join.list", parts=tuple(parts))
