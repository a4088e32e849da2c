"""A small bar chart of plain characters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text


def bar_chart(labels: Sequence[str], counts: Sequence[int], *, width: int) -> Table:
    """One line per label; the longest bar fills what ``width`` leaves. Any count gets at least one mark."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    room = max(10, width - max(map(len, labels), default=0) - len(str(max(counts, default=0))) - 4)
    most = max(counts, default=0)
    for label, count in zip(labels, counts, strict=True):
        length = max(1, round(room * count / most)) if count else 0
        grid.add_row(label, str(count) if count else "", Text("#" * length, style="blue"))
    return grid
