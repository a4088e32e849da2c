"""Samples: announced, drawn once, verified by anyone, heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.domain import Inspection, Status
from pipeline.domain.people import Scope, UserRole
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.sampling import NoticeGrade, Per, SampleRule, Which
from pipeline.review.turns import DailyTurn
from pipeline.store import Store
from pipeline.store import review_tables as tables
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import sample_calls
from tests.inspections import CHINA, inspection

DAY = date(2026, 11, 2)
RULE = SampleRule(DAY, DAY, count=2, per=Per.AGENT, which=Which.UNFLAGGED)


def night() -> list[Inspection]:
    """Five calls of each of two agents, one flagged each, one short, one the day after, one unreadable."""
    found = []
    for agent, team in (("1001", "一组"), ("1002", "二组")):
        for number in range(5):
            start = datetime(2026, 11, 2, 9 + number, 30, tzinfo=CHINA)
            one = inspection(
                f"{agent}-{number}", agent_id=agent, team=team, started_at=start, flagged=number == 4
            )
            found.append(one)
    later = datetime(2026, 11, 3, 0, 0, tzinfo=CHINA)
    return [
        *found,
        replace(inspection("short", agent_id="1001"), duration=3.0),
        inspection("next-day", agent_id="1001", started_at=later),
        inspection("broken", agent_id="1001", status=Status.UNREADABLE),
    ]


@pytest.fixture
def filled(store: Store, run_id: int) -> Store:
    for one in night():
        store.inspections.save(one, run_id=run_id)
    return store


def test_announced_drawn_and_verified(filled: Store) -> None:
    samples = filled.samples
    rule = replace(RULE, min_duration=10)
    made = samples.announce(" 晨间抽检 ", rule, seed="s1", by=None, request="r1")
    assert (made.title, made.rule, made.drawn_at, made.in_advance) == ("晨间抽检", rule, None, False)
    assert samples.announce("again", rule, seed="s2", by=None, request="r1") == made
    drawn = samples.draw(made.id)
    assert (drawn.population, drawn.drawn, drawn.heard) == (8, 4, 0)
    assert samples.draw(made.id) == drawn
    found = samples.calls(made.id)
    assert [(c.stratum, c.place) for c in found] == [("1001", 1), ("1001", 2), ("1002", 1), ("1002", 2)]
    assert {c.call.agent_id for c in found} == {"1001", "1002"}
    verified = samples.verify(made.id)
    assert verified.holds and verified.population == 8


@pytest.mark.parametrize(
    ("change", "population"),
    [
        ({}, 9),
        ({"which": Which.FLAGGED}, 2),
        ({"which": Which.ALL}, 11),
        ({"which": Which.ALL, "date_to": date(2026, 11, 3)}, 12),
        ({"which": Which.ALL, "hour_from": 11, "hour_to": 13}, 4),
    ],
)
def test_what_a_rule_covers(filled: Store, change: dict[str, object], population: int) -> None:
    rule = replace(RULE, **change)
    made = filled.samples.announce("t", rule, seed="s", by=None, request="r")
    assert filled.samples.draw(made.id).population == population


def test_one_stratum_for_all_or_for_each_team(filled: Store) -> None:
    samples = filled.samples
    for per, strata in ((Per.TEAM, ["一组", "一组", "二组", "二组"]), (Per.ALL, ["", ""])):
        made = samples.announce("t", replace(RULE, per=per), seed="s", by=None, request=per)
        samples.draw(made.id)
        assert [c.stratum for c in samples.calls(made.id)] == strata


def test_a_stratum_counts_by_the_calls_the_rule_covered(filled: Store, run_id: int) -> None:
    samples = filled.samples
    rule = replace(RULE, min_duration=10, count=1)
    for number in range(5, 9):  # a busy agent: eight calls against four
        start = datetime(2026, 11, 2, 9 + number, 30, tzinfo=CHINA)
        filled.inspections.save(
            inspection(f"1001-{number}", agent_id="1001", started_at=start), run_id=run_id
        )
    made = samples.announce("a", rule, seed="s", by=None, request="r")
    assert samples.strata(made.id) == {}
    samples.draw(made.id)
    assert samples.strata(made.id) == {"1001": 8, "1002": 4}
    start = datetime(2026, 11, 2, 20, 0, tzinfo=CHINA)
    filled.inspections.save(inspection("late", agent_id="1002", started_at=start), run_id=run_id)
    assert samples.strata(made.id) == {"1001": 8, "1002": 4}, "what came later was not covered"
    with pytest.raises(Missing):
        samples.strata(made.id + 1)


def test_the_nth_call_of_each_agent_and_day(filled: Store, run_id: int) -> None:
    samples = filled.samples
    filled.inspections.save(inspection("no-day", agent_id="1001", started_at=None), run_id=run_id)
    rule = replace(RULE, which=Which.ALL, turns=(DailyTurn(2, 10.0, 11),))
    made = samples.announce("第二通", rule, seed="s", by=None, request="r")
    assert made.rule == rule and made.notice is NoticeGrade.AFTER
    assert samples.draw(made.id).population == 11
    assert [c.call.call_id for c in samples.calls(made.id)] == ["1001-3", "1002-3"]
    assert samples.verify(made.id).holds
    with filled._write() as connection:
        key = call_key(connection, "1001-2")
        mine = (sample_calls.c.sample == made.id) & (sample_calls.c.call == call_key(connection, "1001-3"))
        connection.execute(update(sample_calls).where(mine).values(call=key))
    assert samples.verify(made.id).only_stored == ("1001-2",), "another call put in its place"


def test_calls_that_came_later_change_nothing(filled: Store, run_id: int) -> None:
    samples = filled.samples
    made = samples.announce("t", RULE, seed="s", by=None, request="r")
    samples.draw(made.id)
    before = samples.calls(made.id)
    for number in range(40):
        filled.inspections.save(inspection(f"late-{number}"), run_id=run_id)
    assert samples.verify(made.id).holds
    assert samples.calls(made.id) == before


def test_whoever_puts_another_call_in_is_found(filled: Store) -> None:
    samples = filled.samples
    made = samples.announce("t", RULE, seed="s", by=None, request="r")
    samples.draw(made.id)
    taken = [c.call.call_id for c in samples.calls(made.id)]
    other = next(one.recording.call.call_id for one in night() if one.recording.call.call_id not in taken)
    with filled._write() as connection:
        key = call_key(connection, other)
        mine = (sample_calls.c.sample == made.id) & (sample_calls.c.call == call_key(connection, taken[0]))
        connection.execute(update(sample_calls).where(mine).values(call=key))
    found = samples.verify(made.id)
    assert not found.holds and found.same_population
    assert (found.only_stored, found.only_again) == ((other,), (taken[0],))


def test_whoever_changes_the_seed_is_found(filled: Store) -> None:
    samples = filled.samples
    made = samples.announce("t", RULE, seed="s", by=None, request="r")
    samples.draw(made.id)
    with filled._write() as connection:
        connection.execute(update(tables.samples).values(seed="another"))
    assert not samples.verify(made.id).holds


def test_judging_again_does_not_spoil_a_sample(filled: Store, run_id: int) -> None:
    """Flags can change when the rules do: the sample is compared with the calls as they stood at the draw."""
    samples = filled.samples
    made = samples.announce("t", RULE, seed="s", by=None, request="r")
    samples.draw(made.id)
    for one in night()[:5]:
        card = one.scorecard
        assert card is not None
        judged = replace(one, scorecard=replace(card, flagged=not card.flagged))
        filled.inspections.save(replace(judged, revisions=replace(one.revisions, rubric="r2")), run_id=run_id)
    assert samples.verify(made.id).holds


def test_too_early_or_nothing_to_draw_from(filled: Store) -> None:
    samples = filled.samples
    today = datetime.now(UTC).date()
    made = samples.announce("t", SampleRule(today, today + timedelta(days=3)), seed="s", by=None, request="1")
    with pytest.raises(Refused, match="calls can still come") as early:
        samples.draw(made.id)
    assert early.value.code == "sample-period"
    tomorrow = today + timedelta(days=2)
    assert samples.announce("t", SampleRule(tomorrow, tomorrow), seed="s", by=None, request="2").in_advance
    none = samples.announce(
        "t", SampleRule(date(1999, 1, 1), date(1999, 1, 1)), seed="s", by=None, request="3"
    )
    with pytest.raises(Refused) as empty:
        samples.draw(none.id)
    assert empty.value.code == "sample-population"
    with pytest.raises(Refused, match="not drawn"):
        samples.verify(none.id)
    with pytest.raises(Missing):
        samples.sample(99)
    with pytest.raises(Refused):
        samples.announce("t", RULE, seed=" ", by=None, request="4")
    assert [s.id for s in samples.all()] == [none.id, made.id + 1, made.id]


def test_heard_by_one_and_the_second_is_told(filled: Store) -> None:
    samples, people = filled.samples, filled.accounts
    ann = people.add("ann", display_name="安", role=UserRole.REVIEWER).id
    ben = people.add("ben", role=UserRole.REVIEWER).id
    made = samples.announce("t", RULE, seed="s", by=ann, request="r")
    samples.draw(made.id)
    first = samples.calls(made.id)[0].call.call_id
    samples.hear(made.id, first, misses=1, by=ann)
    samples.hear(made.id, first, misses=2, by=ann)
    samples.hear(made.id, first, misses=2, by=ben)  # says the same: nothing to tell
    with pytest.raises(Conflict, match="安") as told:
        samples.hear(made.id, first, misses=0, by=ben)
    assert told.value.facts == {"who": "安", "count": 2}
    heard = samples.calls(made.id)[0]
    assert (heard.misses, heard.heard_by) == (2, "安")
    assert samples.sample(made.id).heard == 1
    with pytest.raises(Missing):
        samples.hear(made.id, "next-day", misses=0, by=ann)
    with pytest.raises(Missing):
        samples.hear(made.id, "nowhere", misses=0, by=ann)


def test_a_team_sees_its_own_calls(filled: Store) -> None:
    samples = filled.samples
    made = samples.announce("t", RULE, seed="s", by=None, request="r")
    samples.draw(made.id)
    assert {c.call.team for c in samples.calls(made.id, scope=Scope(team="二组"))} == {"二组"}
    assert samples.calls(made.id, scope=Scope(nothing=True)) == ()
