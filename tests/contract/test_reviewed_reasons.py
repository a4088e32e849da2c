"""Reasons and gravest class of a call, with people's verdicts in it, are the same everywhere."""

from __future__ import annotations

from pipeline.domain import Role, Scope, Severity, Span, Verdict
from pipeline.messages import render
from pipeline.reports.kinds import calls
from pipeline.store import Store
from pipeline.store.filter import CallFilter, QueueState
from tests.judged import judged_call, keep_sheet
from tests.nights import put
from tests.people import user

YES, NO = Verdict.CONFIRMED, Verdict.OVERTURNED
ALL = CallFilter(state=QueueState.ALL)


def told(store: Store, call_id: str) -> tuple[list[str], Severity | None]:
    """The reasons and the gravest class, as lists, exports and the page of the call have them."""
    (row,) = store.calls.all(CallFilter(call_id=call_id))
    (listed,) = (r for r in store.queue.page(ALL, Scope(), by=1).rows if r.call_id == call_id)
    now = store.decisions.effective(call_id)
    whole = store.inspections.current(call_id)
    assert now is not None and whole is not None
    assert row.flag_reasons == listed.flag_reasons == now.flag_reasons
    record = calls.record(whole, store.cases.case(call_id), now=now)
    assert record["flag_reasons"] == calls.light_record(row)["flag_reasons"]
    assert row.worst == listed.worst
    return [render(reason, "zh") for reason in now.flag_reasons], row.worst


def test_reasons_are_the_machines_until_people_decide(store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "shirk", "promise", "rude", "rude"))
    ann = user(store, "ann")
    machine = ["B级违规：推诿", "C级违规：违规承诺", "D级违规：不耐烦", "得分低于及格线"]
    assert told(store, "J1") == (machine, Severity.B)
    store.decisions.decide("J1", "shirk", Verdict.UNSURE, by=ann, request="1", seen=9)
    assert told(store, "J1") == (machine, Severity.B), "what is open stands as the machine says"
    store.decisions.decide("J1", "promise", YES, by=ann, request="2", seen=9)
    assert told(store, "J1") == (machine, Severity.B), "confirmed: nothing is otherwise"


def test_what_is_overturned_is_no_reason_any_more(store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "shirk", "promise", "rude", "rude"))
    put(store, judged_call("J2", "promise"))
    ann = user(store, "ann")
    store.decisions.decide("J1", "shirk", NO, by=ann, request="1", seen=9)
    case = store.cases.case("J1")
    assert case is not None and case.score == 86, "over the pass mark again"
    assert told(store, "J1") == (["C级违规：违规承诺", "D级违规：不耐烦"], Severity.C)
    store.decisions.decide("J2", "promise", NO, by=ann, request="2", seen=9)
    assert told(store, "J2") == ([], None)
    store.decisions.undo(store.decisions.history("J1")[-1].id, by=ann, request="3")
    assert told(store, "J1")[0][0] == "B级违规：推诿"


def test_what_a_person_adds_is_a_reason(store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "promise", "rude"))
    put(store, judged_call("CLEAN"))
    ann = user(store, "ann")
    assert told(store, "J1") == (["C级违规：违规承诺", "D级违规：不耐烦"], Severity.C)
    store.decisions.add("J1", "hung-up", Span(1, 2), Role.AGENT, "", by=ann, request="1")
    assert told(store, "J1") == (
        ["B级违规：坐席主动挂机", "C级违规：违规承诺", "D级违规：不耐烦", "得分低于及格线"],
        Severity.B,
    )
    assert told(store, "CLEAN") == ([], None)
    store.decisions.add("CLEAN", "shirk", Span(1, 2), Role.AGENT, "", by=ann, request="2")
    assert told(store, "CLEAN") == (["B级违规：推诿"], Severity.B)


def test_a_grave_word_that_waits_for_a_second_tells_nothing(store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "abuse", "promise"))
    ann, bob = user(store, "ann"), user(store, "bob")
    machine = ["A级违规：辱骂", "C级违规：违规承诺", "得分低于及格线"]
    assert told(store, "J1") == (machine, Severity.A)
    store.decisions.decide("J1", "abuse", NO, by=ann, request="1", seen=9)
    assert told(store, "J1") == (machine, Severity.A)
    store.decisions.decide("J1", "abuse", NO, by=bob, request="2", seen=9)
    assert told(store, "J1") == (["C级违规：违规承诺"], Severity.C)


def test_what_only_flags_is_told_until_it_is_confirmed(store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "shirk", "rude", only_flags=("shirk",)))
    ann = user(store, "ann")
    machine = ["B级违规：推诿", "D级违规：不耐烦", "暂停自动扣分的项，请人工判断：推诿"]
    assert told(store, "J1") == (machine, Severity.B)
    store.decisions.decide("J1", "rude", NO, by=ann, request="1", seen=9)
    assert told(store, "J1") == ([machine[0], machine[2]], Severity.B)
    store.decisions.decide("J1", "shirk", YES, by=ann, request="2", seen=9)
    assert told(store, "J1") == ([machine[0]], Severity.B)


def test_where_the_rules_are_lost_the_reasons_stay_the_machines(store: Store) -> None:
    put(store, judged_call("J1", "promise", "shirk"))
    ann = user(store, "ann")
    store.decisions.decide("J1", "shirk", NO, by=ann, request="1", seen=9)
    assert told(store, "J1")[0][:2] == ["B级违规：推诿", "C级违规：违规承诺"]
