"""Restarting the embedded PostgreSQL server while runs are at work."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.contract.servers import _account, _programs


def restart(url: str) -> None:
    """Stop the server as a crash does, and start it again with the options that it had."""
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    control = [str(_programs() / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    subprocess.run(  # noqa: S603 - the server's own program
        [*control, "-m", "immediate", "restart"],
        user=_account(),
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
