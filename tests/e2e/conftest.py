"""The demo night with the real model, inspected once: it takes longer than all that is asked of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.e2e.commands import ROOT, callinspect

NIGHT = ROOT / "scripts" / "demo_night" / "night"
SAID = "said.txt"
"""What the run printed, beside its store."""


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory whose store holds the whole night; pytest's workers share it: copy, then write."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    work = base / "demo-night"
    with FileLock(base / "demo-night.lock"):
        if not (work / SAID).is_file():  # a run that failed is tried again by whoever needs it next
            work.mkdir(exist_ok=True)
            got = callinspect("run", NIGHT, "--calls", NIGHT / "calls.csv", cwd=work, timeout=3000)
            assert got.returncode == 1, f"{got.stdout}\n{got.stderr}"
            (work / SAID).write_text(got.stdout, encoding="utf-8")
    return work
