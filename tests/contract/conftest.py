"""Every store test runs on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.store import Store, open_store
from tests.contract.servers import NoServerError, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    try:
        with postgresql() as url:
            yield url
    except NoServerError as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, the only one in use at a time."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    import psycopg

    server: str = request.getfixturevalue("server")
    with psycopg.connect(server, autocommit=True) as connection:
        # A new schema, not a new database: that would copy 300 files for each test.
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def run_id(store: Store) -> int:
    return store.start_run(dump=Path("/dump"), settings="s1")


@pytest.fixture
def another(url: str) -> Iterator[Callable[[], Store]]:
    """Opens the same database once more, as another process would."""
    opened: list[Store] = []

    def open_again() -> Store:
        opened.append(open_store(url, busy_seconds=0.3))
        return opened[-1]

    yield open_again
    for one in opened:
        one.close()
