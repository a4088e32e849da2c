"""Appeals: filed, accepted, heard, decided; who was second is told, and nothing dies of silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import update

from pipeline.domain import Origin, Outcome, Verdict
from pipeline.domain.people import Scope, User, UserRole, scope_of
from pipeline.domain.review import AppealState
from pipeline.errors import Conflict, Missing, Refused, ReviewError
from pipeline.review.appeal_rules import waits_for
from pipeline.review.appeals import OPEN, Appeal, Opinion, Seat, Step, Terms
from pipeline.store import Store
from pipeline.store import review_tables as tables
from pipeline.store.tables import inspections
from tests.inspections import finding, inspection

numbers = count()


def request() -> str:
    return f"request-{next(numbers)}"


def code(refused: pytest.ExceptionInfo[ReviewError]) -> str:
    return refused.value.code


@dataclass
class House:
    """A centre with one person of each kind."""

    store: Store
    agent: User
    lead: User
    reviewer: User
    other: User
    """Another reviewer."""
    supervisor: User

    def file(self, call_id: str = "c1", criterion: str = "rude", **options: object) -> Appeal:
        given = {"by": self.agent, "request": request(), **options}
        return self.store.appeals.file(call_id, criterion, "客户先挂断的", **given)

    def accepted(self, call_id: str = "c1") -> Appeal:
        made = self.file(call_id)
        return self.store.appeals.accept(made.id, by=self.lead, request=request(), seen=made.version)

    def heard(self, call_id: str = "c1") -> Appeal:
        found = self.accepted(call_id)
        for who in (self.lead, self.other, self.supervisor):
            found = self.store.appeals.opine(
                found.id, Opinion.UPHOLD, by=who, request=request(), seen=found.version, comment="听过了"
            )
        return found


@pytest.fixture
def house(store: Store, run_id: int) -> House:
    for number in range(1, 4):
        store.inspections.save(inspection(f"c{number}"), run_id=run_id)
    add = store.accounts.add
    return House(
        store,
        add("agent", display_name="王小明", role=UserRole.AGENT, agent_id="1001"),
        add("lead", display_name="李组长", role=UserRole.LEAD, team="一组"),
        add("reviewer", display_name="赵质检", role=UserRole.REVIEWER),
        add("other", display_name="钱质检", role=UserRole.REVIEWER),
        add("supervisor", display_name="孙主管", role=UserRole.SUPERVISOR),
    )


def test_the_whole_way_to_an_upheld_appeal(house: House) -> None:
    store = house.store
    before = store.cases.case("c1")
    assert before is not None
    store.decisions.decide(
        "c1", "rude", Verdict.CONFIRMED, by=house.reviewer.id, request=request(), seen=before.version
    )
    made = house.file()
    assert (made.state, made.reviewer_name, made.title) == (AppealState.FILED, "赵质检", "rude 标题")
    assert made.due_at is not None and made.due_at - made.filed_at == timedelta(days=3)
    found = store.appeals.accept(
        made.id, by=house.lead, request=request(), seen=made.version, comment="有道理"
    )
    assert found.state is AppealState.ACCEPTED
    with pytest.raises(Refused) as refused:
        store.appeals.opine(found.id, Opinion.REJECT, by=house.reviewer, request=request(), comment="我对")
    assert code(refused) == "appeal-own"
    for who, opinion in ((house.lead, Opinion.UPHOLD), (house.other, Opinion.REJECT)):
        found = store.appeals.opine(
            found.id, opinion, by=who, request=request(), seen=found.version, comment="x"
        )
    with pytest.raises(Refused) as refused:
        store.appeals.decide(found.id, Opinion.UPHOLD, by=house.supervisor, request=request(), comment="同意")
    assert code(refused) == "appeal-panel" and refused.value.facts == {"missing": ("supervisor",)}
    found = store.appeals.opine(found.id, Opinion.UPHOLD, by=house.supervisor, request=request(), comment="x")
    assert found.standing.seats == set(Seat)
    decided = store.appeals.decide(
        found.id,
        Opinion.UPHOLD,
        by=house.supervisor,
        request=request(),
        seen=found.version,
        comment="客户先挂断",
    )
    assert (decided.state, decided.due_at, decided.open) == (AppealState.UPHELD, None, False)
    assert decided.decision is not None and decided.decision.comment == "客户先挂断"
    assert [e.kind for e in decided.events] == [
        Step.FILE, Step.ACCEPT, Step.OPINION, Step.OPINION, Step.OPINION, Step.DECIDE,
    ]  # fmt: skip
    verdict = store.decisions.verdicts("c1")["rude"]
    assert (verdict.verdict, verdict.by) == (Verdict.OVERTURNED, house.supervisor.id)
    last = store.decisions.history("c1")[-1]
    assert (last.origin, last.final, last.comment) == (Origin.APPEAL, True, "客户先挂断")


def test_a_rejected_appeal_confirms_and_is_the_last_word(house: House) -> None:
    appeals = house.store.appeals
    found = house.heard()
    appeals.decide(found.id, Opinion.REJECT, by=house.supervisor, request=request(), comment="证据清楚")
    assert house.store.decisions.verdicts("c1")["rude"].verdict is Verdict.CONFIRMED
    with pytest.raises(Refused) as refused:
        house.file()
    assert code(refused) == "appeal-decided"


def test_the_machine_changed_its_mind_meanwhile(house: House, run_id: int) -> None:
    found = house.heard()
    house.store.inspections.save(
        inspection(rubric="r2", findings=(finding("rude", Outcome.PASSED),)), run_id=run_id
    )
    decided = house.store.appeals.decide(
        found.id, Opinion.UPHOLD, by=house.supervisor, request=request(), comment="已更正"
    )
    assert decided.state is AppealState.UPHELD
    assert house.store.decisions.verdicts("c1") == {}


@pytest.mark.parametrize("criterion", ["greeting", "nothing-of-this-name"])
def test_only_failed_findings_are_appealed(house: House, criterion: str) -> None:
    with pytest.raises(Refused) as refused:
        house.file(criterion=criterion)
    assert code(refused) == "appeal-nothing"


def test_an_overturned_finding_needs_no_appeal(house: House) -> None:
    case = house.store.cases.case("c1")
    assert case is not None
    house.store.decisions.decide(
        "c1", "rude", Verdict.OVERTURNED, by=house.reviewer.id, request=request(), seen=case.version
    )
    with pytest.raises(Refused) as refused:
        house.file()
    assert code(refused) == "appeal-nothing"


def test_one_open_appeal_for_each_finding_and_a_double_click_is_one(house: House) -> None:
    name = request()
    made = house.file(request=name)
    assert house.file(request=name) == made
    with pytest.raises(Refused) as refused:
        house.file()
    assert code(refused) == "appeal-open" and refused.value.facts == {"appeal": made.id}
    withdrawn = house.store.appeals.withdraw(made.id, by=house.agent, request=request())
    assert withdrawn.state is AppealState.WITHDRAWN
    assert house.file().id != made.id
    with pytest.raises(Conflict) as reused:
        house.store.appeals.accept(made.id, by=house.agent, request=name)
    assert code(reused) == "request-reused"


def test_an_agent_appeals_about_own_calls_only(house: House, run_id: int) -> None:
    house.store.inspections.save(inspection("foreign", agent_id="1002"), run_id=run_id)
    with pytest.raises(Missing):
        house.file("foreign")
    with pytest.raises(Missing):
        house.file("nowhere")


def test_the_time_to_file_runs_out_and_runs_anew_after_a_verdict(house: House) -> None:
    old = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    with house.store._write() as connection:
        connection.execute(update(inspections).values(inspected_at=old))
    with pytest.raises(Refused) as refused:
        house.file()
    assert code(refused) == "appeal-late"
    assert house.file(terms=Terms(file_days=9)).state is AppealState.FILED
    assert house.file("c2", late=True).state is AppealState.FILED
    case = house.store.cases.case("c3")
    assert case is not None
    house.store.decisions.decide(
        "c3", "rude", Verdict.CONFIRMED, by=house.reviewer.id, request=request(), seen=case.version
    )
    assert house.file("c3").state is AppealState.FILED


def pass_days(store: Store, appeal: int) -> None:
    """Let the deadline of an appeal pass."""
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    with store._write() as connection:
        connection.execute(update(tables.appeals).where(tables.appeals.c.id == appeal).values(due_at=past))


def test_what_the_lead_lets_lie_goes_up_and_does_not_die(house: House) -> None:
    appeals = house.store.appeals
    made = house.file()
    pass_days(house.store, made.id)
    (listed,) = appeals.all(states=[AppealState.EXPIRED])
    assert (listed.id, listed.state, listed.open, listed.due_at) == (made.id, AppealState.EXPIRED, True, None)
    with pytest.raises(Refused) as refused:
        appeals.accept(made.id, by=house.lead, request=request())
    assert code(refused) == "appeal-lead"
    assert appeals.accept(made.id, by=house.supervisor, request=request()).state is AppealState.ACCEPTED
    assert [e.kind for e in appeals.appeal(made.id).events] == [Step.FILE, Step.EXPIRE, Step.ACCEPT]


def test_a_step_on_an_overdue_appeal_notices_it_by_itself(house: House) -> None:
    made = house.file()
    pass_days(house.store, made.id)
    with pytest.raises(Refused):
        house.store.appeals.accept(made.id, by=house.lead, request=request())
    assert house.store.appeals.appeal(made.id).state is AppealState.EXPIRED


def test_an_overdue_panel_is_only_reminded(house: House) -> None:
    found = house.accepted()
    pass_days(house.store, found.id)
    again = house.store.appeals.appeal(found.id)
    assert (again.state, again.overdue) == (AppealState.ACCEPTED, True)


def test_the_second_one_is_told(house: House) -> None:
    appeals = house.store.appeals
    made = house.file()
    name = request()
    first = appeals.accept(made.id, by=house.lead, request=name, seen=made.version)
    with pytest.raises(Conflict, match="李组长") as told:
        appeals.send_back(made.id, by=house.supervisor, request=request(), seen=made.version, comment="不")
    assert told.value.facts["who"] == "李组长" and told.value.facts["step"] == "accept"
    assert appeals.accept(made.id, by=house.lead, request=name, seen=made.version) == first


def test_a_returned_appeal_says_why_and_can_come_again(house: House) -> None:
    appeals = house.store.appeals
    made = house.file()
    with pytest.raises(Refused) as refused:
        appeals.send_back(made.id, by=house.lead, request=request(), comment=" ")
    assert code(refused) == "appeal-reason"
    back = appeals.send_back(made.id, by=house.lead, request=request(), comment="请写明时间")
    assert (back.state, back.events[-1].comment) == (AppealState.RETURNED, "请写明时间")
    old = (datetime.now(UTC) - timedelta(days=80)).isoformat()
    with house.store._write() as connection:
        connection.execute(update(inspections).values(inspected_at=old))
    assert house.file().state is AppealState.FILED  # the time runs anew from the return


@pytest.mark.parametrize("by_list", ["save", "state_facts"])
def test_an_appeal_ends_when_the_call_turns_out_to_be_another_agents(
    house: House, run_id: int, by_list: str
) -> None:
    """The call list corrects the agent: whose call it is may see it and appeal, and nobody else."""
    store, appeals = house.store, house.store.appeals
    other = store.accounts.add("new", role=UserRole.AGENT, agent_id="1002")
    lead = store.accounts.add("new lead", role=UserRole.LEAD, team="二组")
    made, untouched = house.file("c1"), house.file("c2")
    now = store.inspections.current("c1")
    assert now is not None
    call = replace(now.recording.call, agent_id="1002", team="二组")
    if by_list == "save":
        corrected = replace(now, recording=replace(now.recording, call=call))
        store.inspections.save(corrected, run_id=run_id)
    else:
        (known,) = store.identities.known(call_ids=["c1"])
        store.identities.state_facts([(known.key, call)], run_id=run_id)
    closed = appeals.appeal(made.id)
    assert (closed.state, closed.due_at, closed.events[-1].kind) == (
        AppealState.WITHDRAWN,
        None,
        Step.REASSIGN,
    )
    assert [row.subject for row in store.audit.entries(action="appeal-reassign")] == [str(made.id)]
    assert [a.id for a in appeals.all(scope=scope_of(house.agent))] == [untouched.id]
    assert [a.id for a in appeals.all(scope=scope_of(lead))] == [made.id]
    assert appeals.waiting_for(lead) == 0
    with pytest.raises(Refused) as refused:
        appeals.accept(made.id, by=house.lead, request=request())
    assert code(refused) == "appeal-state"
    with pytest.raises(Missing):
        house.file("c1")
    again = house.file("c1", by=other)
    assert [a.id for a in appeals.all(scope=scope_of(other), states=OPEN)] == [again.id]
    assert appeals.waiting_for(lead) == 1
    with pytest.raises(Refused) as refused:
        appeals.accept(again.id, by=house.lead, request=request())
    assert code(refused) == "appeal-scope"
    assert appeals.accept(again.id, by=lead, request=request()).state is AppealState.ACCEPTED


def test_an_appeal_stays_where_the_list_only_completes_the_call(house: House, run_id: int) -> None:
    store = house.store
    nameless = inspection("c9", agent_id=None)
    store.inspections.save(nameless, run_id=run_id)
    made = store.appeals.file("c9", "rude", "不是我", by=None, request=request())
    store.inspections.save(inspection("c9", agent_id="1001"), run_id=run_id)
    assert store.appeals.appeal(made.id).state is AppealState.FILED
    assert made.id in [a.id for a in store.appeals.all(scope=scope_of(house.agent))]


def test_the_shell_decides_without_a_panel_when_told_to(house: House) -> None:
    appeals = house.store.appeals
    found = house.accepted()
    decided = appeals.decide(
        found.id, Opinion.UPHOLD, by=None, request=request(), comment="误判", without_panel=True
    )
    assert decided.state is AppealState.UPHELD and decided.decision is not None
    assert decided.decision.by_name is None


def test_who_sees_which(house: House, run_id: int) -> None:
    house.store.inspections.save(inspection("foreign", agent_id="1002", team="二组"), run_id=run_id)
    house.file("c1")
    house.file("c2")
    house.file("foreign", by=house.supervisor)
    appeals = house.store.appeals
    assert len(appeals.all()) == 3
    assert [a.call.call_id for a in appeals.all(scope=Scope(agent_id="1002"))] == ["foreign"]
    assert len(appeals.all(scope=Scope(team="一组"))) == 2
    assert appeals.all(scope=Scope(nothing=True)) == ()
    assert [a.call.call_id for a in appeals.of_call("c1")] == ["c1"]


def test_whose_turn_it_is_at_every_step(house: House) -> None:
    appeals = house.store.appeals

    def turns() -> set[str]:
        """Who has one to see to; quick counting and the rule over whole appeals say the same."""
        people = {name: getattr(house, name) for name in ("agent", "lead", "reviewer", "other", "supervisor")}
        counts = {name: appeals.waiting_for(who) for name, who in people.items()}
        (whole,) = appeals.all()
        assert counts == {name: int(waits_for(whole.standing, who)) for name, who in people.items()}
        return {name for name, number in counts.items() if number}

    made = house.file()
    assert turns() == {"lead"}
    appeals.accept(made.id, by=house.lead, request=request())
    panel = {"lead", "reviewer", "other", "supervisor"}
    assert turns() == panel
    appeals.opine(made.id, Opinion.REJECT, by=house.other, request=request(), comment="听过了")
    assert turns() == {"lead", "supervisor"}, "one reviewer is enough"
    for who in (house.lead, house.supervisor):
        appeals.opine(made.id, Opinion.REJECT, by=who, request=request(), comment="听过了")
    assert turns() == {"supervisor"}
    appeals.decide(made.id, Opinion.REJECT, by=house.supervisor, request=request(), comment="维持")
    assert turns() == set()


def test_upheld_rates_by_criterion_and_reviewer(house: House) -> None:
    appeals, decisions = house.store.appeals, house.store.decisions
    case = house.store.cases.case("c1")
    assert case is not None
    decisions.decide(
        "c1", "rude", Verdict.CONFIRMED, by=house.reviewer.id, request=request(), seen=case.version
    )
    assert appeals.rates().overall.upheld.total == 0
    for call_id, opinion in (("c1", Opinion.UPHOLD), ("c2", Opinion.UPHOLD), ("c3", Opinion.REJECT)):
        found = house.heard(call_id)
        appeals.decide(found.id, opinion, by=house.supervisor, request=request(), comment="x")
    rates = appeals.rates()
    assert (rates.overall.upheld.count, rates.overall.upheld.total) == (2, 3)
    assert [(r.criterion, r.upheld.total) for r in rates.criteria] == [("rude", 3)]
    assert {(r.reviewer_name, r.upheld.count, r.upheld.total) for r in rates.reviewers} == {
        (None, 1, 2),
        ("赵质检", 1, 1),
    }


def test_two_who_accept_at_once(house: House, another: Callable[[], Store]) -> None:
    made = house.file()
    house.store.appeals.accept(made.id, by=house.lead, request=request(), seen=made.version)
    with pytest.raises(Conflict):
        another().appeals.accept(made.id, by=house.supervisor, request=request(), seen=made.version)
