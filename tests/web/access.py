"""Who may do what: one row per route. `test_access.py` asks every route as every kind of person.

HOW TO ADD YOUR ROUTE. A row is ``"METHOD /path": Row(who, form=..., ...)``, keyed as the router declares it
(``"POST /calls/{call_id}/verdicts"``). ``who`` is one of

* ``ANYONE``        also without signing in,
* ``EVERYBODY``     whoever is signed in,
* ``{P.REVIEW}``    the roles that have one of these permissions,

and ``scoped=True`` says that the path names a call: the test then asks for a call of one's own team and
agent (allowed), and for one of another team (404). Parameters in the path are filled from PATH, or from
``path={"appeal": "1"}`` in the row. ``form`` are the fields a write needs to get past validation. The test
only looks at whether access was granted: any answer but 401, 403 and a way to the sign-in page is fine, also
a 400, 404, 409 or 422 of your own; a 5xx never is. Keep the rows of one screen together.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from pipeline.web.access import Permission

ANYONE = frozenset({"anyone"})
EVERYBODY = frozenset({"everybody"})


P = Permission


@dataclass(frozen=True)
class Row:
    who: Set[P] | frozenset[str]
    scoped: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


PATH = {"token": "no-such-token", "user_id": "1", "name": "x"}
"""Values of path parameters (``call_id`` is filled by the test)."""

ROUTES: dict[str, Row] = {
    # signing in
    "GET /sign-in": Row(ANYONE),
    "POST /sign-in": Row(ANYONE, form={"name": "x", "password": "y"}),
    "POST /sign-out": Row(EVERYBODY),
    "GET /session": Row(ANYONE),
    "GET /invitation/{token}": Row(ANYONE),
    "POST /invitation/{token}": Row(ANYONE),
    "POST /preferences": Row(ANYONE, form={"theme": "dark"}),
    # account
    "GET /account": Row(EVERYBODY),
    # api
    "GET /api/openapi.json": Row(EVERYBODY),
}
