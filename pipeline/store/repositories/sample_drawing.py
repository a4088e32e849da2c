"""Drawing a sample from the store, and drawing it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from pipeline.review.sample_rules import JUDGED, stratum_of
from pipeline.review.sampling import Draw, Drawn, SampleRule, SamplingUnit, Which
from pipeline.store.days import between, undated
from pipeline.store.review_tables import sample_calls, samples
from pipeline.store.statements import now, pages
from pipeline.store.tables import calls, former_ids, inspections


def population_of(
    connection: Connection,
    rule: SampleRule,
    standing: ColumnElement[bool],
    names: Mapping[int, str] = MappingProxyType({}),
) -> Iterator[SamplingUnit]:
    """The calls that a rule covers, among inspections that meet a condition (at most one of each call).

    ``names``: ids of calls (by key) that are called otherwise now.
    """
    hour = func.substr(calls.c.started_local, 12, 2)
    conditions = [
        standing,
        inspections.c.status.in_([status.value for status in JUDGED]),
        inspections.c.duration >= rule.min_duration,
        *between(rule.date_from, rule.date_to),
    ]
    if (rule.hour_from, rule.hour_to) != (0, 24):
        conditions += [hour >= f"{rule.hour_from:02}", hour < f"{rule.hour_to:02}"]
    if rule.turns or not rule.undated:
        conditions.append(~undated())
    if rule.which is not Which.ALL:
        conditions.append(inspections.c.flagged.is_(rule.which is Which.FLAGGED))
    query = (
        select(calls.c.id, calls.c.call_id, calls.c.agent_id, calls.c.team)
        .add_columns(calls.c.started_local, inspections.c.duration)
        .select_from(inspections.join(calls, calls.c.id == inspections.c.call))
        .where(*conditions)
    )
    for row in connection.execute(query):
        call_id = names.get(row.id, row.call_id)
        stratum = stratum_of(rule.per, agent_id=row.agent_id, team=row.team)
        yield SamplingUnit(call_id, stratum, (row.started_local or "")[:19], row.duration or 0.0)


def names_at(connection: Connection, moment: str) -> dict[int, str]:
    """Ids at a moment of those calls that were renamed since, by key."""
    f = former_ids.c
    query = select(f.call, f.call_id).where(f.until > moment).order_by(f.id.desc())
    return {row.call: row.call_id for row in connection.execute(query)}


def as_of(moment: str) -> ColumnElement[bool]:
    """The inspections that were the newest of their call at a moment."""
    latest = (
        select(func.max(inspections.c.id))
        .where(inspections.c.inspected_at <= moment)
        .group_by(inspections.c.call)
    )
    return inspections.c.id.in_(latest)


def keep(connection: Connection, sample_id: int, found: Draw) -> None:
    keys: dict[str, Row[Any]] = {}
    for page in pages([c.call_id for c in found.calls]):
        query = select(calls.c.call_id, calls.c.id, calls.c.audio_sha256).where(calls.c.call_id.in_(page))
        keys |= {row.call_id: row for row in connection.execute(query)}
    connection.execute(
        sample_calls.insert(),
        [
            {
                "sample": sample_id,
                "call": keys[c.call_id].id,
                "audio_sha256": keys[c.call_id].audio_sha256,
                "stratum": c.stratum,
                "place": c.place,
            }
            for c in found.calls
        ],
    )
    values = {
        "drawn_at": now(),
        "population": found.population,
        "population_sha256": found.population_sha256,
    }
    connection.execute(update(samples).where(samples.c.id == sample_id).values(values))


def drawn_calls(connection: Connection, sample_id: int, names: Mapping[int, str]) -> list[Drawn]:
    query = (
        select(calls.c.id, calls.c.call_id, sample_calls.c.stratum, sample_calls.c.place)
        .join(calls, calls.c.id == sample_calls.c.call)
        .where(sample_calls.c.sample == sample_id)
    )
    return [
        Drawn(names.get(row.id, row.call_id), row.stratum, row.place, "") for row in connection.execute(query)
    ]
