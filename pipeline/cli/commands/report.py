"""``callinspect report``: reports that people read, as a file, or as a dated folder with an index."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands.run_report import run_report
from pipeline.cli.commands.settlement import settlement
from pipeline.cli.selection import PANEL, Agent, Criterion, From, Team, To, day
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, need_criterion, none_found
from pipeline.cli.words import english_titles
from pipeline.errors import CommandError, RubricError
from pipeline.reports import STDOUT
from pipeline.reports.files import file_name, whole_file
from pipeline.reports.readable.asked import NAMED, ChartStep, ReportKind, ReportQuery, month_of, week_of
from pipeline.reports.readable.links import NO_LINKS, ReportLinks
from pipeline.reports.readable.model import Report
from pipeline.rubric import Rubric

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
FORMATS = ("html", "pdf", "xlsx", "json")
LISTED = (*FORMATS, "csv")
"""Endings of what the index of a folder lists: the settlement can be a table for programs too."""
INDEX = "index.html"
_TITLE = re.compile("<title>(.*?)</title>", re.DOTALL)
_HEAD = 4096
"""Characters of a page in which its title stands."""

Out = Annotated[Path | None, typer.Option("--out", "-o", help="report.option.out", metavar="PLACE")]
Formats = Annotated[list[str] | None, typer.Option("--format", "-f", help="report.option.format")]
Room = Annotated[str | None, typer.Option("--room", help="report.option.room", metavar="URL")]
Queue = Annotated[str | None, typer.Option("--queue", help="report.option.queue", rich_help_panel=PANEL)]


def _command(kind: ReportKind) -> Callable[..., int]:
    @command
    def report(
        session: Session,
        out: Out = None,
        format: Formats = None,
        month: Annotated[str | None, typer.Option(help="report.option.month", metavar="MONTH")] = None,
        week: Annotated[str | None, typer.Option(help="report.option.week", metavar="WEEK")] = None,
        date_from: From = None,
        date_to: To = None,
        agent: Agent = None,
        team: Team = None,
        queue: Queue = None,
        criterion: Criterion = None,
        by: Annotated[ChartStep | None, typer.Option(help="report.option.by")] = None,
        room: Room = None,
    ) -> int:
        first, last = _period(month, week, date_from, date_to)
        query = ReportQuery(kind, first, last, agent, team, queue, criterion, by)
        return _write(session, query, out, format, room)

    return report


def _write(
    session: Session, query: ReportQuery, out: Path | None, format: list[str] | None, room: str | None
) -> int:
    """One report, in one format as a file or in several in a folder."""
    kind = query.kind
    if out is None:
        raise CommandError("no-out", example=f"{kind}.html")
    folder = is_folder(out)
    formats = _formats(out, format, folder=folder)
    needed = NAMED.get(kind)
    if needed is not None and getattr(query, needed) is None:
        raise CommandError("report-about", kind=kind, option=needed)
    made, none = _made(session, query, formats)
    links = _links(room or session.settings.serve.public_url)
    if folder:
        place = out / _label(made.first, made.last)
        places = [(place / file_name(_stem(query), one), one) for one in formats]
    else:
        places = [(out, formats[0])]
    for path, one in places:
        content = _content(session, made, one, links)
        with whole_file(path) as file:
            file.write(content)
    if folder:
        write_index(session, out)
    if out != STDOUT:
        for path, _ in places:
            session.say(
                session.words("report.done", title=session.words.said(made.title), path=path), "green"
            )
        if none:
            session.say(none, "yellow")
    return 0


for _kind in ReportKind:
    app.command(_kind.value, help=f"report.title.{_kind.value}")(_command(_kind))
app.command("settlement", help="help.report.settlement")(settlement)
app.command("run", help="help.report.run")(run_report)


def is_folder(out: Path) -> bool:
    """Whether a place is a folder: one that is there, or a path without an ending."""
    return out != STDOUT and (out.is_dir() or str(out).endswith(("/", "\\")) or out.suffix == "")


def _formats(out: Path, given: list[str] | None, *, folder: bool) -> tuple[str, ...]:
    """
    Raises:
        CommandError: a format that there is none of, or several for one file.
    """
    found = tuple(dict.fromkeys(given or ()))
    if not found:
        found = ("html",) if folder or out == STDOUT else (out.suffix.removeprefix(".").lower(),)
    ending = out.suffix.removeprefix(".").lower()
    if not folder and out != STDOUT and ending in FORMATS and len(found) == 1 and found[0] != ending:
        raise CommandError("report-ending", format=", ".join(found), path=str(out))
    for one in found:
        if one not in FORMATS or (len(found) > 1 and not folder):
            raise CommandError("report-format", format=", ".join(found), known=", ".join(FORMATS))
    return found


def _period(
    month: str | None, week: str | None, date_from: str | None, date_to: str | None
) -> tuple[date | None, date | None]:
    """
    Raises:
        CommandError: several ways at once, or one that cannot be read.
    """
    first, last = day(date_from, "--from"), day(date_to, "--to")
    if sum((month is not None, week is not None, first is not None or last is not None)) > 1:
        raise CommandError("report-period")
    if first is not None and last is not None and first > last:
        raise CommandError("report-order", first=first.isoformat(), last=last.isoformat())
    if month is not None:
        return month_of(_parsed(lambda: date.fromisoformat(f"{month}-01"), "--month", month, "2026-11"))
    if week is not None:
        return week_of(_parsed(lambda: date.fromisoformat(week), "--week", week, "2026-W47"))
    return first, last


def _parsed(read: Callable[[], date], option: str, text: str, example: str) -> date:
    try:
        return read()
    except ValueError as error:
        raise CommandError("report-month", option=option, text=text, example=example) from error


def _made(session: Session, query: ReportQuery, formats: tuple[str, ...]) -> tuple[Report, str]:
    from pipeline.domain import Scope
    from pipeline.reports.readable.making import make
    from pipeline.reports.readable.source import ReportSource
    from pipeline.store import CallFilter

    with existing_store(session) as store:
        need_criterion(session, store, query.criterion)
        made = make(ReportSource(store, _rubric(session)), query, Scope())
        facts = {name: getattr(query, name) for name in ("agent", "team", "queue", "criterion")}
        store.audit.note(
            "export",
            subject=f"report-{query.kind}",
            format=", ".join(formats),
            date_from=made.first,
            date_to=made.last,
            **facts,
        )
        if not store.calls.count():
            return made, none_found(session, store)
        asked = CallFilter(
            date_from=made.first, date_to=made.last, agent=query.agent, team=query.team, queue=query.queue
        )
        empty = not store.calls.count(asked)
        return made, session.words("report.no-calls", first=made.first, last=made.last) if empty else ""


def _rubric(session: Session) -> Rubric | None:
    from pipeline.rubric import load_rubric

    try:
        return load_rubric(session.settings.rubric, layer=session.settings.layers)
    except RubricError:
        return None


def _links(base: str | None) -> ReportLinks:
    if not base:
        return NO_LINKS
    from pipeline.web.reporting.links import room_links

    return room_links(base.rstrip("/"))


def _content(session: Session, made: Report, format: str, links: ReportLinks) -> bytes:
    from pipeline.web.reporting.asking import written
    from pipeline.web.reporting.pdf import printed

    lang = session.words.lang
    titles = {} if lang == "zh" else english_titles(session.settings.rubric, session.settings.layers)
    if format == "pdf":
        return printed(written(made, "html", lang, titles, links).decode())
    return written(made, format, lang, titles, links)  # type: ignore[arg-type]


def _label(first: date, last: date) -> str:
    """Name of the folder of a period: a day, a month, a week, or from when to when."""
    if first == last:
        return first.isoformat()
    if (first, last) == month_of(first):
        return f"{first:%Y-%m}"
    if last - first == timedelta(days=6) and first.weekday() == 0:
        return f"{first:%G-W%V}"
    return f"{first.isoformat()}_{last.isoformat()}"


def _stem(query: ReportQuery) -> str:
    about = (query.agent, query.team, query.queue, query.criterion)
    return "-".join([query.kind.value, *(one for one in about if one is not None)])


def write_index(session: Session, folder: Path) -> None:
    """The page that lists every dated folder, written anew: what was deleted is gone from it."""
    from pipeline.web.reporting.document import list_html

    folders = sorted((one for one in folder.iterdir() if one.is_dir()), reverse=True)
    listed = [(one.name, found) for one in folders if (found := tuple(_listed(one)))]
    with whole_file(folder / INDEX) as file:
        file.write(list_html(listed, session.words.lang).encode("utf-8", "replace"))


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if path.suffix.removeprefix(".") in LISTED and not path.name.startswith("."):
            yield path.name, _titled(path)


def _titled(path: Path) -> str:
    """What a page is called; of another file the name without its ending."""
    if path.suffix != ".html":
        return path.stem
    with path.open(encoding="utf-8", errors="replace") as file:
        found = _TITLE.search(file.read(_HEAD))
    return html.unescape(found[1]) if found else path.stem
