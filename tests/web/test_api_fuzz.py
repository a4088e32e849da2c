"""The description of the API, asked with everything it allows and more: nothing breaks, answers fit it.

As a supervisor, because they may do nearly everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from pipeline.domain import UserRole
from pipeline.web.rulebook.book import rules_of
from tests.web.conftest import AGENT, Browser, Client

BASE = "http://127.0.0.1"
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]
EXAMPLES = 8
"""Requests for each route: with whatever ids come, and as many with ids that there are."""
KNOWN = {"call_id": "O02", "agent_id": AGENT}


def test_no_request_breaks_the_api(app: FastAPI, client: Client) -> None:
    supervisor = client(UserRole.SUPERVISOR)
    rules_of(app.state.settings)  # compiled once; where it is slow, it takes longer than a request may
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    headers = {"Cookie": cookie(supervisor), "X-CSRF-Token": supervisor.csrf}
    answered: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        statuses = answered.setdefault(f"{operation.method.upper()} {operation.path}", set())
        for ids in ({}, KNOWN) if "{" in operation.path else ({},):
            statuses |= ask(operation, headers, ids)
    assert len(answered) >= 15
    assert not any({401, 403} & statuses for statuses in answered.values()), answered
    idle = {name for name, statuses in answered.items() if 200 not in statuses}
    merging = {f"{method} /api/v1/calls/{{call_id}}/corrects" for method in ("POST", "DELETE")}
    # no calls of such names; what names a criterion or a version that was seen needs more luck than it has
    lucky = {"POST /api/v1/calls/{call_id}/decisions", "POST /api/v1/trust/{criterion}"}
    assert idle - lucky == {"POST /api/v1/queue/assign"} | merging, "others did something"


def ask(operation: Any, headers: Mapping[str, str], ids: Mapping[str, str]) -> set[int]:
    """Statuses of many requests, each answer checked. ``ids`` take the place of parameters of the path."""
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
        response = case.call(base_url=BASE, headers=dict(headers))
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    send()
    return statuses


def cookie(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
