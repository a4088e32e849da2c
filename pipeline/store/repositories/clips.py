"""A few places in calls that show a criterion: where it was broken, and where it was kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from pipeline.domain import Outcome, ReviewState, Scope
from pipeline.store import codec
from pipeline.store.database import Repository
from pipeline.store.filter import CallFilter, compile_filter, within
from pipeline.store.review_tables import cases, exemplars, verdicts
from pipeline.store.tables import calls, findings, inspections

LOOKED_AT = 400
"""Latest calls that kept a criterion, of which the best are shown."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A place in a call."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    started_at: str | None
    score: float | None
    starts: float | None
    """Seconds; None: the whole call shows it."""
    ends: float | None
    quote: str
    confirmed: bool
    """A person has said that it is so."""


class Clips(Repository):
    """Places to listen to, chosen by rule: the same calls give the same places."""

    def broken(self, criterion: str, where: CallFilter, scope: Scope, *, limit: int) -> tuple[Clip, ...]:
        """Where it was violated: confirmed by people first, then the machine's surest. What people
        overturned, or have not settled between them, is no example."""
        with self._read() as connection:
            those = compile_filter(where, connection, scope).of_call
            f, v = findings.c, verdicts.c
            said = and_(v.call == calls.c.id, v.criterion == f.criterion)
            query = (
                select(*_COLUMNS, v.state)
                .select_from(_JOINED.outerjoin(verdicts, said))
                .where(
                    *those,
                    f.criterion == criterion,
                    f.outcome == Outcome.FAILED.value,
                    inspections.c.current,
                    or_(v.state.is_(None), v.state == ReviewState.CONFIRMED.value),
                )
                .order_by(
                    case((v.state == ReviewState.CONFIRMED.value, 0), else_=1),
                    func.coalesce(f.confidence, 0).desc(),
                    calls.c.id.desc(),
                )
                .limit(limit)
            )
            return tuple(
                _clip(row, row.state == ReviewState.CONFIRMED.value) for row in connection.execute(query)
            )

    def kept(self, criterion: str, where: CallFilter, scope: Scope, *, limit: int) -> tuple[Clip, ...]:
        """Where it was done right: of the latest calls those with a place that shows it, the best scores
        first. Anybody's of the team or queue: a good example need not be one's own."""
        with self._read() as connection:
            those = compile_filter(replace(where, agent=None), connection, scope).of_call
            f = findings.c
            latest = (
                select(*_COLUMNS, f.inspection.label("at"))
                .select_from(_JOINED)
                .where(
                    *those,
                    f.criterion == criterion,
                    f.outcome == Outcome.PASSED.value,
                    inspections.c.current,
                    cases.c.worst.is_(None),
                )
                .order_by(f.inspection.desc())
                .limit(LOOKED_AT)
                .subquery()
            ).c
            query = select(*latest).order_by(
                case((latest.evidence != "[]", 0), else_=1),
                func.coalesce(latest.score, 0).desc(),
                latest.at.desc(),
            )
            return _from_different_agents(map(_clip, connection.execute(query)), limit)

    def exemplary(self, criterion: str, scope: Scope, *, limit: int) -> tuple[Clip, ...]:
        """Where it was done right in the library, which everybody may hear: a place that proves it, in an
        approved recording that nobody has found a violation of it in; the newest recording first."""
        f, v = findings.c, verdicts.c
        said = and_(v.call == calls.c.id, v.criterion == f.criterion)
        query = (
            select(*_COLUMNS)
            .select_from(_JOINED.join(exemplars, exemplars.c.call == calls.c.id).outerjoin(verdicts, said))
            .where(
                within(Scope(sealed=scope.sealed)),
                exemplars.c.approved_by.is_not(None),
                f.criterion == criterion,
                f.outcome == Outcome.PASSED.value,
                f.evidence != "[]",
                inspections.c.current,
                v.state.is_(None),
            )
            .order_by(exemplars.c.at.desc(), calls.c.id)
            .limit(limit)
        )
        with self._read() as connection:
            return tuple(map(_clip, connection.execute(query)))


_JOINED = (
    findings.join(inspections, inspections.c.id == findings.c.inspection)
    .join(calls, calls.c.id == inspections.c.call)
    .join(cases, cases.c.call == calls.c.id)
)
_COLUMNS = (
    calls.c.call_id,
    calls.c.agent_id,
    calls.c.agent_name,
    calls.c.started_at,
    cases.c.score,
    findings.c.evidence,
)


def _clip(row: Any, confirmed: bool = False) -> Clip:
    proof = next(iter(codec.read_evidence(row.evidence)), None)
    return Clip(
        call_id=row.call_id,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        started_at=row.started_at,
        score=row.score,
        starts=proof.span.start if proof else None,
        ends=proof.span.end if proof else None,
        quote=proof.quote if proof else "",
        confirmed=confirmed,
    )


def _from_different_agents(clips: Iterable[Clip], limit: int) -> tuple[Clip, ...]:
    """The first ones, of as many people as there are."""
    every = list(clips)
    seen: set[str | None] = set()
    first: list[Clip] = []
    for one in every:
        if one.agent_id not in seen:
            seen.add(one.agent_id)
            first.append(one)
    rest = [one for one in every if one not in first]
    return tuple([*first, *rest][:limit])
