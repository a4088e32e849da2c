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
    """The score; its range where it is not final; what people made of the machine's where they changed it."""
    if row.machine_score is None:
        return Text("-", style="dim")
    if row.score is None:  # cannot be said any more
        return Text(f"{row.machine_score:g} → ?", style="bold")
    if not row.final:
        return Text(score_range(row.score_low, row.score_high), style="yellow")
    style = "bold red" if row.passed is False else "green"
    before = f"{row.machine_score:g} → " if row.machine_score != row.score else ""
    return Text(before).append(f"{row.score:g}", style=style)


def score_range(low: float | None, high: float | None) -> str:
    """``72-94.3``; one figure where both ends are the same."""
    ends = ["?" if end is None else f"{end:g}" for end in (low, high)]
    return "-".join(dict.fromkeys(ends))


def remark(row: CallRow, words: Words) -> Text:
    """Why a person should look, or why there is nothing to judge."""
    text = Text()
    if row.status is not Status.INSPECTED:
        style = "red" if row.status is Status.UNREADABLE else "dim"
        text.append(words(f"status.{row.status}"), style=style)
        if row.reason:
            text.append(f"{words.colon}{words.reason(row.reason_code, row.reason)} ", style=style)
    for cause in row.causes:
        text.append(f"[{words(f'show.open-{cause}')}] ", style="bold yellow")
    if row.alerts:
        text.append(f"[{words('show.alerts')}] ", style="bold magenta")
    if row.flag_reasons:
        text.append(words.sentences([words.said(r) for r in row.flag_reasons]), style="yellow")
    return text
