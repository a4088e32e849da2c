"""A GET writes nothing: neither a link that a browser loads ahead nor the back button does anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from pipeline.domain import UserRole, Verdict
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store import review_tables as tables
from pipeline.store.tables import metadata
from tests.web.access import ROUTES
from tests.web.conftest import AGENT, Client
from tests.web.test_access import ask

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


@pytest.mark.parametrize("role", UserRole)
def test_no_get_writes(client: Client, busy: Store, role: UserRole) -> None:
    browser = client(role)
    before = dump(busy)
    asked = 0
    for name in sorted(ROUTES):
        if name.startswith("GET "):
            assert ask(browser, name, "O02").status_code < 500
            asked += 1
            for table, rows in dump(busy).items():
                assert rows == before[table], f"{name} as {role} wrote to {table}"
    assert asked > 30


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
