"""Accounts, sessions, links, the throttle and the audit, on both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from pipeline.domain.people import Scope, User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.store import Store
from pipeline.store.people_tables import sessions
from pipeline.store.repositories.sign_in import (
    FORGET_SECONDS,
    Backoff,
    Limit,
    Rate,
    place_of_address,
    place_of_browser,
)
from tests.inspections import inspection

IDLE = 3600.0


@pytest.fixture
def wang(store: Store) -> User:
    return store.accounts.add(
        " Wang ", display_name="王芳", role=UserRole.REVIEWER, team="一组", password="hash-1"
    )


def test_an_account_comes_back_as_it_was_made(store: Store, wang: User) -> None:
    assert wang.name == "wang"
    assert store.accounts.named("WANG") == store.accounts.user(wang.id) == wang
    assert store.accounts.credentials("wang") == (wang, "hash-1")
    assert store.accounts.named("nobody") is None


def test_names_are_taken_once(store: Store, wang: User) -> None:
    with pytest.raises(Refused, match="already"):
        store.accounts.add("wang", role=UserRole.AGENT)
    with pytest.raises(Refused, match="needs a name"):
        store.accounts.add("  ", role=UserRole.AGENT)


def test_the_last_administrator_stays(store: Store, wang: User) -> None:
    boss = store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    for change in ({"disabled": True}, {"role": UserRole.REVIEWER}):
        with pytest.raises(Refused) as refused:
            store.accounts.change(boss.id, **change)  # type: ignore[arg-type]
        assert refused.value.code == "last-admin"
    assert store.accounts.user(boss.id) == boss
    store.accounts.change(wang.id, role=UserRole.ADMINISTRATOR)
    assert store.accounts.change(boss.id, disabled=True).disabled
    with pytest.raises(Missing):
        store.accounts.change(999, disabled=True)


def test_the_last_administrator_who_can_sign_in_stays(store: Store) -> None:
    """Whoever was only invited cannot sign in yet: they would be left outside, with nobody to invite them."""
    boss = store.accounts.add("boss", role=UserRole.ADMINISTRATOR, password="hash")
    invited = store.accounts.add("invited", role=UserRole.ADMINISTRATOR)
    for change in ({"disabled": True}, {"role": UserRole.REVIEWER}):
        with pytest.raises(Refused) as refused:
            store.accounts.change(boss.id, **change)  # type: ignore[arg-type]
        assert refused.value.code == "last-admin"
    assert store.accounts.change(invited.id, disabled=True).disabled, "that leaves one who can"
    elsewhere = store.accounts.add("sso", role=UserRole.ADMINISTRATOR, subject="provider|1")
    assert store.accounts.change(boss.id, disabled=True).disabled, "so does one of the identity provider"
    with pytest.raises(Refused):
        store.accounts.change(elsewhere.id, disabled=True)


def test_without_an_administrator_others_may_be_changed(store: Store, wang: User) -> None:
    assert store.accounts.change(wang.id, team="二组").team == "二组"
    assert store.accounts.change(wang.id, disabled=True).disabled


def test_administrators_who_disable_each_other_leave_one(store: Store, another: Callable[[], Store]) -> None:
    pair = [store.accounts.add(f"boss-{n}", role=UserRole.ADMINISTRATOR).id for n in range(2)]
    stores = [store, another()]
    for _ in range(8):
        ready = threading.Barrier(2)
        refused: list[str | None] = []

        def disable(one: Store, whom: int, ready: threading.Barrier, refused: list[str | None]) -> None:
            ready.wait()
            try:
                one.accounts.change(whom, disabled=True)
            except Refused as error:
                refused.append(error.code)

        acts = [
            threading.Thread(target=disable, args=(one, whom, ready, refused))
            for one, whom in zip(stores, reversed(pair), strict=True)
        ]
        for act in acts:
            act.start()
        for act in acts:
            act.join()
        users = [user for user in map(store.accounts.user, pair) if user is not None]
        assert [user.disabled for user in users].count(False) == 1
        assert refused == ["last-admin"]
        for user in users:
            store.accounts.change(user.id, disabled=False)


def test_a_change_leaves_what_is_not_given(store: Store, wang: User) -> None:
    store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    assert store.accounts.change(wang.id, agent_id="77").team == "一组"
    changed = store.accounts.change(wang.id, team=None)
    assert (changed.team, changed.agent_id, changed.display_name) == (None, "77", "王芳")


def test_the_first_administrator_is_invited_until_somebody_can_sign_in(store: Store) -> None:
    first = store.accounts.first_administrator()
    assert first is not None and first.role is UserRole.ADMINISTRATOR
    assert store.accounts.first_administrator() == first
    store.accounts.set_password(first.id, "hash")
    assert store.accounts.first_administrator() is None


def test_the_first_administrator_takes_a_name_that_is_free(store: Store) -> None:
    for name in ("admin", "admin-2"):
        store.accounts.add(name, role=UserRole.AGENT)
    first = store.accounts.first_administrator()
    assert first is not None and (first.name, first.role) == ("admin-3", UserRole.ADMINISTRATOR)


def test_sessions_end(store: Store, wang: User) -> None:
    store.sessions.open(wang.id, token="a", csrf="c", seconds=60, agent="Firefox")
    store.sessions.open(wang.id, token="b", csrf="d", seconds=60)
    store.sessions.open(wang.id, token="over", csrf="e", seconds=-1)
    found = store.sessions.find("a", idle_seconds=IDLE)
    assert found is not None and (found.user, found.csrf, found.agent) == (wang, "c", "Firefox")
    assert store.sessions.find("over", idle_seconds=IDLE) is None
    assert store.sessions.find("a", idle_seconds=0) is None, "idle for too long"
    assert store.sessions.close_all(wang.id, keep="b") >= 1
    assert store.sessions.find("a", idle_seconds=IDLE) is None
    assert [row.token for row in store.sessions.of_user(wang.id)] == ["b"]
    store.accounts.set_password(wang.id, "hash-2")
    assert store.sessions.find("b", idle_seconds=IDLE) is None


def test_a_disabled_account_is_out_at_once(store: Store, wang: User) -> None:
    store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    store.sessions.open(wang.id, token="a", csrf="c", seconds=60)
    store.sessions.invite(wang.id, token="link", seconds=60)
    store.accounts.change(wang.id, disabled=True)
    assert store.sessions.find("a", idle_seconds=IDLE) is None
    assert store.sessions.invited("link") is None


def test_a_link_ends_with_a_new_password_and_with_the_account(store: Store, wang: User) -> None:
    def outlives(act: Callable[[], object]) -> bool:
        store.sessions.invite(wang.id, token="link", seconds=60)
        assert store.sessions.invited("link") is not None
        act()
        return store.sessions.invited("link") is not None

    def off_and_on() -> None:
        for disabled in (True, False):
            store.accounts.change(wang.id, disabled=disabled)

    assert not outlives(lambda: store.accounts.set_password(wang.id, "hash-2"))
    assert store.sessions.accept("link", password="hash-3") is None
    assert store.accounts.credentials("wang") == (wang, "hash-2")
    assert not outlives(off_and_on)
    assert outlives(lambda: store.accounts.prefer(wang.id, lang="en"))


def test_reading_a_page_waits_for_no_writer(store: Store, another: Callable[[], Store], wang: User) -> None:
    """When a session was last used is noted where that takes no waiting."""
    store.sessions.open(wang.id, token="a", csrf="c", seconds=3600)
    before = "2026-12-01T00:00:00+00:00"
    with store._write() as connection:
        connection.execute(update(sessions).values(seen_at=before))
    ever = 10 * 365 * 86400.0
    with another()._write() as busy:
        busy.execute(update(sessions).values(agent="busy"))
        began = time.monotonic()
        found = store.sessions.find("a", idle_seconds=ever)
        assert time.monotonic() - began < 5
        assert found is not None and found.user == wang
    assert [row.seen_at for row in store.sessions.of_user(wang.id)] == [before]
    assert store.sessions.find("a", idle_seconds=ever) is not None
    assert [row.seen_at > before for row in store.sessions.of_user(wang.id)] == [True]


def test_a_link_works_once_and_ends(store: Store, wang: User) -> None:
    store.sessions.invite(wang.id, token="first", seconds=60)
    store.sessions.invite(wang.id, token="second", seconds=60)
    assert store.sessions.invited("first") is None, "a newer link ends the older"
    assert store.sessions.invited("second") == wang
    store.sessions.open(wang.id, token="a", csrf="c", seconds=60)
    assert store.sessions.accept("second", password="hash-2") == wang
    assert store.sessions.accept("second", password="hash-3") is None
    assert store.accounts.credentials("wang") == (wang, "hash-2")
    assert store.sessions.find("a", idle_seconds=IDLE) is None
    store.sessions.invite(wang.id, token="late", seconds=-1)
    assert store.sessions.invited("late") is None
    assert store.sessions.accept("late", password="hash-4") is None


def test_a_rehash_does_not_undo_a_new_password(store: Store, wang: User) -> None:
    store.accounts.set_password(wang.id, "hash-2")
    store.accounts.rehash(wang.id, old="hash-1", new="hash-1b")
    assert store.accounts.credentials("wang") == (wang, "hash-2")


def test_a_thousand_guesses_take_hours(store: Store) -> None:
    patience = Backoff(free=5, first=5.0, longest=60.0)
    clock = looked = 0.0
    while looked < 1000:
        wait = store.sign_in.attempt({"user:x": patience}, at=clock)
        looked += wait == 0.0
        clock += wait
    assert clock > 16 * 3600


def test_right_attempts_do_not_wear_out_an_address(store: Store) -> None:
    patience, rate = Backoff(free=3, first=60.0, longest=60.0), Rate(burst=3, every=60.0)
    then = 1.7e9
    for _ in range(10):
        assert store.sign_in.attempt({"user:x": patience, "address:y": rate}, at=then) == 0.0
        store.sign_in.succeeded(forget="user:x", forgive={"address:y": rate})
    waits = [store.sign_in.attempt({f"user:{n}": patience, "address:y": rate}, at=then) for n in range(4)]
    assert waits == [0.0, 0.0, 0.0, 60.0]
    later = then + FORGET_SECONDS + 1
    assert store.sign_in.attempt({"user:z": patience, "address:y": rate}, at=later) == 0.0


def test_no_minute_has_more_than_a_rate_allows(store: Store) -> None:
    rate, started = Rate(burst=3, every=30.0), 1.7e9
    asked = range(0, 600, 3)
    admitted = [
        second for second in asked if not store.sign_in.attempt({"account:x": rate}, at=started + second)
    ]
    assert admitted[:4] == [0, 3, 6, 30], "the first at once, then one after the other"
    assert max(sum(first <= at < first + 60 for at in admitted) for first in admitted) <= 5
    assert len(admitted) >= 20, "nobody is kept out for good"


def test_places_are_known_until_they_are_not_used(store: Store, wang: User) -> None:
    home, office = place_of_address("203.0.113.7"), place_of_address("2001:db8::1:2")
    assert store.sign_in.known_places("wang", [home]) == frozenset()
    old, new = place_of_browser("old"), place_of_browser("new")
    store.sign_in.remember_places(wang.id, address=home, browser=old, before=None)
    assert store.sign_in.known_places("wang", [home, office, old, new]) == {home, old}
    assert store.sign_in.known_places("li", [home, old]) == frozenset()
    li = store.accounts.add("li", role=UserRole.REVIEWER)
    store.sign_in.remember_places(li.id, address=office, browser=new, before=old)
    assert store.sign_in.known_places("wang", [old, new]) == {new}, (
        "a browser with a new token is the same browser"
    )
    assert store.sign_in.known_places("li", [home, office, new]) == {office, new}
    assert place_of_address("2001:db8::ffff") == office, "who has one address of a network has all of it"
    assert place_of_address("2001:db8:0:1::1") != office


def test_guesses_at_once_are_one_guess(store: Store) -> None:
    patience = Backoff(free=2, first=60.0, longest=60.0)
    waits: list[float] = []
    guesses = [
        threading.Thread(target=lambda: waits.append(store.sign_in.attempt({"user:x": patience}, at=0.0)))
        for _ in range(8)
    ]
    for guess in guesses:
        guess.start()
    for guess in guesses:
        guess.join()
    assert sorted(waits) == [0.0] * 2 + [60.0] * 6


def test_a_clock_that_was_ahead_keeps_nobody_waiting(store: Store) -> None:
    day, now = 86400.0, 1_000_000.0
    limits: dict[str, Limit] = {"place": Backoff(free=1, first=5.0, longest=60.0), "all": Rate(2, every=15.0)}
    assert store.sign_in.attempt(limits, at=now + day) == 0.0
    assert store.sign_in.attempt(limits, at=now + day) > 0, "it holds while the clock is what it was"
    assert store.sign_in.attempt(limits, at=now) == 0.0, "and not when it was put right"
    assert 0 < store.sign_in.attempt(limits, at=now) <= 60.0, "from then on it counts as ever"
    assert store.sign_in.attempt(limits, at=now - 30) > 0, "clocks of two machines differ a little"


def test_the_audit_tells_who_did_what(store: Store, wang: User) -> None:
    store.audit.note("sign-in", by=wang.id, subject="wang", address="::1", how="password")
    store.audit.note("purge", subject="2026-01-01", calls=3)
    newest, older, added = store.audit.entries()
    assert (added.action, added.subject) == ("user-add", "wang")
    assert (newest.action, newest.user, newest.details) == ("purge", None, {"calls": 3})
    assert (older.user, older.details, older.address) == (wang, {"how": "password"}, "::1")
    assert store.audit.entries(action="sign-in") == store.audit.entries(user=wang.id) == (older,)
    assert store.audit.entries(before=newest.id, limit=1) == store.audit.entries(limit=2)[1:] == (older,)
    today = datetime.now(UTC).date().isoformat()
    assert len(store.audit.entries(day_from=today, day_to=today)) == 3
    assert store.audit.entries(day_to="2000-01-01") == ()
    assert store.audit.actions() == ("purge", "sign-in", "user-add")


def test_who_sees_a_call(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", agent_id="1001", team="一组"), run_id=run_id)
    assert store.queue.sees(Scope(), "a")
    assert store.queue.sees(Scope(team="一组"), "a")
    assert store.queue.sees(Scope(agent_id="1001"), "a")
    for blind in (Scope(team="二组"), Scope(agent_id="1"), Scope(nothing=True)):
        assert not store.queue.sees(blind, "a")
    assert not store.queue.sees(Scope(), "b")
    assert [(row.team, row.calls, row.agents) for row in store.accounts.teams()] == [("一组", 1, 1)]
