"""Every screen in both themes by axe, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipeline.store import open_store
from scripts.furnish import Furnished, furnish
from tests.e2e.browser.rooms import HASH, Room, sign_in, visit
from tests.e2e.commands import free_port
from tests.nights import HEARD, fill, heard_call, night, put, record

GRAVE = ("serious", "critical")
Theme = Literal["light", "dark"]
SAYS = {"name": "王芳", "title": "每周一讲", "reason": "我说明了原因。"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, Furnished]]:
    room = Room(tmp_path_factory.mktemp("accessible"), free_port())
    fill(room.folder / "room.db", night())
    with open_store(room.store) as store:
        put(store, heard_call(record(room.folder / "heard.wav")))
        found = furnish(
            store,
            say=lambda kind: SAYS.get(kind, "已听录音。"),
            password=HASH,
            on=date(2026, 11, 20),
            call=HEARD,
        )
    room.start()
    yield room, found
    room.kill()


def screens(found: Furnished) -> dict[str, tuple[str, ...]]:
    """Who looks at what: a screen differs by role where it says so."""
    return {
        "rev1": (
            "/", "/queue", "/queue?state=all", f"/calls/{HEARD}", "/agents", f"/agents/{found.agent}",
            "/alerts", "/alerts/1", "/alerts/2", "/alerts/report",
            "/appeals", f"/appeals/{found.appeal}", "/samples", f"/samples/{found.sample}", "/calibrations",
            f"/calibrations/{found.calibration}/calls/1", f"/calibrations/{found.closed}", "/exemplars",
            "/rules/trust", "/rules", "/rules/phrases", "/rules/phrases/shirk", "/rules/try?text=这不归我管",
            "/account", "/queue?text=nothing-of-this-kind", "/no-such-page",
        ),
        "admin": (
            "/admin", "/admin/users", f"/admin/users/{found.people['agent'].id}", "/admin/teams",
            "/admin/audit", "/admin/retention", "/samples/new", "/calibrations/new", "/rules/what-if",
            f"/calibrations/{found.calibration}", "/overview/problems", "/calls/O04", "/reports",
            "/reports/month", "/reports/training", "/reports/quality", f"/reports/agent?agent={found.agent}",
            "/settlement", "/settlement/errors?which=pending",
        ),
        "agent": (
            "/", f"/calls/{HEARD}", f"/appeals/new?call={HEARD}", f"/agents/{found.agent}", "/coaching",
            "/settlement",
        ),
    }  # fmt: skip


def test_axe_finds_nothing_serious(chrome: Browser, furnished: tuple[Room, Furnished]) -> None:
    room, found = furnished
    axe, wrong = Axe(), []
    for name, paths in screens(found).items():
        with visit(chrome, room) as context:
            page = sign_in(context, name)
            for path in paths:
                page.goto(path)
                wrong += [f"{name} {path} {each}" for each in problems(axe, page)]
    with visit(chrome, room) as context:
        page = context.new_page()
        page.goto("/sign-in")
        wrong += [f"sign-in {each}" for each in problems(axe, page)]
    assert not wrong, "\n".join(wrong)


def problems(axe: Axe, page: Page) -> Iterator[str]:
    """All rules in the light theme, and then in the dark one those that look at colours."""
    options: dict[Theme, dict[str, list[str]]] = {
        "light": {"resultTypes": ["violations"]},  # of what is right, one place for each rule is enough
        "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
    }
    backgrounds = []
    for theme in options:
        page.emulate_media(color_scheme=theme)
        backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        if theme == "light":
            answer = axe.run(page, options=options[theme]).response
        else:  # the program is in the page by now
            answer = page.evaluate(AGAIN, options[theme])
        assert answer["passes"], "axe looked at nothing"
        for found in answer["violations"]:
            if found["impact"] in GRAVE:
                nodes = "; ".join(f"{node['target']} {node['failureSummary']}" for node in found["nodes"][:3])
                yield f"{theme} {found['id']}: {nodes}"
    assert backgrounds[0] != backgrounds[1], "the page has but one theme"


AGAIN = "(options) => axe.run(document, options)"
CONTROLS = """() => {
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const all = [...document.querySelectorAll(kinds)];
  const counted = all.filter((each) => !each.disabled && each.type !== "hidden" && each.tabIndex >= 0
    && each.checkVisibility({ visibilityProperty: true }) && !each.closest("dialog:not([open])"));
  counted.forEach((each, place) => { each.dataset.counted = place; });
  return counted.map((each) => each.outerHTML.slice(0, 120));
}"""

FOCUS = """() => {
  const each = document.activeElement;
  const style = getComputedStyle(each);
  const box = each.getBoundingClientRect();
  return {
    place: each.dataset?.counted ?? null,
    radio: each.type === "radio" ? each.name : null,
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.mark.parametrize("path", ["/queue?state=all", f"/calls/{HEARD}", "/rules/try"])
def test_all_is_reached_by_keyboard(chrome: Browser, furnished: tuple[Room, Furnished], path: str) -> None:
    room, _ = furnished
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto(path)
        page.wait_for_load_state("networkidle")
        controls: list[str] = page.evaluate(CONTROLS)
        assert len(controls) > 15
        reached: set[str] = set()
        wrong = []
        page.evaluate("document.body.focus()")
        for _ in range(2 * len(controls)):
            page.keyboard.press("Tab")
            state = page.evaluate(FOCUS)
            if state["place"] is None or state["place"] in reached:
                continue
            reached.add(state["place"])
            if not (state["outline"] and state["seen"]):
                wrong.append(f"{controls[int(state['place'])]}: {state}")
            if len(reached) == len(controls):
                break
        missed = [each for place, each in enumerate(controls) if str(place) not in reached]
        assert not missed, "\n".join(missed)
        assert not wrong, "\n".join(wrong)


def test_keys_are_told_and_dialogs_close(chrome: Browser, furnished: tuple[Room, Furnished]) -> None:
    room, _ = furnished
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto(f"/calls/{HEARD}")
        page.keyboard.press("?")
        dialog = page.locator("#keys-dialog")
        expect(dialog).to_be_visible()
        expect(dialog).to_contain_text("Esc")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.keyboard.press("a")  # nothing is selected: it says what to select, and opens nothing
        expect(page.locator("#messages")).to_contain_text("选中违规的那几个字")
        expect(page.locator("#add-dialog")).to_be_hidden()
        page.locator("#add-open").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#add-dialog")).to_be_visible()
        expect(page.locator("#add-no-words")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "add-criterion"
        page.keyboard.press("Escape")
        expect(page.locator("#add-dialog")).to_be_hidden()
