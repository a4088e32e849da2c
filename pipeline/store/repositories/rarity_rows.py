"""What people's words say of how rare violations are, and the log of what was made of it.

A place counts by the confidence that its surest hit has in the current inspection of its call, as the
evidence told it: what a rate made of it before is no part of it. It counts too where the rate meanwhile left
the finding undetermined, and so does what people say of it then: else what they said would take itself back,
and they could not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from pipeline.domain import How, Outcome, ReviewState, Role, Verdict
from pipeline.review import rarity as rules
from pipeline.review.rarity import CodeRarity, RarityChange, RarityFigures, RatedCode, SettledPlace
from pipeline.rubric import Rubric
from pipeline.rubric.rarity import NEVER_SURER, LearnedRarity, moved, odds_ratio, told_at
from pipeline.rubric.sheet import Item
from pipeline.store.auditing import note
from pipeline.store.review_tables import verdicts
from pipeline.store.rule_tables import rarity_changes
from pipeline.store.tables import hits, inspections, utterances

_SETTLED = (ReviewState.CONFIRMED.value, ReviewState.OVERTURNED.value)
_ROUNDED = 0.0005
"""Confidences are told in three digits."""
_SAID = (Verdict.CONFIRMED.value, Verdict.OVERTURNED.value)


def rarities(
    connection: Connection, rubric: Rubric, *, heard: Select[tuple[int]] | None, missed: Mapping[str, int]
) -> tuple[CodeRarity, ...]:
    """Every code that the sheet accuses of, in its order.

    Args:
        heard: the unflagged calls that were heard by lot; None: there are none.
        missed: criterion -> how many of them a person added a violation to.
    """
    known = _figures(connection, rubric, heard, missed) if rubric.rarity.learn else {}
    return rules.rarities_of(rubric.rarity, rules.rated(rubric), known, changes(connection))


def changes(connection: Connection) -> list[RarityChange]:
    """The log, oldest first."""
    found = connection.execute(select(rarity_changes).order_by(rarity_changes.c.id))
    return [
        RarityChange(
            id=row.id,
            learned=LearnedRarity(
                code=row.code,
                per_1000=row.per_1000,
                factor=row.factor,
                confirmed=row.confirmed,
                overturned=row.overturned,
                added=row.added,
                heard=row.heard,
            ),
            at=row.at,
        )
        for row in found
    ]


def append(connection: Connection, change: RarityChange) -> None:
    """Write an event, and its row in the log of acts."""
    of = change.learned
    figures: dict[str, Any] = {
        "per_1000": of.per_1000,
        "factor": of.factor,
        "confirmed": of.confirmed,
        "overturned": of.overturned,
        "added": of.added,
        "heard": of.heard,
    }
    connection.execute(rarity_changes.insert().values(code=of.code, at=change.at, **figures))
    note(connection, "rarity-learned", subject=of.code, **figures)


def _figures(
    connection: Connection, rubric: Rubric, heard: Select[tuple[int]] | None, missed: Mapping[str, int]
) -> Mapping[str, RarityFigures]:
    """Code -> what people said. A violation of several codes was one of its surest hit's; what was missed of
    a criterion of several codes was nobody knows which, and counts for none."""
    rated = {one.code: one for one in rules.rated(rubric)}
    said: dict[str, dict[int, SettledPlace]] = {code: {} for code in rated}
    for item in dict.fromkeys(item for items in rubric.accused.values() for item in items):
        for call, code, place in _places(connection, item, rubric, rated):
            said[code].setdefault(call, place)
    spoken = {} if heard is None else _utterances(connection, heard)
    found = {}
    for code, items in rubric.accused.items():
        alone = [item for item in items if item.codes == (code,)]
        found[code] = RarityFigures(
            places=tuple(said[code].values()),
            added=max((missed.get(item.id, 0) for item in alone), default=0),
            heard=max((spoken.get(_party(item), 0) for item in alone), default=0),
        )
    return found


def _places(
    connection: Connection, item: Item, rubric: Rubric, rated: Mapping[str, RatedCode]
) -> Sequence[tuple[int, str, SettledPlace]]:
    """Call, code, and what was told of it, of the latest settled findings of an item."""
    v = verdicts.c
    settled = (
        select(v.call, v.decision, v.state, v.verdict)
        .where(
            v.criterion == item.id,
            or_(v.outcome == Outcome.FAILED.value, _left_undetermined(item, rubric, rated)),
            v.added.is_(False),
            v.verdict.in_(_SAID),
            or_(v.state.in_(_SETTLED), v.state.is_(None)),
        )
        .order_by(v.decision.desc())
        .limit(rubric.rarity.latest)
        .subquery()
    )
    s, h, i = settled.c, hits.c, inspections.c
    query = (
        select(s.call, s.state, s.verdict, h.code, h.how, func.max(h.confidence).label("told"))
        .select_from(
            settled.join(inspections, and_(i.call == s.call, i.current)).join(hits, h.inspection == i.id)
        )
        .where(_accuses(item))
        .group_by(s.call, s.decision, s.state, s.verdict, h.code, h.how)
        .order_by(s.decision, h.code, h.how)
    )
    surest: dict[int, tuple[int, str, SettledPlace]] = {}
    for row in connection.execute(query):
        right, of = (row.state or row.verdict) == ReviewState.CONFIRMED.value, rated[row.code]
        told = told_at(row.told, How(row.how), of.stated, of.reference)
        if row.call not in surest or surest[row.call][2].told < told:
            surest[row.call] = (row.call, row.code, SettledPlace(told, right))
    return list(surest.values())


def _accuses(item: Item) -> ColumnElement[bool]:
    """Condition: a hit of what the item accuses of, by whom it accuses."""
    h = hits.c
    return and_(
        h.code.in_(item.codes),
        h.kind == rules.WEIGHED.value,
        h.how != How.MEANING.value,
        h.role.in_([_party(item), Role.UNKNOWN.value]),
    )


def _left_undetermined(item: Item, rubric: Rubric, rated: Mapping[str, RatedCode]) -> ColumnElement[bool]:
    """Condition: a verdict on what would accuse at the rate of the sheet, and is undetermined by a learned
    one. What evidence leaves undetermined by itself counts for no rate, as ever."""
    v, h, i = verdicts.c, hits.c, inspections.c
    bar = rubric.bars[item.severity].accuse if item.severity else 1.0
    needed = []
    for code in item.codes:
        stated = odds_ratio(rated[code].stated, rated[code].reference)
        least = moved(bar, 1 / stated) - _ROUNDED
        capped = h.how.in_([one.value for one in NEVER_SURER])
        needed.append(
            and_(h.code == code, h.confidence >= least, or_(~capped, h.confidence >= max(least, bar)))
        )
    found = hits.join(inspections, h.inspection == i.id)
    accusing = select(1).select_from(found).where(i.call == v.call, i.current, _accuses(item), or_(*needed))
    return and_(v.outcome == Outcome.UNDETERMINED.value, exists(accusing))


def _party(item: Item) -> str:
    assert item.check is not None  # only checks accuse
    role: Role = item.check.options.role
    return role.value


def _utterances(connection: Connection, heard: Select[tuple[int]]) -> Mapping[str, int]:
    """Party -> its utterances in these calls."""
    u, i = utterances.c, inspections.c
    query = (
        select(u.role, func.count().label("said"))
        .select_from(inspections.join(utterances, u.hearing == i.hearing))
        .where(i.current, i.call.in_(heard))
        .group_by(u.role)
    )
    return {row.role: row.said for row in connection.execute(query)}
