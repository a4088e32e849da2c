"""``callinspect user``: accounts of the review room."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.domain.people import User, UserRole
from pipeline.errors import CommandError, Refused
from pipeline.store import Store

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Name = Annotated[str, typer.Argument(help="user.name", metavar="NAME")]
FromStdin = Annotated[bool, typer.Option("--stdin", help="user.stdin")]


@app.command("add", help="help.user.add")
@command
def add(
    session: Session,
    name: Name,
    role: Annotated[UserRole, typer.Option(help="user.role")] = UserRole.REVIEWER,
    display: Annotated[str, typer.Option(help="user.display", metavar="TEXT")] = "",
    team: Annotated[str | None, typer.Option(help="user.team")] = None,
    agent: Annotated[str | None, typer.Option(help="user.agent", metavar="ID")] = None,
    stdin: FromStdin = False,
) -> int:
    """Prints a one-time link to choose a password, unless one comes on standard input."""
    with existing_store(session) as store:
        password = _read(name, again=None) if stdin else None
        try:
            user = store.accounts.add(
                name, display_name=display, role=role, team=team, agent_id=agent, password=password
            )
        except Refused as error:
            raise CommandError(error.code, **error.facts) from error
        session.say(session.words("user.added", name=user.name), "green")
        if not stdin:
            _print_link(session, store, user)
    return 0


@app.command("invite", help="help.user.invite")
@command
def invite(session: Session, name: Name) -> int:
    with existing_store(session) as store:
        _print_link(session, store, _named(store, name))
    return 0


@app.command("passwd", help="help.user.passwd")
@command
def passwd(session: Session, name: Name, stdin: FromStdin = False) -> int:
    """Signs the account out everywhere."""
    with existing_store(session) as store:
        user = _named(store, name)
        if stdin:
            stored = _read(user.name, again=None)
        else:
            first = typer.prompt(session.words("user.password"), hide_input=True)
            stored = _read(user.name, first, again=typer.prompt(session.words("user.again"), hide_input=True))
        store.accounts.set_password(user.id, stored)
    session.say(session.words("user.changed", name=user.name), "green")
    return 0


@app.command("disable", help="help.user.disable")
@command
def disable(
    session: Session,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="user.undo")] = False,
) -> int:
    with existing_store(session) as store:
        user = _named(store, name)
        try:
            store.accounts.change(user.id, disabled=not undo)
        except Refused as error:
            raise CommandError(error.code, **error.facts) from error
    session.say(session.words("user.enabled" if undo else "user.disabled", name=user.name), "green")
    return 0


@app.command("list", help="help.user.list")
@command
def list_users(
    session: Session, as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False
) -> int:
    words = session.words
    with existing_store(session) as store:
        rows = store.accounts.all()
    if as_json:
        facts = [
            {
                "name": row.user.name,
                "display_name": row.user.display_name,
                "role": row.user.role,
                "team": row.user.team,
                "agent_id": row.user.agent_id,
                "disabled": row.user.disabled,
                "last_seen": row.seen_at,
            }
            for row in rows
        ]
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
        return 0
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("user.name", "user.display", "user.role", "user.team", "user.agent", "user.state"):
        table.add_column(words(key), overflow="fold")
    for row in rows:
        user = row.user
        state = "user.off" if user.disabled else "user.on" if row.has_password or row.subject else "user.new"
        facts_of = (user.name, user.display_name, words(f"user.role.{user.role}"), user.team, user.agent_id)
        table.add_row(
            *(fact or "-" for fact in facts_of), words(state), style="dim" if user.disabled else None
        )
    session.out.print(table)
    return 0


def _named(store: Store, name: str) -> User:
    found = store.accounts.named(name)
    if found is None:
        raise CommandError("no-user", name=name)
    return found


def _print_link(session: Session, store: Store, user: User) -> None:
    from pipeline.web.links import HOURS, base_url, one_time_link

    link = one_time_link(store, user, base=base_url(session.settings.serve))
    session.out.print(link, soft_wrap=True)
    session.say(session.words("user.link", name=user.name, hours=HOURS), "dim")


def _read(name: str, typed: str | None = None, *, again: str | None) -> str:
    """A password from standard input (its first line) or from the prompt, checked and hashed."""
    from pipeline.web import passwords

    password = sys.stdin.readline().rstrip("\r\n") if typed is None else typed
    try:
        passwords.check(password, password if again is None else again, name=name)
    except Refused as error:
        raise CommandError(error.code, **error.facts) from error
    return passwords.make(password)
