"""Goals of coaching: set by leads, acknowledged by agents, re-checked on later calls, ended by leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, false, func, or_, select, true, update

from pipeline.domain import Evidence, Outcome, ReviewState, Severity, Span
from pipeline.domain.people import Scope
from pipeline.errors import Missing, Refused, no_agent
from pipeline.review.events import check_author, check_text, reused
from pipeline.review.goals import (
    ENDS,
    UNDER_WAY,
    Counted,
    GoalState,
    GoalStep,
    Recheck,
    check_due,
    check_room,
    days_before,
    days_since,
    next_state,
)
from pipeline.review.notices import NoticeKind
from pipeline.store import auditing, codec, days
from pipeline.store.coaching_tables import goal_clips, goal_events, goals
from pipeline.store.counting import answered
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.notifying import accounts_of, tell
from pipeline.store.people_tables import users
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import verdicts
from pipeline.store.statements import insert_once, now, upsert
from pipeline.store.tables import calls, findings, inspections, sound_of

EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class GoalClip:
    """A place in a call of the agent that shows what the goal is about."""

    call_id: str
    started_at: str | None
    starts: float | None
    """Seconds; None: the whole call shows it."""
    ends: float | None
    quote: str
    confirmed: bool
    """A person has said that it is so; False: the machine alone."""


@dataclass(frozen=True, slots=True)
class GoalEvent:
    kind: GoalStep
    comment: str
    by: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Goal:
    """One behaviour, as people set it."""

    id: int
    agent_id: str
    agent_name: str | None
    team: str | None
    criterion: str
    title: str
    severity: Severity | None
    text: str
    state: GoalState
    due: date
    set_by: str | None
    set_on: date
    talked_on: date | None
    ended_on: date | None

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY


@dataclass(frozen=True, slots=True)
class ClipWord:
    """A place that a lead names."""

    call_id: str
    span: Span | None


class Goals(Repository):
    """Whoever asks gives a scope: a goal is the agent's, and the lead's of the team that the agent was in."""

    def set(
        self,
        agent_id: str,
        criterion: str,
        *,
        due: date,
        by: int | None,
        request: str,
        text: str = "",
        clips: Sequence[ClipWord] = (),
        insist: bool = False,
        scope: Scope = EVERYWHERE,
        today: date | None = None,
    ) -> Goal:
        """Set a goal. The same request again gives the same goal.

        Args:
            insist: also where the agent has two already.

        Raises:
            Missing: no such agent inside the scope, or no such call.
            Refused: ``goal-criterion``: no call of theirs was judged by it; ``goal-due``, ``goal-known``,
                ``goal-many``; ``note-agent``: a call of another agent. Conflict: ``request-reused``.
        """
        check_text(text, request=request)
        today = today or date.today()
        with self._write() as connection:
            _alone(connection, agent_id)
            made = select(goals).where(goals.c.request == request)
            if (known := connection.execute(made).one_or_none()) is not None:
                check_author(request, known.set_by, by)
                if (known.agent_id, known.criterion) != (agent_id, criterion):
                    raise reused(request)  # or whoever sent it would believe in a goal that nobody set
                return _goal(connection, known.id, EVERYWHERE)
            check_due(due, today)
            team = _team(connection, agent_id, scope)
            check_room(_under_way(connection, agent_id), criterion, insist=insist)
            named = _named(connection, agent_id, criterion)
            values = {
                "agent_id": agent_id, "team": team, "criterion": criterion, "title": named.title,
                "severity": named.severity, "text": text.strip(), "state": GoalState.OPEN.value,
                "due": due.isoformat(), "set_by": by, "set_on": today.isoformat(), "request": request,
            }  # fmt: skip
            key = insert_once(connection, goals, values)
            if key is None:
                raise reused(request)
            _append(connection, key, GoalStep.SET, "", by, request)
            for clip in clips:
                _keep_clip(connection, key, agent_id, clip)
            auditing.note(connection, "goal-set", by=by, subject=agent_id, goal=key, criterion=criterion)
            tell(connection, NoticeKind.GOAL, accounts_of(connection, agent_id), key=key, by=by, goal=key)
            return _goal(connection, key, EVERYWHERE)

    def step(
        self,
        goal: int,
        step: GoalStep,
        *,
        by: int | None,
        request: str,
        comment: str = "",
        scope: Scope = EVERYWHERE,
        today: date | None = None,
    ) -> Goal:
        """Take a step; the same request again changes nothing. Acknowledging twice changes nothing either.

        Raises:
            Missing: no such goal inside the scope. Refused: ``goal-state``: it has ended.
            Conflict: ``request-reused``.
        """
        check_text(comment, request=request)
        if step is GoalStep.SET or (step is GoalStep.COMMENT and not comment.strip()):
            raise Refused("say something", code="note-empty")
        with self._write() as connection:
            connection.execute(select(goals.c.id).where(goals.c.id == goal).with_for_update())
            found = _goal(connection, goal, scope)
            e = goal_events.c
            known = connection.execute(
                select(e.goal, e.kind, e.user).where(e.request == request)
            ).one_or_none()
            if known is not None:
                if (known.goal, known.kind, known.user) != (goal, step.value, by):
                    raise reused(request)
                return found
            state = next_state(step, found.state)
            if step is GoalStep.ACKNOWLEDGE and found.state is state:
                return found
            day = (today or date.today()).isoformat()
            values: dict[str, object] = {"state": state.value}
            if step in (GoalStep.ACKNOWLEDGE, GoalStep.TALK) and found.talked_on is None:
                values["talked_on"] = day
            if step in ENDS:
                values["ended_on"] = day
            connection.execute(update(goals).where(goals.c.id == goal).values(values))
            _append(connection, goal, step, comment.strip(), by, request)
            auditing.note(connection, f"goal-{step}", by=by, subject=found.agent_id, goal=goal)
            _tell_step(connection, found, step, by)
            return _goal(connection, goal, EVERYWHERE)

    def goal(self, goal: int, *, scope: Scope = EVERYWHERE) -> Goal:
        """
        Raises:
            Missing: there is none inside the scope.
        """
        with self._read() as connection:
            return _goal(connection, goal, scope)

    def all(
        self,
        *,
        scope: Scope,
        agent_id: str | None = None,
        team: str | None = None,
        states: Collection[GoalState] = (),
        limit: int = 500,
    ) -> tuple[Goal, ...]:
        """Goals inside the scope: those under way first, by the day that they are due."""
        g = goals.c
        conditions = [inside(scope)]
        if agent_id is not None:
            conditions.append(g.agent_id == agent_id)
        if team is not None:
            conditions.append(g.team == team)
        if states:
            conditions.append(g.state.in_(sorted(state.value for state in states)))
        first = case((g.state.in_(sorted(one.value for one in UNDER_WAY)), 0), else_=1)
        query = select(goals).where(*conditions).order_by(first, g.due, g.id.desc()).limit(limit)
        with self._read() as connection:
            return _goals(connection, query)

    def events(self, goal: int, *, scope: Scope) -> tuple[GoalEvent, ...]:
        """What happened, the first first."""
        with self._read() as connection:
            _goal(connection, goal, scope)
            e = goal_events.c
            found = connection.execute(select(goal_events).where(e.goal == goal).order_by(e.id)).all()
            names = names_of(connection, (row.user for row in found))
        return tuple(GoalEvent(GoalStep(r.kind), r.comment, names.get(r.user), r.at) for r in found)

    def recheck(self, goal: Goal, *, scope: Scope, today: date | None = None) -> Recheck:
        """How often the criterion was violated before the talk and since, in the calls inside the scope."""
        since = days_since(goal.talked_on, goal.ended_on, today or date.today())
        with self._read() as connection:
            return Recheck(
                _count(connection, goal, days_before(goal.talked_on, goal.set_on), scope),
                None if since is None else _count(connection, goal, since, scope),
            )

    def clips(self, goal: Goal, *, scope: Scope) -> tuple[GoalClip, ...]:
        """The places of a goal that still prove something: what people overturned is left out, and so is
        what is outside the scope."""
        f, v = findings.c, verdicts.c
        query = (
            select(calls.c.call_id, calls.c.started_at, goal_clips, v.state, f.evidence, f.outcome)
            .select_from(
                goal_clips.join(calls, calls.c.id == goal_clips.c.call)
                .outerjoin(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current))
                .outerjoin(findings, and_(f.inspection == inspections.c.id, f.criterion == goal.criterion))
                .outerjoin(verdicts, and_(v.call == calls.c.id, v.criterion == goal.criterion))
            )
            .where(goal_clips.c.goal == goal.id, within(scope))
            .order_by(goal_clips.c.id)
        )
        with self._read() as connection:
            found = connection.execute(query).all()
        return tuple(_clip(row) for row in found if row.state != ReviewState.OVERTURNED.value)

    def post_due(self, today: date | None = None) -> int:
        """Tell agents, and whoever set a goal, that its day has come: once; how many were told."""
        g = goals.c
        under_way = sorted(state.value for state in UNDER_WAY)
        due = select(g.id, g.agent_id, g.set_by).where(
            g.state.in_(under_way), g.due <= (today or date.today()).isoformat()
        )
        with self._read() as connection:  # nothing to tell is the rule: no writer is kept waiting for it
            if connection.execute(due.limit(1)).first() is None:
                return 0
        with self._write() as connection:
            told = 0
            for row in connection.execute(due).all():
                to = [*accounts_of(connection, row.agent_id), row.set_by]
                told += tell(connection, NoticeKind.GOAL_DUE, to, key=row.id, by=None, goal=row.id)
            return told


def inside(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``goals`` that a scope is."""
    if scope.nothing:
        return false()
    conditions: list[ColumnElement[bool]] = [true()]
    if scope.agent_id is not None:
        conditions.append(goals.c.agent_id == scope.agent_id)
    if scope.team is not None:
        conditions.append(goals.c.team == scope.team)
    return and_(*conditions)


def _goal(connection: Connection, goal: int, scope: Scope) -> Goal:
    found = _goals(connection, select(goals).where(goals.c.id == goal, inside(scope)))
    if not found:
        raise Missing(f"there is no goal {goal}", code="no-goal", goal=goal)
    return found[0]


def _goals(connection: Connection, query: Any) -> tuple[Goal, ...]:
    found = connection.execute(query).all()
    names = names_of(connection, (row.set_by for row in found))
    agents = _agent_names(connection, {row.agent_id for row in found})
    return tuple(_read(row, names, agents) for row in found)


def _agent_names(connection: Connection, ids: Collection[str]) -> Mapping[str, str | None]:
    c = calls.c
    query = select(c.agent_id, func.max(c.agent_name)).where(c.agent_id.in_(sorted(ids))).group_by(c.agent_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _read(row: Row[Any], names: Mapping[int | None, str], agents: Mapping[str, str | None]) -> Goal:
    return Goal(
        id=row.id,
        agent_id=row.agent_id,
        agent_name=agents.get(row.agent_id),
        team=row.team,
        criterion=row.criterion,
        title=row.title,
        severity=None if row.severity is None else Severity(row.severity),
        text=row.text,
        state=GoalState(row.state),
        due=date.fromisoformat(row.due),
        set_by=names.get(row.set_by),
        set_on=date.fromisoformat(row.set_on),
        talked_on=None if row.talked_on is None else date.fromisoformat(row.talked_on),
        ended_on=None if row.ended_on is None else date.fromisoformat(row.ended_on),
    )


def _team(connection: Connection, agent_id: str, scope: Scope) -> str | None:
    """The team of the agent's latest call inside the scope."""
    latest = select(calls.c.team).where(calls.c.agent_id == agent_id, within(scope))
    row = connection.execute(latest.order_by(days.counted().desc(), calls.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise no_agent(agent_id)
    team: str | None = row.team
    return team


def _alone(connection: Connection, agent_id: str) -> None:
    """Two who set a goal for one agent at the same moment follow each other: the limit holds for
    both, and one press sent twice makes one goal."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"goal:{agent_id}"))))


def _under_way(connection: Connection, agent_id: str) -> dict[str, int]:
    g = goals.c
    states = sorted(state.value for state in UNDER_WAY)
    query = select(g.criterion, g.id).where(g.agent_id == agent_id, g.state.in_(states))
    return {row.criterion: row.id for row in connection.execute(query)}


def _named(connection: Connection, agent_id: str, criterion: str) -> Any:
    """Title and class, as the latest judged call of the agent has them."""
    f = findings.c
    query = (
        select(f.title, f.severity)
        .select_from(
            calls.join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current)).join(
                findings, f.inspection == inspections.c.id
            )
        )
        .where(calls.c.agent_id == agent_id, f.criterion == criterion, f.severity.is_not(None))
        .order_by(f.inspection.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(f"no call was judged by {criterion!r}", code="goal-criterion", criterion=criterion)
    return row


def _append(
    connection: Connection, goal: int, step: GoalStep, comment: str, by: int | None, request: str
) -> None:
    values = {
        "goal": goal, "kind": step.value, "comment": comment, "user": by, "at": now(), "request": request,
    }  # fmt: skip
    connection.execute(goal_events.insert(), values)


def _keep_clip(connection: Connection, goal: int, agent_id: str, clip: ClipWord) -> None:
    key = call_key(connection, clip.call_id)
    owner = connection.execute(select(calls.c.agent_id).where(calls.c.id == key)).scalar()
    if owner != agent_id:
        raise Refused(f"call {clip.call_id!r} is another agent's", code="note-agent", call=clip.call_id)
    values = {
        "goal": goal, "call": key, "audio_sha256": sound_of(key),
        "starts": clip.span.start if clip.span else None, "ends": clip.span.end if clip.span else None,
    }  # fmt: skip
    connection.execute(upsert(connection, goal_clips).values(values).on_conflict_do_nothing())


def _clip(row: Row[Any]) -> GoalClip:
    return GoalClip(
        call_id=row.call_id,
        started_at=row.started_at,
        starts=row.starts,
        ends=row.ends,
        quote=_quote(codec.read_evidence(row.evidence) if row.evidence else (), row.starts),
        confirmed=row.state == ReviewState.CONFIRMED.value,
    )


def _quote(evidence: Sequence[Evidence], starts: float | None) -> str:
    """What was said at this place, as the call is judged now."""
    return next((e.quote for e in evidence if starts is not None and abs(e.span.start - starts) < 0.5), "")


def _count(connection: Connection, goal: Goal, between: tuple[date, date], scope: Scope) -> Counted:
    """Over the current inspections, by the verdicts that stand, as reports count."""
    f, v = findings.c, verdicts.c
    failed = f.outcome == Outcome.FAILED.value
    confirmed = v.state == ReviewState.CONFIRMED.value
    unsettled = or_(v.state.is_(None), v.state == ReviewState.OPEN.value)
    applied = or_(f.outcome.in_([Outcome.PASSED.value, Outcome.FAILED.value]), confirmed, answered())
    standing = or_(and_(failed, unsettled), confirmed)
    sums = (func.sum(case((each, 1), else_=0)) for each in (standing, applied, and_(failed, unsettled)))
    query = (
        select(*sums)
        .select_from(
            calls.join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current))
            .outerjoin(findings, and_(f.inspection == inspections.c.id, f.criterion == goal.criterion))
            .outerjoin(verdicts, and_(v.call == calls.c.id, v.criterion == goal.criterion))
        )
        .where(calls.c.agent_id == goal.agent_id, ~days.undated(), within(scope), *days.between(*between))
    )
    broken, of, unreviewed = (int(value or 0) for value in connection.execute(query).one())
    return Counted(between[0], between[1], broken, of, unreviewed)


def _tell_step(connection: Connection, goal: Goal, step: GoalStep, by: int | None) -> None:
    if step is GoalStep.ACKNOWLEDGE:
        setter = connection.execute(select(goals.c.set_by).where(goals.c.id == goal.id)).scalar()
        may = select(users.c.id).where(users.c.id == setter, ~users.c.disabled)
        to = connection.execute(may).scalars().all()
        tell(connection, NoticeKind.GOAL_KNOWN, to, key=goal.id, by=by, goal=goal.id)
    elif step in ENDS:
        to = accounts_of(connection, goal.agent_id)
        tell(connection, NoticeKind.GOAL_ENDED, to, key=goal.id, by=by, goal=goal.id)
