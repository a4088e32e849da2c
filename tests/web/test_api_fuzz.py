"""The description of the API, asked with everything it allows and more: nothing breaks, answers fit it.

As a supervisor, because they may do nearly everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from sqlalchemy import update

from pipeline.domain import Satisfaction, Status, UserRole, Verdict
from pipeline.store import Store
from pipeline.store.tables import calls
from tests.inspections import inspection
from tests.nights import put
from tests.web.conftest import AGENT, Browser, Client

BASE = "http://127.0.0.1"
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]
EXAMPLES = 8
"""Requests for each route: with whatever names come, and as many with names that there are."""
PATIENCE_SECONDS = 600
"""For one answer, where schemathesis gives ten: rules are compiled in one of them, on whatever machine."""

MERGING = "/corrects"
DUE = str(date.today() + timedelta(days=30))
BAD = "O98"
"""A call that nobody could read."""
KNOWN = {"call_id": "O02", "agent_id": AGENT, "criterion": "shirk", "goal": "1", "jury": "1", "place": "1"}
JUDGES_ONLY = {"GET /api/v1/juries/{jury}/calls/{place}", "POST /api/v1/juries/{jury}/calls/{place}"}
"""What agents do who judge in a round, and no supervisor."""
WORDS: dict[str, Any] = {
    "criterion": "shirk",
    "seen": 99,
    "audio_sha256": None,
    "calls": ["O02"],
    "to": None,
    "call": "O01",
}
"""What there is, for fields of a body: it takes the place of what luck put there, where it put anything."""

NEEDED: dict[str, dict[str, Any]] = {
    "POST /api/v1/trust/{criterion}": {"reason": "听过二十通"},
    "POST /api/v1/failures": {"names": [BAD], "kind": "accept", "reason": "录坏了"},
    "POST /api/v1/goals": {"agent_id": AGENT, "due": DUE, "clips": []},
    "POST /api/v1/goals/{goal}/steps": {"kind": "talk"},
    "POST /api/v1/calls/{call_id}/callback": {"kind": "take", "seen": None},
    "POST /api/v1/calls/{call_id}/alerts": {"code": "esc-media", "start": 1.0, "end": 2.0},
}
"""What the description calls optional, or cannot say, and most acts need."""


def test_no_request_breaks_the_api(app: FastAPI, client: Client, store: Store) -> None:
    with store._write() as connection:  # so that somebody is to be called back
        worst = Satisfaction.VERY_DISSATISFIED.value
        connection.execute(
            update(calls).where(calls.c.call_id == KNOWN["call_id"]).values(satisfaction=worst)
        )
    judge, supervisor = client(UserRole.AGENT, agent_id="8001"), client(UserRole.SUPERVISOR)
    reviewed_and_broken(store, supervisor)
    assert judge.user is not None
    NEEDED["POST /api/v1/juries"] = {
        "judges": [judge.user.id],
        "date_from": "2026-11-01",
        "date_to": "2026-12-31",
        "each": 1,
        "title": "评审",
    }
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    headers = {"Cookie": cookie(supervisor), "X-CSRF-Token": supervisor.csrf}
    answered: dict[str, set[int]] = {}
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in sorted(operations, key=turn):
        statuses = answered.setdefault(name_of(operation), set())
        names_something = "{" in operation.path or operation.method.upper() == "POST"
        for known in (False, True) if names_something else (False,):
            statuses |= ask(operation, headers, known=known)
    assert len(answered) >= 15
    assert not any({401, 403} & statuses for statuses in answered.values()), answered
    idle = {name for name, statuses in answered.items() if 200 not in statuses} - JUDGES_ONLY
    assert not idle, f"nothing was done by {idle}: {answered}"


def reviewed_and_broken(store: Store, supervisor: Browser) -> None:
    """A call that somebody has reviewed, for those who judge in turn; and one that nobody could read."""
    assert supervisor.user is not None
    store.decisions.decide("O02", "shirk", Verdict.CONFIRMED, by=supervisor.user.id, request="r", seen=99)
    put(store, inspection(BAD, status=Status.UNREADABLE))


def turn(operation: Any) -> int:
    """Goals and rounds need judged calls, which others delete; O02 is O01 after a merge; a round is opened
    before it is asked for."""
    first = "/goals" in operation.path or name_of(operation) == "POST /api/v1/juries"
    return 0 if first else 2 if MERGING in operation.path else 1


def name_of(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


def ask(operation: Any, headers: Mapping[str, str], *, known: bool) -> set[int]:
    """Statuses of many requests, each answer checked. Names are luck's, or ``known`` ones."""
    ids: Mapping[str, str] = KNOWN if known else {}
    if known and name_of(operation).startswith("DELETE"):
        ids = {"call_id": WORDS["call"]}
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case) -> None:
        case.path_parameters.update({name: ids[name] for name in case.path_parameters if name in ids})
        if known and isinstance(case.body, dict):
            case.body.update({name: WORDS[name] for name in case.body if name in WORDS})
            case.body.update(NEEDED.get(name_of(operation), {}))
        response = case.call(base_url=BASE, headers=dict(headers), timeout=PATIENCE_SECONDS)
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    send()
    return statuses


def cookie(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
