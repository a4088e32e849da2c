"""Deleting old calls is asked twice, and each question is about what was counted for it.

Whoever wants to delete has seen a preview, has typed how many calls it names, and has been asked once more. A
token stands for each of the two answers that are due: it holds in one session, once, for some minutes, and
for exactly the counts that were shown. A restart of the server forgets them, and nothing is lost by it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from threading import Lock

from pipeline.errors import Refused
from pipeline.store.purging import Purge
from pipeline.web.secrets import new_token

SECONDS = 600.0
MOST = 64
"""Tokens that are kept; of more, the oldest are forgotten."""


class Due(StrEnum):
    """The answer that is due."""

    COUNT = "count"
    """How many calls there are, typed by hand."""
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody was shown and asked."""

    due: Due
    session: str
    before: date
    found: Purge
    everything: bool
    """True where no call would be left."""
    until: float


class Purges:
    """Tokens of the questions that are open."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: dict[str, Asked] = {}

    def ask(self, due: Due, *, session: str, before: date, found: Purge, everything: bool) -> str:
        """The token that answers this question."""
        token = new_token()
        asked = Asked(due, session, before, found, everything, time.monotonic() + SECONDS)
        with self._lock:
            while len(self._asked) >= MOST:
                del self._asked[next(iter(self._asked))]
            self._asked[token] = asked
        return token

    def answered(self, token: str, due: Due, *, session: str) -> Asked:
        """What a token was given for; it holds no more.

        Raises:
            Refused: ``purge-token``: it is for another question or session, too old, or was used.
        """
        with self._lock:
            found = self._asked.pop(token, None)
        known = found is not None and found.due is due and found.session == session
        if found is None or not known or time.monotonic() > found.until:
            raise Refused("look again at what would be deleted", code="purge-token")
        return found
