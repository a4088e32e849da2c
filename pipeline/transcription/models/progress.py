"""How far a fetch has come, told to a callback; and the bar that shows it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Progress = Callable[[str, int, int | None], None]
"""Called with (what is being done, bytes done, bytes in all or None)."""


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Say nothing."""


@contextmanager
def progress_bar(*, disable: bool = False) -> Iterator[Progress]:
    """A tqdm bar on standard error; give the yielded callback to `fetch`."""
    with tqdm(
        unit="B", unit_scale=True, unit_divisor=1024, file=sys.stderr, disable=disable, leave=False
    ) as bar:

        def show(what: str, done: int, total: int | None) -> None:
            bar.set_description(what, refresh=False)
            bar.total = total
            bar.n = done if total is None else min(done, total)
            bar.refresh()

        yield show
