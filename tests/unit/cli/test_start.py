"""What a process loads at its start: people wait for it with each command, runs with each worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nights import fill

ROOT = Path(__file__).resolve().parents[3]
HEARING = {"av", "ctranslate2", "faster_whisper", "librosa", "onnxruntime", "pypinyin", "scipy", "soxr"}
JUDGING = {"numpy", "rapidfuzz", "re2", "pipeline.phrases.matcher", "pipeline.rubric.sheet"}
STORED = {"alembic", "sqlalchemy"}
SHOWN = {"fastapi", "jinja2", "xlsxwriter"}


STORE = "from pipeline.cli.main import status;"
"""Before commands over the store of the folder that they are called in."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a store of a small night in it."""
    made = tmp_path_factory.mktemp("start")
    fill(made / "callinspect.db")
    return made


@pytest.mark.parametrize(
    ("first", "needless"),
    [
        ("from pipeline.cli.main import status; status(['--help'])", HEARING | STORED | SHOWN | {"numpy"}),
        (f"{STORE} status(['list'])", HEARING | JUDGING | SHOWN | {"alembic"}),
        (f"{STORE} status(['show', 'O02'])", HEARING | SHOWN | {"alembic", "pipeline.phrases.matcher"}),
        (f"{STORE} status(['store', 'check'])", HEARING | JUDGING | SHOWN | {"alembic"}),
        (
            f"{STORE} status(['export', 'violations', '-o', 'v.csv'])",
            (HEARING - {"scipy"}) | SHOWN | {"alembic", "pipeline.phrases.matcher"},
        ),
        ("from pipeline.cli.main import status; status(['lexicon', '--help'])", HEARING | STORED | SHOWN),
        ("import pipeline.batch.worker", HEARING | STORED | SHOWN | {"numpy"}),
    ],
)
def test_only_what_is_needed_is_loaded(first: str, needless: set[str], folder: Path) -> None:
    code = f"import sys; {first}; print(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pipeline" in loaded
    assert loaded & needless == set()
