"""Criteria with what people's words say about them: figures, and an interval drawn beside its bar."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.scorecard import severity
from pipeline.cli.words import Words
from pipeline.review.trust import Trust
from pipeline.review.trust_words import missed, since, state
from pipeline.rubric.sheet import Item

WIDTH = 24
"""Characters from 0 to 100 %."""


def trust_table(found: Sequence[tuple[Trust, Item]], words: Words) -> Table:
    """One row per criterion; what only flags stands out, with since when and why."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column(words("column.severity"), no_wrap=True)
    table.add_column(words("column.criterion"), overflow="fold", ratio=2)
    table.add_column(words("trust.column.precision"), justify="right", no_wrap=True)
    table.add_column("0 % " + " " * (WIDTH - 10) + " 100 %", no_wrap=True)
    table.add_column(words("trust.column.missed"), overflow="fold", ratio=2)
    table.add_column(words("trust.column.state"), overflow="fold", ratio=3)
    for one, item in found:
        precision = one.figures.precision
        share = (
            "-" if precision.value is None else f"{precision.value:.0%} {precision.count}/{precision.total}"
        )
        heard = one.figures.missed.value is not None
        table.add_row(
            severity(one.severity),
            words.said(item.title),
            share,
            interval(one),
            words.said(missed(one.figures.missed)) if heard else Text("-", style="dim"),
            _state(one, words),
        )
    return table


def interval(one: Trust) -> Text:
    """``----[==o==]-|--``: the 95 % interval of precision, and the bar that its lower end must reach."""
    cells = [(".", "dim")] * (WIDTH + 1)
    found = one.figures.precision
    if found.value is not None and found.low is not None and found.high is not None:
        style = "dim" if not one.enough else "red" if found.low < one.bar else "green"
        for place in range(round(found.low * WIDTH), round(found.high * WIDTH) + 1):
            cells[place] = ("=", style)
        cells[round(found.value * WIDTH)] = ("o", style)
    cells[round(one.bar * WIDTH)] = ("|", "bold yellow")
    text = Text()
    for character, style in cells:
        text.append(character, style=style)
    return text


def _state(one: Trust, words: Words) -> Text:
    said = Text(words.said(state(one)), style="bold red" if one.only_flags else "green")
    if one.change is not None:
        said.append(f"\n{words.said(since(one.change))}", style="not bold dim")
    if one.due:
        key = "trust.due-close" if one.next_closed else "trust.due-open"
        said.append(f"\n{words(key)}", style="not bold yellow")
    return said
