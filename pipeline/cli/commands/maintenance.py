"""``callinspect merge``, ``purge`` and ``voices``: a corrected file takes its call; what is old leaves the
store, and so do voices that were kept."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from typing import Annotated

import typer

from pipeline.batch.merging import merge as take_place
from pipeline.batch.merging import undo_merge
from pipeline.batch.rulebooks import rules_in_force
from pipeline.cli.acting import As, acting
from pipeline.cli.selection import day
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.errors import CommandError


@command
def merge(
    session: Session,
    new: Annotated[str, typer.Argument(help="merge.new", metavar="NEW")],
    old: Annotated[str | None, typer.Argument(help="merge.old", metavar="OLD")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="merge.undo")] = False,
    name: As = None,
) -> int:
    if undo is (old is not None):
        raise CommandError("merge-what")
    with existing_store(session) as store:
        rules = partial(rules_in_force, store, session.settings)
        user = acting(store, name)
        by = user.id if user else None
        if old is None:
            found = undo_merge(store, rules, new, by=by)
            session.out.print(session.words("merge.undone", new=found.call_id, old=found.replaced))
        else:
            found = take_place(store, rules, new, old, by=by)
            session.out.print(session.words("merge.done", new=new, id=found.call_id, old=found.replaced))
    return 0


@command
def purge(
    session: Session,
    before: Annotated[str, typer.Option("--before", help="purge.before", metavar="DATE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="purge.dry-run")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="purge.yes")] = False,
) -> int:
    """Recordings stay where they are: they are not ours to delete. Who sits at a terminal is asked first; a
    timed job has nobody to ask."""
    limit = day(before, "--before")
    assert limit is not None
    if limit > date.today():
        raise CommandError("purge-future", date=limit)
    with existing_store(session) as store:
        if not (dry_run or yes) and sys.stdin.isatty():
            calls = store.purge(limit, dry_run=True).calls
            question = session.words("purge.ask", date=limit, calls=calls)
            if calls and not typer.confirm(question, err=True):
                session.say(session.words("purge.kept"))
                return 0
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


@command
def voices(
    session: Session,
    erase: Annotated[str | None, typer.Option("--erase", help="voices.erase", metavar="AGENT")] = None,
    erase_all: Annotated[bool, typer.Option("--erase-all", help="voices.erase-all")] = False,
) -> int:
    """Of how many calls the voices are kept, agent by agent; never the voices themselves."""
    with existing_store(session) as store:
        if erase is not None or erase_all:
            gone = store.voices.erase(None if erase_all else erase)
            session.out.print(session.words("voices.erased", calls=gone))
            return 0
        counts = store.voices.counts()
    for agent, calls in counts:
        session.out.print(session.words("voices.of", agent=agent or "-", calls=calls))
    if not counts:
        session.out.print(session.words("voices.none"))
    return 0
