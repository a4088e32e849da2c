"""The real command line: in a process of its own, and in this one where the process is not what is tested."""

from __future__ import annotations

import io
import os
import random
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from pipeline.cli.main import status

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Below those that the system lends to whoever connects: such a one may be gone when it is used."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


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


def here(
    *arguments: str | Path, cwd: Path, width: int = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The same command in this process: starting Python and loading all of it takes longer than most do."""
    command = [str(argument) for argument in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        for name, value in {"COLUMNS": str(width), **environment}.items():
            patch.setenv(name, value)
        code = status(command)
    said = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(command, int(code), *said)
