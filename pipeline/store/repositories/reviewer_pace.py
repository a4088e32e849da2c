"""How reviewers get on: calls finished by day, how long one takes, and what they have open now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from pipeline.domain.people import Scope
from pipeline.store.database import Repository
from pipeline.store.filter import claimed, within
from pipeline.store.people_tables import audit
from pipeline.store.repositories.accounts import names_of
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls

LONGEST_MINUTES = 240.0
"""From taking a call to finishing it: what lay longer was taken, put down and taken up without a word."""
_STEPS = ("claim", "release", "finish")


@dataclass(frozen=True, slots=True)
class ReviewerPace:
    """One reviewer in some days."""

    user: int
    name: str
    finished: Mapping[date, int]
    """Day, by the clock here -> calls finished on it; days without any are left out."""
    minutes: tuple[float, ...]
    """Of each finished call that was taken before: from taking it to finishing it, the shortest first."""
    open: int
    """Calls that they hold now."""

    @property
    def median(self) -> float | None:
        """Minutes for a call, as the middle one of all: an interrupted call does not count double."""
        count = len(self.minutes)
        if not count:
            return None
        return (self.minutes[(count - 1) // 2] + self.minutes[count // 2]) / 2


class ReviewerPaces(Repository):
    """From the log of acts: a claim that runs out leaves no row, the next one begins anew."""

    def of(
        self, first: date, last: date, scope: Scope, *, user: int | None = None
    ) -> tuple[ReviewerPace, ...]:
        """Who finished a call of the scope in these days or holds one now, by name; or one of them."""
        begins, ends = _moment(first), _moment(last + timedelta(days=1))
        a = audit.c
        query = (
            select(a.user, a.action, a.at, a.call_id)
            .where(a.at >= begins, a.at < ends, a.action.in_(_STEPS), a.user.is_not(None))
            .order_by(a.id)
        )
        held = (
            select(cases.c.claimed, func.count())
            .select_from(cases.join(calls, calls.c.id == cases.c.call))
            .where(cases.c.claimed.is_not(None), claimed(), within(scope))
            .group_by(cases.c.claimed)
        )
        if user is not None:
            query, held = query.where(a.user == user), held.where(cases.c.claimed == user)
        if scope != Scope():
            query = query.where(a.call_id.in_(select(calls.c.call_id).where(within(scope))))
        taken: dict[tuple[int, str], datetime] = {}
        days: dict[int, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
        minutes: dict[int, list[float]] = defaultdict(list)
        with self._read() as connection:
            for row in connection.execute(query):
                at, key = datetime.fromisoformat(row.at), (row.user, row.call_id or "")
                if row.action == "claim":
                    taken[key] = at
                    continue
                began = taken.pop(key, None)
                if row.action != "finish":
                    continue
                days[row.user][at.astimezone().date()].add(row.call_id or "")
                if began is not None and (spent := (at - began).total_seconds() / 60) <= LONGEST_MINUTES:
                    minutes[row.user].append(spent)
            open_now: Counter[int] = Counter({row[0]: row[1] for row in connection.execute(held)})
            names = names_of(connection, {*days, *open_now})
        people = sorted({*days, *open_now}, key=lambda one: (names.get(one, ""), one))
        return tuple(
            ReviewerPace(
                user=one,
                name=names.get(one, str(one)),
                finished={day: len(those) for day, those in sorted(days[one].items())},
                minutes=tuple(sorted(minutes[one])),
                open=open_now[one],
            )
            for one in people
        )


def _moment(day: date) -> str:
    """The beginning of a day by the clock here, as stored moments (UTC)."""
    return datetime.combine(day, time()).astimezone(UTC).isoformat()
