"""Whatever happens to files, the call list and people's decisions: a call is what the list says, a recording
is its sound, and nothing is lost.

``IDENTITY_SEQUENCES`` says how many sequences are played (25 unless told otherwise, 100 in a thorough run),
``IDENTITY_SEED`` with which the first begins. The two databases share them out: nearly all that can go wrong
does so on both. In a thorough run, or with a seed that was asked for, both play all of them.
"""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import pytest

from pipeline.store import open_store
from tests.contract.worlds import World, empty
from tests.examples import THOROUGH, examples

SEQUENCES = int(os.environ.get("IDENTITY_SEQUENCES", examples(100)))
FIRST = int(os.environ.get("IDENTITY_SEED", "0"))
ASKED = "IDENTITY_SEED" in os.environ
STEPS = 14


def test_nothing_gets_lost_or_mixed_up(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(url) as store:
        # One open store for all runs: opening one, with nothing prepared, costs more than a run of few calls.
        for module in ("pipeline.batch.run", "pipeline.store"):
            monkeypatch.setattr(import_module(module), "open_store", lambda _url, **_: nullcontext(store))
        turn = 0 if url.startswith("sqlite") else 1
        for seed in (
            range(FIRST, FIRST + SEQUENCES) if THOROUGH else range(FIRST + turn, FIRST + SEQUENCES, 2)
        ):
            folder = tmp_path / str(seed)
            folder.mkdir()
            world = World(seed, folder, store, url)
            try:
                world.play(STEPS)
            except Exception as error:  # noqa: BLE001 - whatever it is, the sequence tells more
                pytest.fail(f"{type(error).__name__}: {error}\n" + "\n".join(world.log))
            empty(store)
            shutil.rmtree(folder)
