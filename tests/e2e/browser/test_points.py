"""Points, counts and score of a call move together in a real browser, without the page being loaded anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.store import open_store
from tests.e2e.browser.rooms import Room, sign_in, visit
from tests.e2e.commands import free_port
from tests.judged import judged_call, keep_sheet
from tests.nights import fill, put


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A call with two violations of one criterion, which costs no more than 20 points, and one other."""
    found = Room(tmp_path, free_port())
    fill(found.folder / "room.db", ())
    with open_store(found.store) as store:
        keep_sheet(store)
        put(store, judged_call("J1", "shirk", "bye", "promise"))
    found.start()
    found.add("rev1", "reviewer", display_name="王芳")
    yield found
    found.kill()


def test_a_decision_moves_the_points_of_others(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto("/calls/J1")
        expect(page.locator("#points-hung-up .points")).to_have_text("-8")
        expect(page.locator("#findings-count")).to_have_text("未通过 3 · 无法判断 0")
        page.evaluate("window.before = true")
        page.locator('#finding-shirk button[value="overturned"]').click()
        expect(page.locator("#points-hung-up .points")).to_have_text("-12")
        expect(page.locator("#points-hung-up")).to_contain_text("机器：-8")
        expect(page.locator("#points-shirk .points")).to_have_count(0)
        expect(page.locator("#findings-count")).to_contain_text("未通过 2 · 无法判断 0")
        expect(page.locator("#account tr", has_text="坐席主动挂机")).to_contain_text("-12")
        expect(page.locator("#call-head .call-score")).to_contain_text("82")
        for criterion in ("hung-up", "promise"):
            page.locator(f'#finding-{criterion} button[value="confirmed"]').click()
        expect(page.locator("#call-head .call-score")).to_contain_text("复核得分")
        assert page.evaluate("window.before")
        page.reload()
        expect(page.locator("#points-hung-up .points")).to_have_text("-12")
