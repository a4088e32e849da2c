"""A hundred thousand calls do not sit in memory: what an export holds does not grow with the calls."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest

from pipeline.reports import export
from pipeline.store import Store, open_store
from tests.nights import fill, many

FEW, MANY = 200, 1_000


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    folder = tmp_path_factory.mktemp("stores")
    return open_store(fill(folder / "few.db", many(FEW))), open_store(fill(folder / "many.db", many(MANY)))


def peak(store: Store, what: str, format: str, out: Path) -> int:
    """Bytes of Python objects at the worst moment of an export."""
    gc.collect()
    tracemalloc.start()
    try:
        export(what, format, store, out)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("what", "format"), [("calls", "jsonl"), ("transcripts", "csv"), ("findings", "xlsx")]
)
def test_memory_does_not_grow_with_the_calls(
    stores: tuple[Store, Store], tmp_path: Path, what: str, format: str
) -> None:
    few, lots = stores
    export(what, format, few, tmp_path / "warm")  # imports and caches happen once
    small, large = (peak(store, what, format, tmp_path / "x") for store in (few, lots))
    assert large < 2 * small + 2**20, f"{small} bytes for {FEW} calls, {large} for {MANY}"


def test_all_of_them_are_there(stores: tuple[Store, Store], tmp_path: Path) -> None:
    done = export("calls", "jsonl", stores[1], tmp_path / "calls.jsonl")
    assert done.records == MANY == len((tmp_path / "calls.jsonl").read_bytes().splitlines())
