"""Goals on both databases: the talk parts the calls, verdicts that stand count, each sees their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pipeline.domain import Inspection, Outcome, Scope, Scorecard, Severity, Span, User, UserRole, Verdict
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.appeals import Opinion
from pipeline.review.goals import GoalChange, GoalState, GoalStep, Recheck
from pipeline.review.notices import NoticeKind
from pipeline.store import Store
from pipeline.store.repositories.goals import ClipWord, Goal
from pipeline.store.tables import calls
from tests.inspections import finding
from tests.nights import night_call
from tests.people import user

RUDE, TEAM, AGENT = "rude", "客服一组", "8001"
TODAY = date(2026, 10, 12)
TALK = date(2026, 10, 14)
LATER, DUE = date(2026, 11, 2), date(2026, 11, 1)
OF_TEAM, OF_AGENT = Scope(team=TEAM), Scope(agent_id=AGENT)


def call(
    name: str, day: date | None, outcome: Outcome, *, agent: str = AGENT, team: str = TEAM
) -> Inspection:
    found = (finding(RUDE, outcome, severity=Severity.B),)
    card = Scorecard(findings=found, score=90.0, passed=True, fatal=False, ledger=())
    made = night_call(
        name, agent=(agent, "陈思雨", team), card=card, started=f"{day or TODAY}T09:00:00+08:00"
    )
    if day is not None:
        return made
    of = made.recording
    return replace(made, recording=replace(of, call=replace(of.call, started_at=None)))


def several(store: Store, run_id: int, name: str, day: date, broken: int, of: int) -> None:
    for number in range(of):
        outcome = Outcome.FAILED if number < broken else Outcome.PASSED
        store.inspections.save(call(f"{name}{number}", day, outcome), run_id=run_id)


def goal(store: Store, lead: int | None = None, *, request: str = "g", **more: object) -> Goal:
    given = {"due": date(2026, 11, 1), "today": TODAY, "scope": OF_TEAM, **more}
    return store.goals.set(AGENT, RUDE, by=lead, request=request, **given)  # type: ignore[arg-type]


def recheck(store: Store, made: Goal, scope: Scope = OF_TEAM) -> Recheck:
    return store.goals.recheck(store.goals.goal(made.id), scope=scope, today=LATER)


def test_calls_before_the_talk_never_count_as_since(store: Store, run_id: int) -> None:
    several(store, run_id, "before", date(2026, 10, 1), 9, 12)
    several(store, run_id, "waiting", date(2026, 10, 13), 2, 2)  # the goal is set, nobody has talked
    several(store, run_id, "talk", TALK, 3, 3)
    several(store, run_id, "old", date(2026, 8, 1), 5, 5)
    several(store, run_id, "since", date(2026, 10, 20), 0, 15)
    for name, day, outcome in (
        ("undated", None, Outcome.FAILED),
        ("elsewhere", date(2026, 10, 21), Outcome.NOT_APPLICABLE),
        ("doubt", date(2026, 10, 21), Outcome.UNDETERMINED),
    ):
        store.inspections.save(call(name, day, outcome), run_id=run_id)
    with store._write() as connection:  # inspected after the talk; nobody knows when it was made
        late = update(calls).where(calls.c.call_id == "undated")
        connection.execute(late.values(received_local="2026-10-21T09:00:00"))
    made = goal(store)
    assert recheck(store, made).since is None
    store.goals.step(made.id, GoalStep.TALK, by=None, request="t", today=TALK)
    store.goals.step(made.id, GoalStep.ACKNOWLEDGE, by=None, request="a", today=TALK + timedelta(days=9))
    found = recheck(store, made)
    assert found.since is not None
    assert (found.before.broken, found.before.applied) == (11, 14)
    assert (found.since.broken, found.since.applied, found.since.first) == (0, 15, TALK + timedelta(days=1))
    assert found.change is GoalChange.BETTER


def test_few_calls_say_nothing_and_verdicts_count(store: Store, run_id: int) -> None:
    several(store, run_id, "before", date(2026, 10, 1), 3, 12)
    several(store, run_id, "since", date(2026, 10, 20), 3, 15)
    ann = user(store, "ann")
    made = goal(store)
    store.goals.step(made.id, GoalStep.TALK, by=None, request="t", today=TALK)
    found = recheck(store, made)
    assert found.since is not None and found.since.unreviewed == 3
    for name, verdict in (("since0", Verdict.OVERTURNED), ("since1", Verdict.CONFIRMED)):
        store.decisions.decide(name, RUDE, verdict, by=ann, request=name, seen=99)
    found = recheck(store, made)
    assert found.since is not None
    assert (found.since.broken, found.since.applied, found.since.unreviewed) == (2, 15, 1)
    assert found.change is GoalChange.UNSURE
    assert recheck(store, made, replace(OF_TEAM, sealed=frozenset({"since2"}))).since.applied == 14  # type: ignore[union-attr]


def test_no_more_than_two_at_a_time_unless_somebody_insists(store: Store, run_id: int) -> None:
    names = ("a", "b", "c")
    card = Scorecard(tuple(finding(name) for name in names), 90.0, True, False, ())
    store.inspections.save(night_call("x", agent=(AGENT, "陈", TEAM), card=card), run_id=run_id)

    def put(criterion: str, **more: bool) -> Goal:
        return store.goals.set(
            AGENT,
            criterion,
            due=date(2026, 11, 1),
            by=None,
            request=f"{criterion}{more}",
            today=TODAY,
            **more,
        )

    first = put("a")
    assert put("a") == first, "the same request gives the same goal"
    with pytest.raises(Conflict):
        store.goals.set(AGENT, "b", due=DUE, by=None, request="a{}", today=TODAY)
    for refused, code in (("a", "goal-known"), ("nothing", "goal-criterion")):
        with pytest.raises(Refused) as error:
            put(refused, insist=True)
        assert error.value.code == code
    put("b")
    with pytest.raises(Refused) as error:
        put("c")
    assert error.value.code == "goal-many"
    put("c", insist=True)
    ended = store.goals.step(first.id, GoalStep.REACH, by=None, request="r", today=TODAY)
    assert ended.state is GoalState.REACHED and ended.ended_on == TODAY
    with pytest.raises(Refused):
        store.goals.step(first.id, GoalStep.MISS, by=None, request="m")


def test_each_is_told_what_is_theirs_and_sees_no_more(store: Store, run_id: int) -> None:
    several(store, run_id, "c", date(2026, 10, 1), 2, 3)
    store.inspections.save(call("other", TODAY, Outcome.FAILED, agent="8999", team="二组"), run_id=run_id)
    lead = user(store, "lead", UserRole.LEAD, team=TEAM)
    agent = user(store, "agent", UserRole.AGENT, team=TEAM, agent_id=AGENT)
    clips = (ClipWord("c0", Span(1, 3)), ClipWord("c1", None))
    made = goal(store, lead, clips=clips)
    for scope in (Scope(agent_id="8999"), Scope(team="二组"), Scope(nothing=True)):
        with pytest.raises(Missing):
            store.goals.goal(made.id, scope=scope)
        assert store.goals.all(scope=scope) == ()
    with pytest.raises(Missing):
        store.goals.set("8999", RUDE, due=date(2026, 11, 1), by=lead, request="x", scope=OF_TEAM, today=TODAY)

    def told(who: int, scope: Scope) -> list[NoticeKind]:
        return [one.kind for one in store.notices.of(who, scope, unread=True)]

    assert told(agent, OF_AGENT) == [NoticeKind.GOAL] and told(lead, OF_TEAM) == []
    assert store.notices.unread(agent, Scope(agent_id="8999")) == 0, "nothing with another number"
    store.notices.read(agent)
    store.goals.step(made.id, GoalStep.ACKNOWLEDGE, by=agent, request="a", scope=OF_AGENT, today=TALK)
    assert told(lead, OF_TEAM) == [NoticeKind.GOAL_KNOWN]
    assert [store.goals.post_due(date(2026, 11, day)) for day in (1, 2)] == [2, 0], "once"
    assert told(agent, OF_AGENT) == [NoticeKind.GOAL_DUE]
    ann = user(store, "ann")
    assert [one.call_id for one in store.goals.clips(made, scope=OF_AGENT)] == ["c0", "c1"]
    store.decisions.decide("c0", RUDE, Verdict.OVERTURNED, by=ann, request="v", seen=99)
    assert [one.call_id for one in store.goals.clips(made, scope=OF_AGENT)] == ["c1"]
    store.goals.step(made.id, GoalStep.WITHDRAW, by=lead, request="w", today=TALK)
    store.purge(date(2027, 1, 1))
    assert store.goals.all(scope=Scope()) == () and store.notices.of(agent, Scope()) == ()


def test_a_decided_appeal_and_assigned_calls_are_told(store: Store, run_id: int) -> None:
    several(store, run_id, "c", date(2026, 10, 1), 2, 2)
    chief, rev = user(store, "chief", UserRole.SUPERVISOR), user(store, "rev")
    assert store.cases.assign(["c0", "c1"], rev, chief) == 2
    store.cases.assign(["c0"], rev, chief)
    (notice,) = store.notices.of(rev, Scope())
    assert (notice.kind, notice.number) == (NoticeKind.CALLS, 2), "told once, of what is new"
    number = user(store, "agent", UserRole.AGENT, team=TEAM, agent_id=AGENT)
    filer = User(number, "agent", "agent", UserRole.AGENT, team=TEAM, agent_id=AGENT)
    made = store.appeals.file("c0", RUDE, "不是", by=filer, request="f", late=True)
    store.appeals.accept(made.id, by=None, request="a")
    given = {"by": None, "request": "d", "comment": "听过", "without_panel": True}
    for _ in range(2):
        store.appeals.decide(made.id, Opinion.UPHOLD, **given)  # type: ignore[arg-type]
    (notice,) = store.notices.of(number, OF_AGENT)
    assert (notice.kind, notice.number, notice.call_id) == (NoticeKind.APPEAL, made.id, "c0")
    assert store.notices.of(number, replace(OF_AGENT, sealed=frozenset({"c0"}))) == ()
