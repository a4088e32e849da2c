"""Doubt on the screens: the second listens blind, scores are ranges, and page and JSON do the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from pipeline.domain import Outcome, Severity, Span, UserRole, Verdict
from pipeline.store import Store
from pipeline.store.people_tables import audit
from tests.nights import bad_call, put
from tests.web.conftest import Browser, Client

CALL = "GRAVE"
SECRET, REMARK = "郑重其事", "我听得很清楚"
"""The name of the first who listens, and what they wrote: nothing else has these words."""


@pytest.fixture
def grave(store: Store) -> str:
    """A call with a finding of class A and others, of the team and the agent of the tests."""
    base = bad_call()
    assert base.scorecard is not None
    failed = [f for f in base.scorecard.findings if f.outcome is Outcome.FAILED]
    heavy, rest = failed[0], failed[1:]
    findings = tuple(replace(f, severity=Severity.A) if f is heavy else f for f in (heavy, *rest)) + tuple(
        f for f in base.scorecard.findings if f not in failed
    )
    call = replace(base.recording.call, call_id=CALL)
    card = replace(base.scorecard, findings=findings, flagged=True)
    put(store, replace(base, recording=replace(base.recording, call=call), scorecard=card))
    return heavy.criterion


def say(who: Browser, criterion: str, verdict: str, comment: str = "") -> Any:
    fields = {"criterion": criterion, "verdict": verdict, "seen": 999, "comment": comment}
    return who.htmx(f"/calls/{CALL}/verdicts", fields)


def decided(who: Browser, said: dict[str, Any]) -> Any:
    body = {"request": f"j{abs(hash(json.dumps(said, sort_keys=True)))}"[:40], **said}
    return who.http.post(f"/api/v1/calls/{CALL}/decisions", json=body, headers={"X-CSRF-Token": who.csrf})


READABLE = (
    f"/calls/{CALL}",
    "/queue?state=all",
    "/queue?state=second",
    "/",
    f"/api/v1/calls/{CALL}",
    f"/api/v1/calls/{CALL}/findings",
    f"/api/v1/calls/{CALL}/decisions",
    f"/api/v1/calls/{CALL}/verdicts",
    "/api/v1/calls",
    "/api/v1/exports/findings",
    "/api/v1/exports/calls",
    "/api/v1/exports/violations",
    "/agents",
    "/agents/8002",
    "/rules",
)
MASKED = re.compile(
    r'content="[^"]*"|name="(csrf|request)" value="[^"]*"|"version": ?\d+|"seen" value="\d+"|'
    # the options and reviewers: whom calls can be given to, which is everybody
    r'datetime="[^"]*"|<option value="\d+">[^<]*</option>|"reviewers":\[\{.*?\}\]|'
    r'"at": ?"[^"]*"|\d\d:\d\d|nonce="[^"]*"|name="event" value="\d+"|"claimed_until": ?"[^"]*"'
)


def everything(who: Browser) -> dict[str, str]:
    """All that somebody can read of the call, without what differs from moment to moment."""
    found = {}
    for path in READABLE:
        for kind in ("text/html", "application/json")[path.startswith("/api/") :]:  # which has but one kind
            answer = who.get(path, headers={"Accept": kind})
            if answer.status_code == 200:
                found[path if kind == "text/html" else f"{path} as JSON"] = MASKED.sub("", answer.text)
        who.post(f"/calls/{CALL}/release")
    return found


@pytest.mark.parametrize("added", [False, True])
def test_nobody_can_tell_what_the_first_said(client: Client, store: Store, grave: str, added: bool) -> None:
    """Whatever the first says, everybody else reads the same to the letter, until the second has spoken."""
    first = client(UserRole.REVIEWER, name="first", display_name=SECRET)
    eyes = {
        "second": client(UserRole.REVIEWER),
        "supervisor": client(UserRole.SUPERVISOR),
        "lead": client(UserRole.LEAD),
        "agent": client(UserRole.AGENT),
    }
    seen: dict[str, dict[str, dict[str, str]]] = {}
    for verdict in ("confirmed", "overturned"):
        done = say(first, grave, verdict, REMARK)
        assert done.status_code == 200
        if added and verdict == "confirmed":
            place = {"criterion": grave, "start": 1.0, "end": 2.0, "role": "agent", "quote": REMARK}
            assert first.htmx(f"/calls/{CALL}/additions", place).status_code == 200
        first.htmx(f"/calls/{CALL}/comments", {"comment": REMARK})
        first.post(f"/calls/{CALL}/release")
        seen[verdict] = {name: everything(browser) for name, browser in eyes.items()}
        assert REMARK in first.get(f"/calls/{CALL}").text, "the first sees their own"
        history = store.decisions.history(CALL, eyes=first.user.id if first.user else None)
        for event in reversed(history):
            if not event.undone and event.kind != "undo":
                store.decisions.undo(event.id, by=event.by, request=f"u{event.id}")
    for name in eyes:
        for path, text in seen["confirmed"][name].items():
            assert text == seen["overturned"][name][path], (name, path)
            assert SECRET not in text, (name, path)
            assert REMARK not in text, (name, path)
            if path == f"/calls/{CALL}":
                assert "待第二人复听" in text, name
                assert 'aria-pressed="true"' not in text.split('id="review"')[1], name
    say(first, grave, "confirmed", REMARK)
    first.post(f"/calls/{CALL}/release")
    other = say(eyes["second"], grave, "overturned")
    assert SECRET in other.text, "both are in"
    assert REMARK in other.text
    assert "待主管裁定" in other.text


@pytest.mark.parametrize("machine", [Outcome.FAILED, Outcome.UNDETERMINED])
def test_a_place_that_the_first_adds_tells_nobody_what_they_said(
    client: Client, store: Store, machine: Outcome
) -> None:
    """Naming one more place is confirming: neither lists nor the log of acts call it anything else."""
    base = bad_call()
    assert base.scorecard is not None
    heavy = next(f for f in base.scorecard.findings if f.outcome is Outcome.FAILED)
    findings = tuple(
        replace(f, severity=Severity.A, outcome=machine) if f is heavy else f for f in base.scorecard.findings
    )
    call = replace(base.recording.call, call_id=CALL)
    card = replace(base.scorecard, findings=findings, flagged=True)
    put(store, replace(base, recording=replace(base.recording, call=call), scorecard=card))
    first = client(UserRole.REVIEWER, name="first", display_name=SECRET)
    eyes = {"second": client(UserRole.REVIEWER), "supervisor": client(UserRole.SUPERVISOR)}
    by = first.user.id if first.user else None
    seen = []
    for number in range(2):
        if number:
            store.decisions.decide(CALL, heavy.criterion, Verdict.OVERTURNED, by=by, request="o", seen=99)
        else:
            place = Span(1.0, 2.0)
            store.decisions.add(CALL, heavy.criterion, place, None, REMARK, by=by, request="a")
        found = {name: everything(browser) for name, browser in eyes.items()}
        for name, browser in eyes.items():
            path = f"/queue?state=all&criterion={heavy.criterion}"
            found[name][path] = MASKED.sub("", browser.get(path).text)
        found["log"] = {"acts": str(sorted({row.action for row in store.audit.entries(call=CALL)}))}
        seen.append(found)
        (event,) = (e for e in store.decisions.history(CALL, eyes=by) if not e.undone and e.kind != "undo")
        store.decisions.undo(event.id, by=by, request=f"u{event.id}")
        with store._write() as connection:
            connection.execute(audit.delete())
    assert seen[0] == seen[1]
    assert all(REMARK not in text for found in seen[0].values() for text in found.values())


def test_a_page_that_is_old_does_not_tell_the_second_either(client: Client, grave: str) -> None:
    first = client(UserRole.REVIEWER, name="first", display_name=SECRET)
    second = client(UserRole.REVIEWER)
    say(first, grave, "confirmed")
    first.post(f"/calls/{CALL}/release")
    answer = second.htmx(f"/calls/{CALL}/verdicts", {"criterion": grave, "verdict": "overturned", "seen": 0})
    assert answer.status_code == 200, "the second word is what is waited for"


def test_a_call_in_doubt_shows_its_range_and_no_verdict_on_the_whole(
    client: Client, store: Store, grave: str
) -> None:
    reviewer, agent = client(UserRole.REVIEWER), client(UserRole.AGENT)
    case = store.cases.case(CALL)
    assert case is not None
    assert (case.final, case.passed) == (False, None)
    for who in (reviewer, agent):
        head = who.get(f"/calls/{CALL}").text.split('id="call-head"')[1].split("</header>")[0]
        assert "– 100" in head
        assert "待定" in head
        assert "score-failed" not in head
        assert "score-passed" not in head
    say(reviewer, grave, "unsure")
    held = agent.get(f"/api/v1/calls/{CALL}/verdicts").json()[grave]
    assert (held["state"], held["cause"], held["next"]) == ("open", "unheard", "another")
    record = reviewer.get(f"/api/v1/calls/{CALL}").json()
    low, score, high = (record["call"][name] for name in ("score_low", "score", "score_high"))
    assert low <= score <= high == 100
    assert (record["call"]["final"], record["call"]["passed"]) == (False, None)
    assert (record["effective"]["final"], record["effective"]["passed"]) == (False, None)
    row = next(r for r in reviewer.get("/api/v1/queue").json()["rows"] if r["call_id"] == CALL)
    assert (row["score_low"], row["score_high"], row["final"]) == (low, high, False)


def test_who_cannot_tell_takes_no_right_away(client: Client, store: Store, grave: str) -> None:
    reviewer, agent = client(UserRole.REVIEWER), client(UserRole.AGENT)
    say(reviewer, grave, "unsure")
    page = agent.get(f"/calls/{CALL}").text
    assert "听不清" in page
    assert f"/appeals/new?call={CALL}&amp;criterion={grave}" in page
    filed = agent.post("/appeals", {"call_id": CALL, "criterion": grave, "reason": "请再听一遍"})
    assert filed.status_code == 303
    case = store.cases.case(CALL)
    assert case is not None
    assert case.final is False


@pytest.mark.parametrize("state", ["disputed", "second", "unheard"])
def test_the_queue_finds_each_kind_of_doubt(client: Client, store: Store, grave: str, state: str) -> None:
    one, two, boss = client(UserRole.REVIEWER), client(UserRole.REVIEWER), client(UserRole.SUPERVISOR)
    words = {
        "disputed": [(one, "confirmed"), (two, "overturned")],
        "second": [(one, "confirmed")],
        "unheard": [(one, "unsure")],
    }
    assert boss.get(f"/api/v1/queue?state={state}").json()["rows"] == []
    for who, verdict in words[state]:
        assert say(who, grave, verdict).status_code == 200
        who.post(f"/calls/{CALL}/release")
    assert [r["call_id"] for r in boss.get(f"/api/v1/queue?state={state}").json()["rows"]] == [CALL]
    page = boss.get(f"/queue?state={state}").text
    assert f"/calls/{CALL}" in page
    for other in words.keys() - {state}:
        assert boss.get(f"/api/v1/queue?state={other}").json()["rows"] == []


ACTS = {
    "verdict": ("verdicts", {"verdict": "confirmed"}, {"kind": "verdict", "verdict": "confirmed", "seen": 0}),
    "comment": ("comments", {"comment": "请看"}, {"kind": "comment", "comment": "请看"}),
    "addition": (
        "additions",
        {"start": 1, "end": 2, "role": "agent"},
        {"kind": "addition", "start": 1, "end": 2, "role": "agent"},
    ),
    "finish": ("finish", {"incomplete": "true"}, {"kind": "finish", "incomplete": True}),
    "reopen": ("reopen", {}, {"kind": "reopen"}),
    "undo": ("undo", {}, {"kind": "undo"}),
    "roles": ("roles", {}, {"kind": "roles"}),
}


@pytest.mark.parametrize("act", ACTS)
def test_whoever_has_the_call_open_keeps_it_on_the_page_and_in_json(
    client: Client, store: Store, grave: str, act: str
) -> None:
    holder, other = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    assert holder.user is not None
    assert other.user is not None
    event = store.decisions.comment(CALL, "先前", by=other.user.id, request="before").event
    store.cases.claim(CALL, holder.user.id)
    path, fields, body = ACTS[act]
    if act in ("verdict", "addition"):
        fields, body = {**fields, "criterion": grave}, {**body, "criterion": grave}
    if act == "undo":
        fields, body = {"event": event}, {**body, "event": event}
    before = store.decisions.history(CALL)
    page = other.htmx(f"/calls/{CALL}/{path}", fields)
    plain = other.post(f"/calls/{CALL}/{path}", fields)
    told = decided(other, body)
    assert (page.status_code, plain.status_code, told.status_code) == (409, 409, 409)
    assert told.json()["error"]["code"] == "claimed"
    assert store.decisions.history(CALL) == before
    with pytest.raises(Exception, match="has this call open"):
        store.decisions.comment(CALL, "外壳", by=None, request="shell")


def test_undo_of_swapped_roles_means_the_same_on_the_page_and_in_json(
    client: Client, store: Store, grave: str
) -> None:
    reviewer = client(UserRole.REVIEWER)

    def roles() -> list[str]:
        found = store.inspections.current(CALL)
        assert found is not None
        return [u.role.value for u in found.transcript.utterances]

    heard = roles()
    for undo in ("page", "json"):
        assert reviewer.htmx(f"/calls/{CALL}/roles").status_code == 204
        swap = store.decisions.history(CALL)[-1]
        assert roles() != heard
        if undo == "page":
            assert reviewer.htmx(f"/calls/{CALL}/undo", {"event": swap.id}).status_code == 204
        else:
            assert decided(reviewer, {"kind": "undo", "event": swap.id}).status_code == 200
        assert roles() == heard
        taking = store.decisions.history(CALL)[-1]
        if undo == "page":  # and the undoing of it brings the correction back
            assert reviewer.htmx(f"/calls/{CALL}/undo", {"event": taking.id}).status_code == 204
        else:
            assert decided(reviewer, {"kind": "undo", "event": taking.id}).status_code == 200
        assert roles() != heard
        last = store.decisions.history(CALL)[-1]
        assert reviewer.htmx(f"/calls/{CALL}/undo", {"event": last.id}).status_code == 204
        assert roles() == heard


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start": 5, "end": 5, "role": "agent"}, "outside"),
        ({"start": 5, "end": 999_999, "role": "agent"}, "outside"),
    ],
)
def test_page_and_json_refuse_with_the_same_words(
    client: Client, grave: str, fields: dict[str, Any], code: str
) -> None:
    reviewer = client(UserRole.REVIEWER)
    page = reviewer.htmx(f"/calls/{CALL}/additions", {"criterion": grave, **fields})
    told = decided(reviewer, {"kind": "addition", "criterion": grave, **fields})
    assert (page.status_code, told.status_code) == (400, 400)
    assert told.json()["error"]["code"] == code
    assert told.json()["error"]["message"] in page.text
