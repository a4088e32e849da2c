"""What people's words say of each criterion: how often it is confirmed, and how often it misses.

Precision is counted over the latest settled verdicts on what the machine found, by an index that holds just
those; the miss rate over calls heard by lot among the unflagged ones. Neither looks at the findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, text

from pipeline.domain import ReviewState
from pipeline.review import trust as rules
from pipeline.review.sampling import SampleRule, Which
from pipeline.review.trust import TrustFigures
from pipeline.store.review_tables import SETTLED_FINDINGS, sample_calls, samples, verdicts


def figures(connection: Connection, criteria: Sequence[str], *, latest: int) -> Mapping[str, TrustFigures]:
    """Criterion -> what people's words say about it, over its ``latest`` settled findings."""
    heard, misses = missed(connection)
    found = {}
    for criterion in criteria:
        rows = connection.execute(_SAID, {"of": criterion, "latest": latest})
        said = {row.state: row.findings for row in rows}
        found[criterion] = rules.figures(
            said.get(ReviewState.CONFIRMED.value, 0),
            said.get(ReviewState.OVERTURNED.value, 0),
            missed=misses.get(criterion, 0),
            heard=heard,
        )
    return found


def _latest_verdicts() -> Select[Any]:
    """How the latest settled verdicts on what a criterion found came out."""
    v = verdicts.c
    latest = (
        select(v.state)
        .where(v.criterion == bindparam("of"), text(SETTLED_FINDINGS), v.added.is_(False))
        .order_by(v.decision.desc())
        .limit(bindparam("latest"))
        .subquery()
    )
    return select(latest.c.state, func.count().label("findings")).group_by(latest.c.state)


_SAID = _latest_verdicts()


def missed(connection: Connection) -> tuple[int, dict[str, int]]:
    """Unflagged calls heard by lot, and criterion -> those in which a person added what was missed."""
    heard = heard_calls(connection)
    if heard is None:
        return 0, {}
    v = verdicts.c
    added = (
        select(v.criterion, func.count(func.distinct(v.call)).label("calls"))
        .where(v.call.in_(heard), v.added, v.state == ReviewState.CONFIRMED.value)
        .group_by(v.criterion)
    )
    count = connection.execute(select(func.count()).select_from(heard.subquery())).scalar_one()
    return count, {row.criterion: row.calls for row in connection.execute(added)}


def heard_calls(connection: Connection) -> Select[tuple[int]] | None:
    """The unflagged calls heard by lot, by key; None where no such sample was drawn."""
    rows = connection.execute(select(samples.c.id, samples.c.rule).where(samples.c.drawn_at.is_not(None)))
    unflagged = [row.id for row in rows if SampleRule.from_json(row.rule).which is Which.UNFLAGGED]
    if not unflagged:
        return None
    of = sample_calls.c
    return select(of.call).where(of.sample.in_(unflagged), of.misses.is_not(None)).distinct()
