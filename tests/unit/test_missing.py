"""A skip hides nothing where nothing may be missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.missing import PERMITTED

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

@pytest.mark.parametrize("reason", {reasons!r})
def test_of_it(reason):
    pytest.skip(reason)
"""


def run(folder: Path, *reasons: str, **environment: str) -> tuple[int, str]:
    """Tests that are skipped for these reasons, under the project's own conftest: exit status and output."""
    (folder / "conftest.py").write_text("from tests.conftest import *  # noqa: F403\n", encoding="utf-8")
    (folder / "test_one.py").write_text(TESTS.format(reasons=reasons), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if name != "NOTHING_MISSING"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_is_missing_is_counted(tmp_path: Path) -> None:
    status, said = run(tmp_path, "there is no Chromium", "there is no Chromium", *list(PERMITTED)[:1])
    assert status == 0
    assert "2 MISSING: there is no Chromium" in said
    assert f"1 permitted: {next(iter(PERMITTED))}" in said


@pytest.mark.parametrize(("reason", "status"), [("there is no Chromium", 1), (next(iter(PERMITTED)), 0)])
def test_where_nothing_may_be_missing_only_permitted_skips_pass(
    tmp_path: Path, reason: str, status: int
) -> None:
    assert run(tmp_path, reason, NOTHING_MISSING="1")[0] == status
