"""``callinspect appeal``: appeals of agents, from the shell."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.acting import As, acting, new_request
from pipeline.cli.listing import print_list
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.review import appeal_record, appeals_table, local
from pipeline.domain.review import AppealState
from pipeline.errors import CommandError, Refused
from pipeline.review.appeals import OPEN, Appeal, Opinion, Terms

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Number = Annotated[int, typer.Argument(help="appeal.number", metavar="ID", min=1, max=2**31 - 1)]
Why = Annotated[str, typer.Option("--comment", help="appeal.comment", metavar="TEXT")]
Side = Annotated[bool, typer.Option("--uphold/--reject", help="appeal.side", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="option.json")]


class AppealFilter(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    ALL = "all"


STATES = {
    AppealFilter.OPEN: tuple(state for state in AppealState if state in OPEN),
    AppealFilter.DECIDED: (AppealState.UPHELD, AppealState.REJECTED),
    AppealFilter.ALL: (),
}


@app.command("list", help="help.appeal.list")
@command
def list_appeals(
    session: Session,
    state: Annotated[AppealFilter, typer.Option(help="appeal.group")] = AppealFilter.OPEN,
    as_json: Json = False,
) -> int:
    with existing_store(session) as store:
        found = store.appeals.all(states=STATES[state])
    return print_list(
        session, found, as_json=as_json, record=appeal_record, table=appeals_table, none="appeal.none"
    )


@app.command("show", help="help.appeal.show")
@command
def show(session: Session, appeal: Number, as_json: Json = False) -> int:
    with existing_store(session) as store:
        found = store.appeals.appeal(appeal)
    if as_json:
        sys.stdout.write(json.dumps(appeal_record(found), ensure_ascii=False, indent=1) + "\n")
        return 0
    words, out = session.words, session.out
    out.print(appeals_table([found], words))
    out.print()
    for event in found.events:
        what = words(f"appeal.step.{event.kind}")
        if event.opinion:
            what += f" [{words(f'appeal.opinion.{event.opinion}')}]"
        if event.seat:
            what += f" ({words(f'appeal.seat.{event.seat}')})"
        out.print(f"{local(event.at)}  {what}  {event.by_name or '-'}  {event.comment}")
    return 0


@app.command("file", help="help.appeal.file")
@command
def file(
    session: Session,
    call_id: Annotated[str, typer.Argument(help="argument.call", metavar="CALL_ID")],
    criterion: Annotated[str, typer.Option(help="filter.criterion", metavar="ID")],
    reason: Annotated[str, typer.Option(help="appeal.reason", metavar="TEXT")],
    as_name: As = None,
    late: Annotated[bool, typer.Option("--late", help="appeal.late")] = False,
) -> int:
    """Prints the number of the appeal."""
    with existing_store(session) as store:
        made = store.appeals.file(
            call_id, criterion, reason, by=acting(store, as_name), request=new_request(), late=late,
            terms=Terms(**session.settings.appeals.model_dump()),
        )  # fmt: skip
    session.out.print(str(made.id))
    _report_state(session, made)
    return 0


@app.command("accept", help="help.appeal.accept")
@command
def accept(session: Session, appeal: Number, comment: Why = "", as_name: As = None) -> int:
    with existing_store(session) as store:
        found = store.appeals.accept(
            appeal, by=acting(store, as_name), request=new_request(), comment=comment,
            terms=Terms(**session.settings.appeals.model_dump()),
        )  # fmt: skip
    _report_state(session, found)
    return 0


@app.command("return", help="help.appeal.return")
@command
def send_back(session: Session, appeal: Number, comment: Why, as_name: As = None) -> int:
    with existing_store(session) as store:
        found = store.appeals.send_back(
            appeal, by=acting(store, as_name), request=new_request(), comment=comment
        )
    _report_state(session, found)
    return 0


@app.command("opinion", help="help.appeal.opinion")
@command
def opine(session: Session, appeal: Number, uphold: Side, comment: Why, as_name: As = None) -> int:
    opinion = Opinion.UPHOLD if uphold else Opinion.REJECT
    with existing_store(session) as store:
        found = store.appeals.opine(
            appeal, opinion, by=acting(store, as_name), request=new_request(), comment=comment
        )
    _report_state(session, found)
    return 0


@app.command("decide", help="help.appeal.decide")
@command
def decide(
    session: Session,
    appeal: Number,
    uphold: Side,
    comment: Why,
    without_panel: Annotated[bool, typer.Option("--without-panel", help="appeal.without-panel")] = False,
    as_name: As = None,
) -> int:
    """Upheld overturns the finding, rejected confirms it; both end the appeal."""
    opinion = Opinion.UPHOLD if uphold else Opinion.REJECT
    with existing_store(session) as store:
        try:
            found = store.appeals.decide(
                appeal, opinion, by=acting(store, as_name), request=new_request(), comment=comment,
                without_panel=without_panel,
            )  # fmt: skip
        except Refused as error:
            if error.code != "appeal-panel":
                raise
            missing = error.facts["missing"]
            assert isinstance(missing, tuple)
            seats = session.words.listed([session.words(f"appeal.seat.{seat}") for seat in missing])
            raise CommandError("appeal-panel", seats=seats) from error
    _report_state(session, found)
    return 0


def _report_state(session: Session, appeal: Appeal) -> None:
    words = session.words
    session.say(
        words("appeal.stands", number=appeal.id, state=words(f"appeal.state.{appeal.state}")), "green"
    )
