"""``callinspect failed``: what could not be inspected, over all runs; let it be, or try it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.acting import As, acting, new_request
from pipeline.cli.listing import print_list
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.review import local, table
from pipeline.cli.words import Words
from pipeline.domain.people import User, UserRole
from pipeline.errors import CommandError
from pipeline.store import Store
from pipeline.store.repositories.failures import FailedRecording

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Names = Annotated[list[str], typer.Argument(help="failed.names", metavar="CALL_ID...")]
MAY = (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
"""Roles that may say what becomes of failures."""


@app.command("list", help="help.failed.list")
@command
def list_failed(
    session: Session,
    only_open: Annotated[bool, typer.Option("--open", help="failed.open")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    """The newest first."""
    with existing_store(session) as store:
        found = [one for one in store.failures.all() if not (only_open and one.acceptance)]
    return print_list(
        session,
        found,
        as_json=as_json,
        record=lambda one: failure_record(one, session.words),
        table=failures_table,
        none="failed.none",
    )


@app.command("accept", help="help.failed.accept")
@command
def accept(
    session: Session,
    names: Names,
    reason: Annotated[str, typer.Option("--reason", help="failed.reason", metavar="TEXT")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="failed.undo")] = False,
    name: As = None,
) -> int:
    with existing_store(session) as store:
        by = _entitled(acting(store, name))
        done = store.failures.accept(
            _meant(store, names), reason=reason, by=by, request=new_request(), undo=undo
        )
    session.out.print(session.words("failed.undone" if undo else "failed.accepted", count=len(done)))
    return 0


@app.command("retry", help="help.failed.retry")
@command
def retry(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(help="failed.names", metavar="[CALL_ID...]")] = None,
    name: As = None,
) -> int:
    """Without names: all that are open."""
    with existing_store(session) as store:
        by = _entitled(acting(store, name))
        wanted = _meant(store, names) if names else [o.name for o in store.failures.all() if not o.acceptance]
        done = store.failures.retry(wanted, by=by, request=new_request()) if wanted else ()
    session.out.print(session.words("failed.marked", count=len(done)))
    if done:
        session.say(session.words("failed.next", command=f"{session.program} run"), "dim")
    return 0


def _entitled(user: User | None) -> int | None:
    """
    Raises:
        CommandError: an account whose role may not say it.
    """
    if user is not None and user.role not in MAY:
        raise CommandError("failed-role", name=user.name)
    return None if user is None else user.id


def _meant(store: Store, names: Sequence[str]) -> list[str]:
    """A path may be typed as it is reached from here; the store knows whole ones."""
    known = {one.name for one in store.failures.all()}
    return [name if name in known else _whole(name, known) for name in names]


def _whole(name: str, known: set[str]) -> str:
    path = str(Path(name).absolute())
    return path if path in known else name


def failure_record(one: FailedRecording, words: Words) -> dict[str, Any]:
    return {
        "call_id": one.call_id,
        "paths": [str(path) for path in one.paths],
        "kind": one.kind,
        "code": one.reason_code,
        "reason": words.reason(one.reason_code, one.reason),
        "attempts": one.tries,
        "since": one.since.isoformat(timespec="seconds"),
        "run": one.run,
        "accepted": None
        if one.acceptance is None
        else {
            "reason": one.acceptance.reason,
            "by": one.acceptance.by,
            "at": one.acceptance.at.isoformat(timespec="seconds"),
        },
        "retry": one.retry,
        "audio_sha256": one.sha256,
    }


def failures_table(found: Sequence[FailedRecording], words: Words) -> Table:
    out = table(words, "column.call", "failed.state", "failed.since", "failed.tries", "failed.why")
    for one in found:
        why = Text(words.reason(one.reason_code, one.reason))
        for path in one.paths:
            why.append(f"\n{path}", style="dim")
        if one.acceptance is not None:
            why.append(f"\n{words('failed.let-be', reason=one.acceptance.reason)}", style="green")
        out.add_row(one.call_id or "-", _state(one, words), local(one.since), str(one.tries), why)
    return out


def _state(one: FailedRecording, words: Words) -> Text:
    if one.acceptance is not None:
        return Text(words("failed.state.accepted"), "green")
    if one.retry:
        return Text(words("failed.state.retry"), "cyan")
    return Text(words("failed.state.open"), "red")
