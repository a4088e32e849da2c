"""``callinspect merge``: one call is the corrected file of another."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from pipeline.batch.merging import merge as take_place
from pipeline.batch.merging import undo_merge
from pipeline.cli.acting import As, acting
from pipeline.cli.errors import CommandError
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.inspection.tools import load_rules


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
    rules = partial(load_rules, session.settings)
    with existing_store(session) as store:
        user = acting(store, name)
        by = user.id if user else None
        if old is None:
            found = undo_merge(store, rules, new, by=by)
            session.out.print(session.words("merge.undone", new=found.call_id, old=found.replaced))
        else:
            found = take_place(store, rules, new, old, by=by)
            session.out.print(session.words("merge.done", new=new, id=found.call_id, old=found.replaced))
    return 0
