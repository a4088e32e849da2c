"""The real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def callinspect(
    *arguments: str | Path, cwd: Path, width: int = 120, timeout: float = 1500, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one command in ``cwd`` with nothing of ours in the environment but what is given."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CALLINSPECT_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT), "COLUMNS": str(width), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
