"""The first screen, the queue, trying rules and the log of acts in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.domain import Inspection
from pipeline.store import Store, open_store
from tests.e2e.browser.rooms import PATIENCE_MS, Room, sign_in, visit
from tests.e2e.commands import free_port
from tests.nights import bad_call, fill


def without_time(call_id: str) -> Inspection:
    one = bad_call()
    call = replace(
        one.recording.call, call_id=call_id, started_at=None, agent_id=None, agent_name=None, team=None
    )
    return replace(one, recording=replace(one.recording, call=call, paths=(Path(f"/dump/20/{call_id}.mp3"),)))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """O02 and three calls of which nobody says when they began; all of them need somebody."""
    found = Room(tmp_path_factory.mktemp("desk"), free_port())
    fill(found.folder / "room.db")
    with open_store(found.store) as store:
        run = store.runs.start()
        for number in range(3):
            store.inspections.save(without_time(f"X{number}"), run_id=run)
        store.runs.finish(run)
    found.start()
    for name, role, display in (
        ("rev1", "reviewer", "王芳"),
        ("rev2", "reviewer", "刘洋"),
        ("chief", "supervisor", "陈静"),
    ):
        found.add(name, role, display_name=display)
    yield found
    found.kill()


def claimed(store: Store, call_id: str) -> int | None:
    case = store.cases.case(call_id)
    assert case is not None
    return case.claimed


def test_calls_without_a_time_stand_on_the_first_screen(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto("/")
        group = page.locator("section.undated")
        expect(group).to_contain_text("没有时间的通话")
        expect(group).to_contain_text("当日上报")
        group.locator("a.chip-danger").first.click()
        expect(page.locator("a.row-link")).to_have_count(3)
        expect(page.locator("tbody")).to_contain_text("20/X1.mp3")


def given_back(page: Page, store: Store, call_id: str) -> None:
    """Whoever goes gives the call back, with a message that nobody waits for."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while claimed(store, call_id) is not None:
        assert time.monotonic() < end, f"{call_id} is still claimed"
        page.wait_for_timeout(100)


def test_looking_and_going_back_take_nothing(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context, open_store(room.store) as store:
        page = sign_in(context, "rev1")
        page.goto("/queue?undated=1")
        page.request.get("/calls/X0", headers={"Sec-Purpose": "prefetch"})
        assert claimed(store, "X0") is None
        page.locator("a.row-link", has_text="X0").click()
        page.wait_for_url("**/calls/X0**")
        expect(page.locator("#claim-form")).to_be_hidden()
        assert claimed(store, "X0") is not None, "whoever comes to a call has it"
        page.goto("/queue?undated=1")
        expect(page.locator("main")).to_contain_text("X0")
        given_back(page, store, "X0")
        with page.expect_navigation():
            page.go_back()
        expect(page.locator("h1")).to_contain_text("X0")
        expect(page.locator("#claim-form")).to_be_visible()
        page.wait_for_timeout(500)
        assert claimed(store, "X0") is None, "the back button takes nothing"
        page.click("#claim-form button")
        expect(page.locator("#claim-form")).to_have_count(0)
        page.wait_for_load_state("load")
        assert claimed(store, "X0") is not None
        page.goto("/queue")
        given_back(page, store, "X0")


def test_n_goes_through_all_calls(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev2")
        page.goto("/queue")
        seen = []
        for _ in range(5):
            page.keyboard.press("n")
            page.wait_for_url(lambda url, last=seen[-1] if seen else "/queue": last not in url)
            seen.append(re.sub(r".*/calls/(\w+).*", r"\1", page.url))
            if len(seen) < 5:
                expect(page.get_by_text("从头再来")).to_have_count(0)
        assert sorted(seen[:4]) == ["O02", "X0", "X1", "X2"]
        assert seen[4] == seen[0]
        expect(page.get_by_text("从头再来")).to_be_visible()


def text_of(page: Page) -> str:
    return page.locator("#text").input_value()


def test_an_edit_survives_reload_back_and_error(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "chief")
        page.goto("/rules/what-if")
        page.locator("#text").press("Control+End")
        page.keyboard.type("# 第一处改动")
        page.reload()
        assert "第一处改动" in text_of(page), "typed, not sent"
        expect(page.locator("#restored")).to_be_visible()
        page.select_option("#other", "zh/praise.yaml")
        page.click("button[value=open]")
        page.wait_for_url("**file=zh%2Fpraise.yaml**")
        page.fill("#text", "codes: [")
        page.click("button[value=run]")
        page.wait_for_url("**/rules/what-if/*")
        error = page.locator("pre.rule-error")
        expect(error).to_contain_text("zh/praise.yaml:")
        assert not re.search(r"(^|\s)/\w", error.inner_text()), (
            "nobody need know where files lie on the server"
        )
        page.go_back()
        page.wait_for_url("**file=zh%2Fpraise.yaml**")
        assert text_of(page) == "codes: ["
        expect(page.locator("main")).to_contain_text("一起试的改动")
        page.click("button[value=discard]")
        page.wait_for_url("**file=zh%2Fpraise.yaml**")
        expect(page.locator("button[value=discard]")).to_have_count(0)
        assert text_of(page) != "codes: ["
        page.goto("/rules/what-if")
        assert "第一处改动" in text_of(page)
        page.locator("#period").select_option("all")
        page.click("button[value=run]")
        expect(page.locator("#trial")).to_contain_text("通", timeout=300_000)
        expect(page.locator("#trial .stat-value")).to_be_visible(timeout=300_000)


def test_the_log_says_what_was_done_in_words(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "chief")
        page.goto("/admin/audit")
        expect(page.locator("tbody")).to_contain_text("领取通话")
        expect(page.locator("tbody")).to_contain_text("试改规则")
        page.fill("#call", "X0")
        page.click("main form button")
        rows = page.locator("tbody tr")
        expect(rows.first).to_contain_text("X0")
        assert all("X0" in row for row in rows.all_inner_texts())
