"""In whose name something is done now, and from where: a request of the review room, or a command.

Set where the request or the command begins, so that whatever is written below need not be told who writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

WITHIN = "WITHIN_REVIEW_ROOM"
"""Set in the environment of a command that the review room runs: the act is the visitor's, noted there."""


@dataclass(frozen=True, slots=True)
class Acting:
    """In whose name something is done, and from where."""

    user: int | None = None
    address: str | None = None
    shell: str | None = None
    """The name at the operating system of whoever typed a command."""


_ACTING: ContextVar[Acting] = ContextVar("acting", default=Acting())  # noqa: B039 (frozen)


def acting() -> Acting:
    return _ACTING.get()


@contextmanager
def acting_as(who: Acting) -> Iterator[None]:
    """Everything inside is done by this one."""
    token = _ACTING.set(who)
    try:
        yield
    finally:
        _ACTING.reset(token)


def acting_user(user: int) -> None:
    """The request that is being answered turns out to be this person's."""
    _ACTING.set(replace(_ACTING.get(), user=user))
