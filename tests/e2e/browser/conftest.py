"""One night, one server and one browser for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser.rooms import Room, browser, run_night


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def room(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Three calls: N01 is clean, N02 has slips of classes B to D, N03 asks for a secret (class A)."""
    found = run_night(tmp_path_factory.mktemp("room"), "N01", "N02", "N03")
    found.start()
    found.add("rev1", "reviewer", display_name="王芳")
    found.add("rev2", "reviewer", display_name="刘洋")
    found.add("agent", "agent", team="服务一组", agent_id="6102", display_name="郭子豪")
    found.add("lead", "lead", team="服务一组", display_name="赵敏")
    found.add("chief", "supervisor", display_name="陈静")
    yield found
    found.kill()
