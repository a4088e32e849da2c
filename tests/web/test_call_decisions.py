"""Deciding on the call screen: what its forms do, who is told when two meet, in which order work comes."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace

from pipeline.domain import (
    Call,
    Verdict,
)
from pipeline.domain.people import UserRole
from pipeline.store import Store
from pipeline.web.call.sheet import sheet
from tests.nights import bad_call, put
from tests.web.conftest import AGENT, Browser, Client
from tests.web.markup import Shape

CALL = "/calls/O02"


def verdict_of(store: Store, criterion: str, call_id: str = "O02") -> Verdict | None:
    found = store.decisions.verdicts(call_id).get(criterion)
    return found.verdict if found else None


def seen(browser: Browser) -> str:
    return re.findall(r'name="seen" value="(\d+)"', browser.get(CALL).text)[0]


# Deciding


def test_a_plain_form_decides_and_comes_back_to_the_finding(reviewer: Browser, store: Store) -> None:
    answer = reviewer.post(
        f"{CALL}/verdicts",
        {"criterion": "shirk", "verdict": "overturned", "seen": seen(reviewer), "comment": "转接合理"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CALL}#finding-shirk")
    assert verdict_of(store, "shirk") is Verdict.OVERTURNED
    html = reviewer.get(CALL).text
    assert "转接合理" in html
    assert 'data-standing="overturned"' in html


def test_htmx_gets_the_finding_and_what_else_changed(reviewer: Browser) -> None:
    answer = reviewer.htmx(
        f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": seen(reviewer)}
    )
    assert answer.status_code == 200
    shape = Shape(answer.text)
    assert shape.open == []
    assert {"finding-shirk", "call-head", "account", "undo", "call-marks"} <= set(shape.ids)
    assert "finding-dead-air" not in shape.ids
    assert "<i data-t" not in answer.text


def test_pressed_twice_counts_once(reviewer: Browser, store: Store) -> None:
    fields = {"criterion": "shirk", "verdict": "confirmed", "seen": "9", "request": str(uuid.uuid4())}
    for _ in range(2):
        assert reviewer.htmx(f"{CALL}/verdicts", fields).status_code == 200
    assert len(store.decisions.history("O02")) == 1


def test_undo_takes_the_last_one_back(reviewer: Browser, store: Store) -> None:
    for criterion in ("shirk", "dead-air"):
        reviewer.htmx(f"{CALL}/verdicts", {"criterion": criterion, "verdict": "confirmed", "seen": "99"})
    event = re.findall(r'name="event" value="(\d+)"', reviewer.get(CALL).text)[0]
    assert reviewer.htmx(f"{CALL}/undo", {"event": event}).status_code == 200
    assert (verdict_of(store, "shirk"), verdict_of(store, "dead-air")) == (Verdict.CONFIRMED, None)
    assert "已撤销" in reviewer.get(CALL).text


def test_a_plain_undo_comes_back_to_what_was_taken_back(reviewer: Browser) -> None:
    reviewer.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "99"})
    event = re.findall(r'name="event" value="(\d+)"', reviewer.get(CALL).text)[0]
    answer = reviewer.post(f"{CALL}/undo", {"event": event})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CALL}#finding-shirk")


def test_a_decision_of_another_call_is_not_undone_here(reviewer: Browser, store: Store) -> None:
    put(store, replace(bad_call(), recording=replace(bad_call().recording, call=_named("O99"))))
    reviewer.htmx("/calls/O99/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "9"})
    event = store.decisions.history("O99")[0].id
    assert reviewer.htmx(f"{CALL}/undo", {"event": str(event)}).status_code == 404
    assert verdict_of(store, "shirk", "O99") is Verdict.CONFIRMED


def _named(call_id: str) -> Call:
    return replace(bad_call().recording.call, call_id=call_id)


def test_comments_stand_beside_the_finding_and_the_call(reviewer: Browser, store: Store) -> None:
    reviewer.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "", "comment": "再听一遍"})
    reviewer.htmx(f"{CALL}/comments", {"comment": "整通不错"})
    assert [(e.kind, e.criterion, e.comment) for e in store.decisions.history("O02")] == [
        ("comment", "shirk", "再听一遍"),
        ("comment", None, "整通不错"),
    ]
    assert reviewer.htmx(f"{CALL}/comments", {"comment": "  "}).status_code == 400


def test_add_what_the_machine_missed(reviewer: Browser) -> None:
    fields = {
        "criterion": "greeting-missing",
        "start": "1.5",
        "end": "3",
        "role": "agent",
        "quote": "请问有什么可以帮您",
    }
    answer = reviewer.htmx(f"{CALL}/additions", fields)
    assert answer.status_code == 200
    assert "人工补充" in answer.text and "补充违规" in answer.text
    assert 'id="finding-greeting-missing"' in answer.text
    for wrong in ({"start": "5", "end": "2"}, {"start": "50", "end": "500"}, {"criterion": "no-such"}):
        refused = reviewer.htmx(f"{CALL}/additions", {**fields, **wrong})
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
    assert reviewer.htmx(f"{CALL}/additions", {**fields, "start": "nan"}).status_code == 422


def test_what_a_person_adds_stands_apart_from_what_the_machine_says(reviewer: Browser) -> None:
    """The machine heard the greeting: its proof is no violation, and neither reads as the other's word."""
    place = {"criterion": "greeting-missing", "start": "1.5", "end": "3", "role": "agent", "quote": "慢着"}
    html = reviewer.htmx(f"{CALL}/additions", place).text
    article = html[html.index('id="finding-greeting-missing"') :].split("</article>")[0]
    assert re.search(r'chip-plain"[^>]*>机器：通过</span>', article)
    assert "人工：补充违规</span>" in article
    machine, person = article.split('class="finding-part finding-part-person"')
    assert ">机器</span>" in machine and ">人工</span>" in person
    assert "慢着" in person and "慢着" not in machine
    found = re.search(r"id=\"call-marks\" hidden data-marks='([^']*)'", html)
    assert found is not None
    drawn = [m["at"] for m in json.loads(found[1]) if m["criterion"] == "greeting-missing"]
    assert drawn == [[1.5, 3.0]], "only what the person added is marked"


def test_before_anybody_speaks_there_is_no_talk_of_machine_and_person(reviewer: Browser) -> None:
    html = reviewer.get(CALL).text
    assert "finding-part" not in html and "机器：" not in html


def test_swapped_roles_change_the_whole_page_and_undo_changes_it_back(
    reviewer: Browser, store: Store
) -> None:
    def first_line() -> str:
        return re.findall(r'<li class="line line-([a-z]+)', reviewer.get(CALL).text)[0]

    assert first_line() == "agent"
    assert reviewer.post(f"{CALL}/roles").status_code == 303
    assert first_line() == "customer"
    event = re.findall(r'name="event" value="(\d+)"', reviewer.get(CALL).text)[0]
    answer = reviewer.htmx(f"{CALL}/undo", {"event": event})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, CALL)
    assert first_line() == "agent"
    assert [e.kind for e in store.decisions.history("O02")] == ["roles", "undo"]


# Two at once


def test_who_takes_a_call_has_it_and_the_second_is_told(client: Client, store: Store) -> None:
    first = client(UserRole.REVIEWER, display_name="王芳")
    second = client(UserRole.REVIEWER, display_name="赵敏")
    assert 'class="verdict"' in first.get(CALL).text
    assert 'id="claim-form"' in second.get(CALL).text, "looking takes nothing; a button does"
    assert first.post(f"{CALL}/keep").status_code == 204
    assert 'id="claim-form"' not in first.get(CALL).text
    page = second.get(CALL).text
    assert "王芳 正在复核这通电话" in page
    assert 'class="verdict"' not in page
    answer = second.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "9"})
    assert answer.status_code == 409
    assert "王芳 正在复核" in answer.text
    assert verdict_of(store, "shirk") is None
    assert second.htmx(f"{CALL}/claim").status_code == 409
    assert second.post(f"{CALL}/keep").status_code == 409
    first.post(f"{CALL}/release")
    assert second.post(f"{CALL}/claim").status_code == 303
    assert 'class="verdict"' in second.get(CALL).text
    assert "赵敏 正在复核" in first.get(CALL).text, "the other's look does not prolong anything"


def test_a_page_that_was_closed_takes_nothing_afterwards(client: Client, store: Store) -> None:
    """What it asked for may be done after it has given back: messages overtake each other."""
    first, second = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    assert first.post(f"{CALL}/keep", {"visit": "a"}).status_code == 204
    first.post(f"{CALL}/release", {"visit": "a"})
    assert first.post(f"{CALL}/keep", {"visit": "a"}).status_code == 204
    assert second.post(f"{CALL}/claim").status_code == 303, "nobody has it"
    second.post(f"{CALL}/release")
    assert first.post(f"{CALL}/keep", {"visit": "b"}).status_code == 204
    assert second.post(f"{CALL}/claim").status_code == 409, "another visit has it"


def test_the_second_verdict_on_an_old_page_is_told_of_the_first(client: Client, store: Store) -> None:
    first, second = client(UserRole.REVIEWER, display_name="王芳"), client(UserRole.REVIEWER)
    old = seen(second)
    second.post(f"{CALL}/release")
    first.get(CALL)
    first.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": seen(first)})
    first.post(f"{CALL}/release")
    answer = second.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": old})
    assert answer.status_code == 409
    assert "王芳 刚刚判为“属实”" in answer.text
    assert 'data-standing="confirmed"' in answer.text
    assert verdict_of(store, "shirk") is Verdict.CONFIRMED


def test_the_next_call_finishes_this_one_if_all_is_decided(reviewer: Browser, store: Store) -> None:
    put(store, replace(bad_call(), recording=replace(bad_call().recording, call=_named("O99"))))
    first = reviewer.post("/queue/next").headers["location"].split("?")[0]
    other = {"/calls/O02": "/calls/O99", "/calls/O99": "/calls/O02"}[first]
    reviewer.get(first)
    for criterion in ("shirk", "attitude-impatient", "dead-air", "rating-prompt-missing"):
        fields = {"criterion": criterion, "verdict": "confirmed", "seen": "99"}
        assert reviewer.htmx(f"{first}/verdicts", fields).status_code == 200
    answer = reviewer.post(f"{first}/next")
    assert (answer.status_code, answer.headers["location"]) == (303, other)
    case = store.cases.case(first.removeprefix("/calls/"))
    assert case is not None
    assert case.state == "done"
    assert case.claimed is None
    assert "已完成" in reviewer.get(first).text
    left = reviewer.post(f"{other}/next", {"queue": "team=x"})
    assert left.headers["location"].startswith("/queue?")
    assert "none=1" in left.headers["location"]


def test_a_call_can_be_finished_as_it_is(reviewer: Browser, store: Store) -> None:
    html = reviewer.get(CALL).text
    assert "还有 3 项没有判定" in re.findall(r'action="/calls/O02/finish" data-confirm="([^"]*)"', html)[0]
    assert reviewer.post(f"{CALL}/finish").status_code == 400, "not without saying so"
    assert reviewer.post(f"{CALL}/finish", {"incomplete": "true"}).status_code == 303
    case = store.cases.case("O02")
    assert case is not None
    assert (case.state, case.finished_by) == ("done", reviewer.user.id if reviewer.user else None)
    assert "/finish" not in reviewer.get(CALL).text


def test_next_leaves_what_is_not_decided_open(reviewer: Browser, store: Store) -> None:
    reviewer.get(CALL)
    reviewer.post(f"{CALL}/next")
    case = store.cases.case("O02")
    assert case is not None
    assert (case.state, case.claimed) == ("open", None)


# The order of work


def test_a_reviewer_reads_and_does_not_judge_their_own_call(client: Client, store: Store) -> None:
    own = client(UserRole.REVIEWER, agent_id=AGENT)
    page = own.get(CALL).text
    assert "须由他人复核" in page and 'name="verdict"' not in page and "claim-form" not in page
    said = {"criterion": "shirk", "verdict": "overturned", "seen": "0"}
    for tail, form in (("/verdicts", said), ("/claim", {}), ("/comments", {"comment": "x"})):
        answer = own.post(f"{CALL}{tail}", form)
        assert answer.status_code == 400 and "须由他人复核" in answer.text
    assert store.decisions.history("O02") == ()
    assert own.post("/queue/next").headers["location"] != "/calls/O02"
    boss = client(UserRole.SUPERVISOR, agent_id=AGENT)
    made = store.appeals.file("O02", "shirk", "没有", by=None, request="f", late=True)
    for step in ("accept", "opinion", "decide"):
        form = {"seen": str(store.appeals.appeal(made.id).version), "opinion": "uphold", "comment": "x"}
        answer = boss.post(f"/appeals/{made.id}/{step}", {**form, "without_panel": "true"})
        assert answer.status_code == 400
        if step == "accept":
            assert "须由他人复核" in answer.text
            store.appeals.accept(made.id, by=None, request="a")
            assert "须由他人复核" in boss.get(f"/appeals/{made.id}").text


def test_the_order_of_findings_does_not_depend_on_verdicts(reviewer: Browser, store: Store) -> None:
    card = bad_call().scorecard
    before = [e.finding.criterion for e in sheet(card, {}).entries]
    reviewer.post(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": "9"})
    after = sheet(card, store.decisions.verdicts("O02")).entries
    assert [e.finding.criterion for e in after] == before
    assert [e.number for e in after] == [1, 2, 3, 4]
