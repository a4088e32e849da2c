"""What a process loads at its start: people wait for it with each command, runs with each worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEARING = {"av", "ctranslate2", "faster_whisper", "librosa", "onnxruntime", "pypinyin", "scipy", "soxr"}
STORED = {"alembic", "sqlalchemy"}
SHOWN = {"fastapi", "jinja2", "xlsxwriter"}


@pytest.mark.parametrize(
    ("first", "needless"),
    [
        ("from pipeline.cli.main import status; status(['--help'])", HEARING | STORED | SHOWN | {"numpy"}),
        ("from pipeline.cli.main import status; status(['list', '--help'])", HEARING | SHOWN),
        ("from pipeline.cli.main import status; status(['lexicon', '--help'])", HEARING | STORED | SHOWN),
        ("import pipeline.batch.worker", HEARING | STORED | SHOWN | {"numpy"}),
    ],
)
def test_only_what_is_needed_is_loaded(first: str, needless: set[str]) -> None:
    code = f"import sys; {first}; print(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pipeline" in loaded
    assert loaded & needless == set()
