"""Pages of the manual that are written from the code: write one, or tell that it is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def write_or_check(path: Path, text: str, *, script: str, about: str) -> int:
    """The whole command line of a script that writes one page; its exit status.

    Args:
        script: what people run to write it anew.
        about: for ``--help``.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    if not parser.parse_args().check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"docs/{path.name} is stale; run {script}", file=sys.stderr)
    return 1
