"""Signing in and out, links, the account."""

from __future__ import annotations

import re
import time

import pytest

from pipeline.domain.people import User, UserRole
from pipeline.store import Store
from pipeline.web import passwords, signin
from pipeline.web.secrets import digest
from tests.web.conftest import Browser, Client

PASSWORD = "three plain words"


@pytest.fixture(scope="session")
def stored() -> str:
    return passwords.make(PASSWORD)


@pytest.fixture
def wang(store: Store, stored: str) -> User:
    return store.desk.people.add("Wang", display_name="王芳", role=UserRole.REVIEWER, password=stored)


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


def test_an_unknown_name_takes_as_long_as_a_known_one(nobody: Browser, store: Store, wang: User) -> None:
    def seconds(name: str) -> float:
        started = time.thread_time()
        passwords.fits((store.desk.people.credentials(name) or (None, None))[1], "guess")
        return time.thread_time() - started

    passwords.fits(None, "first")  # makes the hash that nobody has
    known, unknown = min(seconds("wang") for _ in range(3)), min(seconds("wong") for _ in range(3))
    assert unknown > known / 2


def test_guessing_is_slowed_down_before_anything_is_hashed(nobody: Browser, wang: User) -> None:
    assert [sign_in(nobody, "guess") for _ in range(5)] == [401] * 5
    started = time.process_time()
    statuses = [sign_in(nobody, "guess") for _ in range(20)]
    assert set(statuses) == {429}
    assert (time.process_time() - started) / 20 < 0.05, "a refused guess must cost next to nothing"
    answer = nobody.post("/sign-in", {"name": "wang", "password": PASSWORD})
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 60


def test_signing_out_ends_the_session(nobody: Browser, store: Store, wang: User) -> None:
    assert sign_in(nobody) == 303
    (session,) = store.desk.people.sessions_of(wang.id)
    nobody.csrf = session.csrf
    assert nobody.post("/sign-out").headers["location"] == "/sign-in"
    assert store.desk.people.sessions_of(wang.id) == ()


def test_every_sign_in_gets_a_token_of_its_own(nobody: Browser, store: Store, wang: User) -> None:
    nobody.http.cookies.set("callinspect", "planted")
    sign_in(nobody)
    assert digest("planted") not in {row.token for row in store.desk.people.sessions_of(wang.id)}


def test_a_disabled_account_cannot_sign_in(nobody: Browser, store: Store, wang: User) -> None:
    store.desk.people.add("boss", role=UserRole.ADMINISTRATOR)
    store.desk.people.change(wang.id, disabled=True)
    assert sign_in(nobody) == 401


def test_https_cookies_are_tied_to_the_host(client: Client, wang: User) -> None:
    browser = client()
    browser.http.base_url = "https://127.0.0.1"
    answer = browser.post("/sign-in", {"name": "wang", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-callinspect=") and "secure" in cookie.lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_link_sets_a_password_once(nobody: Browser, client: Client, store: Store) -> None:
    user = store.desk.people.add("new", display_name="新人", role=UserRole.REVIEWER)
    store.desk.people.invite(user.id, token=digest("secret"), seconds=60)
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
    assert [row.action for row in store.desk.people.audit()][:1] == ["password"]


def test_language_and_theme_are_kept(reviewer: Browser, nobody: Browser, store: Store) -> None:
    assert 'lang="zh-CN"' in reviewer.get("/account").text
    answer = reviewer.post("/preferences", {"lang": "en", "theme": "dark", "next": "/account"})
    assert answer.headers["location"] == "/account"
    text = reviewer.get("/account").text
    assert '<html lang="en" data-theme="dark">' in text
    assert reviewer.user is not None
    kept = store.desk.people.user(reviewer.user.id)
    assert kept is not None and (kept.lang, kept.theme) == ("en", "dark")
    assert nobody.post("/preferences", {"lang": "en", "next": "/sign-in"}).headers["location"] == "/sign-in"
    assert '<html lang="en">' in nobody.get("/sign-in").text
    reviewer.csrf = "guessed"
    assert reviewer.post("/preferences", {"lang": "zh"}).status_code == 403


def test_old_parameters_of_a_hash_are_renewed(nobody: Browser, store: Store) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    store.desk.people.add("wang", role=UserRole.REVIEWER, password=weak)
    assert sign_in(nobody) == 303
    found = store.desk.people.credentials("wang")
    assert found is not None and found[1] is not None and "m=65536" in found[1]
