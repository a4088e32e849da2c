"""Telling people by mail that a notice waits for them: what kind, and a link. Nothing else leaves the room.

Mail is no part of any act: notices are written with the act, and go out afterwards, one by one. What does
not go out is tried again later, and nobody waits for it.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from pipeline.errors import StoreError
from pipeline.messages import Lang, known, languages, say
from pipeline.settings import MailSettings, Settings
from pipeline.store import Store
from pipeline.store.repositories.notices import Letter
from pipeline.web.links import base_url

EVERY_SECONDS = 60.0
"""How often the review room looks what there is to tell."""
MOST_AT_ONCE = 200
"""Letters of one round: the next goes on."""


class MailFailed(Exception):  # noqa: N818 - nothing is wrong with the program
    """The server did not take a letter; the next round tries again."""


def send_waiting(store: Store, settings: Settings, over: threading.Event | None = None) -> int:
    """Send what is to be sent; how many letters went out. An address that the server refuses keeps nobody
    else waiting.

    Args:
        over: set: nothing more is sent after the letter on its way.

    Raises:
        MailFailed: the server cannot be reached, or takes no letter. What was taken is not sent again.
    """
    over = over or threading.Event()
    if not settings.mail.host:
        return 0
    first = store.notices.take_letter()
    if first is None:  # most of the time: nobody connects for nothing
        return 0
    try:
        with connected(settings.mail) as server:
            sent, tried, refused = 0, 0, ""
            letter: Letter | None = first
            while letter is not None:
                tried += 1
                try:
                    server.send_message(letter_of(letter, settings))
                except (ValueError, smtplib.SMTPRecipientsRefused) as error:  # this address, not the server
                    refused = type(error).__name__
                else:
                    store.notices.sent(letter.notice)
                    sent += 1
                going_on = tried < MOST_AT_ONCE and not over.is_set()
                letter = store.notices.take_letter() if going_on else None
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(type(error).__name__) from error
    if refused and not sent:
        raise MailFailed(refused)
    return sent


def letter_of(letter: Letter, settings: Settings) -> EmailMessage:
    """The kind of the notice in the reader's language and the address of the list of notices: no name, no
    call, no number."""
    lang: Lang = letter.lang if letter.lang in languages() else settings.lang
    general = f"notice.mail.{letter.kind}"
    what = say(lang, general if known(general) else f"notice.{letter.kind}")
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"] = settings.mail.sender, letter.mail
    found["Subject"] = f"{say(lang, 'app.name')}: {what}"
    found["Date"] = formatdate()
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(say(lang, "notice.mail.body", what=what, link=base_url(settings.serve) + "/notices"))
    return found


@contextlib.contextmanager
def connected(mail: MailSettings) -> Iterator[smtplib.SMTP]:
    """The server of the settings, signed in.

    Raises:
        OSError, SMTPException: it cannot be reached, or refuses.
    """
    trusted = ssl.create_default_context()
    server: smtplib.SMTP
    if mail.security == "tls":
        server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=mail.seconds, context=trusted)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.seconds)
    with server:
        if mail.security == "starttls":
            server.starttls(context=trusted)
        if mail.user:
            server.login(mail.user, mail.password.get_secret_value())
        yield server


class Notifier:
    """A thread beside the server: goals that are due become notices, and notices mail."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        every: float = EVERY_SECONDS,
        also: Callable[[Store, Settings], object] = lambda store, settings: None,
    ) -> None:
        """``also``: what else is to be told each time."""
        self._store, self._settings, self._every = store, settings, every
        self._also = also
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the letter that is being sent."""
        self._over.set()
        self._thread.join(self._settings.mail.seconds + 5)

    def _work(self) -> None:
        while not self._over.wait(self._every):
            with contextlib.suppress(StoreError, MailFailed):  # next time
                self._store.goals.post_due()
                send_waiting(self._store, self._settings, self._over)
            with contextlib.suppress(StoreError):
                self._also(self._store, self._settings)
