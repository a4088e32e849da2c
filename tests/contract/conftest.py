"""Every store test runs on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.store import Store, open_store
from tests.contract.servers import NoServerError, dumped, empty_schema, postgresql
from tests.stores import empty_store


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
    server: str = request.getfixturevalue("server")
    empty_schema(server)
    return server


@pytest.fixture(scope="session")
def tables(server: str) -> str:
    """What the migrations make of an empty PostgreSQL database, as statements: they run once for all."""
    empty_schema(server)
    open_store(server).close()
    return dumped(server)


@pytest.fixture
def store(request: pytest.FixtureRequest, url: str) -> Iterator[Store]:
    """An empty store of this version."""
    if url.startswith("sqlite"):
        empty_store(Path(url.removeprefix("sqlite:///")))
    else:
        statements: str = request.getfixturevalue("tables")
        empty_schema(url, then=statements)
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def run_id(store: Store) -> int:
    return store.runs.start(dump=Path("/dump"), settings="s1")


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
