"""A list of calls as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.scorecard import severity
from pipeline.cli.views.times import length, moment
from pipeline.cli.words import Words
from pipeline.domain import Inspection, Outcome, Scorecard, Severity, Status

WIDE = 110
"""Columns from which team and queue fit as well."""


def calls_table(inspections: Sequence[Inspection], words: Words, *, width: int) -> Table:
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
    for inspection in inspections:
        call = inspection.recording.call
        row = [call.call_id, moment(call.started_at), call.agent_name or call.agent_id or "-"]
        if width >= WIDE:
            row.append(call.team or "-")
        row.append(length(inspection.duration))
        table.add_row(
            *row, score(inspection, words), severity(worst(inspection.scorecard)), remark(inspection, words)
        )
    return table


def score(inspection: Inspection, words: Words) -> Text:
    card = inspection.scorecard
    if card is None or card.score is None:
        return Text("-", style="dim")
    style = "bold red" if card.fatal or card.passed is False else "yellow" if card.flagged else "green"
    return Text(f"{card.score:g}", style=style)


def worst(card: Scorecard | None) -> Severity | None:
    """The gravest class among the failed findings."""
    failed = (f.severity for f in card.findings if f.outcome is Outcome.FAILED) if card else ()
    return min((s for s in failed if s is not None), default=None)


def remark(inspection: Inspection, words: Words) -> Text:
    """Why a person should look, or why there is nothing to judge."""
    card = inspection.scorecard
    text = Text()
    if inspection.status is not Status.INSPECTED:
        style = "red" if inspection.status is Status.UNREADABLE else "dim"
        text.append(words(f"status.{inspection.status}"), style=style)
        if inspection.reason:
            text.append(f"{words.colon}{inspection.reason} ", style=style)
    if card is not None and card.alerts:
        text.append(f"[{words('show.alerts')}] ", style="bold magenta")
    if card is not None and card.flagged:
        text.append(words.sentences(card.flag_reasons), style="yellow")
    return text
