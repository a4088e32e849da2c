"""An older store knows from its log where people have signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from pipeline.store import open_store
from pipeline.store.desk.people_places import place_of_address
from pipeline.store.engine import connect, parse
from pipeline.store.migrate import FOLDER


def test_the_log_tells_where_people_have_been(url: str) -> None:
    engine = connect(parse(url))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
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
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
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
    engine.dispose()
    with open_store(url) as store:
        places = [place_of_address(row["address"] or "") for row in rows]
        assert store.desk.people.known_places("wang", places) == {place_of_address("192.0.2.1")}
