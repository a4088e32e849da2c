"""Sentences become a rule in a real browser: written, tried, published, seen by a rescore, rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.batch.publishing import pairs
from pipeline.batch.rule_edits import SHEET_FILE, EditContent
from pipeline.rubric.layer import SheetLayer
from pipeline.store import open_store
from tests.e2e.browser.rooms import Room, sign_in, visit
from tests.e2e.commands import callinspect, free_port
from tests.nights import fill

SLOW_MS = 400_000
"""Checking and trying are processes of their own, which wait for the processor as everybody does."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The night of the tests, and a folder for the centre's own rules."""
    found = Room(tmp_path_factory.mktemp("rules"), free_port())
    fill(found.folder / "room.db")
    (found.folder / "own").mkdir()
    (found.folder / "callinspect.toml").write_text('layer = "own"\n', encoding="utf-8")
    found.start()
    found.add("chief", "supervisor", display_name="陈静")
    yield found
    found.kill()


def rescored(room: Room) -> str:
    done = callinspect("--store", room.store, "rescore", "--dry-run", "--json", cwd=room.folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(page: Page, words: str) -> None:
    expect(page.locator("main")).to_contain_text(words, timeout=SLOW_MS)


def test_sentences_are_published_and_rolled_back(chrome: Browser, room: Room) -> None:
    own = room.folder / "own" / "lexicons" / "zz-room.yaml"
    with visit(chrome, room) as context:
        page = sign_in(context, "chief")
        page.goto("/rules/edits")
        page.fill("#title", "别推给系统")
        page.click("main form button.button-primary")
        page.wait_for_url("**/rules/edits/*")
        page.select_option("#code", "shirk")
        page.fill("#sentences", "系统就是这样子的呀\n这个系统就这样了")
        page.fill("#quiet", "系统就是这样子操作的，我教您")
        page.fill("#phrase-reason", "应当替客户去查")
        page.locator("form[action$='/phrases'] button.button-primary").click()
        shown(page, "系统就是这样子")
        page.select_option("#period", "all")
        page.locator("form[action$='/try'] button").click()
        expect(page.locator("#publish-reason")).to_be_visible(timeout=SLOW_MS)
        expect(page.locator("form[action$='/try'] button")).to_be_enabled()  # for another period
        assert not own.exists(), "trying writes nothing"
        page.fill("#publish-reason", "客户常投诉")
        page.locator("form[action$='/publish'] button").click()
        shown(page, "已发布")
        assert "系统就是这样子" in own.read_text(encoding="utf-8")
        after = rescored(room)
        assert re.search(r'"outdated": [1-9]', after), "published rules judge anew"
        page.fill("#back-reason", "再想想")
        page.locator("form[action$='/roll-back'] button").click()
        shown(page, "已退回")
        assert not own.exists()


def test_publishing_that_broke_off_is_given_up(chrome: Browser, room: Room) -> None:
    """Its file was written by hand before anybody came back to it."""
    own = room.folder / "own" / SHEET_FILE
    edit = EditContent(sheet=SheetLayer(pass_mark=85))
    with open_store(room.store) as store:
        number = store.rule_edits.create("及格线", by=None, request="broke-off", content=edit.dumped()).id
        store.rule_edits.keep_report(number, {"error": "", "issues": []}, basis="b", seen=1)
        files = pairs(room.folder / "own", edit, "")
        store.rule_edits.begin_publishing(number, files, reason="r", seen=1, by=None)
    own.parent.mkdir(exist_ok=True)
    own.write_text("pass_mark: 70\n", encoding="utf-8")
    with visit(chrome, room) as context:
        page = sign_in(context, "chief")
        page.goto(f"/rules/edits/{number}")
        shown(page, "发布到一半停了")
        page.locator("form[action$='/publish'] button").click()
        shown(page, "请撤回这次发布")
        page.goto(f"/rules/edits/{number}")
        page.locator("form[action$='/abandon'] button").click()
        page.locator("dialog[open] button[value='yes']").click()
        shown(page, f"没有它们规则就读不了：{SHEET_FILE}")
        page.wait_for_load_state()  # before its scripts are there a page asks nothing
        assert own.read_text(encoding="utf-8") == "pass_mark: 70\n"
        page.locator("form[action$='/drop'] button").click()
        page.locator("dialog[open] button[value='yes']").click()
        page.wait_for_url("**/rules/edits")
        expect(page.get_by_text("及格线", exact=True)).to_have_count(0)
    own.unlink()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_are_whole_in_both_languages_and_themes(
    chrome: Browser, room: Room, lang: str, theme: str, tmp_path: Path
) -> None:
    with visit(chrome, room, lang=lang, theme=theme, width=1100) as context:  # type: ignore[arg-type]
        page = sign_in(context, "chief")
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for place in ("/rules/edits", "/rules/edits/1", "/rules/proposals"):
            page.goto(place)
            expect(page.locator("h1")).to_be_visible()
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{place} is wider than the window"
            page.screenshot(path=tmp_path / f"{place.strip('/').replace('/', '-')}.png", full_page=True)
        assert wrong == []
