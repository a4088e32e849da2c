"""One day: what was inspected, how it went, what must be looked at today; and the run that did it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from pipeline.conversation.collation import by_name
from pipeline.domain import Scope, Severity, Status
from pipeline.messages import Message
from pipeline.store import codec
from pipeline.store.counting import BINS
from pipeline.store.database import Repository
from pipeline.store.days import between, counted, undated
from pipeline.store.filter import alerted, why_not_inspected, within
from pipeline.store.repositories.call_totals import JOINED, TOTALS, CallTotals, is_true, number, read_totals
from pipeline.store.review_tables import cases
from pipeline.store.run_rows import latest, problems_of
from pipeline.store.run_tables import problems
from pipeline.store.tables import calls, inspections
from pipeline.store.views import RunRow, StoredProblem


@dataclass(frozen=True, slots=True)
class Undated:
    """Calls of which nobody says when they began, as they stand beside a day."""

    calls: int
    open: int
    first: date
    last: date | None
    """Days under which they count; None: until now."""
    alerts: tuple[AlertCount, ...]
    alerted: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Calls of one status for one reason."""

    status: Status
    reason: str
    """The stable code where there is one, else what is stored of the sentence: what the filter takes."""
    sentence: Message | None
    calls: int


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Calls in which a customer said this."""

    code: str
    calls: int
    open: int
    """Of them, those nobody has finished."""


@dataclass(frozen=True, slots=True)
class Worst:
    """Flagged calls by the gravest class of what still stands."""

    severity: Severity | None
    calls: int
    open: int


@dataclass(frozen=True, slots=True)
class DaySummary:
    """Everything about the calls of one day."""

    day: date | None
    """None: the calls without a start."""
    total: CallTotals
    statuses: Mapping[Status, int]
    teams: tuple[tuple[str | None, CallTotals], ...]
    bins: tuple[int, ...]
    """Calls by score with verdicts, ten bins of ten points; the last holds 100 too."""
    worst: tuple[Worst, ...]
    alerts: tuple[AlertCount, ...]
    alerted: int
    """Calls with any alert."""
    reasons: tuple[ReasonCount, ...]


@dataclass(frozen=True, slots=True)
class RunState:
    """The latest run, and how far it is."""

    run: RunRow
    done: int
    """Inspections in the scope that this run has written."""
    total: int | None
    """Calls it set out to do, where it has said so; None where the scope is not all calls."""
    problems: Mapping[str, int]
    """Kind -> how many."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Problems of a run, the first ones."""

    rows: tuple[StoredProblem, ...]
    more: bool


class DayStatistics(Repository):
    """Sums over the calls of a day, and the latest run."""

    def latest(self, scope: Scope, *, limit: int = 31) -> tuple[date, ...]:
        """The latest days with calls, newest first: each found by one step down the index."""
        found: list[date] = []
        before = "9999"
        with self._read() as connection:
            while len(found) < limit:
                mine = select(func.max(counted())).where(counted() < before)
                latest = connection.execute(mine.where(within(scope))).scalar()
                if latest is None:
                    break
                found.append(date.fromisoformat(latest[:10]))
                before = latest[:10]
        return tuple(found)

    def newest(self, scope: Scope) -> date | None:
        """The latest day on which calls began; where none says when it began, the latest that calls count
        under. None where there is no call."""
        with self._read() as connection:
            for moment in (calls.c.started_local, counted()):
                latest = connection.execute(select(func.max(moment)).where(within(scope))).scalar()
                if latest is not None:
                    return date.fromisoformat(latest[:10])
        return None

    def undated(self, day: date, scope: Scope) -> Undated | None:
        """Calls of which nobody says when they began, that came from this day on and before the next one with
        calls.

        They are shown with that day, so that none is shown nowhere. None where there are none.
        """
        after = (day + timedelta(days=1)).isoformat()
        with self._read() as connection:
            later = select(func.min(calls.c.started_local)).where(calls.c.started_local >= after)
            following = connection.execute(later.where(within(scope))).scalar()
            last = None if following is None else date.fromisoformat(following[:10]) - timedelta(days=1)
            those = (undated(), *between(day, last), within(scope))
            query = select(func.count(), number(is_true(cases.c.state == "open")))
            total, left = connection.execute(query.select_from(JOINED).where(*those)).one()
            return Undated(total, left, day, last, **_alerts(connection, those)) if total else None

    def summary(self, day: date, scope: Scope) -> DaySummary:
        """Sums over the calls of one day."""
        those = (*between(day, day), within(scope))
        with self._read() as connection:
            query = (
                select(calls.c.team, inspections.c.status, *TOTALS)
                .select_from(JOINED)
                .where(*those)
                .group_by(calls.c.team, inspections.c.status)
            )
            statuses: Counter[Status] = Counter()
            teams: dict[str | None, CallTotals] = defaultdict(CallTotals)
            for row in connection.execute(query):
                statuses[Status(row.status)] += row.calls
                teams[row.team] += read_totals(row)
            return DaySummary(
                day=day,
                total=sum(teams.values(), CallTotals()),
                statuses=dict(statuses),
                teams=tuple(
                    sorted(teams.items(), key=lambda item: (item[0] is None, by_name(item[0] or "")))
                ),
                bins=_bins(connection, those),
                worst=_worst(connection, those),
                reasons=_reasons(connection, those),
                **_alerts(connection, those),
            )

    def run_state(self, scope: Scope) -> RunState | None:
        """The latest run; None before the first."""
        with self._read() as connection:
            run = next(iter(latest(connection, 1)), None)
            if run is None:
                return None
            done = select(func.count()).select_from(inspections).where(inspections.c.run == run.id)
            whole = replace(scope, sealed=frozenset()) == Scope()
            if scope != Scope():
                done = done.join(calls, calls.c.id == inspections.c.call).where(within(scope))
            kinds = select(problems.c.kind, func.count()).where(problems.c.run == run.id)
            told = run.summary or {}
            found = told.get("found", told.get("expected"))
            return RunState(
                run=run,
                done=int(connection.execute(done).scalar_one()),
                total=found if isinstance(found, int) and whole else None,
                problems={row[0]: row[1] for row in connection.execute(kinds.group_by(problems.c.kind))},
            )

    def problems(self, run_id: int, *, limit: int = 200) -> Problems:
        """The first problems of a run."""
        with self._read() as connection:
            rows = problems_of(connection, run_id, limit=limit + 1)
        return Problems(tuple(rows[:limit]), len(rows) > limit)


def _bins(connection: Connection, those: Iterable[ColumnElement[bool]]) -> tuple[int, ...]:
    score = cases.c.score
    width = 100 / BINS
    # A ladder, for the databases round differently; the last bin takes 100.
    place = case(*((score < width * (n + 1), n) for n in range(BINS - 1)), else_=BINS - 1)
    query = (
        select(place.label("place"), func.count())
        .select_from(calls.join(cases, cases.c.call == calls.c.id))
        .where(*those, score.is_not(None))
        .group_by("place")
    )
    found = {int(place): count for place, count in connection.execute(query)}
    return tuple(found.get(place, 0) for place in range(BINS))


def _worst(connection: Connection, those: Iterable[ColumnElement[bool]]) -> tuple[Worst, ...]:
    query = (
        select(cases.c.worst, func.count(), number(is_true(cases.c.state == "open")))
        .select_from(JOINED)
        .where(*those, inspections.c.flagged)
        .group_by(cases.c.worst)
    )
    found = [Worst(s and Severity(s), calls, left) for s, calls, left in connection.execute(query)]
    return tuple(sorted(found, key=lambda w: w.severity or "Z"))


def _reasons(connection: Connection, those: Iterable[ColumnElement[bool]]) -> tuple[ReasonCount, ...]:
    i = inspections.c
    reason = why_not_inspected().label("why")
    query = (
        select(i.status, reason, func.max(i.reason).label("sentence"), func.count().label("calls"))
        .select_from(JOINED)
        .where(*those, i.status != Status.INSPECTED.value)
        .group_by(i.status, reason)
        .order_by(func.count().desc(), reason)
        .limit(50)
    )
    return tuple(
        ReasonCount(Status(row.status), row.why or "", codec.read_message(row.sentence), row.calls)
        for row in connection.execute(query)
    )


def _alerts(connection: Connection, those: Iterable[ColumnElement[bool]]) -> dict[str, Any]:
    query = (
        select(inspections.c.alerts, cases.c.state, func.count())
        .select_from(JOINED)
        .where(*those, alerted())
        .group_by(inspections.c.alerts, cases.c.state)
    )
    every: Counter[str] = Counter()
    left: Counter[str] = Counter()
    total = 0
    for text, state, count in connection.execute(query):
        total += count
        for code in codec.read_strings(text):
            every[code] += count
            left[code] += count if state == "open" else 0
    found = tuple(AlertCount(code, count, left[code]) for code, count in every.most_common())
    return {"alerts": found, "alerted": total}
