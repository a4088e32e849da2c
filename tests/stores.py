"""Empty stores as a file: the migrations run once in a process, every other store is a copy of the first."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from pipeline.store import open_store


@cache
def _first() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="callinspect-store-"))
    path = folder / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


def empty_store(path: Path) -> str:
    """Put an empty store of this version at ``path``, where nothing is yet; its URL."""
    if not path.exists():
        shutil.copyfile(_first(), path)
        path.chmod(0o600)
    return f"sqlite:///{path}"
