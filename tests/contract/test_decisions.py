"""Decisions: events that add up, requests that count once, and the second of two who is told."""

from __future__ import annotations

import pytest

from pipeline.domain import (
    CaseState,
    Next,
    OpenCause,
    Outcome,
    ReviewState,
    Role,
    Severity,
    Span,
    UserRole,
    Verdict,
)
from pipeline.errors import Conflict, Refused
from pipeline.store import Store
from tests.inspections import finding, inspection
from tests.people import user

YES, NO, UNSURE = Verdict.CONFIRMED, Verdict.OVERTURNED, Verdict.UNSURE


@pytest.fixture
def room(store: Store, run_id: int) -> Store:
    findings = (
        finding("greeting"),
        finding("rude", Outcome.FAILED),
        finding("leak", Outcome.FAILED, severity=Severity.A),
        finding("identity", Outcome.UNDETERMINED, severity=Severity.B),
    )
    store.inspections.save(inspection("c1", flagged=True, findings=findings), run_id=run_id)
    return store


def test_a_verdict_is_kept_and_counts_once(room: Store) -> None:
    ann = user(room, "ann")
    before = room.cases.case("c1")
    assert before is not None
    assert (before.state, before.pending, before.worst) == (CaseState.OPEN, 3, Severity.A)
    first = room.decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=before.version)
    assert (first.pending, first.version) == (2, before.version + 1)
    again = room.decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=before.version)
    assert again == first
    assert len(room.decisions.history("c1")) == 1
    held = room.decisions.verdicts("c1")["rude"]
    assert (held.verdict, held.by, held.by_name, held.settled) == (YES, ann, "ann", True)


def test_a_request_means_one_thing(room: Store) -> None:
    ann = user(room, "ann")
    room.decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=1)
    with pytest.raises(Conflict, match="used for something else") as raised:
        room.decisions.decide("c1", "rude", NO, by=ann, request="r1", seen=1)
    assert raised.value.code == "request-reused"
    assert room.decisions.verdicts("c1")["rude"].verdict is YES


def test_the_second_of_two_is_told(room: Store) -> None:
    ann, bob = user(room, "ann"), user(room, "bob")
    room.decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=1)
    with pytest.raises(Conflict, match="ann decided 'confirmed'") as raised:
        room.decisions.decide("c1", "rude", NO, by=bob, request="r2", seen=1)
    assert raised.value.code == "decided-meanwhile"
    assert raised.value.facts["who"] == "ann"
    agreed = room.decisions.decide("c1", "rude", YES, by=bob, request="r3", seen=1)
    assert agreed.pending == 2
    held = room.decisions.verdicts("c1")["rude"]
    assert (held.by, held.second, held.disputed) == (ann, bob, False)


def test_two_who_disagree_wait_for_the_supervisor(room: Store) -> None:
    ann, bob, cat = user(room, "ann"), user(room, "bob"), user(room, "cat")
    boss = user(room, "boss", UserRole.SUPERVISOR)
    case = room.decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=1)
    case = room.decisions.decide("c1", "rude", NO, by=bob, request="r2", seen=case.version)
    assert case.causes == (OpenCause.DISPUTED,)
    held = room.decisions.verdicts("c1")["rude"]
    assert (held.state, held.cause, held.next) == (ReviewState.OPEN, OpenCause.DISPUTED, Next.SUPERVISOR)
    assert [(voice.by, voice.verdict) for voice in held.voices] == [(ann, YES), (bob, NO)]
    with pytest.raises(Refused, match="a supervisor decides"):
        room.decisions.decide("c1", "rude", NO, by=cat, request="r3", seen=case.version)
    case = room.decisions.decide("c1", "rude", NO, by=boss, request="r4", seen=case.version)
    assert case.causes == ()
    assert room.decisions.verdicts("c1")["rude"].verdict is NO
    with pytest.raises(Refused, match="a supervisor has decided"):
        room.decisions.decide("c1", "rude", YES, by=ann, request="r5", seen=case.version)


def test_a_grave_finding_waits_for_a_second_person(room: Store) -> None:
    ann, bob = user(room, "ann"), user(room, "bob")
    case = room.decisions.decide("c1", "leak", YES, by=ann, request="r1", seen=1)
    assert case.causes == (OpenCause.SECOND,)
    again = room.decisions.decide("c1", "leak", YES, by=ann, request="r2", seen=case.version)
    assert again.causes == (OpenCause.SECOND,), "the same person twice is one person"
    case = room.decisions.finish("c1", by=ann, request="r3", incomplete=True)
    assert case.state is CaseState.OPEN
    case = room.decisions.decide("c1", "leak", YES, by=bob, request="r4", seen=case.version)
    assert (case.causes, case.state) == ((), CaseState.DONE)


def test_undo_brings_back_what_stood_before(room: Store) -> None:
    ann, bob = user(room, "ann"), user(room, "bob")
    decisions = room.decisions
    first = decisions.decide("c1", "rude", YES, by=ann, request="r1", seen=1)
    second = decisions.decide("c1", "rude", NO, by=ann, request="r2", seen=first.version)
    assert second.event is not None
    with pytest.raises(Refused, match="only who decided it"):
        decisions.undo(second.event, by=bob, request="r3")
    back = decisions.undo(second.event, by=ann, request="r4")
    assert decisions.undo(second.event, by=ann, request="r4") == back
    assert decisions.verdicts("c1")["rude"].verdict is YES
    with pytest.raises(Refused, match="already"):
        decisions.undo(second.event, by=ann, request="r5")
    assert back.event is not None
    forth = decisions.undo(back.event, by=ann, request="r6")
    assert decisions.verdicts("c1")["rude"].verdict is NO
    decisions.undo(second.event, by=ann, request="r7")
    assert decisions.verdicts("c1")["rude"].verdict is YES
    assert forth.version < decisions.decide("c1", "rude", YES, by=ann, request="r8", seen=99).version
    assert [e.undone for e in decisions.history("c1")] == [False, True, False, True, False, False]


def test_a_person_adds_what_the_machine_missed(room: Store) -> None:
    ann = user(room, "ann")
    decisions = room.decisions
    case = decisions.add(
        "c1", "greeting", Span(1.0, 2.5), Role.AGENT, "喂", by=ann, request="r1", comment="没有问候"
    )
    held = decisions.verdicts("c1")["greeting"]
    assert (held.added, held.verdict) == (True, YES)
    assert [place.span for place in held.additions] == [Span(1.0, 2.5)]
    for number, (start, end) in enumerate(
        [(50.0, 99.0), (float("-inf"), 1.0), (3.0, 3.0), (0.0, float("inf"))]
    ):
        with pytest.raises(Refused, match="second"):
            decisions.add("c1", "greeting", Span(start, end), None, "", by=ann, request=f"x{number}")
    with pytest.raises(Refused, match="no criterion"):
        decisions.add("c1", "nothing", Span(1.0, 2.0), None, "", by=ann, request="r3")
    assert case.event is not None
    decisions.undo(case.event, by=ann, request="r4")
    assert decisions.verdicts("c1") == {}


def test_finishing_asks_for_every_violation(room: Store) -> None:
    ann = user(room, "ann")
    decisions = room.decisions
    with pytest.raises(Refused, match="2 violations") as raised:
        decisions.finish("c1", by=ann, request="r1")
    assert raised.value.code == "undecided"
    decisions.decide("c1", "rude", NO, by=ann, request="r2", seen=1)
    decisions.decide("c1", "leak", NO, by=None, request="r3", seen=9)
    decisions.decide("c1", "leak", NO, by=ann, request="r4", seen=9)
    done = decisions.finish("c1", by=ann, request="r5")
    assert (done.state, done.finished_by, done.finished_name) == (CaseState.DONE, ann, "ann")
    opened = decisions.reopen("c1", by=ann, request="r6")
    assert (opened.state, opened.finished_by) == (CaseState.OPEN, None)
    with pytest.raises(Refused, match="not finished"):
        decisions.reopen("c1", by=ann, request="r7")


def test_what_the_machine_says_no_longer_is_nobodys_verdict(room: Store, run_id: int) -> None:
    ann = user(room, "ann")
    decisions = room.decisions
    decisions.decide("c1", "rude", NO, by=ann, request="r1", seen=1)
    decisions.finish("c1", by=ann, request="r2", incomplete=True)
    cleared = inspection("c1", rubric="r2", findings=(finding("rude"), finding("leak")), score=100.0)
    room.inspections.save(cleared, run_id=run_id)
    assert decisions.verdicts("c1") == {}
    assert list(decisions.verdicts("c1", held=False)) == ["rude"]
    with pytest.raises(Conflict, match="judged again meanwhile"):
        decisions.decide("c1", "rude", NO, by=ann, request="r3", seen=2)
    fails = tuple(finding(name, Outcome.FAILED) for name in ("rude", "leak"))
    room.inspections.save(inspection("c1", rubric="r3", flagged=True, findings=fails), run_id=run_id)
    case = room.cases.case("c1")
    assert case is not None
    assert decisions.verdicts("c1")["rude"].verdict is NO, "it says so again"
    assert (case.state, case.pending, case.finished_by) == (CaseState.DONE, 1, ann)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ({"leak": Outcome.FAILED, "identity": Outcome.UNDETERMINED}, CaseState.DONE),
        ({"leak": Outcome.UNDETERMINED}, CaseState.DONE),
        ({"leak": Outcome.FAILED, "cold": Outcome.FAILED}, CaseState.OPEN),
        ({"cold": Outcome.FAILED}, CaseState.OPEN),
        ({"identity": Outcome.FAILED}, CaseState.OPEN),
    ],
    ids=["the same", "only doubt is left", "one for one", "another alone", "a doubt became sure"],
)
def test_what_was_not_left_opens_a_finished_call(
    room: Store, run_id: int, now: dict[str, Outcome], state: CaseState
) -> None:
    """Two were left (leak, and doubt about identity): whatever comes new opens it, however many there are."""
    ann = user(room, "ann")
    room.decisions.decide("c1", "rude", NO, by=ann, request="r1", seen=1)
    room.decisions.finish("c1", by=ann, request="r2", incomplete=True)
    found = (
        finding("rude", Outcome.FAILED),
        *(finding(name, outcome, severity=Severity.B) for name, outcome in now.items()),
    )
    room.inspections.save(inspection("c1", rubric="r2", flagged=True, findings=found), run_id=run_id)
    case = room.cases.case("c1")
    assert case is not None
    assert (case.state, case.pending) == (state, len(now))
    assert case.finished_by == (ann if state is CaseState.DONE else None)
