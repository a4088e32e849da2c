"""``callinspect call-list``: rules over the rows of the call list, checked, applied, shown and exported."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.commands.calls import report_words
from pipeline.cli.selection import From, Team, To, day
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.domain import Scope
from pipeline.errors import CommandError
from pipeline.list_rules import load_rule_files
from pipeline.messages import title
from pipeline.reports.files import STDOUT, whole_file
from pipeline.reports.report_words import Places

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
FORMATS = ("xlsx", "csv", "jsonl", "parquet")


@app.command("check", help="help.call-list.check")
@command
def check(
    session: Session,
    files: Annotated[list[Path] | None, typer.Argument(help="call-list.files", metavar="FILE...")] = None,
) -> int:
    """Without files, those of the settings."""
    chosen = files or list(session.settings.calls.rules)
    found = load_rule_files(chosen)
    rules = sum(len(one.rules) for one in found)
    session.say(session.words("call-list.checked", files=len(found), rules=rules), "green")
    return 0


@app.command("judge", help="help.call-list.judge")
@command
def judge(session: Session, date_from: From = None, date_to: To = None) -> int:
    """Judge the stored rows again by the rules of the settings; without days, all of them."""
    rules = load_rule_files(session.settings.calls.rules)
    with existing_store(session) as store:
        span = store.listed.span()
        if span is None:
            session.say(session.words("call-list.no-rows"), "yellow")
            return 0
        first, last = day(date_from, "--from") or span[0], day(date_to, "--to") or span[1]
        found = store.listed.judge(rules, first, last)
        store.audit.note("list-judge", first=first, last=last, found=len(found.found))
    session.say(
        session.words(
            "call-list.judged", first=str(first), last=str(last), found=len(found.found),
            doubtful=sum(found.doubts.values()),
        ),
        "green",
    )  # fmt: skip
    return 0


@app.command("show", help="help.call-list.show")
@command
def show(
    session: Session,
    date_from: From = None,
    date_to: To = None,
    team: Team = None,
    rule: Annotated[str | None, typer.Option("--rule", help="call-list.option.rule", metavar="ID")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="report.out", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    """Counts for people; a JSON object for each row, or a file by its ending, for programs."""
    from pipeline.reports.lists import list_finding_records, write_list
    from pipeline.store.repositories.listed_calls import ListFilter

    wanted = ListFilter(day(date_from, "--from"), day(date_to, "--to"), rule, team)
    words = report_words(session)
    ending = "" if out in (None, STDOUT) or out is None else out.suffix.removeprefix(".").lower()
    if out is not None and ending not in FORMATS:
        raise CommandError("settlement-format", known=", ".join(FORMATS))
    with existing_store(session) as store:
        records = list_finding_records(store.listed.findings(wanted, Scope()), words)
        if as_json:
            for one in records:
                sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
            return 0
        if out is not None:
            places = Places(session.settings.serve.public_url or None)
            with whole_file(out) as file:
                count = write_list("call-list", records, ending, file, words=words, places=places)
            store.audit.note("export", subject="list call-list", format=ending, records=count)
            session.say(session.words("call-list.written", path=out, count=count), "green")
            return 0
        counts = store.listed.counts(wanted, Scope())
    doubtful = Counter({one.reason: 0 for one in counts.doubts})
    for doubt in counts.doubts:
        doubtful[doubt.reason] += doubt.rows
    session.say(
        session.words(
            "call-list.sentence", found=counts.total, rows=counts.rows, doubtful=sum(doubtful.values())
        )
    )
    for heading, lines in (
        ("call-list.rule", [(words.said(title(zh, en)), count) for _, zh, en, count in counts.rules]),
        ("call-list.doubts", [(words(f"call-list.doubt.{one}"), n) for one, n in doubtful.most_common()]),
    ):
        if lines:
            table = Table(session.words(heading), session.words("call-list.count"))
            for said, count in lines:
                table.add_row(said, str(count))
            session.out.print(table)
    return 0
