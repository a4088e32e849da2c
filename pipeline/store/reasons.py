"""Why calls should be looked at, with people's verdicts in it, for many calls at once: lists show it.

:func:`pipeline.review.effective.effective` says the same of one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from pipeline.domain import Outcome, ReviewState
from pipeline.messages import Message
from pipeline.store import codec
from pipeline.store.repositories.rulebook_rows import rubric_of
from pipeline.store.review_tables import cases, verdicts
from pipeline.store.tables import findings, inspections

_SETTLED = (ReviewState.CONFIRMED.value, ReviewState.OVERTURNED.value)
Reasons = dict[int, tuple[Message, ...]]


@dataclass(slots=True)
class _Standing:
    """What of a call fails with the verdicts in it."""

    failed: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)


def reasons_of(connection: Connection, heads: Iterable[Any]) -> Reasons:
    """Inspection -> reasons: the machine's, or where people have settled something, those that are left then.

    Where no score can be said (the rules that judged are lost), they stay the machine's.

    Args:
        heads: rows of current inspections with ``id``, ``call``, ``rubric`` and ``flag_reasons``.
    """
    heads = list(heads)
    found: Reasons = {head.id: codec.read_messages(head.flag_reasons or "[]") for head in heads}
    scores = _reviewed(connection, [head.call for head in heads])
    reviewed = [head for head in heads if head.id in scores]
    if not reviewed:
        return found
    standing = _standing(connection, [head.id for head in reviewed])
    rubrics = {revision: rubric_of(connection, revision) for revision in {one.rubric for one in reviewed}}
    for head in reviewed:
        rubric, score, now = rubrics[head.rubric], scores[head.id], standing[head.id]
        if rubric is not None and score is not None:
            given = found[head.id]
            from pipeline.rubric.flags import reasons_now  # with the rubric, which is loaded by now

            found[head.id] = reasons_now(rubric, given, failed=now.failed, withheld=now.withheld, score=score)
    return found


def _reviewed(connection: Connection, calls: list[int]) -> dict[int, float | None]:
    """Of those of these calls in which people have settled something: inspection -> score with it."""
    query = (
        select(cases.c.inspection, cases.c.score)
        .join(verdicts, verdicts.c.call == cases.c.call)
        .where(cases.c.call.in_(calls), verdicts.c.state.in_(_SETTLED))
        .distinct()
    )
    return {row.inspection: row.score for row in connection.execute(query)} if calls else {}


def _standing(connection: Connection, ids: list[int]) -> defaultdict[int, _Standing]:
    i, f, v = inspections.c, findings.c, verdicts.c
    held = and_(v.call == i.call, v.criterion == f.criterion)
    confirmed = v.state == ReviewState.CONFIRMED.value
    # What is open stands as the machine says, and so does what a verdict speaks of no longer (no state).
    left = and_(
        f.outcome == Outcome.FAILED.value,
        or_(v.state.is_(None), v.state != ReviewState.OVERTURNED.value),
    )
    query = (
        select(i.id, f.criterion, f.only_flags, v.state)
        .select_from(inspections.join(findings, f.inspection == i.id).outerjoin(verdicts, held))
        .where(i.id.in_(ids), or_(confirmed, left))
    )
    found: defaultdict[int, _Standing] = defaultdict(_Standing)
    for row in connection.execute(query):
        found[row.id].failed.add(row.criterion)
        if row.only_flags and row.state not in _SETTLED:
            found[row.id].withheld.add(row.criterion)
    return found
