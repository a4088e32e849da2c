"""Where words go: standard output for results, standard error for everything else."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console

PIPED_WIDTH = 120
"""Columns where there is no terminal to ask and COLUMNS says nothing."""


def open_console(stream: TextIO) -> Console:
    """A console, plain in a pipe and under NO_COLOR; it never takes what people said for markup."""
    piped = not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit()
    return Console(
        file=stream,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        width=PIPED_WIDTH if piped else None,
    )


def tolerate_any_encoding() -> None:
    """A terminal that cannot show a character shows a question mark, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
