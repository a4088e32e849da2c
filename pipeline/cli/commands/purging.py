"""``callinspect purge``: delete old calls from the store."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.selection import day
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store


@command
def purge(
    session: Session,
    before: Annotated[str, typer.Option("--before", help="purge.before", metavar="DATE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="purge.dry-run")] = False,
) -> int:
    """Recordings stay where they are: they are not ours to delete."""
    limit = day(before, "--before")
    assert limit is not None
    if limit > date.today():
        raise CommandError("purge-future", date=limit)
    with existing_store(session) as store:
        found = store.purge(limit, dry_run=dry_run)
    facts = {
        "date": limit,
        "calls": found.calls,
        "inspections": found.inspections,
        "decisions": found.decisions,
        "appeals": found.appeals,
    }
    session.out.print(session.words("purge.would" if dry_run else "purge.done", **facts))
    if found.remains is not None:
        session.say(session.words(f"purge.remains.{found.remains}"), "yellow")
    if found.calls and not dry_run:
        session.say(session.words("purge.recordings", date=limit), "dim")
    return 0
