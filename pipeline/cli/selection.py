"""The options that several commands share: what they choose calls and score sheets by."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline.domain import OpenCause
from pipeline.errors import CommandError
from pipeline.store import CallFilter

Sheet = Annotated[Path | None, typer.Option("--rubric", help="option.rubric", metavar="FILE")]

Packs = Annotated[list[str] | None, typer.Option("--pack", help="option.pack", metavar="NAME")]

PANEL = "panel.filters"

Flagged = Annotated[bool, typer.Option("--flagged", help="filter.flagged", rich_help_panel=PANEL)]
Agent = Annotated[str | None, typer.Option(help="filter.agent", metavar="ID", rich_help_panel=PANEL)]
Team = Annotated[str | None, typer.Option(help="filter.team", rich_help_panel=PANEL)]
Criterion = Annotated[str | None, typer.Option(help="filter.criterion", metavar="ID", rich_help_panel=PANEL)]
From = Annotated[
    str | None, typer.Option("--from", help="filter.from", metavar="DATE", rich_help_panel=PANEL)
]
To = Annotated[str | None, typer.Option("--to", help="filter.to", metavar="DATE", rich_help_panel=PANEL)]
CallId = Annotated[
    str | None, typer.Option("--call", help="filter.call", metavar="ID", rich_help_panel=PANEL)
]
Doubt = Annotated[OpenCause | None, typer.Option(help="filter.doubt", metavar="WHY", rich_help_panel=PANEL)]
Limit = Annotated[int | None, typer.Option(min=1, help="filter.limit", rich_help_panel=PANEL)]


def selection(
    *,
    flagged: bool,
    agent: str | None,
    team: str | None,
    criterion: str | None,
    date_from: str | None,
    date_to: str | None,
    call_id: str | None = None,
    limit: int | None = None,
    doubt: OpenCause | None = None,
) -> CallFilter:
    return CallFilter(
        flagged=True if flagged else None,
        agent=agent,
        team=team,
        criterion=criterion,
        date_from=day(date_from, "--from"),
        date_to=day(date_to, "--to"),
        call_id=call_id,
        limit=limit,
        cause=doubt,
    )


def day(text: str | None, option: str) -> date | None:
    """A date as people type it (2026-11-20, 20261120).

    Raises:
        CommandError: not a date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError("date", option=option, text=text) from error
