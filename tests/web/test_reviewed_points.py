"""Cards, ledger and head of a call speak of one judgement: people's, with the machine's under its name."""

from __future__ import annotations

import re

import pytest

from pipeline.domain import Role, Span, Verdict
from pipeline.store import Store
from tests.judged import judged_call, keep_sheet
from tests.nights import put
from tests.people import user
from tests.web.conftest import Browser
from tests.web.markup import Shape

CALL = "/calls/J1"
YES, NO = Verdict.CONFIRMED, Verdict.OVERTURNED


@pytest.fixture
def judged(store: Store) -> Store:
    """Two of one criterion, which costs no more than 20; two of manner."""
    keep_sheet(store)
    put(store, judged_call("J1", "shirk", "bye", "promise", "rude"))
    return store


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def card(html: str, criterion: str) -> str:
    """The head of a card in words."""
    (found,) = re.findall(
        rf'id="finding-{criterion}".*?<header class="finding-head">(.*?)</header>', html, re.S
    )
    return words(found)


def counted(html: str) -> str:
    (found,) = re.findall(r'id="findings-count"[^>]*>(.*?)</span>', html)
    return words(found)


def head(html: str) -> str:
    (found,) = re.findall(r'<div class="call-score">(.*?)</div>', html, re.S)
    return words(found)


def ledger(html: str) -> list[str]:
    return [
        words(row)
        for row in re.findall(
            r"<tr.*?</tr>", re.findall(r'<table class="ledger.*?</table>', html, re.S)[0], re.S
        )
    ]


def test_points_of_the_others_move_with_a_decision(reviewer: Browser, judged: Store) -> None:
    before = reviewer.get(CALL).text
    assert "-12" in card(before, "shirk") and "-8" in card(before, "hung-up"), "20 at most"
    assert "机器：" not in card(before, "shirk")
    answer = reviewer.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": "9"})
    assert "finding-hung-up" not in Shape(answer.text).ids
    assert "points-hung-up" in Shape(answer.text).ids, "its points come along"
    after = reviewer.get(CALL).text
    for html in (answer.text, after):
        assert "机器： -8 -12" in words(html)
        assert counted(html) == "未通过 3 · 无法判断 0 （机器：未通过 4 · 无法判断 0）"
    assert "机器： -12" in card(after, "shirk")
    assert re.findall(r"[+-]\d+", card(after, "hung-up")) == ["-8", "-12"]
    assert "-12 坐席主动挂机" in ledger(after)
    assert not any("推诿" in line for line in ledger(after))


def test_what_a_person_adds_is_counted(reviewer: Browser, store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "promise", "rude"))
    ann = user(store, "ann")
    assert counted(reviewer.get(CALL).text) == "未通过 2 · 无法判断 0"
    store.decisions.add("J1", "hung-up", Span(1, 2), Role.AGENT, "", by=ann, request="1")
    html = reviewer.get(CALL).text
    assert counted(html) == "未通过 3 · 无法判断 0 （机器：未通过 2 · 无法判断 0）"
    assert "-12" in card(html, "hung-up")


def test_json_tells_the_reasons_that_the_page_tells(reviewer: Browser, judged: Store) -> None:
    judged.decisions.decide("J1", "shirk", NO, by=user(judged, "ann"), request="1", seen=9)
    one = reviewer.get("/api/v1/calls/J1").json()
    twin = reviewer.get(CALL, headers={"Accept": "application/json"}).json()["view"]
    (row,) = (r for r in reviewer.get("/api/v1/calls").json()["rows"] if r["call_id"] == "J1")
    reasons = ["B级违规：坐席主动挂机", "C级违规：违规承诺", "D级违规：不耐烦", "得分低于及格线"]
    assert one["call"]["flag_reasons"] == twin["call"]["flag_reasons"] == row["flag_reasons"] == reasons
    html = reviewer.get("/queue?state=all").text
    assert "推诿" not in html[html.index('href="/calls/J1') :].split("</tr>")[0]


def test_what_was_overturned_is_not_fatal_any_more(reviewer: Browser, store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "abuse", "promise"))
    assert "一票否决" in card(reviewer.get(CALL).text, "abuse")
    for number, name in enumerate(("ann", "bob")):
        decide = store.decisions.decide
        decide("J1", "abuse", NO, by=user(store, name), request=str(number), seen=99)
    html = reviewer.get(CALL).text
    assert "一票否决" not in card(html, "abuse") and "机器： -94" in card(html, "abuse")


def test_a_reviewed_score_that_stayed_is_called_reviewed(reviewer: Browser, store: Store) -> None:
    keep_sheet(store)
    put(store, judged_call("J1", "shirk", "promise"))
    put(store, judged_call("CLEAN"))
    ann = user(store, "ann")
    assert head(reviewer.get("/calls/CLEAN").text) == "机器得分 100 合格"
    store.decisions.decide("J1", "shirk", YES, by=ann, request="1", seen=9)
    assert "机器得分" not in head(reviewer.get(CALL).text), "a range as long as something is open"
    store.decisions.decide("J1", "promise", YES, by=ann, request="2", seen=9)
    html = reviewer.get(CALL).text
    assert head(html) == "复核得分 82 合格"
    assert "82 复核得分" in ledger(html)[-1]
    store.decisions.decide("J1", "promise", NO, by=ann, request="3", seen=9)
    assert head(reviewer.get(CALL).text) == "机器得分 82 → 复核得分 88 合格"
