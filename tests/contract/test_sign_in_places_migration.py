"""An older store knows from its log where people have signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from pipeline.store import open_store
from pipeline.store.repositories.sign_in import place_of_address
from tests.migrations import tables_at


def test_the_log_tells_where_people_have_been(url: str) -> None:
    now = datetime.now(UTC)
    rows = [
        {"at": now.isoformat(), "action": "sign-in", "user": 1, "address": "192.0.2.1"},
        {"at": now.isoformat(), "action": "sign-in", "user": 1, "address": "192.0.2.1"},
        {"at": now.isoformat(), "action": "sign-in-failed", "user": None, "address": "203.0.113.9"},
        {
            "at": (now - timedelta(days=200)).isoformat(),
            "action": "sign-in",
            "user": 1,
            "address": "192.0.2.2",
        },
    ]
    with tables_at("0004", url) as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, name, display_name, role, disabled, created_at) "
                "VALUES (1, 'wang', '王芳', 'reviewer', false, '2026')"
            )
        )
        connection.execute(
            text(
                'INSERT INTO audit (at, action, "user", details, address) '
                "VALUES (:at, :action, :user, '{}', :address)"
            ),
            rows,
        )
    with open_store(url) as store:
        places = [place_of_address(row["address"] or "") for row in rows]
        assert store.sign_in.known_places("wang", places) == {place_of_address("192.0.2.1")}
