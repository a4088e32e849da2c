"""A real server over a real night, and people in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from pipeline.domain import UserRole
from pipeline.store import open_store
from pipeline.web import passwords
from tests.e2e.commands import ROOT

PASSWORD = "three plain words"
PATIENCE_MS = 180_000
"""Machines that run tests are busy; what never comes true still fails."""

START_SECONDS = 240
"""For a server or a browser to start; nobody waits longer than it takes."""

expect.set_options(timeout=PATIENCE_MS)

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]


def chromium(playwright: Playwright) -> Browser:
    """The system's Chromium, or Playwright's own; without either the test is skipped."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("there is no Chromium; install one: apt install chromium, or playwright install chromium")
    return playwright.chromium.launch(executable_path=path, args=QUIET, timeout=1000 * START_SECONDS)


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Room:
    """A folder with a store, and the server over it."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    first_link: str | None = None

    @property
    def database(self) -> Path:
        return self.folder / "room.db"

    @property
    def store(self) -> str:
        return f"sqlite:///{self.database}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "pipeline.cli", "--lang", "en", "--store", self.store]
        log = (self.folder / "server.log").open("a", encoding="utf-8")
        self.process = subprocess.Popen(
            [*command, "serve", "--port", str(self.port)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log.close()
        self._await_answer()
        said = (self.folder / "server.log").read_text(encoding="utf-8")
        link = re.search(r"https?://\S+/invitation/\S+", said)
        self.first_link = link[0] if link else None

    def _await_answer(self) -> None:
        """Until the server answers, which takes minutes where many others want the processor."""
        assert self.process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urlopen(f"{self.address}/sign-in", timeout=30):
                    return
            except OSError:
                time.sleep(0.1)
        said = (self.folder / "server.log").read_text(encoding="utf-8")
        state = "stopped" if self.process.poll() is not None else f"says nothing after {START_SECONDS} s"
        raise AssertionError(f"the server {state}: {said}")

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def add(self, name: str, role: str, **facts: str) -> None:
        """An account with a password, as `callinspect user add` makes it."""
        with open_store(self.store) as store:
            store.accounts.add(
                name,
                role=UserRole(role),
                display_name=facts.pop("display_name", name),
                password=HASH,
                **facts,
            )


HASH = passwords.make(PASSWORD)


def visit(
    opened: Browser,
    room: Room,
    *,
    lang: Literal["zh", "en"] = "zh",
    width: int = 1280,
    theme: Literal["light", "dark"] = "light",
) -> BrowserContext:
    """A browser of its own, with nothing in it."""
    context = opened.new_context(
        base_url=room.address,
        viewport={"width": width, "height": 800},
        color_scheme=theme,
        locale={"zh": "zh-CN", "en": "en-GB"}[lang],
    )
    context.add_cookies([{"name": "lang", "value": lang, "url": room.address}])
    context.set_default_timeout(PATIENCE_MS)
    return context


def sign_in(context: BrowserContext, name: str) -> Page:
    """Through the form, as people do."""
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button.button-primary")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def until(page: Page, expression: str, *, seconds: float = PATIENCE_MS / 1000) -> None:
    """Wait until a JavaScript expression holds. (Playwright's own way needs eval, which our pages forbid.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never came true: {expression}"
        time.sleep(0.05)
