"""Deleting old calls is asked twice, and each question is about what was counted for it.

Whoever wants to delete has seen a preview, has typed how many calls it names, and has been asked once more. A
token stands for each of the two answers that are due: it holds in one session, once, for some minutes, and
for exactly the counts that were shown. A restart of the server forgets them, and nothing is lost by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from threading import Lock

from cachetools import TTLCache

from pipeline.errors import Refused
from pipeline.store.purging import Purge
from pipeline.web.secrets import new_token

SECONDS = 600.0
MOST = 64
"""Tokens that are kept; of more, the oldest are forgotten first."""


class Due(StrEnum):
    """The answer that is due."""

    COUNT = "count"
    """How many calls there are, typed by hand."""
    YES = "yes"


@dataclass(frozen=True, slots=True)
class PendingPurge:
    """What somebody was shown and asked."""

    due: Due
    session: str
    before: date
    found: Purge
    everything: bool
    """True where no call would be left."""


class Purges:
    """Tokens of the questions that are open."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._lock = Lock()
        self._asked: TTLCache[str, PendingPurge] = TTLCache(MOST, SECONDS, timer=timer)

    def ask(self, due: Due, *, session: str, before: date, found: Purge, everything: bool) -> str:
        """The token that answers this question."""
        token = new_token()
        with self._lock:
            self._asked[token] = PendingPurge(due, session, before, found, everything)
        return token

    def answered(self, token: str, due: Due, *, session: str) -> PendingPurge:
        """What a token was given for; it holds no more.

        Raises:
            Refused: ``purge-token``: it is for another question or session, too old, or was used.
        """
        with self._lock:
            found = self._asked.pop(token, None)
        if found is None or found.due is not due or found.session != session:
            raise Refused("look again at what would be deleted", code="purge-token")
        return found
