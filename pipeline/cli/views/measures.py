"""The measures of a call, in words and units."""

from __future__ import annotations

from rich.table import Table

from pipeline.cli.words import Words
from pipeline.domain import Measurement, Measures
from pipeline.reports.kinds.calls import MEASURES


def measures_table(measures: Measures, words: Words) -> Table:
    """Two measures a line; what could not be measured says so."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(2):
        grid.add_column(style="dim")
        grid.add_column(justify="right", no_wrap=True)
    place = {name: index for index, name in enumerate(MEASURES)}
    items = sorted(measures, key=lambda m: place.get(m.name, len(place)))
    half = (len(items) + 1) // 2
    for left, right in zip(items[:half], [*items[half:], None], strict=False):
        row = [words.known(f"measure.{left.name}", left.name), amount(left, words)]
        if right is not None:
            row += [words.known(f"measure.{right.name}", right.name), amount(right, words)]
        grid.add_row(*row)
    return grid


def amount(measurement: Measurement, words: Words) -> str:
    value = measurement.value
    if value is None:
        return words("measure.none")
    match measurement.unit:
        case "count":
            number = f"{value:.0f}"
        case "0..1":
            return f"{value:.0%}"
        case "s":
            number = f"{value:.1f}"
        case _:
            number = f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return f"{number} {words.known(f'unit.{measurement.unit}', measurement.unit)}".rstrip()
