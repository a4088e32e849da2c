"""The calls of a period as columns say what the lists say, on both databases and on both ways to read."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipeline.domain import Outcome, Scope, Severity, Status, UserRole, Verdict
from pipeline.store import CallFilter, Store
from pipeline.store.period_calls import StoredOutcome
from pipeline.store.repositories import period_facts
from tests.inspections import CHINA, finding, inspection

DAY = date(2026, 11, 2)


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=CHINA)


@pytest.fixture(params=[True, False], ids=["by inspection", "by criterion"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr(period_facts, "FEW_CALLS", 0)


@pytest.fixture
def filled(store: Store, run_id: int) -> Store:
    """Six calls of one agent, one of another team, one unreadable of nobody."""
    outcomes = [Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.PASSED, Outcome.NOT_APPLICABLE]
    outcomes += [Outcome.UNDETERMINED]
    for n, outcome in enumerate(outcomes):
        findings = (finding("rude", outcome, severity=Severity.B), finding("praise", severity=None))
        store.inspections.save(
            inspection(f"c{n}", findings=findings, score=70.0 + n, flagged=n < 3, started_at=at(2 + n)),
            run_id=run_id,
        )
    other = inspection(
        "other", findings=(finding("cold", Outcome.FAILED),), started_at=at(3), agent_id="2001", team="二组"
    )
    lost = inspection("lost", status=Status.UNREADABLE, started_at=at(4), agent_id=None, team=None)
    for one in (other, lost):
        store.inspections.save(one, run_id=run_id)
    by = store.accounts.add("rev", role=UserRole.REVIEWER).id
    store.decisions.decide("c0", "rude", Verdict.OVERTURNED, by=by, request="1", seen=99)
    store.decisions.decide("c1", "rude", Verdict.CONFIRMED, by=by, request="2", seen=99)
    return store


def test_columns_hold_what_the_lists_hold(filled: Store, ways: None) -> None:
    facts = filled.period_facts.read(CallFilter(), Scope())
    assert len(facts) == 8
    assert facts.teams == ("一组", "二组")
    assert [one.agent_id for one in facts.agents] == sorted(one.agent_id for one in facts.agents)
    assert (facts.agent == -1).sum() == 1
    assert facts.days[0] == DAY and list(facts.days) == sorted(facts.days)
    assert int(facts.flagged.sum()) == filled.calls.count(CallFilter(flagged=True))
    assert int((facts.worst >= 0).sum()) == filled.calls.count(CallFilter(violating=True))
    for place, status in enumerate(Status):
        assert int((facts.status == place).sum()) == filled.calls.count(CallFilter(status=status))


def test_criteria_hold_what_the_machine_and_people_say(filled: Store, ways: None) -> None:
    facts = filled.period_facts.read(CallFilter(), Scope())
    assert sorted(facts.criteria) == ["cold", "rude"], "a bonus is no criterion"
    rude = facts.criteria["rude"]
    assert rude.severity is Severity.B
    named = {judged: int((rude.outcome == judged).sum()) for judged in StoredOutcome}
    assert (named[StoredOutcome.FAILED], named[StoredOutcome.PASSED], named[StoredOutcome.UNDETERMINED]) == (
        3,
        1,
        1,
    )
    assert int(rude.overturned.sum()) == 1
    standing = filled.calls.count(CallFilter(criterion="rude", stands=True))
    assert int(rude.standing.sum()) == standing
    assert filled.calls.count(CallFilter(criterion="rude")) >= 3
    assert not (rude.standing & rude.overturned).any()
    found = [one for one in filled.calls.criterion_counts(CallFilter()) if one.criterion == "rude"]
    assert int(rude.failed.sum()) == sum(one.calls_with_violation for one in found)
    assert rude.points.max() <= 0


@pytest.mark.parametrize(
    "where",
    [
        CallFilter(date_from=date(2026, 11, 3), date_to=date(2026, 11, 4)),
        CallFilter(agent="2001"),
        CallFilter(team="一组"),
        CallFilter(date_from=date(2027, 1, 1)),
    ],
)
def test_filters_choose_the_same_calls(filled: Store, ways: None, where: CallFilter) -> None:
    assert len(filled.period_facts.read(where, Scope())) == filled.calls.count(where)


def test_a_scope_holds(filled: Store, ways: None) -> None:
    assert len(filled.period_facts.read(CallFilter(), Scope(team="二组"))) == 1
    sealed = Scope(sealed=frozenset({"c0", "other"}))
    facts = filled.period_facts.read(CallFilter(), sealed)
    assert (len(facts), sorted(facts.criteria)) == (6, ["rude"])


def test_clips_are_what_people_confirmed_before_what_the_machine_says(filled: Store) -> None:
    by = filled.accounts.add("rev2", role=UserRole.REVIEWER).id
    filled.decisions.decide("c2", "rude", Verdict.CONFIRMED, by=by, request="3", seen=99)
    bad = filled.clips.broken("rude", CallFilter(), Scope(), limit=3)
    assert "c0" not in [one.call_id for one in bad], "overturned: no example"
    assert {one.call_id for one in bad} <= {"c1", "c2"}
    assert [one.confirmed for one in bad] == sorted((one.confirmed for one in bad), reverse=True)
    assert filled.clips.broken("rude", CallFilter(), Scope(team="二组"), limit=3) == ()


def test_work_of_people(filled: Store) -> None:
    today = datetime.now().astimezone().date()
    where = CallFilter(date_from=min(DAY, today), date_to=max(today, date(2026, 11, 30)))
    figures = filled.inspection_quality.figures(where, Scope())
    (one,) = figures.work
    assert (one.name, one.verdicts, one.overturned, one.on_findings, one.days) == ("rev", 2, 1, 2, 1)
    assert figures.doubles == () and figures.by_agent == ()
