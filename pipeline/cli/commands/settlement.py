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
from pipeline.reports.files import STDOUT, whole_file
from pipeline.reports.report_words import Places
from pipeline.settlement import Month

FORMATS = ("html", "xlsx", "json", "csv")


@command
def settlement(
    session: Session,
    month: Annotated[str | None, typer.Option("--month", help="report.month", metavar="MONTH")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="report.out", metavar="FILE")] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help="report.format")] = None,
    team: Team = None,
    table: Annotated[Path | None, typer.Option("--table", help="report.table", metavar="FILE")] = None,
) -> int:
    """Without a file and a format it is shown; with a format alone it goes to standard output."""
    from pipeline.reports.settlement_sheet import settlement_report
    from pipeline.settlement.words import headline
    from pipeline.web.settlements import file_of, settlement_table

    chosen = _format(format, out)
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
        if chosen is None:
            session.out.print(settlement_table_view(report, session.words))
            return 0
        places = Places(settings.serve.public_url or None)
        body = file_of(report, chosen, settings, report_words(session), places, team=team or "")
        store.audit.note("export", subject="settlement", format=chosen, month=str(asked), team=team)
    with whole_file(out or STDOUT) as file:
        file.write(body)
    if out not in (None, STDOUT):
        said = session.words.said(headline(report.found, asked, rules))
        session.say(session.words("settlement.done", path=out, headline=said), "green")
    return 0


def _format(format: str | None, out: Path | None) -> str | None:
    """The format that was asked for, or that the file's ending tells; None where it is only shown.

    Raises:
        CommandError: none of ours.
    """
    if format is None and out is None:
        return None
    ending = "" if out in (None, STDOUT) else out.suffix.removeprefix(".").lower()
    chosen = format or ending or ("html" if out == STDOUT else "")
    if format is not None and ending in FORMATS and ending != format:
        raise CommandError("report-ending", format=format, path=str(out))
    if chosen not in FORMATS:
        raise CommandError("settlement-format", known=", ".join(FORMATS))
    return chosen


def _month(text: str | None) -> Month | None:
    """
    Raises:
        CommandError: no month.
    """
    found = None if text is None else Month.read(text)
    if text is not None and found is None:
        raise CommandError("month", text=text)
    return found
