"""Counts and lists behind the screens, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.domain import Outcome, Scope, Severity, Status, UserRole, Verdict
from pipeline.errors import Refused
from pipeline.messages import verbatim
from pipeline.store import Store, StoredProblem, codec
from pipeline.store.filter import ANY_ALERT, CallFilter, QueueState
from tests.inspections import CHINA, finding, inspection
from tests.nights import bad_call, good_call

DAY = date(2026, 11, 2)
ALL = Scope()


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=CHINA)


@pytest.fixture
def filled(store: Store, run_id: int, today: date) -> Store:
    """Two teams over nine days: twelve calls with a violation each, one grave, one clean, one unreadable."""
    many = [
        inspection(f"m{n:02}", flagged=n % 2 == 0, score=70.0 + n, started_at=at(2, 8 + n)) for n in range(12)
    ]
    grave = inspection(
        "grave",
        findings=(finding("abuse", Outcome.FAILED, severity=Severity.A),),
        score=0.0,
        flagged=True,
        started_at=at(2, 7),
        agent_id="2001",
        team="二组",
    )
    clean = inspection("clean", findings=(finding("rude"),), score=100.0, started_at=at(10))
    lost = inspection("lost", status=Status.UNREADABLE, started_at=None, agent_id=None, team=None)
    for one in (*many, grave, clean, lost):
        store.inspections.save(one, run_id=run_id)
    return store


def ids(store: Store, wanted: CallFilter, scope: Scope = ALL, by: int | None = None) -> list[str]:
    """Every page of a list, three rows at a time."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = store.queue.page(wanted, scope, by=by, after=after, limit=3)
        found += [row.call_id for row in page.rows]
        if page.after is None:
            return found
        after = page.after


def test_the_queue_is_in_order_of_need_and_pages_meet(filled: Store) -> None:
    found = ids(filled, CallFilter(state=QueueState.OPEN))
    assert found[0] == "grave"
    assert sorted(found) == ["grave", *(f"m{n:02}" for n in range(0, 12, 2))]
    rows = filled.queue.page(CallFilter(state=QueueState.OPEN), ALL).rows
    assert [row.priority for row in rows] == sorted((row.priority for row in rows), reverse=True)


def test_all_calls_are_a_diary_and_those_without_a_start_stand_under_their_inspection(
    filled: Store, today: date
) -> None:
    found = ids(filled, CallFilter(state=QueueState.ALL))
    assert found == ["lost", "clean", *(f"m{n:02}" for n in reversed(range(12))), "grave"]
    (first, second) = filled.queue.page(CallFilter(state=QueueState.ALL), ALL, limit=2).rows
    assert (first.started_at, first.counted_at[:10]) == (None, today.isoformat())
    assert first.file.endswith("lost.wav")
    assert second.started_at == second.counted_at


def test_any_place_can_be_asked_for(filled: Store) -> None:
    for after in ("", "x", "~", "~x", "1~", "nan~3", "~99999999999999999999", "2026~5"):
        for state in QueueState:
            filled.queue.page(CallFilter(state=state), ALL, by=1, after=after)


def test_filters(filled: Store) -> None:
    for wanted, expected in (
        (CallFilter(state=QueueState.OPEN, criterion="abuse"), {"grave"}),
        (CallFilter(state=QueueState.OPEN, severity=Severity.A), {"grave"}),
        (CallFilter(state=QueueState.OPEN, team="二组"), {"grave"}),
        (CallFilter(state=QueueState.OPEN, agent="2001"), {"grave"}),
        (CallFilter(state=QueueState.OPEN, queue="售后", date_from=date(2026, 11, 3)), set()),
        (CallFilter(state=QueueState.ALL, undated=True), {"lost"}),
        (CallFilter(state=QueueState.ALL, undated=False, date_from=date(2026, 11, 3)), {"clean"}),
        (CallFilter(state=QueueState.ALL, date_from=date(2026, 11, 3)), {"clean", "lost"}),
        (CallFilter(state=QueueState.ALL, date_to=date(2026, 11, 10), team="一组", score_from=82), {"clean"}),
        (CallFilter(state=QueueState.ALL, score_from=80.0, score_below=82.0), {"m10", "m11"}),
        (CallFilter(state=QueueState.ALL, status=Status.UNREADABLE), {"lost"}),
        (CallFilter(state=QueueState.ALL, reason=codec.message(verbatim("the file is empty"))), {"lost"}),
        (CallFilter(state=QueueState.ALL, flagged=False, violating=False), {"clean", "lost"}),
        (CallFilter(state=QueueState.ALL, text="随便你", team="二组"), {"grave"}),
        (CallFilter(state=QueueState.ALL, text="没有说过"), set()),
        (CallFilter(state=QueueState.OPEN, confidence_from=0.95), set()),
        (CallFilter(state=QueueState.ALL, confidence_to=0.9, team="二组"), {"grave"}),
        (CallFilter(state=QueueState.OPEN, alert=ANY_ALERT), set[str]()),
    ):
        assert set(ids(filled, wanted)) == expected, wanted
        counts = filled.queue.counts(wanted, ALL, by=None, states=[wanted.state])
        assert counts[wanted.state].value == len(expected), wanted


def test_scopes(filled: Store) -> None:
    everything = CallFilter(state=QueueState.ALL)
    assert ids(filled, everything, Scope(team="二组")) == ["grave"]
    assert ids(filled, everything, Scope(agent_id="2001")) == ["grave"]
    assert ids(filled, everything, Scope(nothing=True)) == []
    assert filled.queue.invisible(Scope(team="二组"), ["grave", "m00", "none"]) == ("m00", "none")
    assert filled.queue.choices(Scope(team="二组")).teams == ("二组",)
    assert [agent.agent.agent_id for agent in filled.agents.all(Scope(team="二组"))] == ["2001"]
    assert filled.agents.one("1001", Scope(team="二组")) is None
    assert filled.days.latest(Scope(nothing=True)) == ()


def test_alerts(store: Store, run_id: int) -> None:
    for one in (bad_call(), good_call()):
        store.inspections.save(one, run_id=run_id)
    everything = CallFilter(state=QueueState.ALL)
    assert ids(store, replace(everything, alert=ANY_ALERT)) == ["O02"]
    assert ids(store, replace(everything, alert="esc-complaint")) == ["O02"]
    assert ids(store, replace(everything, alert="esc-comp_aint")) == []  # a sign of LIKE is a sign
    night = store.days.summary(date(2026, 11, 20), ALL)
    assert [(a.code, a.calls, a.open) for a in night.alerts] == [("esc-complaint", 1, 1)]
    assert night.alerted == 1


def test_a_night(filled: Store, today: date) -> None:
    night = filled.days.summary(DAY, ALL)
    assert night.total.calls == night.total.judged == night.total.scored == 13
    assert night.total.flagged == night.total.open == 7
    assert night.total.violating == 13
    assert night.total.mean == pytest.approx(sum(range(70, 82)) / 13)
    assert night.bins == (1, 0, 0, 0, 0, 0, 0, 10, 2, 0)
    assert [(w.severity, w.calls, w.open) for w in night.worst] == [(Severity.A, 1, 1), (Severity.D, 6, 6)]
    assert [team for team, _ in night.teams] == ["一组", "二组"]
    assert filled.days.latest(ALL) == (today, date(2026, 11, 10), DAY)


def test_calls_without_a_time_stand_beside_the_newest_night(filled: Store, run_id: int, today: date) -> None:
    assert filled.days.newest(ALL) == date(2026, 11, 10)
    assert filled.days.undated(DAY, ALL) is None  # they came after the night that followed
    angry = inspection("angry", started_at=None, team=None, agent_id=None, flagged=True)
    assert angry.scorecard is not None
    filled.inspections.save(
        replace(angry, scorecard=replace(angry.scorecard, alerts=("12315",))), run_id=run_id
    )
    beside = filled.days.undated(date(2026, 11, 10), ALL)
    assert beside is not None
    assert (beside.calls, beside.open, beside.alerted) == (2, 1, 1)
    assert [(one.code, one.calls, one.open) for one in beside.alerts] == [("12315", 1, 1)]
    assert filled.days.undated(date(2026, 11, 10), Scope(team="一组")) is None
    now = filled.days.summary(today, ALL)
    assert (now.total.calls, now.alerted) == (2, 1)
    filled.inspections.save(inspection("late", started_at=at(30)), run_id=run_id)
    assert filled.days.newest(ALL) == date(2026, 11, 30)


def test_where_no_call_has_a_time_the_newest_night_is_that_of_the_inspection(
    store: Store, run_id: int, today: date
) -> None:
    assert store.days.newest(ALL) is None
    store.inspections.save(inspection("a", started_at=None), run_id=run_id)
    assert store.days.newest(ALL) == today
    store.inspections.save(inspection("a", started_at=None, score=1.0, rubric="another"), run_id=run_id)
    (row,) = store.queue.page(CallFilter(state=QueueState.ALL), ALL).rows
    assert row.counted_at[:10] == today.isoformat()


def test_verdicts_are_in_the_counts(filled: Store) -> None:
    reviewer = filled.accounts.add("r", role=UserRole.REVIEWER)
    case = filled.cases.case("m00")
    assert case is not None
    decide = filled.decisions.decide
    decide("m00", "rude", Verdict.OVERTURNED, by=reviewer.id, request="1", seen=case.version)
    filled.decisions.finish("m00", by=reviewer.id, request="2")
    assert ids(filled, CallFilter(state=QueueState.DONE)) == ["m00"]
    assert "m00" not in ids(filled, CallFilter(state=QueueState.OPEN))
    night = filled.days.summary(DAY, ALL)
    assert (night.total.violating, night.total.open) == (12, 6)
    assert [(w.severity, w.calls, w.open) for w in night.worst][-1] == (None, 1, 0)
    (one,) = filled.agents.all(ALL, team="一组")
    assert (one.confirmed, one.overturned) == (0, 1)


def test_mine_claimed_and_next(filled: Store) -> None:
    first, second = (filled.accounts.add(name, role=UserRole.REVIEWER).id for name in ("a", "b"))
    cases = filled.cases
    assert cases.next(first, ALL, CallFilter(state=QueueState.OPEN, team="一组", date_to=DAY)) in {
        f"m{n:02}" for n in range(0, 12, 2)
    }
    assert cases.next(first, ALL, CallFilter(state=QueueState.OPEN, severity=Severity.A)) == "grave"
    assert cases.next(second, ALL, CallFilter(state=QueueState.OPEN, severity=Severity.A)) is None
    cases.assign(["m02"], second, first)
    assert cases.next(second, ALL, CallFilter(state=QueueState.OPEN)) == "m02"  # one's own first
    assert ids(filled, CallFilter(state=QueueState.MINE), by=second) == ["m02"]
    assert len(ids(filled, CallFilter(state=QueueState.CLAIMED))) == 3
    row = next(
        row for row in filled.queue.page(CallFilter(state=QueueState.OPEN), ALL).rows if row.call_id == "m02"
    )
    assert (row.claimed, row.assigned) == (second, second)


def test_an_agent_over_the_weeks(filled: Store) -> None:
    found = filled.agents.one("1001", ALL)
    assert found is not None
    assert [week.monday for week in found.weeks] == [DAY, DAY + timedelta(days=7)]
    assert [week.own.calls for week in found.weeks] == [12, 1]
    assert found.best[0].call_id == "clean"
    assert found.worst[0].call_id == "m00"
    rude = next(one for one in found.criteria if one.criterion == "rude")
    assert (rude.eligible_calls, rude.calls_with_violation) == (13, 12)


def test_choices(filled: Store) -> None:
    found = filled.queue.choices(ALL)
    assert found.teams == ("一组", "二组")
    assert [one.criterion for one in found.criteria] == ["abuse", "greeting", "rude"]
    assert [one.agent_id for one in found.agents] == ["1001", "2001"]


def test_choices_stand_in_the_order_in_which_people_look_them_up(store: Store, run_id: int) -> None:
    severities = {"rude": Severity.D, "abuse": Severity.A, "not-asked": Severity.D, "late": Severity.C}
    titles = {"rude": "态度", "abuse": "辱骂", "not-asked": "未问", "late": "迟到"}
    findings = tuple(finding(name, severity=of, title=titles[name]) for name, of in severities.items())
    for team in ("三组", "十组", "一组", None, "二组"):
        store.inspections.save(inspection(f"c{team}", team=team, findings=findings), run_id=run_id)
    teams = ["一组", "二组", "三组", "十组"]
    found = store.queue.choices(ALL)
    assert list(found.teams) == teams
    assert [one.criterion for one in found.criteria] == ["abuse", "late", "rude", "not-asked"]
    assert [row.team for row in store.accounts.teams()] == [*teams, None]
    day = store.days.latest(ALL)[0]
    assert [team for team, _ in store.days.summary(day, ALL).teams] == [*teams, None]


def test_saved_filters(store: Store) -> None:
    one, two = (store.accounts.add(name, role=UserRole.REVIEWER).id for name in ("a", "b"))
    store.queue.save_filter(one, " 推诿  本周 ", "criterion=shirk")
    store.queue.save_filter(one, "推诿 本周", "criterion=shirk&team=x")
    (saved,) = store.queue.saved_filters(one)
    assert (saved.name, saved.query) == ("推诿 本周", "criterion=shirk&team=x")
    assert store.queue.saved_filters(two) == ()
    store.queue.delete_filter(two, saved.id)
    assert store.queue.saved_filters(one) == (saved,)
    with pytest.raises(Refused):
        store.queue.save_filter(one, " ", "")
    for n in range(49):
        store.queue.save_filter(one, f"f{n}", "")
    with pytest.raises(Refused):
        store.queue.save_filter(one, "one too many", "")
    store.queue.save_filter(one, "f3", "state=all")  # an old name always has room


def test_the_state_of_a_run(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a"), run_id=run_id)
    store.runs.add_problems(
        run_id, [StoredProblem("call-list", verbatim(f"row {n}"), Path("x.csv"), line=n) for n in range(5)]
    )
    state = store.days.run_state(Scope())
    assert state is not None
    assert (state.run.state, state.done, dict(state.problems)) == ("running", 1, {"call-list": 5})
    assert store.days.problems(run_id, limit=3).more
    assert state.total is None
    store.runs.expect(run_id, 4)
    watched = store.days.run_state(Scope())
    assert watched is not None and (watched.done, watched.total) == (1, 4)
    store.runs.finish(run_id, summary={"found": 1})
    after = store.days.run_state(Scope())
    assert after is not None and (after.run.state, after.total) == ("finished", 1)
