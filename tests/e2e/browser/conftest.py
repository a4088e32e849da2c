"""One browser for all tests of a file, and the demo night in a room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser.rooms import Room, browser
from tests.e2e.commands import free_port


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def room(chrome: Browser, night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The demo night. N02 has slips of classes B to D and belongs to ``agent``; N03 is somebody else's."""
    found = Room(tmp_path_factory.mktemp("room"), free_port())
    # another worker may be at the night just now, so this is no copy of the file
    with (
        closing(sqlite3.connect(night / "callinspect.db")) as kept,
        closing(sqlite3.connect(found.database)) as ours,
    ):
        kept.backup(ours)
    found.start()
    found.add("rev1", "reviewer", display_name="王芳")
    found.add("rev2", "reviewer", display_name="刘洋")
    found.add("agent", "agent", team="服务一组", agent_id="6102", display_name="郭子豪")
    found.add("lead", "lead", team="服务一组", display_name="赵敏")
    found.add("chief", "supervisor", display_name="陈静")
    yield found
    found.kill()
