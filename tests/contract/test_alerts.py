"""Alerts on both databases: found with the inspection, taken, reported, judged, closed, and never lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from pipeline.domain import (
    How,
    Inspection,
    Outcome,
    PhraseHit,
    PhraseKind,
    Role,
    Severity,
    Span,
    Transcript,
    Utterance,
    Verdict,
)
from pipeline.domain.people import Scope, User, UserRole
from pipeline.errors import Conflict, Missing, Refused, ReviewError
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import (
    Alert,
    AlertState,
    AlertStep,
    AlertTerms,
    Analysis,
    Degree,
    Liability,
    TimeLimit,
)
from pipeline.store import CallFilter, Store
from pipeline.store.alert_finding import refresh_all
from pipeline.store.alert_tables import alert_events, alerts
from pipeline.store.repositories.alert_rows import AlertFilter, AlertGroup
from tests.inspections import finding, inspection

numbers = count()
COMPLAINT, HARM = "esc-complaint", "esc-self-harm"


def request() -> str:
    return f"request-{next(numbers)}"


def code(refused: pytest.ExceptionInfo[ReviewError]) -> str:
    return refused.value.code


def threat(call_id: str, *said: tuple[str, str, str], rubric: str = "r1", **facts: object) -> Inspection:
    """A call in which the customer says these: (code, the words that were found, the whole utterance)."""
    one = inspection(call_id, rubric=rubric, **facts)  # type: ignore[arg-type]
    utterances = tuple(
        Utterance(Role.CUSTOMER, Span(n * 5.0, n * 5 + 4.0), text) for n, (_, _, text) in enumerate(said)
    )
    hits = tuple(
        PhraseHit(
            name,
            PhraseKind.ESCALATION,
            quote,
            Role.CUSTOMER,
            Span(n * 5.0, n * 5 + 2.0),
            quote,
            How.EXACT,
            0.9,
            n,
        )
        for n, (name, quote, _) in enumerate(said)
    )
    card = one.scorecard
    assert card is not None
    raised = tuple(dict.fromkeys(name for name, _, _ in said))
    return replace(one, transcript=Transcript(utterances), hits=hits, scorecard=replace(card, alerts=raised))


@dataclass
class House:
    """A centre with one person of each kind, and four threats."""

    store: Store
    agent: User
    lead: User
    reviewer: User
    other: User
    supervisor: User

    def alert(self, call_id: str, name: str = COMPLAINT) -> Alert:
        return next(one for one in self.store.alerts.of_call(call_id) if one.code == name)

    def step(
        self, alert: Alert, kind: AlertStep, by: User | None, *, seen: int | None = None, **said: object
    ) -> Alert:
        step = NewStep(kind, **said)  # type: ignore[arg-type]
        return self.store.alerts.step(alert.id, step, by=by, request=request(), seen=seen)

    def reported(self, call_id: str) -> Alert:
        found = self.step(self.alert(call_id), AlertStep.TAKE, self.reviewer)
        return self.step(found, AlertStep.REPORT, self.reviewer, reported_to="值班经理")

    def closed(self, call_id: str) -> Alert:
        found = self.step(self.reported(call_id), AlertStep.LIABILITY, self.lead, liability=Liability.LIGHT)
        return self.step(found, AlertStep.CLOSE, self.reviewer, comment="已回访")


@pytest.fixture
def house(store: Store, run_id: int) -> House:
    for one in (
        threat("c1", (COMPLAINT, "我要投诉", "你这什么态度，我要投诉你。")),
        threat("c2", (HARM, "不想活了", "我真的不想活了")),
        threat(
            "c3",
            ("esc-12315", "一二三一五", "一二三一五我已经打过了"),
            (COMPLAINT, "我要投诉", "我要投诉"),
            team="二组",
        ),
    ):
        store.inspections.save(one, run_id=run_id)
    add = store.accounts.add
    return House(
        store,
        add("agent", display_name="王小明", role=UserRole.AGENT, agent_id="1001"),
        add("lead", display_name="李组长", role=UserRole.LEAD, team="一组"),
        add("reviewer", display_name="赵质检", role=UserRole.REVIEWER),
        add("other", display_name="钱质检", role=UserRole.REVIEWER),
        add("supervisor", display_name="孙主管", role=UserRole.SUPERVISOR),
    )


def test_alerts_are_there_with_the_inspection(house: House) -> None:
    found = house.store.alerts.page(AlertFilter(AlertGroup.OPEN)).alerts
    assert [(one.call.call_id, one.code) for one in found] == [
        ("c2", HARM), ("c1", COMPLAINT), ("c3", "esc-12315"), ("c3", COMPLAINT),
    ]  # fmt: skip
    assert [one.degree for one in found] == [Degree.UNSTATED, Degree.SPEAKS, Degree.DONE, Degree.SPEAKS]
    first = found[0]
    assert first.first and first.open and first.place is not None
    assert (first.place.quote, first.place.role, first.audio_sha256) == (
        "不想活了",
        Role.CUSTOMER,
        threat("c2").recording.sha256,
    )
    assert (first.raised_by_name, first.by_machine, first.version, first.state) == (
        None,
        True,
        1,
        AlertState.NEW,
    )


def test_the_whole_way(house: House) -> None:
    store, found = house.store, house.alert("c1")
    assert store.alerts.waiting_for(house.reviewer) == 4 and store.alerts.waiting_for(house.agent) == 0
    assert store.alerts.waiting_for(house.lead) == 2
    found = house.step(found, AlertStep.TAKE, house.reviewer, seen=found.version)
    assert (found.state, found.standing.owner_name) == (AlertState.TAKEN, "赵质检")
    assert store.alerts.waiting_for(house.other) == 3
    at = datetime.now(UTC) - timedelta(minutes=1)
    found = house.step(found, AlertStep.REPORT, house.reviewer, reported_to="值班经理", reported_at=at)
    report = found.standing.report
    assert report is not None and (report.at, report.by_name, report.to) == (at, "赵质检", "值班经理")
    with pytest.raises(Refused) as refused:
        house.step(found, AlertStep.CLOSE, house.reviewer, comment="完")
    assert code(refused) == "alert-unjudged"
    with pytest.raises(Refused) as refused:
        house.step(found, AlertStep.LIABILITY, house.reviewer, liability=Liability.GRAVE)
    assert code(refused) == "alert-judge"
    found = house.step(found, AlertStep.LIABILITY, house.lead, liability=Liability.MEDIUM)
    found = house.step(found, AlertStep.DEGREE, house.other, degree=Degree.WILL)
    found = house.step(found, AlertStep.ANALYSE, house.reviewer, analysis=Analysis("推诿", "先致歉", "培训"))
    found = house.step(found, AlertStep.CLOSE, house.reviewer, comment="已回访，客户撤回")
    assert (found.state, found.degree, found.heard) == (AlertState.CLOSED, Degree.WILL, Degree.SPEAKS)
    assert found.standing.reason == "已回访，客户撤回" and found.standing.liability is Liability.MEDIUM
    assert found.standing.analysis == Analysis("推诿", "先致歉", "培训") and not found.late
    assert found.version == 7
    log = [row.action for row in store.audit.entries(limit=20) if row.action.startswith("alert-")]
    assert log == [
        "alert-close",
        "alert-analyse",
        "alert-degree",
        "alert-liability",
        "alert-report",
        "alert-take",
    ]
    closed = store.alerts.page(AlertFilter(AlertGroup.CLOSED, liability=Liability.MEDIUM, degree=Degree.WILL))
    assert [one.id for one in closed.alerts] == [found.id] and closed.total == 1


def test_who_is_second_is_told(house: House) -> None:
    found = house.alert("c1")
    house.step(found, AlertStep.TAKE, house.reviewer, seen=found.version)
    with pytest.raises(Conflict) as told:
        house.step(found, AlertStep.TAKE, house.other, seen=found.version)
    assert (code(told), told.value.facts["who"], told.value.facts["step"]) == (
        "alert-meanwhile",
        "赵质检",
        "take",
    )
    with pytest.raises(Conflict) as told:
        house.step(found, AlertStep.TAKE, house.other)
    assert (code(told), told.value.facts["who"]) == ("alert-taken", "赵质检")
    with pytest.raises(Refused) as refused:
        house.step(found, AlertStep.REPORT, house.other, reported_to="主管")
    assert code(refused) == "alert-owner"
    assert house.step(found, AlertStep.TAKE, house.lead).standing.owner == house.lead.id


def test_a_remark_meanwhile_stops_nobody(house: House) -> None:
    found = house.step(house.alert("c1"), AlertStep.TAKE, house.reviewer)
    house.step(found, AlertStep.COMMENT, house.supervisor, comment="尽快")
    after = house.step(found, AlertStep.REPORT, house.reviewer, seen=found.version, reported_to="主管")
    assert after.state is AlertState.REPORTED
    with pytest.raises(Conflict) as told:
        house.step(found, AlertStep.DEGREE, house.other, seen=found.version, degree=Degree.DONE)
    assert code(told) == "alert-meanwhile", "a report is more than a remark"
    house.step(after, AlertStep.COMMENT, house.supervisor, comment="好")
    with pytest.raises(Conflict) as told:
        house.step(after, AlertStep.UNDO, house.reviewer, seen=after.version)
    assert code(told) == "alert-meanwhile", "what is taken back is what the page shows last"


def test_a_press_counts_once(house: House) -> None:
    found, take = house.alert("c1"), NewStep(AlertStep.TAKE)
    for _ in range(2):
        answer = house.store.alerts.step(found.id, take, by=house.reviewer, request="same", seen=1)
        assert (answer.version, len(answer.events)) == (2, 1)
    with pytest.raises(Conflict) as told:
        house.store.alerts.step(found.id, take, by=house.other, request="same")
    assert code(told) == "request-reused"
    with pytest.raises(Conflict) as told:
        house.store.alerts.step(house.alert("c2", HARM).id, take, by=house.reviewer, request="same")
    assert code(told) == "request-reused"


def test_the_last_step_can_be_taken_back(house: House) -> None:
    found = house.closed("c1")
    with pytest.raises(Refused) as refused:
        house.step(found, AlertStep.UNDO, house.other)
    assert code(refused) == "alert-undo"
    for state in (AlertState.REPORTED, AlertState.REPORTED, AlertState.TAKEN, AlertState.NEW):
        found = house.step(found, AlertStep.UNDO, house.supervisor)
        assert found.state is state
    assert (found.standing.owner, found.standing.report, found.standing.liability) == (None, None, None)
    with pytest.raises(Refused) as refused:
        house.step(found, AlertStep.UNDO, house.supervisor)
    assert code(refused) == "alert-nothing"
    assert len(found.events) == 8


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (NewStep(AlertStep.REPORT), "alert-to"),
        (
            NewStep(AlertStep.REPORT, reported_to="主管", reported_at=datetime(2999, 1, 1, tzinfo=UTC)),
            "alert-when",
        ),
        (
            NewStep(AlertStep.REPORT, reported_to="主管", reported_at=datetime(2026, 11, 1, tzinfo=UTC)),
            "alert-when",
        ),
        (NewStep(AlertStep.DEGREE), "alert-degree"),
        (NewStep(AlertStep.LIABILITY), "alert-liability"),
        (NewStep(AlertStep.ANALYSE), "alert-analysis"),
        (NewStep(AlertStep.OVERTURN, comment=" "), "alert-reason"),
        (NewStep(AlertStep.COMMENT), "empty"),
        (NewStep(AlertStep.CLOSE, comment="x"), "alert-state"),
        (NewStep(AlertStep.COMMENT, comment="x" * 4001), "too-long"),
    ],
)
def test_what_is_missing_is_said_and_nothing_written(house: House, said: NewStep, why: str) -> None:
    found = house.alert("c1")
    with pytest.raises(Refused) as refused:
        house.store.alerts.step(found.id, said, by=house.supervisor, request=request())
    assert code(refused) == why
    assert house.alert("c1").version == 1


def test_agents_and_other_teams_have_no_part(house: House, run_id: int) -> None:
    found = house.alert("c1")
    mine = house.store.accounts.add("self", role=UserRole.REVIEWER, agent_id="1001")
    for by, why in ((house.agent, "alert-role"), (mine, "own-call")):
        with pytest.raises(Refused) as refused:
            house.step(found, AlertStep.TAKE, by)
        assert code(refused) == why
    with pytest.raises(Refused) as refused:
        house.step(house.alert("c3"), AlertStep.TAKE, house.lead)
    assert code(refused) == "alert-scope"
    assert house.store.alerts.waiting_for(mine) == 0
    with pytest.raises(Missing):
        house.store.alerts.alert(999)


def test_a_person_finds_what_the_machine_missed(house: House) -> None:
    add, place = house.store.alerts.add, Span(3, 5)
    made = add("c1", "esc-media", place, by=house.reviewer, request="r", quote="找记者", degree=Degree.WILL)
    assert add("c1", "esc-media", place, by=house.reviewer, request="r").id == made.id
    assert (made.by_machine, made.raised_by_name, made.degree) == (False, "赵质检", Degree.WILL)
    assert made.place is not None and made.place.quote == "找记者"
    with pytest.raises(Refused) as refused:
        add("c1", COMPLAINT, place, by=house.reviewer, request=request())
    assert code(refused) == "alert-known"
    with pytest.raises(Refused) as refused:
        add("c1", "esc-miit", Span(50, 5000), by=house.reviewer, request=request())
    assert code(refused) == "outside"
    with pytest.raises(Missing):
        add("c3", "esc-miit", place, by=house.lead, request=request())
    with pytest.raises(Conflict) as told:
        add("c1", "esc-miit", place, by=house.reviewer, request=request(), sound="0" * 64)
    assert code(told) == "other-recording"


def test_a_new_judgement_keeps_what_people_did(house: House, run_id: int) -> None:
    """What nobody touched goes with the finding; what somebody took stays, and says so."""
    taken = house.step(house.alert("c3"), AlertStep.TAKE, house.reviewer)
    quiet = replace(threat("c3", team="二组", rubric="r2"), scorecard=inspection("c3").scorecard)
    house.store.inspections.save(quiet, run_id=run_id)
    left = house.store.alerts.of_call("c3")
    assert [(one.id, one.by_machine, one.state) for one in left] == [(taken.id, False, AlertState.TAKEN)]
    again = threat("c3", (COMPLAINT, "我会投诉", "我会投诉你们"), team="二组", rubric="r3")
    house.store.inspections.save(again, run_id=run_id)
    assert [(one.by_machine, one.heard, one.version) for one in house.store.alerts.of_call("c3")] == [
        (True, Degree.WILL, 2)
    ]


def test_a_new_judgement_keeps_the_place_that_a_person_heard(house: House, run_id: int) -> None:
    store, heard = house.store, Span(3, 5)
    store.alerts.add("c1", HARM, heard, by=house.reviewer, request=request(), quote="活着没意思")
    store.inspections.save(threat("c1", (HARM, "死给你看", "我死给你看"), rubric="r2"), run_id=run_id)
    assert [place.quote for place in house.alert("c1", HARM).places] == ["活着没意思", "死给你看"]
    store.inspections.save(inspection("c1", rubric="r3"), run_id=run_id)
    left = house.alert("c1", HARM)
    assert [place.quote for place in left.places] == ["活着没意思"]
    assert (left.by_machine, left.heard) == (False, Degree.UNSTATED)


def test_two_long_requests_that_begin_alike_are_two(house: House) -> None:
    for end, name in enumerate(("esc-media", "esc-miit")):
        made = house.store.alerts.add(
            "c1", name, Span(1, 2), by=house.reviewer, request="x" * 60 + str(end), degree=Degree.WILL
        )
        assert made.degree is Degree.WILL


def test_saving_again_changes_nothing(house: House, run_id: int) -> None:
    with house.store._read() as connection:
        before = connection.execute(alerts.select().order_by(alerts.c.id)).all()
    for one in (threat("c1", (COMPLAINT, "我要投诉", "你这什么态度，我要投诉你。")),):
        house.store.inspections.save(one, run_id=run_id, replace=True)
    with house.store._write() as connection:
        refresh_all(connection)
    with house.store._read() as connection:
        assert connection.execute(alerts.select().order_by(alerts.c.id)).all() == before


def test_an_older_store_gets_the_alerts_of_its_inspections(house: House) -> None:
    with house.store._write() as connection:
        connection.execute(alert_events.delete())
        connection.execute(alerts.delete())
        refresh_all(connection)
    assert house.store.alerts.page().total == 4


def test_a_call_that_is_replaced_takes_its_alerts_out_of_the_lists(house: House, run_id: int) -> None:
    store, taken = house.store, house.step(house.alert("c1"), AlertStep.TAKE, house.reviewer)
    store.inspections.save(inspection("new"), run_id=run_id)
    merged = store.merges.merge("new", "c1", by=house.supervisor.id)
    assert [one.call.call_id for one in store.alerts.page().alerts if one.id == taken.id] == []
    assert store.alerts.page().total == 3 and store.alerts.counts().open == 3
    assert [(one.id, one.by_machine) for one in store.alerts.of_call(merged.replaced)] == [(taken.id, False)]
    with pytest.raises(Conflict) as told:
        house.step(taken, AlertStep.REPORT, house.reviewer, reported_to="主管")
    assert (code(told), told.value.facts["call"]) == ("alert-replaced", "c1"), (
        "the new recording goes by the old name"
    )
    assert store.alerts.alert(taken.id).replaced_by == "c1"
    store.merges.undo("c1", by=house.supervisor.id)
    assert store.alerts.page().total == 4
    assert [(one.id, one.by_machine, one.state) for one in store.alerts.of_call("c1")] == [
        (taken.id, True, AlertState.TAKEN)
    ]


def test_deleting_a_call_deletes_its_alerts(house: House) -> None:
    house.closed("c1")
    house.store.purge(datetime(2027, 1, 1).date())
    with house.store._read() as connection:
        assert connection.execute(alerts.select()).all() == []
        assert connection.execute(alert_events.select()).all() == []


def test_overturning_the_finding_closes_its_alert(store: Store, run_id: int) -> None:
    """Where the sheet has a criterion of the same name."""
    one = threat("c1", (COMPLAINT, "我要投诉", "我要投诉"))
    card = one.scorecard
    assert card is not None
    found = finding(COMPLAINT, Outcome.FAILED, severity=Severity.C)
    store.inspections.save(replace(one, scorecard=replace(card, findings=(found,))), run_id=run_id)
    rev = store.accounts.add("rev", display_name="王芳", role=UserRole.REVIEWER)
    chief = store.accounts.add("chief", role=UserRole.SUPERVISOR)
    case = store.decisions.decide("c1", COMPLAINT, Verdict.OVERTURNED, by=rev.id, request=request(), seen=9)
    (alert,) = store.alerts.of_call("c1")
    assert (alert.state, alert.events[-1].kind, alert.events[-1].by_name) == (
        AlertState.OVERTURNED,
        AlertStep.FOLLOW,
        "王芳",
    )
    with pytest.raises(Refused) as refused:
        store.alerts.step(alert.id, NewStep(AlertStep.UNDO), by=chief, request=request())
    assert code(refused) == "alert-nothing"
    assert case.event is not None
    store.decisions.undo(case.event, by=rev.id, request=request())
    (alert,) = store.alerts.of_call("c1")
    assert (alert.state, alert.standing.ended_at) == (AlertState.NEW, None)


def test_what_was_overturned_meanwhile_holds_when_the_end_is_taken_back(house: House, run_id: int) -> None:
    one = threat("c9", (COMPLAINT, "我要投诉", "我要投诉"))
    card = one.scorecard
    assert card is not None
    found = finding(COMPLAINT, Outcome.FAILED, severity=Severity.C)
    house.store.inspections.save(replace(one, scorecard=replace(card, findings=(found,))), run_id=run_id)
    closed = house.closed("c9")
    house.store.decisions.decide(
        "c9", COMPLAINT, Verdict.OVERTURNED, by=house.other.id, request=request(), seen=9
    )
    assert house.alert("c9").state is AlertState.CLOSED, "what ended stays as it ended"
    assert house.step(closed, AlertStep.UNDO, house.supervisor).state is AlertState.OVERTURNED


@pytest.mark.parametrize("found", [False, True], ids=["the machine finds nothing", "the sheet asks no more"])
def test_what_people_overturned_stays_so_when_the_call_is_judged_again(
    store: Store, run_id: int, found: bool
) -> None:
    one = threat("c1", (COMPLAINT, "我要投诉", "我要投诉"))
    card = one.scorecard
    assert card is not None
    criterion = finding(COMPLAINT, Outcome.FAILED, severity=Severity.C)
    store.inspections.save(replace(one, scorecard=replace(card, findings=(criterion,))), run_id=run_id)
    rev = store.accounts.add("rev", display_name="王芳", role=UserRole.REVIEWER)
    case = store.decisions.decide("c1", COMPLAINT, Verdict.OVERTURNED, by=rev.id, request=request(), seen=9)
    said = [(COMPLAINT, "我要投诉", "我要投诉")] if found else []
    again = threat("c1", *said, rubric="r2")
    store.inspections.save(again, run_id=run_id)
    (alert,) = store.alerts.of_call("c1")
    assert (alert.state, alert.by_machine) == (AlertState.OVERTURNED, found)
    assert case.event is not None
    store.decisions.undo(case.event, by=rev.id, request=request())
    assert store.alerts.of_call("c1")[0].state is AlertState.NEW


def test_late_ones_come_first_and_reading_writes_nothing(house: House) -> None:
    store = house.store
    store.alerts.terms = AlertTerms(
        {"esc-12315": TimeLimit(after=timedelta(0)), COMPLAINT: TimeLimit(days=3)}
    )
    found = store.alerts.page(AlertFilter(AlertGroup.OPEN)).alerts
    assert [one.code for one in found] == [HARM, "esc-12315", COMPLAINT, COMPLAINT]
    assert [one.overdue for one in found] == [False, True, False, False]
    assert [one.code for one in store.alerts.page(AlertFilter(AlertGroup.LATE)).alerts] == ["esc-12315"]
    counts = store.alerts.counts()
    assert (counts.first, counts.late, counts.open) == (1, 1, 4)
    assert counts.codes == {HARM: 1, "esc-12315": 1, COMPLAINT: 2}
    house.step(house.alert("c3", "esc-12315"), AlertStep.REPORT, house.reviewer, reported_to="主管")
    late = house.alert("c3", "esc-12315")
    assert late.late and not late.overdue and store.alerts.counts().late == 0
    with store._read() as connection:
        assert connection.execute(alert_events.select()).all().__len__() == 1


def test_lists_are_cut_by_scope_filters_and_pages(house: House) -> None:
    page = house.store.alerts.page
    assert page(scope=Scope(team="二组")).total == 2
    assert page(scope=Scope(sealed=frozenset({"c3"}))).total == 2
    assert page(scope=Scope(nothing=True)).total == 0
    assert page(AlertFilter(code=COMPLAINT)).total == 2
    assert page(AlertFilter(degree=Degree.DONE)).total == 1
    assert page(AlertFilter(date_to=datetime(2026, 11, 1).date())).total == 0
    ids = [page(AlertFilter(AlertGroup.OPEN), limit=1, offset=n).alerts[0].id for n in range(4)]
    assert len(set(ids)) == 4
    assert house.store.alerts.codes(scope=Scope(team="一组")) == (COMPLAINT, HARM)
    assert [one.code for one in house.store.alerts.of_calls(CallFilter(team="二组"))] == [
        "esc-12315",
        COMPLAINT,
    ]
    taken = house.step(house.alert("c1"), AlertStep.TAKE, house.reviewer)
    mine = page(AlertFilter(AlertGroup.MINE, by=house.reviewer.id)).alerts
    assert [one.id for one in mine] == [taken.id]
    house.step(house.alert("c2", HARM), AlertStep.OVERTURN, house.reviewer, comment="玩笑")
    assert [one.code for one in page(AlertFilter(AlertGroup.OVERTURNED)).alerts] == [HARM]
