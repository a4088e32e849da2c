"""Signing in and out, links, the account."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.domain.people import User, UserRole
from pipeline.store import Store
from pipeline.store.repositories.sign_in import place_of_browser
from pipeline.web import passwords, signin
from pipeline.web.secrets import digest
from tests.web.conftest import Browser, Client

PASSWORD = "three plain words"


@pytest.fixture(scope="session")
def stored() -> str:
    return passwords.make(PASSWORD)


@pytest.fixture
def wang(store: Store, stored: str) -> User:
    return store.accounts.add("Wang", display_name="王芳", role=UserRole.REVIEWER, password=stored)


class FrozenClock:
    """The time as the throttle sees it, put forward by hand."""

    def __init__(self) -> None:
        self.now = time.time()

    def on(self, seconds: float) -> None:
        self.now += seconds

    @contextmanager
    def frozen(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(signin.time, "time", lambda: self.now)
            yield


def sign_in(browser: Browser, password: str = PASSWORD, **fields: str) -> int:
    return browser.post("/sign-in", {"name": "wang", "password": password, **fields}).status_code


def test_a_page_sends_people_to_sign_in_and_back(nobody: Browser, wang: User) -> None:
    answer = nobody.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Faccount"
    assert nobody.get("/sign-in").status_code == 200
    answer = nobody.post("/sign-in", {"name": " WANG ", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    assert "王芳" in nobody.get("/account").text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-out", "javascript:x", "/\n"],
)
def test_signing_in_leads_nowhere_else(elsewhere: str) -> None:
    assert signin.safe_next(elsewhere) == "/"


def test_a_wrong_name_and_a_wrong_password_look_the_same(nobody: Browser, wang: User) -> None:
    wrong = nobody.post("/sign-in", {"name": "wang", "password": "no"})
    unknown = nobody.post("/sign-in", {"name": "wong", "password": "no"})
    assert wrong.status_code == unknown.status_code == 401
    plain = [
        re.sub(r'name="request" value="[^"]*"|nonce" content="[^"]*"', "", a.text) for a in (wrong, unknown)
    ]
    assert plain[0] == plain[1].replace("wong", "wang")


@pytest.mark.usefixtures("dear_hashes")
def test_an_unknown_name_takes_as_long_as_a_known_one(store: Store) -> None:
    store.accounts.add("wang", role=UserRole.REVIEWER, password=passwords.make(PASSWORD))

    def seconds(name: str) -> float:
        started = time.thread_time()
        passwords.fits((store.accounts.credentials(name) or (None, None))[1], "guess")
        return time.thread_time() - started

    passwords.fits(None, "first")  # makes the hash that nobody has
    known, unknown = min(seconds("wang") for _ in range(3)), min(seconds("wong") for _ in range(3))
    assert unknown > known / 2


def test_guessing_is_slowed_down_before_anything_is_hashed(
    nobody: Browser, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed, fits = [], passwords.fits

    def counted(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return fits(stored, password)

    monkeypatch.setattr(passwords, "fits", counted)
    assert [sign_in(nobody, "guess") for _ in range(4)] == [401] * 4
    assert len(hashed) == 4
    statuses = [sign_in(nobody, "guess") for _ in range(20)]
    assert set(statuses) == {429}
    assert len(hashed) == 4, "a refused guess must cost next to nothing"
    answer = nobody.post("/sign-in", {"name": "wang", "password": PASSWORD})
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 60


@pytest.fixture
def at(client: Client, app: FastAPI, portal: BlockingPortal) -> Iterator[Callable[[str], Browser]]:
    """``at(address)``: a new browser there."""
    opened = []

    def browser(address: str) -> Browser:
        http = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, client=(address, 1))
        http.portal = portal
        opened.append(http)
        return Browser(http, None, "")

    yield browser
    for http in opened:
        http.close()


At = Callable[[str], Browser]
STRANGE = [f"203.0.113.{n}" for n in range(1, 37)]


def test_nobody_keeps_an_owner_out_of_a_browser_they_have_used(at: At, wang: User) -> None:
    home = at("192.0.2.1")
    assert sign_in(home) == 303
    moved = at("198.51.100.9")
    moved.http.cookies.set("callinspect-browser", home.http.cookies["callinspect-browser"])
    for address in [*STRANGE, "198.51.100.9", "192.0.2.1"]:
        attacker = at(address)
        for _ in range(8):
            sign_in(attacker, "guess")
    assert [sign_in(home) for _ in range(8)] == [303] * 8
    assert sign_in(moved) == 303, "the browser is known wherever it is"


def test_nor_from_an_address_they_have_used(at: At, wang: User) -> None:
    assert sign_in(at("192.0.2.1")) == 303
    for address in STRANGE:
        attacker = at(address)
        for _ in range(8):
            sign_in(attacker, "guess")
    assert [sign_in(at("192.0.2.1")) for _ in range(8)] == [303] * 8


def test_a_full_address_keeps_nobody_out_who_was_there_before(at: At, wang: User) -> None:
    assert sign_in(at("192.0.2.1")) == 303
    neighbour = at("192.0.2.1")
    statuses = [
        neighbour.post("/sign-in", {"name": f"name-{n}", "password": "guess"}).status_code for n in range(40)
    ]
    assert statuses[:30] == [401] * 30 and statuses[-1] == 429
    assert [sign_in(at("192.0.2.1")) for _ in range(8)] == [303] * 8


def test_an_owner_somewhere_new_gets_in_while_somebody_guesses(at: At, wang: User) -> None:
    attackers = [at(address) for address in STRANGE[:5]]
    owner, clock = at("198.51.100.9"), FrozenClock()
    with clock.frozen():
        for attacker in attackers * 8:
            sign_in(attacker, "guess")
        waited = 0
        while (status := sign_in(owner)) == 429 and waited < 60:
            clock.on(1)
            waited += 1
            for attacker in attackers:
                sign_in(attacker, "guess")
    assert status == 303, "within a minute"


def test_no_minute_has_more_than_ten_guesses_of_strangers(at: At, wang: User) -> None:
    clock, looked_at = FrozenClock(), []
    attackers = [at(address) for address in STRANGE[:12]]
    with clock.frozen():
        for _ in range(20):
            looked_at += [clock.now for attacker in attackers if sign_in(attacker, "guess") == 401]
            clock.on(5)
    busiest = max(sum(first <= moment < first + 60 for moment in looked_at) for first in looked_at)
    assert 0 < busiest <= 10


def test_a_known_browser_is_no_way_around_the_limit(at: At, store: Store, stored: str, wang: User) -> None:
    """A colleague at the same machine guesses between their own sign-ins."""
    store.accounts.add("li", role=UserRole.REVIEWER, password=stored)
    shared = at("192.0.2.1")
    assert sign_in(shared) == 303 and sign_in(shared, name="li") == 303
    statuses = []
    with FrozenClock().frozen():  # on a busy machine ten guesses take long enough for one more
        for _ in range(10):
            statuses.append(sign_in(shared, "guess"))
            assert sign_in(shared, name="li") == 303
    assert statuses.count(401) <= 5


def test_a_token_that_was_planted_in_a_browser_is_worth_nothing(
    at: At, store: Store, stored: str, wang: User
) -> None:
    store.accounts.add("li", role=UserRole.REVIEWER, password=stored)
    attacker, victim = at("203.0.113.1"), at("192.0.2.1")
    assert sign_in(attacker, name="li") == 303
    planted = attacker.http.cookies["callinspect-browser"]
    victim.http.cookies.set("callinspect-browser", planted)
    assert sign_in(victim) == 303
    places = [place_of_browser(planted)]
    assert not store.sign_in.known_places("wang", places)
    cookies = [c for c in victim.http.cookies.jar if c.name == "callinspect-browser" and c.value != planted]
    assert len(cookies) == 1 and cookies[0].has_nonstandard_attr("HttpOnly")


def test_whoever_is_signed_in_can_change_the_password_while_strangers_guess(at: At, wang: User) -> None:
    home = at("192.0.2.1")
    sign_in(home)
    home.csrf = home.get("/session").json()["csrf"]
    home.http.cookies.delete("callinspect-browser")
    for address in [*STRANGE[:5], "192.0.2.1"]:
        attacker = at(address)
        for _ in range(8):
            sign_in(attacker, "guess")
    fields = {"current": PASSWORD, "password": "a new secret", "again": "a new secret"}
    assert home.post("/account/password", fields).headers["location"] == "/account?done=password"


def test_signing_out_ends_the_session(nobody: Browser, store: Store, wang: User) -> None:
    assert sign_in(nobody) == 303
    (session,) = store.sessions.of_user(wang.id)
    nobody.csrf = session.csrf
    assert nobody.post("/sign-out").headers["location"] == "/sign-in"
    assert store.sessions.of_user(wang.id) == ()


def test_every_sign_in_gets_a_token_of_its_own(nobody: Browser, store: Store, wang: User) -> None:
    nobody.http.cookies.set("callinspect", "planted")
    sign_in(nobody)
    assert digest("planted") not in {row.token for row in store.sessions.of_user(wang.id)}


def test_a_disabled_account_cannot_sign_in(nobody: Browser, store: Store, wang: User) -> None:
    store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    store.accounts.change(wang.id, disabled=True)
    assert sign_in(nobody) == 401


def test_https_cookies_are_tied_to_the_host(client: Client, wang: User) -> None:
    browser = client()
    browser.http.base_url = "https://127.0.0.1"
    answer = browser.post("/sign-in", {"name": "wang", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-callinspect=") and "secure" in cookie.lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_link_sets_a_password_once(nobody: Browser, client: Client, store: Store) -> None:
    user = store.accounts.add("new", display_name="新人", role=UserRole.REVIEWER)
    store.sessions.invite(user.id, token=digest("secret"), seconds=60)
    assert "新人" in nobody.get("/invitation/secret").text
    short = nobody.post("/invitation/secret", {"password": "short", "again": "short"})
    assert short.status_code == 400 and "10" in short.text
    differs = nobody.post("/invitation/secret", {"password": PASSWORD, "again": PASSWORD + "."})
    assert differs.status_code == 400
    assert nobody.post("/invitation/secret", {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert nobody.get("/account").status_code == 200
    late = client()
    assert late.get("/invitation/secret").status_code == 404
    assert late.post("/invitation/secret", {"password": PASSWORD, "again": PASSWORD}).status_code == 404


def test_a_new_password_ends_the_other_sessions(
    nobody: Browser, client: Client, store: Store, wang: User
) -> None:
    other = client()
    sign_in(nobody)
    sign_in(other)
    nobody.csrf = nobody.get("/session").json()["csrf"]
    wrong = nobody.post(
        "/account/password", {"current": "x", "password": "a new secret", "again": "a new secret"}
    )
    assert wrong.status_code == 400
    fields = {"current": PASSWORD, "password": "a new secret", "again": "a new secret"}
    assert nobody.post("/account/password", fields).headers["location"] == "/account?done=password"
    assert nobody.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert [row.action for row in store.audit.entries()][:1] == ["password"]


def test_language_and_theme_are_kept(reviewer: Browser, nobody: Browser, store: Store) -> None:
    assert 'lang="zh-CN"' in reviewer.get("/account").text
    answer = reviewer.post("/preferences", {"lang": "en", "theme": "dark", "next": "/account"})
    assert answer.headers["location"] == "/account"
    text = reviewer.get("/account").text
    assert '<html lang="en" data-theme="dark">' in text
    assert reviewer.user is not None
    kept = store.accounts.user(reviewer.user.id)
    assert kept is not None and (kept.lang, kept.theme) == ("en", "dark")
    assert nobody.post("/preferences", {"lang": "en", "next": "/sign-in"}).headers["location"] == "/sign-in"
    assert '<html lang="en">' in nobody.get("/sign-in").text
    reviewer.csrf = "guessed"
    assert reviewer.post("/preferences", {"lang": "zh"}).status_code == 403


@pytest.mark.usefixtures("dear_hashes")
def test_old_parameters_of_a_hash_are_renewed(nobody: Browser, store: Store) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    store.accounts.add("wang", role=UserRole.REVIEWER, password=weak)
    assert sign_in(nobody) == 303
    found = store.accounts.credentials("wang")
    assert found is not None and found[1] is not None and "m=65536" in found[1]
