"""Accounts, sessions, links, the throttle and the audit, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from pipeline.domain.people import Scope, User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.store import Store
from pipeline.store.desk.people import People
from pipeline.store.desk.people_places import place_of_address, place_of_browser
from pipeline.store.desk.people_throttle import FORGET_SECONDS, Patience, Rate
from tests.inspections import inspection

IDLE = 3600.0


@pytest.fixture
def people(store: Store) -> People:
    return store.desk.people


@pytest.fixture
def wang(people: People) -> User:
    return people.add(" Wang ", display_name="王芳", role=UserRole.REVIEWER, team="一组", password="hash-1")


def test_an_account_comes_back_as_it_was_made(people: People, wang: User) -> None:
    assert wang.name == "wang"
    assert people.named("WANG") == people.user(wang.id) == wang
    assert people.credentials("wang") == (wang, "hash-1")
    assert people.named("nobody") is None


def test_names_are_taken_once(people: People, wang: User) -> None:
    with pytest.raises(Refused, match="already"):
        people.add("wang", role=UserRole.AGENT)
    with pytest.raises(Refused, match="needs a name"):
        people.add("  ", role=UserRole.AGENT)


def test_the_last_administrator_stays(people: People, wang: User) -> None:
    boss = people.add("boss", role=UserRole.ADMINISTRATOR)
    for change in ({"disabled": True}, {"role": UserRole.REVIEWER}):
        with pytest.raises(Refused) as refused:
            people.change(boss.id, **change)  # type: ignore[arg-type]
        assert refused.value.code == "last-admin"
    assert people.user(boss.id) == boss
    people.change(wang.id, role=UserRole.ADMINISTRATOR)
    assert people.change(boss.id, disabled=True).disabled
    with pytest.raises(Missing):
        people.change(999, disabled=True)


def test_a_change_leaves_what_is_not_given(people: People, wang: User) -> None:
    people.add("boss", role=UserRole.ADMINISTRATOR)
    assert people.change(wang.id, agent_id="77").team == "一组"
    changed = people.change(wang.id, team=None)
    assert (changed.team, changed.agent_id, changed.display_name) == (None, "77", "王芳")


def test_the_first_administrator_is_invited_until_somebody_can_sign_in(people: People) -> None:
    first = people.first_administrator()
    assert first is not None and first.role is UserRole.ADMINISTRATOR
    assert people.first_administrator() == first
    people.set_password(first.id, "hash")
    assert people.first_administrator() is None


def test_sessions_end(people: People, wang: User) -> None:
    people.open_session(wang.id, token="a", csrf="c", seconds=60, agent="Firefox")
    people.open_session(wang.id, token="b", csrf="d", seconds=60)
    people.open_session(wang.id, token="over", csrf="e", seconds=-1)
    found = people.session("a", idle_seconds=IDLE)
    assert found is not None and (found.user, found.csrf, found.agent) == (wang, "c", "Firefox")
    assert people.session("over", idle_seconds=IDLE) is None
    assert people.session("a", idle_seconds=0) is None, "idle for too long"
    assert people.close_sessions(wang.id, keep="b") >= 1
    assert people.session("a", idle_seconds=IDLE) is None
    assert [row.token for row in people.sessions_of(wang.id)] == ["b"]
    people.set_password(wang.id, "hash-2")
    assert people.session("b", idle_seconds=IDLE) is None


def test_a_disabled_account_is_out_at_once(people: People, wang: User) -> None:
    people.add("boss", role=UserRole.ADMINISTRATOR)
    people.open_session(wang.id, token="a", csrf="c", seconds=60)
    people.invite(wang.id, token="link", seconds=60)
    people.change(wang.id, disabled=True)
    assert people.session("a", idle_seconds=IDLE) is None
    assert people.invited("link") is None


def test_a_link_works_once_and_ends(people: People, wang: User) -> None:
    people.invite(wang.id, token="first", seconds=60)
    people.invite(wang.id, token="second", seconds=60)
    assert people.invited("first") is None, "a newer link ends the older"
    assert people.invited("second") == wang
    people.open_session(wang.id, token="a", csrf="c", seconds=60)
    assert people.accept("second", password="hash-2") == wang
    assert people.accept("second", password="hash-3") is None
    assert people.credentials("wang") == (wang, "hash-2")
    assert people.session("a", idle_seconds=IDLE) is None
    people.invite(wang.id, token="late", seconds=-1)
    assert people.invited("late") is None
    assert people.accept("late", password="hash-4") is None


def test_a_rehash_does_not_undo_a_new_password(people: People, wang: User) -> None:
    people.set_password(wang.id, "hash-2")
    people.rehash(wang.id, old="hash-1", new="hash-1b")
    assert people.credentials("wang") == (wang, "hash-2")


def test_a_thousand_guesses_take_hours(people: People) -> None:
    patience = Patience(free=5, first=5.0, longest=60.0)
    clock = looked = 0.0
    while looked < 1000:
        wait = people.attempt({"user:x": patience}, at=clock)
        looked += wait == 0.0
        clock += wait
    assert clock > 16 * 3600


def test_right_attempts_do_not_wear_out_an_address(people: People) -> None:
    patience, rate = Patience(free=3, first=60.0, longest=60.0), Rate(burst=3, every=60.0)
    then = 1.7e9
    for _ in range(10):
        assert people.attempt({"user:x": patience, "address:y": rate}, at=then) == 0.0
        people.succeeded(forget="user:x", forgive={"address:y": rate})
    waits = [people.attempt({f"user:{n}": patience, "address:y": rate}, at=then) for n in range(4)]
    assert waits == [0.0, 0.0, 0.0, 60.0]
    later = then + FORGET_SECONDS + 1
    assert people.attempt({"user:z": patience, "address:y": rate}, at=later) == 0.0


def test_no_minute_has_more_than_a_rate_allows(people: People) -> None:
    rate, started = Rate(burst=3, every=30.0), 1.7e9
    asked = range(0, 600, 3)
    admitted = [second for second in asked if not people.attempt({"account:x": rate}, at=started + second)]
    assert admitted[:4] == [0, 3, 6, 30], "the first at once, then one after the other"
    assert max(sum(first <= at < first + 60 for at in admitted) for first in admitted) <= 5
    assert len(admitted) >= 20, "nobody is kept out for good"


def test_places_are_known_until_they_are_not_used(people: People, wang: User) -> None:
    home, office = place_of_address("203.0.113.7"), place_of_address("2001:db8::1:2")
    assert people.known_places("wang", [home]) == frozenset()
    old, new = place_of_browser("old"), place_of_browser("new")
    people.signed_in_from(wang.id, address=home, browser=old, before=None)
    assert people.known_places("wang", [home, office, old, new]) == {home, old}
    assert people.known_places("li", [home, old]) == frozenset()
    li = people.add("li", role=UserRole.REVIEWER)
    people.signed_in_from(li.id, address=office, browser=new, before=old)
    assert people.known_places("wang", [old, new]) == {new}, "a browser with a new token is the same browser"
    assert people.known_places("li", [home, office, new]) == {office, new}
    assert place_of_address("2001:db8::ffff") == office, "who has one address of a network has all of it"
    assert place_of_address("2001:db8:0:1::1") != office


def test_guesses_at_once_are_one_guess(people: People) -> None:
    patience = Patience(free=2, first=60.0, longest=60.0)
    waits: list[float] = []
    guesses = [
        threading.Thread(target=lambda: waits.append(people.attempt({"user:x": patience}, at=0.0)))
        for _ in range(8)
    ]
    for guess in guesses:
        guess.start()
    for guess in guesses:
        guess.join()
    assert sorted(waits) == [0.0] * 2 + [60.0] * 6


def test_the_audit_tells_who_did_what(people: People, wang: User) -> None:
    people.note("sign-in", by=wang.id, subject="wang", address="::1", how="password")
    people.note("purge", subject="2026-01-01", calls=3)
    newest, older, added = people.audit()
    assert (added.action, added.subject) == ("user-add", "wang")
    assert (newest.action, newest.user, newest.details) == ("purge", None, {"calls": 3})
    assert (older.user, older.details, older.address) == (wang, {"how": "password"}, "::1")
    assert people.audit(action="sign-in") == people.audit(user=wang.id) == (older,)
    assert people.audit(before=newest.id, limit=1) == people.audit(limit=2)[1:] == (older,)
    today = datetime.now(UTC).date().isoformat()
    assert len(people.audit(day_from=today, day_to=today)) == 3
    assert people.audit(day_to="2000-01-01") == ()
    assert people.actions() == ("purge", "sign-in", "user-add")


def test_who_sees_a_call(store: Store, people: People, run_id: int) -> None:
    store.save(inspection("a", agent_id="1001", team="一组"), run_id=run_id)
    assert people.sees(Scope(), "a")
    assert people.sees(Scope(team="一组"), "a")
    assert people.sees(Scope(agent_id="1001"), "a")
    for blind in (Scope(team="二组"), Scope(agent_id="1"), Scope(nothing=True)):
        assert not people.sees(blind, "a")
    assert not people.sees(Scope(), "b")
    assert [(row.team, row.calls, row.agents) for row in people.teams()] == [("一组", 1, 1)]
