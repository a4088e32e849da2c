"""What people type to call us again, where they are."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

PROGRAM = "callinspect"


def program(store: str | None = None) -> str:
    """What to type to call us again: ``callinspect`` where the shell finds it, else its path
    (``.venv/bin/callinspect``), and the store where one was named; a password in it is not repeated."""
    if store is None or "@" in store:
        return _program()
    return f"{_program()} --store {shlex.quote(store)}"


def _program() -> str:
    called = Path(sys.argv[0])
    if called.name != PROGRAM:
        return PROGRAM  # `python -m pipeline.cli`, or a test
    found = shutil.which(PROGRAM)
    if found is not None and Path(found).resolve() == called.resolve():
        return PROGRAM
    near = os.path.relpath(called)
    return shlex.quote(str(called.absolute()) if near.startswith("..") else near)
