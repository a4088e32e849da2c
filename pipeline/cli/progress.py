"""The progress of a run on standard error: calls, and hours of audio per hour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from pipeline.batch.summary import Progress
from pipeline.cli.session import Session


@contextmanager
def run_progress(session: Session) -> Iterator[Callable[[Progress], None]]:
    """A callback for the run; it shows nothing in a pipe or under ``-q``."""
    words = session.words
    if session.shared.quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    with tqdm(file=sys.stderr, leave=False, unit=words("progress.unit"), dynamic_ncols=True) as bar:
        shown = ""

        def show(progress: Progress) -> None:
            nonlocal shown
            if progress.stage != shown:  # each stage counts anew
                shown = progress.stage
                bar.reset(total=progress.calls_total or None)
                bar.set_description(words.known(f"stage.{shown}", shown), refresh=False)
            bar.total = progress.calls_total or None
            bar.n = progress.calls_done
            if progress.audio_seconds and progress.wall_seconds:
                hours = progress.audio_seconds / progress.wall_seconds
                bar.set_postfix_str(words("progress.speed", hours=f"{hours:.0f}"), refresh=False)
            bar.refresh()

        yield show
