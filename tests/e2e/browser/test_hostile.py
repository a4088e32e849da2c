"""Whatever calls, files and people are called, and whatever was said: it is shown, and it does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import cycle

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from pipeline.store import CallFilter, open_store
from pipeline.web.render import agent_url, call_url, url
from scripts.furnish import Furnished, furnish
from tests.e2e.browser.hostile import TEXTS, plain, store_of
from tests.e2e.browser.rooms import HASH, Room, sign_in, visit
from tests.e2e.commands import free_port
from tests.nights import fill

WIDTHS = (1280, 820)
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
STATE = """() => ({
  pwned: typeof window.pwned,
  refused: window.refused,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  shown: document.querySelector("main")?.getBoundingClientRect().height ?? 0,
})"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, Furnished]]:
    folder = tmp_path_factory.mktemp("hostile")
    sounds = folder / "sounds"
    sounds.mkdir()
    fill(folder / "room.db", store_of(sounds))
    texts = cycle(TEXTS)
    with open_store(f"sqlite:///{folder / 'room.db'}") as store:
        found = furnish(
            store, say=lambda _: plain(next(texts)), password=HASH, on=date(2026, 11, 20), call="a/b/c"
        )
    room = Room(folder, free_port())
    room.start()
    yield room, found
    room.kill()


class Watched:
    """A page, and all that went wrong in it."""

    def __init__(self, context: BrowserContext, name: str = "chief") -> None:
        context.add_init_script(WATCH)
        self.page: Page = sign_in(context, name)
        self.wrong: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._console)

    def _dialog(self, dialog: object) -> None:
        self.wrong.append(f"{self.page.url}: a dialog")

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning"):
            self.wrong.append(f"{self.page.url}: {kind} {text}")

    def look(self, path: str, *, status: int = 200) -> None:
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        if answer.status != status:
            self.wrong.append(f"{path}: {answer.status}")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            state = self.page.evaluate(STATE)
            if state["wide"] > 0:
                self.wrong.append(f"{path}: {state['wide']} px too wide at {width}: {self.widest()}")
            if state["pwned"] != "undefined" or state["refused"] or state["shown"] < 50:
                self.wrong.append(f"{path}: {state}")

    def widest(self) -> str:
        """What sticks out, for whoever reads the failure."""
        found: str = self.page.evaluate(
            """() => [...document.querySelectorAll("main *, header *")]
              .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
              .slice(0, 3).map((each) => `${each.tagName}.${each.className}`).join(" ")"""
        )
        return found


def test_screens(chrome: Browser, hostile: tuple[Room, Furnished]) -> None:
    room, found = hostile
    with visit(chrome, room) as context:
        watched = Watched(context)
        for path in (
            "/", "/overview/problems", "/queue", "/queue?state=all", "/agents", agent_url(found.agent),
            "/alerts?group=all", "/alerts/1", "/alerts/report",
            "/appeals", "/appeals?group=decided", f"/appeals/{found.appeal}", "/samples",
            f"/samples/{found.sample}", "/samples/new", "/calibrations", "/calibrations/new",
            f"/calibrations/{found.calibration}", f"/calibrations/{found.calibration}/calls/1",
            f"/calibrations/{found.closed}", url("/coaching", agent=found.agent), "/exemplars", "/settlement",
            "/rules", "/rules/trust", "/rules/phrases", "/rules/phrases/shirk", "/rules/try",
            "/rules/what-if", "/account",
        ):  # fmt: skip
            watched.look(path)
        for text in TEXTS[::6]:
            watched.look(url("/queue", text=text))
            watched.look(url("/rules/try", text=text))
        assert not watched.wrong, "\n".join(watched.wrong)


def test_calls(chrome: Browser, hostile: tuple[Room, Furnished]) -> None:
    """Each page shows ten texts: every third one, and the call that was reviewed, show them all."""
    room, found = hostile
    with open_store(room.store) as store:
        kept = [each.recording.call for each in store.inspections.all(CallFilter())]
    assert len(kept) == len(TEXTS)
    with visit(chrome, room) as context:
        watched = Watched(context)
        watched.look(call_url(found.call))
        for call in kept[::3]:
            watched.look(call_url(call.call_id))
        for call in kept[::10]:
            watched.look(agent_url(call.agent_id or ""))
        assert not watched.wrong, "\n".join(watched.wrong)


def test_administration(chrome: Browser, hostile: tuple[Room, Furnished]) -> None:
    room, found = hostile
    with visit(chrome, room) as context:
        watched = Watched(context, "admin")
        for path in ("/admin", "/admin/users", f"/admin/users/{found.people['agent'].id}", "/admin/teams",
                     "/admin/audit", "/admin/retention"):  # fmt: skip
            watched.look(path)
        assert not watched.wrong, "\n".join(watched.wrong)
