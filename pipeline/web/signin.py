"""Signing in: leave to try, the password, a session."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from pipeline.domain.people import User
from pipeline.errors import Refused
from pipeline.store.repositories.accounts import plain_name
from pipeline.store.repositories.sign_in import Backoff, Limit, Rate, place_of_address, place_of_browser
from pipeline.web import passwords
from pipeline.web.access import the_settings, the_store
from pipeline.web.cookies import browser_cookie, keep_browser, keep_session, session_cookie
from pipeline.web.proxies import address_of
from pipeline.web.secrets import digest, new_token

PLACE = Backoff(free=5, first=5.0, longest=60.0)
"""One account from one place (a browser or an address). 1,000 guesses from there take 16 hours."""

NEWCOMERS = Rate(burst=2, every=15.0)
"""The first attempt of every strange address at one account, all together."""

STRANGERS = Rate(burst=3, every=60.0)
"""Their further attempts. Counted apart: an address that goes on guessing takes no turn from one that has
just come, so the owner gets in somewhere new within a minute while five others guess. Both together let no
more than ten guesses a minute through at one account, however many machines take part, and 7,200 a day."""

ADDRESS = Rate(burst=30, every=6.0)
"""All accounts that never signed in from this address: a floor of reviewers behind it may mistype on one
morning, and nobody tries one password on every name from there."""

_hashing = threading.Semaphore(2)
"""Each check takes 64 MiB and a core: two at a time, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: a user, or seconds to wait (0: the name or the password was wrong)."""

    user: User | None
    wait: float = 0.0


def attempt(request: Request, name: str, password: str) -> Attempt:
    """Try a name and a password. Blocking: for routes that are no coroutines."""
    name = plain_name(name)[:200]
    return _try(request, name, password, *_limits(request, name))


def _try(request: Request, name: str, password: str, place: str, limits: Mapping[str, Limit]) -> Attempt:
    store = the_store(request)
    wait = store.sign_in.attempt(limits, at=time.time())
    if wait:
        return Attempt(None, wait)
    user, stored = store.accounts.credentials(name) or (None, None)
    with _hashing:
        right = passwords.fits(stored, password)
    if not right or user is None or user.disabled:
        store.audit.note("sign-in-failed", subject=name, address=address_of(request))
        return Attempt(None)
    shared = {key: limit for key, limit in limits.items() if isinstance(limit, Rate)}
    store.sign_in.succeeded(forget=place, forgive=shared)
    if stored is not None and passwords.outdated(stored):
        store.accounts.rehash(user.id, old=stored, new=passwords.make(password))
    return Attempt(user)


def confirm(request: Request, user: User, password: str) -> None:
    """Somebody signed in types their password again; guesses count as at the door, but by session.

    Raises:
        Refused: it is wrong, or they have to wait.
    """
    place = _key("session", user.name, session_cookie(request))
    tried = _try(request, user.name, password, place, {place: PLACE})
    if tried.wait:
        raise Refused("too many attempts", code="throttled", seconds=math.ceil(tried.wait))
    if tried.user is None:
        raise Refused("the password is wrong", code="password-wrong")


def _limits(request: Request, name: str) -> tuple[str, dict[str, Limit]]:
    """Under which keys an attempt is counted, the first of them that of this account in this place.

    Where the account has signed in before, nothing counts that others do elsewhere: whoever knows a name
    cannot keep its owner out. In a strange place all strangers share what one account, and one address, puts
    up with.
    """
    sign_in = the_store(request).sign_in
    address, browser = place_of_address(address_of(request)), _browser(request)
    known = sign_in.known_places(name, [place for place in (browser, address) if place])
    if browser in known:
        key = _key("known", name, browser)
        return key, {key: PLACE}
    key = _key("place", name, address)
    if address in known:
        return key, {key: PLACE}
    newcomer = not sign_in.failures(key)
    account = _key("newcomers" if newcomer else "strangers", name)
    return key, {key: PLACE, account: NEWCOMERS if newcomer else STRANGERS, address: ADDRESS}


def _key(kind: str, *values: str | None) -> str:
    text = "\0".join(value or "" for value in values)
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _browser(request: Request) -> str | None:
    """The place that this browser is, where it brings the token of one."""
    token = browser_cookie(request)
    return place_of_browser(token) if token else None


def begin_session(request: Request, response: Response, user: User, *, how: str) -> None:
    """Sign somebody in on this answer, with a new token: one that was planted before is worth nothing."""
    token = new_token()
    serve = the_settings(request).serve
    the_store(request).sessions.open(
        user.id,
        token=digest(token),
        csrf=new_token(),
        seconds=serve.session_hours * 3600.0,
        agent=request.headers.get("user-agent", "")[:200],
        how=how,
    )
    keep_session(request, response, token)
    _remember_place(request, response, user)


def _remember_place(request: Request, response: Response, user: User) -> None:
    """Know address and browser again. A browser in which this account is new gets a new token: one that
    somebody planted there is worth nothing. Otherwise it keeps its token, and what was counted under it."""
    sign_in = the_store(request).sign_in
    token, before = browser_cookie(request), _browser(request)
    if token is None or before is None or not sign_in.known_places(user.name, [before]):
        token = new_token()
    else:
        before = None
    sign_in.remember_places(
        user.id,
        address=place_of_address(address_of(request)),
        browser=place_of_browser(token),
        before=before,
    )
    keep_browser(request, response, token)


def safe_next(address: str) -> str:
    """Where to go after signing in: only places of ours."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\", "/sign-"))
    return address if plain and address.isprintable() else "/"
