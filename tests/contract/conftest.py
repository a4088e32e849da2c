"""Every store test runs on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from pipeline.store import Store, open_store
from pipeline.store.tables import metadata
from tests.contract.servers import (
    NoServerError,
    dumped,
    empty_schema,
    empty_tables,
    postgresql,
    schema_print,
)
from tests.stores import empty_store


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    try:
        with postgresql() as url:
            yield url
    except NoServerError as missing:
        pytest.skip(str(missing))


@dataclass
class Prepared:
    """The PostgreSQL database as the migrations leave an empty one."""

    server: str
    statements: str
    """That make it, tables and rows."""

    schema: tuple[object, ...] = ()
    """As it was when it was made; empty before."""

    def make(self) -> None:
        """Empty every table where they are as they were made, else make them anew."""
        if self.schema and schema_print(self.server) == self.schema:
            names = ["alembic_version", *(table.name for table in reversed(metadata.sorted_tables))]
            empty_tables(self.server, names, then=self.rows)
        else:
            empty_schema(self.server, then=self.statements)
            self.schema = schema_print(self.server)

    @cached_property
    def rows(self) -> str:
        """The statements that make rows, and let numbers begin at one."""
        kept = ("INSERT INTO ", "SELECT pg_catalog.setval(")
        return "\n".join(line for line in self.statements.splitlines() if line.startswith(kept))


@pytest.fixture(scope="session")
def prepared(server: str) -> Prepared:
    """The migrations run once for all."""
    empty_schema(server)
    open_store(server).close()
    return Prepared(server, dumped(server))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, the only one in use at a time: empty, but for what `store` needs in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: str = request.getfixturevalue("server")
    if "store" not in request.fixturenames:
        empty_schema(server)
    return server


@pytest.fixture
def store(request: pytest.FixtureRequest, url: str) -> Iterator[Store]:
    """An empty store of this version."""
    if url.startswith("sqlite"):
        empty_store(Path(url.removeprefix("sqlite:///")))
    else:
        prepared: Prepared = request.getfixturevalue("prepared")
        prepared.make()
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
