"""Every route, asked by every role about their own call, another team's call, and one that does not exist.

What is expected stands in ``tests/web/access.py``; a route without a row there fails.
"""

from __future__ import annotations

import re

import pytest
from httpx import Response

from pipeline.domain.people import UserRole
from pipeline.review.claims import REVIEWING
from pipeline.store import Store
from pipeline.web.access import ROLE_PERMISSIONS, Permission
from pipeline.web.app import api_routes
from tests.web.access import ANYONE, EVERYBODY, PATH, ROUTES, Row
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, TEAM, Browser, Client

OWN, OTHER, NONE = "O02", "O02", "NO-SUCH-CALL"
"""O02 is of TEAM and AGENT; people of OTHER_TEAM ask for it as somebody else's."""

WHOLE_HOUSE = {UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    found = {
        f"{method} {route.path}" for route in api_routes() for method in (route.methods or set()) - {"HEAD"}
    }
    assert sorted(found - set(ROUTES)) == [], "add rows to tests/web/access.py"
    assert sorted(set(ROUTES) - found) == [], "rows of routes that are gone"


def test_paths_that_name_a_call_are_scoped() -> None:
    unscoped = [name for name, row in ROUTES.items() if "{call_id" in name and not row.scoped]
    assert unscoped == []


def may(role: UserRole, row: Row) -> bool:
    return row.who in (ANYONE, EVERYBODY) or bool(ROLE_PERMISSIONS[role] & set(row.who))


def is_page(name: str) -> bool:
    """True for a route that answers a page, or a part of one, and so has a twin."""
    method, path = name.split(" ", 1)
    other = (
        "/audio",
        "/peaks",
        "/session",
        "/sign-in/oidc",
        "/sign-in/oidc/back",
        "/admin",
        "/healthz",
        "/readyz",
        "/metrics",
    )
    return method == "GET" and not path.startswith("/api/") and not path.endswith(other)


def ask(browser: Browser, name: str, call_id: str, *, twin: bool = False) -> Response:
    """Use a route; ``twin``: ask for the JSON of a page."""
    method, path = name.split(" ", 1)
    row = ROUTES[name]
    values = {**PATH, **row.path, "call_id": call_id}
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: values[m[1]], path)
    headers = {"Accept": "application/json" if twin or path.startswith("/api/") else "text/html"}
    if method == "GET":
        return browser.get(path, headers=headers)
    if method != "POST":
        return browser.http.request(method, path, headers=headers | {"X-CSRF-Token": browser.csrf})
    return browser.post(path, dict(row.form), headers=headers)


def kept_out(answer: Response) -> bool:
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return to_sign_in or answer.status_code in (401, 403)


def browser_of(client: Client, role: UserRole, *, own: bool) -> Browser:
    return client(role, team=TEAM if own else OTHER_TEAM, agent_id=AGENT if own else OTHER_AGENT)


def test_nobody_gets_in_unless_anyone_may(nobody: Browser) -> None:
    for name, row in sorted(ROUTES.items()):
        answer = ask(nobody, name, OWN)
        assert answer.status_code < 500, name
        assert row.who is ANYONE or kept_out(answer), name


@pytest.mark.parametrize("role", UserRole)
@pytest.mark.parametrize("own", [True, False])
def test_a_twin_answers_whom_the_page_answers(client: Client, role: UserRole, own: bool) -> None:
    browser = browser_of(client, role, own=own)
    for name in filter(is_page, ROUTES):
        if not own and "{" not in name:
            continue  # where nothing is named, a team makes no difference
        for call_id in (OWN, NONE) if ROUTES[name].scoped else (OWN,):
            page, twin = (ask(browser, name, call_id, twin=twin) for twin in (False, True))
            assert page.status_code == twin.status_code, (name, call_id)
            if page.status_code not in (303, 307):
                assert twin.headers["content-type"] == "application/json", (name, call_id)


def test_nobody_reads_a_twin(nobody: Browser) -> None:
    for name in filter(is_page, ROUTES):
        if ROUTES[name].who is not ANYONE:
            answer = ask(nobody, name, OWN, twin=True)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed-out"), name


@pytest.mark.parametrize("role", UserRole)
def test_roles(client: Client, store: Store, role: UserRole) -> None:
    wrong = []
    for own in (True, False):
        for name, row in sorted(ROUTES.items()):
            if not (own or row.scoped):
                continue  # where no call is named, a team makes no difference
            browser = browser_of(client, role, own=own)  # a fresh one: some routes sign out
            for call_id in (OWN, NONE) if row.scoped else (OWN,):
                answer = ask(browser, name, call_id)
                status = answer.status_code
                if status >= 500:
                    wrong.append(f"{name}: {status}")
                elif not may(role, row):
                    # a call out of reach may answer 404 before the role is looked at
                    if status != 403 and not (row.scoped and status == 404):
                        wrong.append(f"{name}: {role} gets in ({status})")
                elif row.scoped and (call_id == NONE or not (own or role in WHOLE_HOUSE)):
                    if status != 404:
                        wrong.append(f"{name}: {role} of another team, {call_id}: {status}, not 404")
                elif kept_out(answer) and name not in ("POST /sign-in", "POST /sign-out"):
                    wrong.append(f"{name}: {role} is kept out ({status})")
    assert wrong == []


def test_the_two_404s_are_alike(client: Client) -> None:
    """Another team's call answers as one that does not exist: nobody can find out which there are."""
    stranger = client(UserRole.REVIEWER, team=OTHER_TEAM)
    for name, row in ROUTES.items():
        if row.scoped and name.startswith("GET ") and Permission.LISTEN in row.who:
            there, nowhere = ask(stranger, name, OTHER), ask(stranger, name, NONE)
            assert there.status_code == nowhere.status_code == 404
            assert _without_id(there.text, OTHER) == _without_id(nowhere.text, NONE)


def _without_id(text: str, call_id: str) -> str:
    text = re.sub(r'name="(csrf|request)" value="[^"]*"|content="[^"]*"', "", text)
    return text.replace(call_id, "")


def test_a_write_needs_its_token(administrator: Browser) -> None:
    administrator.csrf = "guessed"
    for name, row in sorted(ROUTES.items()):
        if not name.startswith("GET ") and row.who is not ANYONE:
            assert ask(administrator, name, OWN).status_code == 403, name


def test_roles_have_what_was_agreed() -> None:
    everything = frozenset(Permission)
    assert ROLE_PERMISSIONS[UserRole.ADMINISTRATOR] == everything
    assert ROLE_PERMISSIONS[UserRole.SUPERVISOR] == everything - {Permission.USERS, Permission.RETENTION}
    assert Permission.REVIEW not in ROLE_PERMISSIONS[UserRole.LEAD]
    assert Permission.LISTEN in frozenset.intersection(*ROLE_PERMISSIONS.values())
    assert {r for r in UserRole if Permission.REVIEW in ROLE_PERMISSIONS[r]} == set(REVIEWING)
