"""Reading appeals: the statements behind their repository."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from pipeline.domain import Severity
from pipeline.domain.people import Scope, User
from pipeline.domain.review import AppealState
from pipeline.errors import Missing
from pipeline.intervals import wilson
from pipeline.review import appeal_rules as rules
from pipeline.review.appeals import (
    Appeal,
    AppealEvent,
    AppealStanding,
    Opinion,
    Step,
    UpheldRate,
    UpheldRates,
)
from pipeline.store import rows
from pipeline.store.filter import within
from pipeline.store.people_tables import users
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.review_tables import appeal_events, appeals, verdicts
from pipeline.store.statements import pages
from pipeline.store.tables import calls, findings, inspections


def appeals_where(connection: Connection, *conditions: Any, limit: int | None = None) -> tuple[Appeal, ...]:
    """Appeals with their events, those due first on top."""
    query = (
        _query()
        .where(*conditions)
        .order_by(or_(appeals.c.due_at.is_(None), lapsed()), appeals.c.due_at, appeals.c.id.desc())
    )
    found = connection.execute(query if limit is None else query.limit(limit)).all()
    events: dict[int, list[Row[Any]]] = defaultdict(list)
    for page in pages([row.appeal for row in found]):
        happened = select(appeal_events).where(appeal_events.c.appeal.in_(page)).order_by(appeal_events.c.id)
        for event in connection.execute(happened):
            events[event.appeal].append(event)
    keys = {row.reviewer for row in found} | {row.filed_by for row in found}
    people = accounts(connection, keys | {event.user for many in events.values() for event in many})
    return tuple(_appeal(row, events[row.appeal], people) for row in found)


def standings_where(connection: Connection, *conditions: Any) -> list[AppealStanding]:
    """What the rules look at in these appeals, without the rest of them: quick."""
    joined = appeals.join(calls, calls.c.id == appeals.c.call).outerjoin(
        verdicts, (verdicts.c.call == appeals.c.call) & (verdicts.c.criterion == appeals.c.criterion)
    )
    own = [column for column in appeals.c if column.name not in ("agent_id", "team")]
    query = (
        select(*own, calls.c.agent_id, calls.c.team, verdicts.c.user.label("decider"), verdicts.c.second)
        .select_from(joined)
        .where(*conditions)
    )
    found: list[Row[Any]] = list(connection.execute(query))
    spoke: dict[int, set[int | None]] = defaultdict(set)
    for page in pages([row.id for row in found]):
        opinions = select(appeal_events.c.appeal, appeal_events.c.user).where(
            appeal_events.c.appeal.in_(page), appeal_events.c.kind == Step.OPINION.value
        )
        for one in connection.execute(opinions):
            spoke[one.appeal].add(one.user)
    people = accounts(
        connection, {row.filed_by for row in found} | {key for many in spoke.values() for key in many}
    )
    return [_standing(row, spoke[row.id], people) for row in found]


def lapsed() -> ColumnElement[bool]:
    """The lead let the time pass: the appeal has gone up, whether or not anybody has written that down."""
    now = datetime.now(UTC).isoformat()
    a = appeals.c
    return and_(a.state == AppealState.FILED.value, a.due_at.is_not(None), a.due_at <= now)


def standing_in(states: Collection[AppealState]) -> ColumnElement[bool]:
    """The condition that an appeal is in one of these states now."""
    stored = and_(appeals.c.state.in_([state.value for state in states]), ~lapsed())
    return or_(stored, lapsed()) if AppealState.EXPIRED in states else stored


def has_lapsed(row: Row[Any]) -> bool:
    """The same of a row."""
    return rules.lapsed(AppealState(row.state), moment(row.due_at), datetime.now(UTC))


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def appeal_of(connection: Connection, appeal: int) -> Appeal:
    found = appeals_where(connection, appeals.c.id == appeal)
    if not found:
        raise Missing(f"there is no appeal {appeal}", code="no-appeal", appeal=appeal)
    return found[0]


def accounts(connection: Connection, keys: Iterable[int | None]) -> dict[int | None, User]:
    """Who these people are."""
    out: dict[int | None, User] = {}
    for page in pages(sorted(key for key in set(keys) if key is not None)):
        query = select(*ACCOUNT).where(users.c.id.in_(page))
        out |= {row.id: user_of(row) for row in connection.execute(query)}
    return out


def upheld_rates(connection: Connection, scope: Scope) -> UpheldRates:
    """Over all decided appeals inside the scope."""
    query = (
        select(appeals.c.criterion, appeals.c.reviewer, appeals.c.state, func.count().label("cases"))
        .join(calls, calls.c.id == appeals.c.call)
        .where(appeals.c.state.in_(rules.DECIDED), within(scope))
        .group_by(appeals.c.criterion, appeals.c.reviewer, appeals.c.state)
    )
    found = connection.execute(query).all()
    people = accounts(connection, (row.reviewer for row in found))
    titles = {name: _title(connection, name) for name in {row.criterion for row in found}}

    def rates(group: Callable[[Row[Any]], tuple[str | None, int | None]]) -> tuple[UpheldRate, ...]:
        total, upheld = Counter[tuple[str | None, int | None]](), Counter[tuple[str | None, int | None]]()
        for row in found:
            total[group(row)] += row.cases
            upheld[group(row)] += row.cases if row.state == AppealState.UPHELD else 0
        return tuple(
            UpheldRate(
                criterion=criterion,
                title=titles.get(criterion),
                reviewer=reviewer,
                reviewer_name=people[reviewer].display_name if reviewer in people else None,
                upheld=wilson(upheld[criterion, reviewer], count),
            )
            for (criterion, reviewer), count in sorted(
                total.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or 0)
            )
        )

    overall = rates(lambda row: (None, None))
    return UpheldRates(
        overall=overall[0] if overall else UpheldRate(None, None, None, None, wilson(0, 0)),
        criteria=rates(lambda row: (row.criterion, None)),
        reviewers=rates(lambda row: (None, row.reviewer)),
    )


def _title(connection: Connection, criterion: str) -> str | None:
    # one row by its index, not the newest of a million
    query = select(findings.c.title).where(findings.c.criterion == criterion).limit(1)
    return connection.execute(query).scalar()


def _query() -> Select[Any]:
    """Appeals with their calls, and what the current sheet calls the criterion."""
    joined = (
        appeals.join(calls, calls.c.id == appeals.c.call)
        .outerjoin(inspections, (inspections.c.call == calls.c.id) & inspections.c.current)
        .outerjoin(
            findings,
            (findings.c.inspection == inspections.c.id) & (findings.c.criterion == appeals.c.criterion),
        )
        .outerjoin(
            verdicts, (verdicts.c.call == appeals.c.call) & (verdicts.c.criterion == appeals.c.criterion)
        )
    )
    own = [column for column in appeals.c if column.name not in ("id", "agent_id", "team")]
    return select(
        *calls.c,
        *own,
        appeals.c.id.label("appeal"),
        findings.c.title,
        findings.c.severity,
        verdicts.c.user.label("decider"),
        verdicts.c.second,
    ).select_from(joined)


def _appeal(row: Row[Any], happened: list[Row[Any]], people: dict[int | None, User]) -> Appeal:
    events = tuple(_event(event, people.get(event.user)) for event in happened)
    spoke = {event.by for event in events if event.kind is Step.OPINION}
    filer = people.get(row.filed_by)
    gone = has_lapsed(row)
    if gone:  # as it will be written with the next step: reading writes nothing
        at = datetime.fromisoformat(row.due_at)
        events = (*events, AppealEvent(0, Step.EXPIRE, None, "", None, None, None, at))
    return Appeal(
        id=row.appeal,
        call=rows.read_call(row).header,
        criterion=row.criterion,
        title=row.title or row.criterion,
        severity=None if row.severity is None else Severity(row.severity),
        state=AppealState.EXPIRED if gone else AppealState(row.state),
        reason=row.reason,
        filed_by=row.filed_by,
        filed_by_name=filer.display_name if filer else None,
        filed_at=datetime.fromisoformat(row.filed_at),
        due_at=None if gone else moment(row.due_at),
        decided_at=moment(row.decided_at),
        reviewer=row.reviewer,
        reviewer_name=people[row.reviewer].display_name if row.reviewer in people else None,
        version=row.version + gone,
        standing=_standing(row, spoke, people),
        events=events,
    )


def _standing(row: Row[Any], spoke: Collection[int | None], people: dict[int | None, User]) -> AppealStanding:
    """Agent and team are those of the call as it is now: whoever may see the call sees its appeals.

    Args:
        spoke: who gave an opinion (None: the shell).
    """
    return rules.standing_of(
        AppealState.EXPIRED if has_lapsed(row) else AppealState(row.state),
        agent_id=row.agent_id,
        team=row.team,
        deciders=(row.reviewer, row.decider, row.second),
        filer=people.get(row.filed_by),
        spoke={key: people.get(key) for key in spoke},
    )


def _event(row: Row[Any], user: User | None) -> AppealEvent:
    seat = rules.seat_of(user) if row.kind == Step.OPINION else None
    return AppealEvent(
        id=row.id,
        kind=Step(row.kind),
        opinion=None if row.opinion is None else Opinion(row.opinion),
        comment=row.comment,
        by=row.user,
        by_name=user.display_name if user else None,
        seat=seat,
        at=datetime.fromisoformat(row.at),
    )
