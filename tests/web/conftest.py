"""The review room over a small store, and browsers that are signed in as each role.

``client(UserRole.REVIEWER)`` signs somebody in without a password (hashing takes time that tests of other
things need not spend). ``post`` adds the csrf token and a fresh request id. Calls come from
``tests.nights.night()``: O02 is agent 8002 of 客服一组; TEAM and AGENT name them.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import update

from pipeline.domain import Verdict
from pipeline.domain.people import User, UserRole
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.settings import ServeSettings, Settings
from pipeline.store import Store, open_store
from pipeline.store import review_tables as tables
from pipeline.web import passwords
from pipeline.web.app import create_app
from pipeline.web.playback_service import close_playback_service
from pipeline.web.secrets import digest, new_token
from tests.nights import fill

TEAM, AGENT = "客服一组", "8002"
"""Of the call O02."""

OTHER_TEAM, OTHER_AGENT = "客服二组", "8999"
NAMES = count(1)


@dataclass
class Browser:
    """Somebody signed in (or nobody, where ``user`` is None)."""

    http: TestClient
    user: User | None
    csrf: str

    def get(self, path: str, **options: Any) -> Response:
        return self.http.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Response:
        """As a form of ours posts: with the csrf token and a request id (give ``request`` to repeat one)."""
        fields = {"csrf": self.csrf, "request": str(uuid.uuid4()), **(data or {})}
        return self.http.post(path, data=fields, **options)

    def htmx(self, path: str, data: dict[str, Any] | None = None) -> Response:
        return self.post(path, data, headers={"HX-Request": "true"})


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the night, made once; tests get copies."""
    path = tmp_path_factory.mktemp("room") / "room.db"
    fill(path)
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{shutil.copy(filled, tmp_path)}") as found:
        yield found


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    return Settings(store=store.url, serve=ServeSettings(sound_folder=tmp_path / "sound"))


@pytest.fixture
def app(settings: Settings, store: Store) -> Iterator[FastAPI]:
    made = create_app(settings, store)
    yield made
    close_playback_service(made)


DEAR_HASHES = passwords._hasher
"""With the parameters that people's passwords are hashed with."""


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """The same argon2 with its least parameters: a real one takes 64 MiB and longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture
def dear_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the hashes themselves."""
    monkeypatch.setattr(passwords, "_hasher", DEAR_HASHES)
    monkeypatch.setattr(passwords, "_NOBODY", [])


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all requests; a browser of its own starts a thread and a loop for each."""
    with start_blocking_portal() as opened:
        yield opened


Client = Callable[..., Browser]


@pytest.fixture
def client(app: FastAPI, store: Store, portal: BlockingPortal) -> Iterator[Client]:
    """``client(role, team=..., agent_id=...)``; leads and agents get TEAM and AGENT unless told otherwise."""
    opened = []

    def browser(role: UserRole | None = None, **facts: Any) -> Browser:
        http = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        http.portal = portal
        opened.append(http)
        if role is None:
            return Browser(http, None, "")
        if role is UserRole.LEAD:
            facts = {"team": TEAM, **facts}
        if role is UserRole.AGENT:
            facts = {"team": TEAM, "agent_id": AGENT, **facts}
        user = store.accounts.add(facts.pop("name", f"{role}-{next(NAMES)}"), role=role, **facts)
        token, csrf = new_token(), new_token()
        store.sessions.open(user.id, token=digest(token), csrf=csrf, seconds=3600)
        http.cookies.set("callinspect", token)
        return Browser(http, user, csrf)

    yield browser
    for http in opened:
        http.close()


@pytest.fixture
def nobody(client: Client) -> Browser:
    return client()


@pytest.fixture
def agent(client: Client) -> Browser:
    return client(UserRole.AGENT)


@pytest.fixture
def reviewer(client: Client) -> Browser:
    return client(UserRole.REVIEWER)


@pytest.fixture
def lead(client: Client) -> Browser:
    return client(UserRole.LEAD)


@pytest.fixture
def supervisor(client: Client) -> Browser:
    return client(UserRole.SUPERVISOR)


@pytest.fixture
def administrator(client: Client) -> Browser:
    return client(UserRole.ADMINISTRATOR)


@pytest.fixture
def busy(store: Store, settings: Settings) -> Store:
    """A store with something of everything in it: an overdue appeal, a sample, a calibration, ..."""
    people = [store.accounts.add(f"p{n}", role=UserRole.REVIEWER) for n in range(2)]
    first, second = (one.id for one in people)
    agent = store.accounts.add("filer", role=UserRole.AGENT, agent_id=AGENT)
    store.decisions.decide("O02", "shirk", Verdict.CONFIRMED, by=first, request="v1", seen=99)
    made = store.appeals.file("O02", "shirk", "没有推诿", by=agent, request="f1", late=True)
    with store._write() as connection:
        late = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        connection.execute(update(tables.appeals).where(tables.appeals.c.id == made.id).values(due_at=late))
    rule = SampleRule(date(2026, 11, 19), date(2026, 11, 21), per=Per.ALL, which=Which.ALL)
    store.samples.announce("抽", rule, seed="s", by=first, request="s1")
    store.samples.draw(1)
    store.calibrations.open(
        "校", call_ids=["O02"], scorers=[first, second], expert=None, by=first, request="c1"
    )
    store.coaching.write(AGENT, "话", by=first, request="n1", call_id="O02")
    store.cases.leave("O02", first)
    store.rulebooks.save_draft(first, settings.rubric.name, "rubric: x")
    return store
