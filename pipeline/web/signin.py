"""Signing in: leave to try, the password, a session."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from pipeline.domain.people import User
from pipeline.errors import Refused
from pipeline.store.desk.people_accounts import plain_name
from pipeline.store.desk.people_throttle import Patience
from pipeline.web import passwords
from pipeline.web.access import the_settings, the_store
from pipeline.web.cookies import keep_session
from pipeline.web.secrets import digest, new_token

ACCOUNT = Patience(free=5, first=5.0, longest=60.0)
"""1,000 guesses at one account take 16 hours from however many machines, and nobody can lock its owner out
for more than a minute (who is signed in stays so)."""

ADDRESS = Patience(free=30, first=2.0, longest=60.0)
"""A floor of reviewers behind one address may mistype on one morning; right passwords are taken off again."""

_hashing = threading.Semaphore(2)
"""Each check takes 64 MiB and a core: two at a time, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: a user, or seconds to wait (0: the name or the password was wrong)."""

    user: User | None
    wait: float = 0.0


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def attempt(request: Request, name: str, password: str) -> Attempt:
    """Try a name and a password. Blocking: for routes that are no coroutines."""
    people = the_store(request).desk.people
    name = plain_name(name)[:200]
    account, address = _key("user", name), _key("address", address_of(request))
    wait = people.attempt({account: ACCOUNT, address: ADDRESS}, at=time.time())
    if wait:
        return Attempt(None, wait)
    user, stored = people.credentials(name) or (None, None)
    with _hashing:
        right = passwords.fits(stored, password)
    if not right or user is None or user.disabled:
        people.note("sign-in-failed", subject=name, address=address_of(request))
        return Attempt(None)
    people.succeeded(forget=account, forgive=address)
    if stored is not None and passwords.outdated(stored):
        people.rehash(user.id, old=stored, new=passwords.make(password))
    return Attempt(user)


def confirm(request: Request, user: User, password: str) -> None:
    """Somebody signed in types their password again; guesses count as at the door.

    Raises:
        Refused: it is wrong, or they have to wait.
    """
    tried = attempt(request, user.name, password)
    if tried.wait:
        raise Refused("too many attempts", code="throttled", seconds=math.ceil(tried.wait))
    if tried.user is None:
        raise Refused("the password is wrong", code="password-wrong")


def _key(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()}"


def begin_session(request: Request, response: Response, user: User, *, how: str) -> None:
    """Sign somebody in on this answer, with a new token: one that was planted before is worth nothing."""
    token = new_token()
    serve = the_settings(request).serve
    people = the_store(request).desk.people
    people.open_session(
        user.id,
        token=digest(token),
        csrf=new_token(),
        seconds=serve.session_hours * 3600.0,
        agent=request.headers.get("user-agent", "")[:200],
        how=how,
    )
    keep_session(request, response, token)


def safe_next(address: str) -> str:
    """Where to go after signing in: only places of ours."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\", "/sign-"))
    return address if plain and address.isprintable() else "/"
