"""One record per agent and criterion: how often it is violated, and how sure that share is.

The share is taken over *eligible* calls: those where the criterion was judged, passed or failed. A call where
it did not apply or could not be determined says nothing about the agent and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scipy.stats import binomtest

from pipeline.domain import Finding, Inspection, Outcome, Severity
from pipeline.reports.fields import Field, Record, integer, number, text
from pipeline.reports.rounding import rounded

CONFIDENCE = 0.95

FIELDS: tuple[Field, ...] = (
    text("agent_id"),
    text("agent_name"),
    text("team"),
    text("criterion", 24),
    text("severity", 9),
    integer("eligible_calls", 14),
    integer("violations"),
    integer("calls_with_violation", 20),
    number("per_100_calls", 13),
    number("low"),
    number("high"),
    integer("confirmed"),
    integer("overturned"),
    integer("pending"),
)


@dataclass(slots=True)
class _Agent:
    name: str | None = None
    team: str | None = None


@dataclass(slots=True)
class _Tally:
    severity: Severity | None
    eligible: int = 0
    failed: int = 0
    violations: int = 0


def records(inspections: Iterable[Inspection]) -> Iterator[Record]:
    """Per agent (unknown agents together, last) and criterion, sorted.

    Memory grows with the number of such pairs, not with the number of calls.
    """
    agents: dict[str | None, _Agent] = {}
    tallies: dict[tuple[str | None, str], _Tally] = {}
    for inspection in inspections:
        call = inspection.recording.call
        agent = agents.setdefault(call.agent_id, _Agent())
        if call.agent_id is not None:  # a known agent's newest name and team stand
            agent.name, agent.team = call.agent_name or agent.name, call.team or agent.team
        for finding in inspection.scorecard.findings if inspection.scorecard else ():
            if finding.outcome in (Outcome.PASSED, Outcome.FAILED):
                tally = tallies.setdefault((call.agent_id, finding.criterion), _Tally(finding.severity))
                _count(tally, finding)
    for agent_id, criterion in sorted(tallies, key=lambda key: (key[0] is None, key[0] or "", key[1])):
        yield _record(agent_id, agents[agent_id], criterion, tallies[agent_id, criterion])


def _count(tally: _Tally, finding: Finding) -> None:
    tally.eligible += 1
    tally.severity = finding.severity
    if finding.outcome is Outcome.FAILED:
        tally.failed += 1
        # each spotted phrase is one violation; an absence or a measured fault is one, whatever it cites
        tally.violations += max(1, sum(item.how is not None for item in finding.evidence))


def _record(agent_id: str | None, agent: _Agent, criterion: str, tally: _Tally) -> Record:
    interval = binomtest(tally.failed, tally.eligible).proportion_ci(CONFIDENCE, method="wilson")
    return {
        "agent_id": agent_id,
        "agent_name": agent.name,
        "team": agent.team,
        "criterion": criterion,
        "severity": tally.severity.value if tally.severity else None,
        "eligible_calls": tally.eligible,
        "violations": tally.violations,
        "calls_with_violation": tally.failed,
        "per_100_calls": rounded(100 * tally.failed / tally.eligible, 2),
        "low": rounded(100 * interval.low, 2),
        "high": rounded(100 * interval.high, 2),
        "confirmed": 0,
        "overturned": 0,
        "pending": tally.failed,
    }
