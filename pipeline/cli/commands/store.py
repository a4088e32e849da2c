"""``callinspect store``: is the store whole, a copy of it while everybody works, and its way to another
database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.invocation import program
from pipeline.cli.session import Session, command
from pipeline.cli.stored import need_store
from pipeline.store import Checked, address, back_up, check_store, copy_store, note_handing_out, opened_as_is

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@app.command("check", help="help.store.check")
@command
def check(
    session: Session, as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False
) -> int:
    """Exit status 1 where something is wrong. Nothing is written and nobody need stop."""
    need_store(session)
    wrong = False
    records = []
    table = Table.grid(padding=(0, 1))
    with opened_as_is(session.settings.store) as database:
        for one in check_store(database):
            wrong |= bool(one.wrong)
            records.append(asdict(one))
            table.add_row(*_line(one, session))
    if as_json:
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
        return int(wrong)
    session.out.print(table)
    session.out.print(
        session.words("storage.not-whole" if wrong else "storage.whole"), style="red" if wrong else "green"
    )
    return int(wrong)


def _line(one: Checked, session: Session) -> tuple[Text, str]:
    words = session.words
    what = words(f"storage.looked.{one.name}", count=one.looked_at)
    if not one.wrong:
        return Text(words("doctor.good"), "green"), what
    examples = words.sentences(one.examples)
    remedy = words(f"storage.remedy.{one.name}", program=program(session.shared.store))
    told = words("storage.wrong", what=what, count=one.wrong, examples=examples, remedy=remedy)
    return Text(words("doctor.bad"), "bold red"), told


@app.command("backup", help="help.store.backup")
@command
def backup(
    session: Session,
    file: Annotated[Path, typer.Argument(help="argument.backup", metavar="FILE")],
    force: Annotated[bool, typer.Option("--force", help="storage.force")] = False,
) -> int:
    """A checked copy, or none."""
    need_store(session)
    with opened_as_is(session.settings.store) as database, _progress(session) as watch:
        note_handing_out(database, "backup", file.name)
        done = back_up(database, file, force=force, watch=watch)
    session.say(session.words("storage.backed-up", path=file, rows=done.rows, tables=done.tables), "green")
    return 0


@app.command("copy", help="help.store.copy")
@command
def copy(
    session: Session,
    to: Annotated[str, typer.Option("--to", help="storage.to", metavar="URL")],
) -> int:
    """Into an empty database; a checked copy, or none."""
    need_store(session)
    with opened_as_is(session.settings.store) as database, _progress(session) as watch:
        note_handing_out(database, "copy", address(to))
        done = copy_store(database, to, watch=watch)
    session.say(session.words("storage.copied", url=done.url, rows=done.rows, tables=done.tables), "green")
    return 0


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[str, int], None]]:
    """A callback for what is copied row by row; it shows nothing in a pipe or under ``-q``."""
    if session.shared.quiet or not sys.stderr.isatty():
        yield lambda table, rows: None
        return
    from tqdm import tqdm

    with tqdm(file=sys.stderr, leave=False, unit=session.words("storage.row"), dynamic_ncols=True) as bar:

        def show(table: str, rows: int) -> None:
            if table != bar.desc.removesuffix(": "):
                bar.reset()
                bar.set_description(table, refresh=False)
            bar.n = rows
            bar.refresh()

        yield show
