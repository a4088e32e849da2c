"""How rules fare in practice: how often phrases are hit, and what people say of the violations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, true

from pipeline.domain import Outcome, ReviewState, Scope
from pipeline.store.counting import answered
from pipeline.store.database import Database, Repository
from pipeline.store.filter import within
from pipeline.store.query_cache import QueryCache
from pipeline.store.review_tables import decisions, verdicts
from pipeline.store.tables import calls, findings, hits, inspections


@dataclass(frozen=True, slots=True)
class PhraseUse:
    """How often a phrase was hit in the current inspections."""

    hits: int
    calls: int


@dataclass(frozen=True, slots=True)
class CriterionUse:
    """Outcomes of one criterion, and what people said of its violations."""

    passed: int = 0
    failed: int = 0
    undetermined: int = 0
    confirmed: int = 0
    overturned: int = 0

    @property
    def reviewed(self) -> int:
        return self.confirmed + self.overturned

    @property
    def precision(self) -> float | None:
        """Share of the violations people decided about that they confirmed; None: nobody decided yet."""
        return self.confirmed / self.reviewed if self.reviewed else None


@dataclass(frozen=True, slots=True)
class RecentHit:
    """A place where a phrase was hit."""

    call_id: str
    started_local: str | None
    phrase: str
    quote: str
    start: float
    end: float
    how: str
    confidence: float
    wording: str


Counts = dict[tuple[str, ...], tuple[int, ...]]


def _in_current(
    connection: Connection,
    parts: Table,
    keys: Sequence[ColumnElement[str]],
    figures: Sequence[ColumnElement[int]],
    chosen: ColumnElement[bool],
    scope: Scope,
) -> Counts:
    """Parts of current inspections counted by ``keys``.

    Where all calls may be seen, all parts are counted along their index, which asks for no other row, and
    those of the few inspections that are not current any more are taken off.
    """
    counted: Any = select(*keys, *figures).where(chosen).group_by(*keys)
    joined = parts.join(inspections, parts.c.inspection == inspections.c.id)
    # From the inspections to their parts: there are fewer of them than parts.
    old = select(inspections.c.id).where(~inspections.c.current).scalar_subquery()
    if scope != Scope():
        seen = counted.select_from(joined.join(calls, inspections.c.call == calls.c.id))
        return _rows(connection, seen.where(inspections.c.current, within(scope)), len(keys))
    if _mostly_old(connection):
        return _rows(connection, counted.select_from(joined).where(inspections.c.current), len(keys))
    whole = _rows(connection, counted, len(keys))
    for key, gone in _rows(connection, counted.where(parts.c.inspection.in_(old)), len(keys)).items():
        left = tuple(all_of - of_old for all_of, of_old in zip(whole[key], gone, strict=True))
        whole[key] = left
    return {key: counts for key, counts in whole.items() if counts[0]}


def _mostly_old(connection: Connection) -> bool:
    """Whether more inspections were replaced, by rescoring or a new model, than are current."""
    i = inspections.c
    current = connection.execute(select(func.count()).where(i.current)).scalar_one()
    return int(connection.execute(select(func.count()).where(~i.current)).scalar_one()) > int(current)


def _rows(connection: Connection, query: Any, keys: int) -> Counts:
    return {tuple(row[:keys]): tuple(row[keys:]) for row in connection.execute(query)}


class RuleUsage(Repository):
    """Counts over current inspections that a scope may see."""

    def __init__(self, database: Database, cache: QueryCache) -> None:
        super().__init__(database)
        self._cache = cache

    def phrases(self, scope: Scope, *, code: str | None = None) -> Mapping[str, PhraseUse]:
        """Code -> use; with a ``code``: each of its phrases -> use."""
        key = hits.c.code if code is None else hits.c.phrase
        figures = (func.count(), func.count(func.distinct(hits.c.inspection)))
        chosen = true() if code is None else hits.c.code == code
        with self._read() as connection:
            counted = _in_current(connection, hits, (key,), figures, chosen, scope)
        return {name: PhraseUse(n, m) for (name,), (n, m) in counted.items()}

    def criteria(self, scope: Scope) -> Mapping[str, CriterionUse]:
        """Criterion -> use; every finding is counted, so the answer is kept until something is new."""
        with self._read() as connection:
            latest = select(*(select(func.max(t.c.id)).scalar_subquery() for t in (inspections, decisions)))
            version = tuple(connection.execute(latest).one())
        return self._cache.get(("criteria", scope), version, lambda: self._criteria(scope))

    def _criteria(self, scope: Scope) -> Mapping[str, CriterionUse]:
        said = (
            select(verdicts.c.criterion, verdicts.c.state, func.count())
            .select_from(verdicts.join(calls, verdicts.c.call == calls.c.id))
            .where(
                verdicts.c.state.in_([ReviewState.CONFIRMED.value, ReviewState.OVERTURNED.value]),
                verdicts.c.outcome == Outcome.FAILED.value,
                verdicts.c.added.is_(False),
                within(scope),
            )
            .group_by(verdicts.c.criterion, verdicts.c.state)
        )
        # Of an item that no machine judges, people's answers are what it was judged.
        answers = (
            select(verdicts.c.criterion, verdicts.c.state, func.count())
            .select_from(
                verdicts.join(calls, verdicts.c.call == calls.c.id)
                .join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current))
                .join(
                    findings,
                    and_(
                        findings.c.inspection == inspections.c.id,
                        findings.c.criterion == verdicts.c.criterion,
                    ),
                )
            )
            .where(answered(), within(scope))
            .group_by(verdicts.c.criterion, verdicts.c.state)
        )
        with self._read() as connection:
            keys = (findings.c.criterion, findings.c.outcome)
            outcomes = _in_current(connection, findings, keys, (func.count(),), true(), scope)
            found: dict[str, dict[str, int]] = {}
            for (criterion, name), (count,) in outcomes.items():
                found.setdefault(criterion, {})[name] = count
            for criterion, name, count in connection.execute(said):
                found.setdefault(criterion, {})[name] = count
            for criterion, state, count in connection.execute(answers):
                name = Outcome.FAILED if state == ReviewState.CONFIRMED.value else Outcome.PASSED
                found.setdefault(criterion, {})[name.value] = count
        settled = (ReviewState.CONFIRMED, ReviewState.OVERTURNED)
        names = (Outcome.PASSED, Outcome.FAILED, Outcome.UNDETERMINED, *settled)
        return {
            criterion: CriterionUse(*(counts.get(name.value, 0) for name in names))
            for criterion, counts in found.items()
        }

    def recent(self, code: str, scope: Scope, *, limit: int = 20) -> list[RecentHit]:
        """Latest places where any phrase of a code was hit, newest first."""
        query = (
            select(
                calls.c.call_id,
                calls.c.started_local,
                hits.c.phrase,
                hits.c.quote,
                hits.c.starts,
                hits.c.ends,
                hits.c.how,
                hits.c.confidence,
                hits.c.wording,
            )
            .select_from(
                hits.join(inspections, hits.c.inspection == inspections.c.id).join(
                    calls, inspections.c.call == calls.c.id
                )
            )
            .where(inspections.c.current, hits.c.code == code, within(scope))
            .order_by(hits.c.inspection.desc(), hits.c.number)
            .limit(limit)
        )
        with self._read() as connection:
            return [RecentHit(*row) for row in connection.execute(query)]
