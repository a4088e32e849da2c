"""How this program was called, so that what we tell people to type works where they are."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

PROGRAM = "callinspect"


def program() -> str:
    """``callinspect`` where the shell finds it, else its path (``.venv/bin/callinspect``)."""
    called = Path(sys.argv[0])
    if called.name != PROGRAM:
        return PROGRAM  # `python -m pipeline.cli`, or a test
    found = shutil.which(PROGRAM)
    if found is not None and Path(found).resolve() == called.resolve():
        return PROGRAM
    near = os.path.relpath(called)
    return shlex.quote(str(called.absolute()) if near.startswith("..") else near)
