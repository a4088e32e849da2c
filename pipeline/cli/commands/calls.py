"""``callinspect list``, ``show`` and ``export``: stored calls, for people and for other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.selection import Agent, CallId, Criterion, Doubt, Flagged, From, Limit, Team, To, selection
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, reviewed_call
from pipeline.cli.views.call import page
from pipeline.cli.views.calls import calls_table
from pipeline.errors import CommandError, LexiconError
from pipeline.reports import KINDS, STDOUT, export, formats_of
from pipeline.reports.whole_call import whole_call

SHOWN = 100
"""Rows of a table where ``--limit`` does not say otherwise: a run has thousands."""


@command
def list_calls(
    session: Session,
    flagged: Flagged = False,
    agent: Agent = None,
    team: Team = None,
    criterion: Criterion = None,
    date_from: From = None,
    date_to: To = None,
    doubt: Doubt = None,
    limit: Limit = None,
    as_json: Annotated[bool, typer.Option("--json", help="option.json-lines")] = False,
) -> int:
    """A table for people, or with ``--json`` one record of kind ``calls`` per line."""
    wanted = selection(
        flagged=flagged,
        agent=agent,
        team=team,
        criterion=criterion,
        date_from=date_from,
        date_to=date_to,
        doubt=doubt,
        limit=limit if as_json else (limit or SHOWN) + 1,
    )
    words = session.words
    with existing_store(session) as store:
        if as_json:
            for record in KINDS["calls"].records(store, wanted):
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            return 0
        found = store.calls.all(wanted)
        shown = list(islice(found, limit or SHOWN))
        more = next(found, None) is not None
    if not shown:
        session.say(words("list.none"), "yellow")
        return 0
    session.out.print(calls_table(shown, words, width=session.out.width))
    if more:
        session.say(words("list.more", count=len(shown)), "dim")
    return 0


@command
def show(
    session: Session,
    call_id: Annotated[str, typer.Argument(help="argument.call", metavar="CALL_ID")],
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    found = reviewed_call(session, call_id)
    if as_json:
        record = whole_call(found.inspection, case=found.case, said=found.said, files=found.files)
        record = {
            **record,
            "replaced_by": found.replaced_by,
            "replaces": list(found.replaces),
        }
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        return 0
    if found.replaced_by is not None:
        session.out.print(session.words("show.replaced-by", call=found.replaced_by), style="bold yellow")
    if found.replaces:
        session.out.print(session.words("show.replaces", calls=session.words.listed(found.replaces)))
    for part in page(found.inspection, session.words, code_titles(session), case=found.case, said=found.said):
        session.out.print(part)
    return 0


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


def code_titles(session: Session) -> Mapping[str, str]:
    """Code -> title from the lexicons in use, in the language of the session where they have it.

    Empty where they cannot be read: a page can do without.
    """
    from pipeline.phrases import load_lexicons

    try:
        codes = load_lexicons(session.settings.lexicons, session.settings.layer).codes.values()
    except LexiconError:
        return {}
    english = session.words.lang != "zh"
    return {code.code: (english and code.title_en) or code.title for code in codes}
