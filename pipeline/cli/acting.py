"""In whose name something is done from the shell."""

from __future__ import annotations

import uuid
from typing import Annotated

import typer

from pipeline.domain.people import User
from pipeline.errors import CommandError
from pipeline.store import Store

As = Annotated[str | None, typer.Option("--as", help="option.as", metavar="NAME")]


def acting(store: Store, name: str | None) -> User | None:
    """The account that was named; None stands for the shell itself.

    Raises:
        CommandError: there is no such account, or it is disabled.
    """
    return None if name is None else named(store, name)


def named(store: Store, name: str) -> User:
    """
    Raises:
        CommandError: there is no such account, or it is disabled.
    """
    found = store.accounts.named(name)
    if found is None or found.disabled:
        raise CommandError("no-user", name=name)
    return found


def new_request() -> str:
    """Every command is a new request: running it again is meant."""
    return str(uuid.uuid4())
