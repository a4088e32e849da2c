"""Mail over a real socket: what is in it, that it is tried again, and that nobody waits for it."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from pipeline.domain import UserRole
from pipeline.settings import MailSettings, Settings
from pipeline.store import Store
from pipeline.web.mailing import MailFailed, send_waiting
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, TEAM, Client

TEXT = "请多说您好，13800138000"


class Mailbox(socketserver.ThreadingTCPServer):
    """A server that speaks as much SMTP as it takes to hand a letter over; ``refuses`` so many first, and
    knows no reader of the address ``unknown``."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[str] = []
        self.refuses = 0
        self.unknown = "nobody@"


class Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"RCPT" if self.server.unknown.encode() in line:
                    self.say("550 no such reader")
                case b"DATA" if self.server.refuses:
                    self.server.refuses -= 1
                    self.say("451 later")
                case b"DATA":
                    self.say("354 go on")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    self.server.letters.append(b"".join(lines).decode())
                    self.say("250 taken")
                case b"QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 well")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        yield found
        found.shutdown()


def mailing(settings: Settings, port: int) -> Settings:
    return settings.model_copy(
        update={"lang": "en", "mail": MailSettings(host="127.0.0.1", port=port, security="none")}
    )


@pytest.fixture
def told(store: Store, client: Client) -> int:
    """An agent who wants mail, and a note to them."""
    agent = client(UserRole.AGENT, display_name="段小姐")
    assert agent.user is not None
    assert agent.post("/account/mail", {"mail": "no address"}).status_code == 400
    assert agent.post("/account/mail", {"mail": "a@example.com"}).status_code == 303
    lead = store.accounts.add("boss", role=UserRole.LEAD, team=TEAM)
    store.coaching.write(AGENT, TEXT, by=lead.id, request="n", call_id="O02")
    return agent.user.id


def test_a_letter_says_the_kind_and_a_link_and_nothing_else(
    store: Store, settings: Settings, mailbox: Mailbox, told: int
) -> None:
    on = mailing(settings, mailbox.server_address[1])
    assert send_waiting(store, settings) == 0, "off unless a server is named"
    assert [send_waiting(store, on) for _ in range(2)] == [1, 0]
    (letter,) = mailbox.letters
    assert "There is a new note for you" in letter and "http://127.0.0.1:8000/notices" in letter
    for secret in (TEXT, "O02", AGENT, "段小姐", TEAM, "boss"):
        assert secret not in letter


def test_what_is_not_taken_is_sent_later_and_what_was_read_is_not(
    store: Store, settings: Settings, mailbox: Mailbox, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = mailing(settings, mailbox.server_address[1])
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    with pytest.raises(MailFailed):
        send_waiting(store, mailing(settings, nobody))
    assert send_waiting(store, on) == 0, "not at once"
    later = time.time() + 61
    monkeypatch.setattr("pipeline.store.repositories.notices.time.time", lambda: later)
    mailbox.refuses = 1
    with pytest.raises(MailFailed):
        send_waiting(store, on)
    monkeypatch.setattr("pipeline.store.repositories.notices.time.time", lambda: later + 10_000)
    store.notices.read(told)
    assert send_waiting(store, on) == 0 and mailbox.letters == []


def test_a_wrong_address_keeps_nobody_waiting(
    store: Store, settings: Settings, mailbox: Mailbox, told: int, client: Client
) -> None:
    other = client(UserRole.AGENT, agent_id=OTHER_AGENT, team=OTHER_TEAM)
    assert other.post("/account/mail", {"mail": ";%.,.<_=@-"}).status_code == 400, "no library reads it"
    assert other.post("/account/mail", {"mail": "b.c+d@example.com"}).status_code == 303
    store.coaching.write(OTHER_AGENT, TEXT, by=None, request="o")
    store.accounts.set_mail(told, "nobody@example.com")
    on = mailing(settings, mailbox.server_address[1])
    assert send_waiting(store, on) == 1
    (letter,) = mailbox.letters
    assert "b.c+d@example.com" in letter
