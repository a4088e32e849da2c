"""``callinspect export``: records for other programs and for spreadsheets."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.selection import Agent, CallId, Criterion, Flagged, From, Limit, Team, To, selection
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.reports import STDOUT, export, formats_of


@command
def export_records(
    session: Session,
    what: Annotated[str, typer.Argument(help="argument.what", metavar="WHAT")],
    out: Annotated[Path, typer.Option("--out", "-o", help="export.out", metavar="FILE")],
    format: Annotated[str | None, typer.Option("--format", "-f", help="export.format")] = None,
    flagged: Flagged = False,
    agent: Agent = None,
    team: Team = None,
    criterion: Criterion = None,
    date_from: From = None,
    date_to: To = None,
    call_id: CallId = None,
    limit: Limit = None,
) -> int:
    chosen = format or out.suffix.removeprefix(".").lower()
    if not chosen:
        raise CommandError("no-format", known=", ".join(formats_of(what)))
    wanted = selection(
        flagged=flagged,
        agent=agent,
        team=team,
        criterion=criterion,
        date_from=date_from,
        date_to=date_to,
        call_id=call_id,
        limit=limit,
    )
    with existing_store(session) as store:
        done = export(what, chosen, store, out, wanted=wanted)
        facts = {name: value for name, value in asdict(wanted).items() if value is not None}
        store.audit.note("export", subject=what, format=chosen, records=done.records, **facts)
    if out != STDOUT:
        session.say(session.words("export.done", records=done.records, what=what, path=done.path), "green")
    return 0
