"""Going on from a call: what is finished by it, and what is said of a call that waits for others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain import CaseState, DecisionKind, Outcome, Severity, UserRole
from pipeline.store import Store
from tests.nights import bad_call, put
from tests.web.conftest import Browser, Client

CALL = "GRAVE"
STAYS = "这通没有完成，留在队列里"


@pytest.fixture
def criteria(store: Store) -> list[str]:
    """A call with a finding of class A, which two must hear, and others; the grave one is first."""
    base = bad_call()
    assert base.scorecard is not None
    failed = [f for f in base.scorecard.findings if f.outcome is Outcome.FAILED]
    heavy = failed[0]
    findings = tuple(
        replace(f, severity=Severity.A) if f is heavy else f for f in base.scorecard.findings if f.severity
    )
    call = replace(base.recording.call, call_id=CALL)
    card = replace(base.scorecard, findings=findings, flagged=True)
    put(store, replace(base, recording=replace(base.recording, call=call), scorecard=card))
    return [f.criterion for f in failed]


def decide_all(who: Browser, criteria: list[str]) -> str:
    """The page of the call after a word on everything."""
    who.post(f"/calls/{CALL}/claim")
    for criterion in criteria:
        said = {"criterion": criterion, "verdict": "confirmed", "seen": 999}
        assert who.htmx(f"/calls/{CALL}/verdicts", said).status_code == 200
    return who.get(f"/calls/{CALL}").text


def go_on(who: Browser) -> str:
    """The page that `n` leads to."""
    answer = who.post(f"/calls/{CALL}/next")
    assert answer.status_code == 303
    return who.get(answer.headers["location"]).text


def test_what_waits_for_a_second_is_not_called_finished(
    client: Client, store: Store, criteria: list[str]
) -> None:
    first, second = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    page = decide_all(first, criteria)
    assert "1 项待另一位复核人" in page
    assert "完成，下一通" not in page, "it would not be finished"
    after = go_on(first)
    assert CALL in after and "1 项待另一位复核人" in after and STAYS in after
    case = store.cases.case(CALL)
    assert case is not None and case.state is CaseState.OPEN and case.finished_at is None
    kinds = [event.kind for event in store.decisions.history(CALL)]
    assert DecisionKind.FINISH not in kinds
    assert store.cases.next(second.user.id if second.user else 0) == CALL, "it is the second's now"
    store.cases.release(CALL, second.user.id if second.user else 0)

    page = decide_all(second, criteria[:1])
    assert "完成，下一通" in page, "nothing waits for anybody"
    assert STAYS not in go_on(second)
    case = store.cases.case(CALL)
    assert case is not None and case.state is CaseState.DONE


def test_what_waits_for_the_supervisor_says_so(client: Client, criteria: list[str]) -> None:
    first, second = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    decide_all(first, criteria)
    first.post(f"/calls/{CALL}/release")
    second.post(f"/calls/{CALL}/claim")
    said = {"criterion": criteria[0], "verdict": "overturned", "seen": 999}
    second.htmx(f"/calls/{CALL}/verdicts", said)
    page = second.get(f"/calls/{CALL}").text
    assert "1 项待主管裁定" in page and "完成，下一通" not in page
    assert "1 项待主管裁定" in go_on(second)


def test_nobody_hears_that_way_of_a_call_they_may_not_see(client: Client, criteria: list[str]) -> None:
    first = client(UserRole.REVIEWER)
    decide_all(first, criteria)
    first.post(f"/calls/{CALL}/release")
    stranger = client(UserRole.LEAD, team="客服九组")
    for path in (f"/queue?none=1&left={CALL}", "/queue?left=NOWHERE", "/queue?left="):
        page = stranger.get(path)
        assert page.status_code == 200
        assert STAYS not in page.text
    assert STAYS not in client(UserRole.REVIEWER).get(f"/queue?left={CALL}").text, "they can go on with it"
