"""``callinspect report settlement``: what a month comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands.calls import report_words
from pipeline.cli.selection import Team
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.settlement import settlement_table_view
from pipeline.domain import Scope
from pipeline.errors import CommandError
from pipeline.reports.files import STDOUT, file_name, whole_file
from pipeline.reports.report_words import Places
from pipeline.settlement import Month

FORMATS = ("html", "xlsx", "json", "csv")


@command
def settlement(
    session: Session,
    month: Annotated[str | None, typer.Option("--month", help="report.month", metavar="MONTH")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="report.out", metavar="PLACE")] = None,
    format: Annotated[list[str] | None, typer.Option("--format", "-f", help="report.format")] = None,
    team: Team = None,
    table: Annotated[Path | None, typer.Option("--table", help="report.table", metavar="FILE")] = None,
) -> int:
    """Without a place and a format it is shown; with a format alone it goes to standard output. A folder gets
    a folder of the month, as other reports have it, and the index is written anew."""
    from pipeline.cli.commands.report import is_folder, write_index
    from pipeline.reports.settlement_sheet import settlement_report
    from pipeline.settlement.words import headline
    from pipeline.web.settlements import file_of, settlement_table

    folder = out is not None and is_folder(out)
    chosen = _formats(format, out, folder=folder)
    asked = _month(month)
    settings = session.override(settlement=table).settings
    with existing_store(session) as store:
        rules = settlement_table(settings, store)
        if asked is None:
            newest = store.days.newest(Scope())
            if newest is None:
                raise CommandError("report-empty", month="-")
            asked = Month.of(newest)
        report = settlement_report(store, asked, rules, Scope(), team=team)
        if not report.found.rows:
            raise CommandError("report-empty", month=str(asked))
        if not chosen:
            session.out.print(settlement_table_view(report, session.words))
            return 0
        places = Places(settings.serve.public_url or None)
        words = report_words(session)
        bodies = {one: file_of(report, one, settings, words, places, team=team or "") for one in chosen}
        store.audit.note(
            "export", subject="settlement", format=", ".join(chosen), month=str(asked), team=team
        )
    stem = "-".join(["settlement", *([team] if team else [])])
    said = session.words.said(headline(report.found, asked, rules))
    for one, body in bodies.items():
        path = out or STDOUT
        if out is not None and folder:
            path = out / str(asked) / file_name(stem, one)
        with whole_file(path) as file:
            file.write(body)
        if path != STDOUT:
            session.say(session.words("settlement.done", path=path, headline=said), "green")
    if out is not None and folder:
        write_index(session, out)
    return 0


def _formats(given: list[str] | None, out: Path | None, *, folder: bool) -> tuple[str, ...]:
    """The formats that were asked for, or the one that the file's ending tells; none where it is only shown.

    Raises:
        CommandError: none of ours, or several for one file.
    """
    found = tuple(dict.fromkeys(given or ()))
    if not found and out is None:
        return ()
    ending = "" if out in (None, STDOUT) or folder else out.suffix.removeprefix(".").lower()
    if not found:
        found = ("html",) if folder or out == STDOUT else (ending,)
    if given and ending in FORMATS and found != (ending,):
        raise CommandError("report-ending", format=", ".join(found), path=str(out))
    if any(one not in FORMATS for one in found) or (len(found) > 1 and not folder):
        raise CommandError("settlement-format", known=", ".join(FORMATS))
    return found


def _month(text: str | None) -> Month | None:
    """
    Raises:
        CommandError: no month.
    """
    found = None if text is None else Month.read(text)
    if text is not None and found is None:
        raise CommandError("month", text=text)
    return found
