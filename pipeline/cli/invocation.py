"""What people type to call us again, where they are."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.settings import Settings

PROGRAM = "callinspect"
USUAL_STORE = str(Settings.model_fields["store"].default)


def program(store: str | None = None) -> str:
    """What to type to call us again: ``callinspect`` where the shell finds it, else its path
    (``.venv/bin/callinspect``), and the store, wherever it was named, unless it is the usual one.

    A password is not repeated: who has one keeps it where the next command finds it too.
    """
    if store is None or store == USUAL_STORE or _has_password(store):
        return _program()
    return f"{_program()} --store {shlex.quote(store)}"


def _has_password(store: str) -> bool:
    try:
        parts = urlsplit(store)
    except ValueError:
        return True
    return parts.password is not None or "password=" in parts.query


def _program() -> str:
    called = Path(sys.argv[0])
    if called.name != PROGRAM:
        return PROGRAM  # `python -m pipeline.cli`, or a test
    found = shutil.which(PROGRAM)
    if found is not None and Path(found).resolve() == called.resolve():
        return PROGRAM
    near = os.path.relpath(called)
    return shlex.quote(str(called.absolute()) if near.startswith("..") else near)
