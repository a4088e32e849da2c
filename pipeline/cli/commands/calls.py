"""``callinspect list``, ``show`` and ``export``: stored calls, for people and for other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.selection import Agent, CallId, Criterion, Doubt, Flagged, From, Limit, Team, To, selection
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, need_criterion, need_store, none_found, reviewed_call
from pipeline.cli.views.calls import calls_table
from pipeline.cli.words import Words, english_titles
from pipeline.errors import CommandError, LexiconError
from pipeline.messages import Message

if TYPE_CHECKING:
    from pipeline.reports import Exported
    from pipeline.reports.report_words import ReportWords

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
        need_criterion(session, store, criterion)
        if as_json:
            from pipeline.reports import KINDS

            for record in KINDS["calls"].records(store, wanted):
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            return 0
        found = store.calls.all(wanted)
        shown = list(islice(found, limit or SHOWN))
        more = next(found, None) is not None
        if not shown:
            session.say(none_found(session, store), "yellow")
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
        from pydantic import TypeAdapter

        from pipeline.reports.whole_call import whole_call
        from pipeline.review.questions import AskedQuestion

        questions = TypeAdapter(tuple[AskedQuestion, ...])
        record = whole_call(
            found.inspection, case=found.case, said=found.said, now=found.now, files=found.files
        )
        record = {
            **record,
            "replaced_by": found.replaced_by,
            "replaces": list(found.replaces),
            "questions": questions.dump_python(found.questions, mode="json"),
        }
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        return 0
    if found.replaced_by is not None:
        session.out.print(session.words("show.replaced-by", call=found.replaced_by), style="bold yellow")
    if found.replaces:
        session.out.print(session.words("show.replaces", calls=session.words.listed(found.replaces)))
    from pipeline.cli.views.call import page

    titles = code_titles(session)
    parts = page(
        found.inspection,
        session.words,
        titles,
        case=found.case,
        said=found.said,
        now=found.now,
        questions=found.questions,
    )
    for part in parts:
        session.out.print(part)
    return 0


@command
def export_records(
    session: Session,
    what: Annotated[str, typer.Argument(help="argument.what", metavar="WHAT")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="export.out", metavar="FILE")] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help="export.format")] = None,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="export.all-rows")] = False,
    flagged: Flagged = False,
    agent: Agent = None,
    team: Team = None,
    criterion: Criterion = None,
    date_from: From = None,
    date_to: To = None,
    call_id: CallId = None,
    limit: Limit = None,
) -> int:
    """A missing ``--out`` is told last: what else is wrong would only come up after it."""
    from pipeline.reports import KINDS, STDOUT, check_asked, export, formats_of
    from pipeline.reports.report_words import Places

    chosen = format or (out.suffix.removeprefix(".").lower() if out is not None else "")
    if chosen or what not in KINDS:
        check_asked(what, chosen)
    elif out is not None:
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
    if out is None:
        need_store(session)
        raise CommandError("no-out", example=f"{what}.{chosen or 'xlsx'}")
    with existing_store(session) as store:
        need_criterion(session, store, criterion)
        done = export(
            what, chosen, store, out, wanted=wanted, all_rows=all_rows,
            words=report_words(session), places=Places(session.settings.serve.public_url or None),
        )  # fmt: skip
        facts = {name: value for name, value in asdict(wanted).items() if value is not None}
        none = "" if done.records or done.left_out or what == "trust" else none_found(session, store)
        store.audit.note("export", subject=what, format=chosen, records=done.records, **facts)
    if out != STDOUT:
        session.say(_said_of(done, what, session.words), "green")
        if what == "violations" and done.records:
            session.say(session.words("export.counts"), "dim")
        if none:
            session.say(none, "yellow")
        if done.left_out:
            session.say(session.words("export.left-out", count=done.left_out), "dim")
    return 0


def _said_of(done: Exported, what: str, words: Words) -> str:
    """What was written, counted as it stands in the file."""
    rows = words("export.rows", count=done.rows) if done.rows > done.records else ""
    named = words(f"export.kind.{what}", count=done.records)
    return words("export.done", what=named, rows=rows, path=done.path)


def report_words(session: Session) -> ReportWords:
    """The words of what people forward, in the language of the session."""
    from pipeline.reports.report_words import ReportWords

    settings = session.settings
    titles = {} if settings.lang == "zh" else english_titles(settings.rubric, settings.layers)
    return ReportWords(settings.lang, titles)


def code_titles(session: Session) -> Mapping[str, Message]:
    """Code -> title from the lexicons in use.

    Empty where they cannot be read: a page can do without.
    """
    from pipeline.phrases.titles import titles_of

    try:
        return titles_of(session.settings.lexicons, session.settings.layers)
    except LexiconError:
        return {}
