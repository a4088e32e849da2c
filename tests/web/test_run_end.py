"""Whoever watches over runs is told of their end once, also of a run that was killed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import update

from pipeline.settings import RunSettings, Settings
from pipeline.store import Store
from pipeline.store.repositories.failures import RunFailure
from pipeline.store.run_tables import runs
from pipeline.web.run_end import tell_ends, tell_refused
from tests.web.test_mailing import Mailbox, mailing

DEAD_PID = 2**22 + 1
"""Above the largest process id of Linux."""


class Hook(BaseHTTPRequestHandler):
    told: ClassVar[list[dict[str, Any]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).told.append(json.loads(body) | {"token": self.headers["Authorization"]})
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        """Not into the report of the tests."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def hook() -> Iterator[type[Hook]]:
    class Own(Hook):
        told: ClassVar[list[dict[str, Any]]] = []

    server = HTTPServer(("127.0.0.1", 0), Own)
    Own.address = f"http://127.0.0.1:{server.server_port}/"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Own
    server.shutdown()
    server.server_close()


def told_to(hook: type[Hook], settings: Settings, **more: Any) -> Settings:
    chosen = RunSettings(webhook=hook.address, webhook_token="t0", **more)  # type: ignore[attr-defined]
    return settings.model_copy(update={"runs": chosen})


def test_failures_are_told_once_and_a_good_night_only_if_wished(
    store: Store, settings: Settings, hook: type[Hook]
) -> None:
    assert tell_ends(store, settings) == (0, ())
    chosen = told_to(hook, settings)
    tell_ends(store, chosen)  # whatever the night of the tests left
    hook.told.clear()
    store.runs.finish(store.runs.start(), summary={"exit_status": 0})
    assert tell_ends(store, chosen) == (0, ())
    bad = store.runs.start()
    assert tell_ends(store, chosen) == (0, ()), "it is at work"
    left = RunFailure("B1", None, "unreadable", None, "truncated", accepted=False, tried=True)
    store.failures.note_run(bad, [left])
    store.runs.finish(bad, summary={"exit_status": 1, "unreadable": 2, "found": 9})
    assert [tell_ends(store, chosen)[0] for _ in range(2)] == [1, 0]
    (got,) = hook.told
    assert (got["run"], got["exit_status"], got["counts"]) == (bad, 1, {"found": 9, "unreadable": 2})
    assert got["token"] == "Bearer t0"
    again = store.runs.start()
    store.failures.note_run(again, [left])
    store.runs.finish(again, summary={"exit_status": 1})
    assert tell_ends(store, chosen) == (0, ()), "it was told before"
    store.runs.finish(store.runs.start(), summary={"exit_status": 0})
    assert tell_ends(store, told_to(hook, settings, always=True))[0] == 1


def test_a_killed_run_is_told_by_somebody_else_and_a_dead_hook_is_tried_again(
    store: Store, settings: Settings, hook: type[Hook]
) -> None:
    tell_ends(store, told_to(hook, settings))
    hook.told.clear()
    killed = store.runs.start()
    with store._write() as connection:
        connection.execute(update(runs).where(runs.c.id == killed).values(pid=DEAD_PID))
    hook.status = 500
    told, wrong = tell_ends(store, told_to(hook, settings))
    assert (told, wrong) == (0, ("webhook: HTTPError",))
    hook.status = 200
    assert tell_ends(store, told_to(hook, settings)) == (1, ())
    assert [(one["run"], one["health"], one["exit_status"]) for one in hook.told[1:]] == [(killed, "dead", 3)]


def test_mail_has_counts_and_a_link_and_a_dead_server_stops_nobody(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    chosen = mailing(settings, mailbox.server_address[1]).model_copy(
        update={"runs": RunSettings(mail=("ops@example.com", "night@example.com"))}
    )
    tell_ends(store, chosen)
    mailbox.letters.clear()
    stopped = store.runs.start(dump=Path("/recordings/secret"))
    store.runs.finish(stopped, state="stopped", summary={"exit_status": 3, "found": 9, "left": 4})
    mailbox.refuses = 1
    assert tell_ends(store, chosen) == (0, ("mail: SMTPDataError",))
    assert tell_ends(store, chosen) == (1, ())
    (letter,) = mailbox.letters
    for part in (
        "ops@example.com, night@example.com",
        f"run {stopped}: stopped early",
        f"/runs/{stopped}",
        "Left  4",
    ):
        assert part in letter
    assert "secret" not in letter
    assert tell_refused(chosen, "the folder is empty") == ()
    assert "the folder is empty" in mailbox.letters[1]
