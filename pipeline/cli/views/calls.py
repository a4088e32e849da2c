"""A list of calls as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.scorecard import severity
from pipeline.cli.views.times import length, moment
from pipeline.cli.words import Words
from pipeline.domain import Status
from pipeline.store import CallRow

WIDE = 110
"""Columns from which team and queue fit as well."""


def calls_table(rows: Sequence[CallRow], words: Words, *, width: int) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column(words("column.call"), overflow="fold", style="bold")
    table.add_column(words("column.started"), no_wrap=True)
    table.add_column(words("column.agent"), no_wrap=True)
    if width >= WIDE:
        table.add_column(words("column.team"), no_wrap=True)
    table.add_column(words("column.duration"), justify="right", no_wrap=True)
    table.add_column(words("column.score"), justify="right", no_wrap=True)
    table.add_column(words("column.worst"), no_wrap=True)
    table.add_column(words("column.review"), overflow="fold", ratio=1)
    for row in rows:
        call = row.call
        cells = [call.call_id, moment(call.started_at), call.agent_name or call.agent_id or "-"]
        if width >= WIDE:
            cells.append(call.team or "-")
        cells.append(length(row.duration))
        table.add_row(*cells, score(row), severity(row.worst), remark(row, words))
    return table


def score(row: CallRow) -> Text:
    if row.score is None:
        return Text("-", style="dim")
    style = "bold red" if row.fatal or row.passed is False else "yellow" if row.flagged else "green"
    text = Text(f"{row.score:g}", style=style)
    if row.effective_score != row.score:  # people decided otherwise
        now = "?" if row.effective_score is None else f"{row.effective_score:g}"
        text.append(f" → {now}", style="bold")
    return text


def remark(row: CallRow, words: Words) -> Text:
    """Why a person should look, or why there is nothing to judge."""
    text = Text()
    if row.status is not Status.INSPECTED:
        style = "red" if row.status is Status.UNREADABLE else "dim"
        text.append(words(f"status.{row.status}"), style=style)
        if row.reason:
            text.append(f"{words.colon}{words.reason(row.reason_code, row.reason)} ", style=style)
    if row.alerts:
        text.append(f"[{words('show.alerts')}] ", style="bold magenta")
    if row.flagged:
        text.append(words.sentences([words.said(r) for r in row.flag_reasons]), style="yellow")
    return text
