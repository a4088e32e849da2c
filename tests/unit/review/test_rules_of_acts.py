"""The rules of deciding and claiming on plain values: no database, no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain import (
    CaseState,
    Decision,
    DecisionKind,
    Finding,
    Origin,
    Outcome,
    Severity,
    Span,
    Verdict,
)
from pipeline.domain.people import UserRole
from pipeline.errors import Conflict, Refused
from pipeline.review import deciding
from pipeline.review.call import CallUnderReview, figures, undecided_figures
from pipeline.review.claims import CLAIM_MINUTES, Actor, Claim, check_free, claim
from pipeline.review.effective import of_the_machine
from pipeline.review.events import MAX_TEXT, NewDecision, check_text, same_request
from pipeline.review.folding import verdicts
from pipeline.review.priority import workload
from tests.inspections import finding, inspection

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANN, BOB, BOSS = Actor(1, UserRole.REVIEWER), Actor(2, UserRole.REVIEWER), Actor(3, UserRole.SUPERVISOR)
SHELL, LEAD = Actor(None), Actor(4, UserRole.LEAD)
RUDE, LEAK = finding("rude", Outcome.FAILED), finding("leak", Outcome.FAILED, severity=Severity.A)


def call(*findings: Finding, events: tuple[Decision, ...] = (), **facts: object) -> CallUnderReview:
    card = inspection(findings=findings).scorecard
    one = CallUnderReview(
        "c1",
        7,
        NOW,
        "digest",
        True,
        False,
        "2026-11-20",
        "r1",
        card,
        events,
        60.0,
        3,
        verdicts=verdicts(events),
    )
    return replace(one, **facts)  # type: ignore[arg-type]


def saying(verdict: Verdict, by: Actor, criterion: str = "rude", **more: object) -> NewDecision:
    event = NewDecision(DecisionKind.VERDICT, by.id, "r", criterion=criterion, verdict=verdict)
    return replace(event, **more)  # type: ignore[arg-type]


def said(number: int, made: NewDecision) -> Decision:
    """What the store reads back of an event."""
    return Decision(
        number, "c1", made.kind, made.by, NOW, f"r{number}", made.origin, made.criterion, made.verdict,
        made.outcome, undoes=made.undoes, details=made.details,
    )  # fmt: skip


def code(act: Callable[[], object]) -> str | None:
    with pytest.raises((Refused, Conflict)) as refused:
        act()
    return refused.value.code


def test_an_event_remembers_the_call_as_it_stood() -> None:
    made = deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3)
    assert made.outcome is Outcome.FAILED
    assert made.details == {"final": False, "grave": False, "version": 4, "swapped": False}
    grave = deciding.decide(call(LEAK), SHELL, saying(Verdict.CONFIRMED, SHELL, "leak"), seen=3)
    assert (grave.details["final"], grave.details["grave"]) == (True, True)


def test_what_may_not_be_said() -> None:
    one = call(RUDE, finding("greeting"), finding("bonus", severity=None))
    assert (
        code(lambda: deciding.decide(one, ANN, saying(Verdict.CONFIRMED, ANN, "bonus"), seen=3))
        == "not-on-the-sheet"
    )
    greeting = saying(Verdict.CONFIRMED, ANN, "greeting")
    assert code(lambda: deciding.decide(one, ANN, greeting, seen=3)) == "not-a-finding"
    assert code(lambda: deciding.decide(one, ANN, greeting, seen=2)) == "judged-meanwhile"
    assert code(lambda: deciding.decide(one, LEAD, saying(Verdict.CONFIRMED, LEAD), seen=3)) == "role"
    assert code(lambda: deciding.decide(call(), ANN, saying(Verdict.CONFIRMED, ANN), seen=3)) == "no-sheet"
    outside = saying(Verdict.CONFIRMED, ANN, kind=DecisionKind.ADDITION, span=Span(59.0, 61.5))
    assert code(lambda: deciding.add(one, ANN, outside)) == "outside"
    assert deciding.add(one, ANN, replace(outside, span=Span(59.0, 60.9))).outcome is Outcome.FAILED


def test_who_did_not_see_the_other_word_is_told() -> None:
    first = said(1, deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3))
    one = call(RUDE, events=(first,), version=4)
    other = saying(Verdict.OVERTURNED, BOB)
    assert code(lambda: deciding.decide(one, BOB, other, seen=3)) == "decided-meanwhile"
    assert deciding.decide(one, BOB, other, seen=4).verdict is Verdict.OVERTURNED
    assert deciding.decide(one, BOB, saying(Verdict.CONFIRMED, BOB), seen=3).verdict is Verdict.CONFIRMED


def test_everybody_takes_back_their_own_and_a_supervisor_anybodys() -> None:
    first = said(1, deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3))
    one = call(RUDE, events=(first,), version=4)
    assert code(lambda: deciding.undo(one, BOB, 1, request="u")) == "not-yours"
    assert {deciding.undo(one, who, 1, request="u").undoes for who in (ANN, BOSS, SHELL)} == {1}
    gone = call(RUDE, events=(replace(first, undone=True),))
    assert code(lambda: deciding.undo(gone, ANN, 1, request="u")) == "undone-already"


def test_what_an_appeal_has_ended_is_not_taken_back() -> None:
    first = said(1, deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3))
    panel = saying(Verdict.OVERTURNED, BOSS, origin=Origin.APPEAL)
    ended = said(2, deciding.decide(call(RUDE, events=(first,), version=4), BOSS, panel, seen=4))
    other = said(3, deciding.decide(call(LEAK), ANN, saying(Verdict.CONFIRMED, ANN, "leak"), seen=3))
    one = call(RUDE, LEAK, events=(first, ended, other), version=6)
    for who in (ANN, BOSS, SHELL):
        for number in (1, 2):
            assert code(lambda who=who, n=number: deciding.undo(one, who, n, request="u")) == "appeal-decided"
    assert deciding.undo(one, ANN, 3, request="u").undoes == 3, "another finding"
    after = replace(first, id=4, details={"swapped": True})
    swapped = call(RUDE, events=(first, ended, after), version=7)
    assert deciding.undo(swapped, ANN, 4, request="u").undoes == 4, "a word on the call with swapped roles"


def test_nobody_reviews_a_call_of_their_own_agent_number() -> None:
    first = said(1, deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3))
    mine, others = call(RUDE, events=(first,), agent_id="8002"), call(RUDE, agent_id="8001")
    for who in (ANN, BOSS):
        agent, plain = replace(who, agent_id="8002"), saying(Verdict.OVERTURNED, who)
        assert code(lambda a=agent, e=plain: deciding.check_event(mine, a, e)) == "own-call"
        assert code(lambda a=agent: deciding.undo(mine, a, 1, request="u")) == "own-call"
        deciding.check_event(others, agent, plain)
        deciding.check_event(mine, who, plain)
    nameless = call(RUDE)
    deciding.check_event(nameless, ANN, saying(Verdict.OVERTURNED, ANN))


def test_a_call_is_finished_when_nothing_waits() -> None:
    one, end = call(RUDE), NewDecision(DecisionKind.FINISH, ANN.id, "f")
    assert code(lambda: deciding.finish(one, ANN, end, incomplete=False)) == "undecided"
    left = deciding.finish(one, ANN, end, incomplete=True)
    assert left.details["left"] == {"rude": Outcome.FAILED}
    done = call(RUDE, events=(said(1, left),))
    assert figures(done, None).state is CaseState.DONE
    assert figures(replace(done, card=call(RUDE, LEAK).card), None).state is CaseState.OPEN, (
        "one has come since"
    )
    assert code(lambda: deciding.reopen(one, ANN, end)) == "not-finished"


def test_a_claim_keeps_others_out_until_it_ends() -> None:
    mine, new = claim(None, 1, now=NOW)
    assert (mine.by, mine.until, new) == (1, NOW + timedelta(minutes=CLAIM_MINUTES), True)
    assert claim(mine, 1, now=NOW)[1] is False, "the same claim, for longer"
    assert code(lambda: claim(mine, 2, now=NOW)) == "claimed"
    assert claim(mine, 2, now=mine.until)[0].by == 2
    check_free(Claim(1, NOW), None, now=NOW)
    ahead = Claim(1, NOW + timedelta(days=1))
    assert claim(ahead, 2, now=NOW)[0].by == 2, "a clock that was ahead made it"
    assert code(lambda: check_free(mine, None, now=NOW)) == "claimed", "the shell waits like everybody"


def test_requests_and_texts() -> None:
    made = deciding.decide(call(RUDE), ANN, saying(Verdict.CONFIRMED, ANN), seen=3)
    assert same_request(saying(Verdict.CONFIRMED, ANN), said(1, made), "c1")
    assert not same_request(saying(Verdict.OVERTURNED, ANN), said(1, made), "c1")
    assert not same_request(saying(Verdict.CONFIRMED, BOB), said(1, made), "c1")
    assert code(lambda: check_text("话" * (MAX_TEXT + 1), request="r")) == "too-long"
    assert code(lambda: check_text("", request="")) == "bad-request-name"


def test_a_call_nobody_decided_about_is_the_machines() -> None:
    one = call(RUDE, LEAK)
    work = workload(one.weighed.values(), alerts=one.alerts, day=one.day)
    counted = undecided_figures(work, flagged=True, score=90.0, passed=True)
    assert counted == figures(one, of_the_machine(90.0, True, pending=True))
    assert (counted.final, counted.score_high, counted.passed, counted.worst) == (
        False,
        100.0,
        None,
        Severity.A,
    )
