"""Nothing is cut from 1024 px up: the menu fits or folds, pages are as wide as the window, and the labels
under the sound are read without covering each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.domain import Evidence, How, Outcome, Role, Scorecard, Severity, Span
from pipeline.store import open_store
from pipeline.web.topbar import NAVIGATION
from tests.e2e.browser.rooms import Room, sign_in, until, visit
from tests.e2e.commands import free_port
from tests.inspections import finding, inspection
from tests.nights import HEARD, fill, heard_call, night, put, record

LONG = "说话不耐烦、反问、质问、打断客户还不道歉"
PLACES = (1.0, 1.4, 1.8, 2.0, 9.0, 26.5)
WIDTHS = (1024, 1280)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    found = Room(tmp_path_factory.mktemp("fits"), free_port())
    fill(found.folder / "room.db", night())
    with open_store(found.store) as store:
        call = heard_call(record(found.folder / "heard.wav"))
        proof = tuple(
            Evidence(Span(at, at + 0.6), Role.AGENT, "随便你", "随便你", How.EXACT, 0.9) for at in PLACES
        )
        findings = (
            finding("rude", Outcome.FAILED, title=LONG, severity=Severity.B, evidence=proof[::2]),
            finding("cold", Outcome.UNDETERMINED, title=LONG, severity=Severity.A, evidence=proof[1::2]),
        )
        card = Scorecard(findings, score=80.0, passed=True, fatal=False, ledger=(), flagged=True)
        put(store, replace(call, scorecard=card))
        put(store, inspection("ALONE", agent_id="9000", team="九组"))
    for name, role, called in (("admin", "administrator", "欧阳慕容雪晴"), ("rev1", "reviewer", "王芳")):
        found.add(name, role, display_name=called)
    found.start()
    yield found
    found.kill()


CUT = """() => {
  const wide = document.documentElement.clientWidth;
  const out = [];
  if (document.documentElement.scrollWidth > wide) out.push(`page ${document.documentElement.scrollWidth}`);
  for (const each of document.querySelectorAll(".topbar a, .topbar button, .tabs a, th, td")) {
    const box = each.getBoundingClientRect();
    if (each.closest(".visually-hidden, [hidden], details:not([open])") || !box.width) continue;
    if (box.left < -0.5 || box.right > wide + 0.5) out.push(`${each.outerHTML.slice(0, 90)} ${box.right}`);
  }
  for (const each of document.querySelectorAll(".nav, .tabs, .table-wrap, .scroll"))
    if (each.scrollWidth > each.clientWidth + 1) out.push(`${each.className} ${each.scrollWidth}`);
  return out;
}"""
ROWS = """new Set([...document.querySelectorAll(".nav > *")].map(
  (each) => each.getBoundingClientRect().top)).size"""
PATHS = (
    "/",
    "/queue",
    "/queue?state=all",
    "/agents",
    "/agents/8002",
    "/samples",
    "/rules",
    "/rules/edits",
    "/admin/users",
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_menus_and_tables_fit(chrome: Browser, room: Room, lang: Literal["zh", "en"], width: int) -> None:
    with visit(chrome, room, lang=lang, width=width) as context:
        page = sign_in(context, "admin")
        wrong: list[str] = []
        for path in PATHS:
            page.goto(path)
            wrong += [f"{path}: {each}" for each in page.evaluate(CUT)]
            if width == 1280 and page.evaluate(ROWS) != 1:
                wrong.append(f"{path}: the bar takes a second line")
        page.locator(".nav-more summary").press("Enter")
        for path, *_ in NAVIGATION:
            expect(page.locator(f".nav a[href='{path}']")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".nav-more summary")).to_be_focused()
        expect(page.locator(".nav a[href='/admin']")).to_be_hidden()
    assert not wrong, "\n".join(wrong)


LABELS = """() => [...document.querySelectorAll(".wave-flag:not([hidden], [hidden] *)")].map((each) => {
  const box = each.getBoundingClientRect();
  const stage = document.getElementById("wave-stage").getBoundingClientRect();
  const title = each.querySelector(".wave-title");
  return {
    left: box.left, right: box.right, top: box.top, bottom: box.bottom, words: title.textContent,
    inside: box.left >= stage.left - 0.5 && box.right <= stage.right + 0.5 && box.bottom <= stage.bottom,
    under: box.top >= stage.top + 95,
    text: getComputedStyle(title).color, back: getComputedStyle(each).backgroundColor,
    letter: getComputedStyle(each.querySelector("b")).color, opacity: getComputedStyle(each).opacity,
  };
})"""


FULL = """(() => {
  const title = document.querySelector(".wave-mark.opened .wave-title");
  return title && title.scrollWidth <= title.clientWidth;
})()"""


def labels(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate(LABELS))


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def opened(page: Page) -> None:
    page.goto(f"/calls/{HEARD}")
    until(page, "document.querySelectorAll('.wave-flag').length === 6")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_labels_are_read_whether_chosen_or_not(
    chrome: Browser, room: Room, theme: Literal["light", "dark"], width: int
) -> None:
    with visit(chrome, room, width=width, theme=theme) as context:
        page = sign_in(context, "rev1")
        opened(page)
        found = labels(page)
        assert len(found) >= 5
        for one in found:
            assert one["inside"] and one["under"] and one["opacity"] == "1", one
            assert contrast(one["text"], one["back"]) >= 4.5, one
            assert contrast(one["letter"], one["back"]) >= 4.5, one
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                apart = one["right"] <= other["left"] + 0.5 or other["right"] <= one["left"] + 0.5
                assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)


def test_a_label_stands_in_full_under_pointer_and_focus(chrome: Browser, room: Room) -> None:
    with visit(chrome, room, width=1024) as context:
        page = sign_in(context, "rev1")
        opened(page)
        last = page.locator(".wave-mark", has=page.locator(".wave-flag:visible")).last
        last.locator(".wave-flag").hover()
        until(page, FULL)
        expect(page.locator(".wave-mark.opened .wave-why")).to_be_visible()
        assert all(one["inside"] for one in labels(page)), "also at the right edge"
        page.mouse.move(5, 5)
        expect(page.locator(".wave-mark.opened")).to_have_count(0)
        page.locator('.wave-mark[tabindex="0"]').focus()
        until(page, FULL)
        page.set_viewport_size({"width": 1100, "height": 800})
        until(page, "document.getElementById('wave-stage').clientWidth > 900")
        page.wait_for_timeout(300)
        assert page.evaluate(FULL), "being drawn anew does not close what has the focus"
        assert all(one["inside"] for one in labels(page))
        before = page.evaluate("document.activeElement.dataset.play")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.play") != before
        assert page.evaluate("document.querySelector('#sound').currentTime") == 0, (
            "the sound stays where it is"
        )
        page.keyboard.press("Escape")
        expect(page.locator(".wave-mark.opened")).to_have_count(0)


def test_what_takes_no_points_is_named_so_on_its_label(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        opened(page)
        weak = page.locator('.wave-mark-weak[data-criterion="cold"]')
        expect(weak).to_have_count(3)
        assert "不计分" in (weak.first.get_attribute("aria-label") or "")
        expect(page.locator(".wave-mark:not(.wave-mark-weak)")).to_have_count(3)


def test_a_decision_takes_the_red_away_and_undo_brings_it_back(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto("/calls/O02")
        mark = page.locator('#transcript mark[data-criteria~="shirk"]')
        expect(mark).not_to_have_class(re.compile("hit-weak"))
        page.locator("#finding-shirk button[value=overturned]").click()
        expect(mark).to_have_class(re.compile("hit-weak"))
        expect(mark).to_have_attribute("title", re.compile("不计分：人判为误判$"))
        page.locator("#undo button").click()
        expect(mark).not_to_have_class(re.compile("hit-weak"))
        expect(mark).not_to_have_attribute("title", re.compile("不计分"))


def test_a_list_on_a_telephone_shows_why_and_the_button(chrome: Browser, room: Room) -> None:
    with visit(chrome, room, width=400) as context:
        page = sign_in(context, "rev1")
        page.goto("/queue")
        row = page.locator("tr[data-row]", has=page.locator('[title="O02"]'))
        expect(row.locator(".reasons")).to_contain_text("推诿")
        for part in (row.locator(".reasons"), row.locator(".col-holder button")):
            box = part.bounding_box()
            assert box is not None and box["width"] > 0
            assert box["x"] >= 0 and box["x"] + box["width"] <= 400
        whole = row.bounding_box()
        assert whole is not None and whole["height"] < 160


SEEN = """(selector) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
}"""
TOP = "(selector) => document.querySelector(selector).getBoundingClientRect().top"


@pytest.mark.parametrize(("width", "height"), [(400, 800), (640, 400)])
def test_player_and_words_stay_where_the_page_is_narrow_or_magnified(
    chrome: Browser, room: Room, width: int, height: int
) -> None:
    with visit(chrome, room, width=width) as context:
        page = sign_in(context, "rev1")
        page.set_viewport_size({"width": width, "height": height})
        opened(page)
        assert page.evaluate(TOP, "#transcript") < page.evaluate(TOP, "#account")
        page.locator(".finding").last.scroll_into_view_if_needed()
        page.keyboard.press("j")
        page.keyboard.press("p")
        until(page, "document.querySelector('#sound').currentTime > 0")
        until(page, "document.querySelector('#spoken').textContent.length > 4")
        assert page.evaluate(SEEN, "#play") and page.evaluate(SEEN, "#spoken")
        assert page.evaluate(SEEN, ".finding.current h4"), "the player covers no finding"
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        until(page, "document.querySelector('.topbar').getBoundingClientRect().bottom <= 0")
        assert page.evaluate(SEEN, "#play")


COLOURS = """() => {
  const canvas = document.querySelector("[data-trend] canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = { accent: 0, muted: 0 };
  for (const name of Object.keys(seen)) {
    const style = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const [r, g, b] = style.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
    for (let at = 0; at < data.length; at += 4)
      if (data[at] === r && data[at + 1] === g && data[at + 2] === b && data[at + 3] === 255) seen[name] += 1;
  }
  return seen;
}"""


def test_an_agent_is_seen_where_the_team_is_equal(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "admin")
        page.goto("/agents/9000")
        until(page, "document.querySelectorAll('[data-trend] canvas').length === 2")
        page.wait_for_timeout(300)
        seen = page.evaluate(COLOURS)
    assert seen["accent"] > 10 and seen["muted"] > 10, seen
