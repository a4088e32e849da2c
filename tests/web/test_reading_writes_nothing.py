"""A GET writes nothing: neither a link that a browser loads ahead nor the back button does anything."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from pipeline.domain import UserRole
from pipeline.store import Store
from pipeline.store.tables import metadata
from tests.web.access import ROUTES
from tests.web.conftest import Client
from tests.web.test_access import ask, is_page

GIVEN_AWAY = ("listen", "download", "export")
"""The acts that a GET is: sound and records leave the house, which is written down first."""


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but when a session was last used, and the acts that a GET is."""
    found = {}
    with store._read() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.c if (table.name, column.name) != ("sessions", "seen_at")]
            query = select(*columns).order_by(*table.primary_key.columns)
            if table.name == "audit":
                query = query.where(table.c.action.not_in(GIVEN_AWAY))
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


@pytest.mark.parametrize("role", UserRole)
def test_no_get_writes(client: Client, busy: Store, role: UserRole) -> None:
    browser = client(role)
    before = dump(busy)
    asked = 0
    for name in sorted(ROUTES):
        if name.startswith("GET "):
            for twin in (False, True) if is_page(name) else (False,):
                assert ask(browser, name, "O02", twin=twin).status_code < 500
                asked += 1
                for table, rows in dump(busy).items():
                    assert rows == before[table], f"{name} as {role} wrote to {table} (twin: {twin})"
    assert asked > 60


def test_an_overdue_appeal_has_gone_up_before_anybody_writes_it_down(client: Client, busy: Store) -> None:
    page = client(UserRole.SUPERVISOR).get("/appeals/1").text
    shown = busy.appeals.appeal(1)
    assert (shown.state, shown.events[-1].kind, shown.version) == ("expired", "expire", 2)
    assert "<form" in page
    accepted = busy.appeals.accept(1, by=None, request="x", seen=shown.version)
    assert [event.kind for event in accepted.events] == ["file", "expire", "accept"]


def test_opening_a_call_takes_it_by_a_post_alone(client: Client, store: Store) -> None:
    reviewer = client(UserRole.REVIEWER)
    assert reviewer.user is not None
    for headers in ({}, {"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}):
        page = reviewer.get("/calls/O02", headers=headers).text
        assert 'id="claim-form"' in page and "data-claimable" in page
        case = store.cases.case("O02")
        assert case is not None and case.claimed is None
    assert reviewer.post("/calls/O02/claim").status_code == 303
    case = store.cases.case("O02")
    assert case is not None and case.claimed == reviewer.user.id
    assert 'id="claim-form"' not in reviewer.get("/calls/O02").text
