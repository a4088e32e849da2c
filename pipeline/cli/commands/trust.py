"""``callinspect rubric trust``: how far each criterion can be trusted, and who says that it takes points."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.acting import As, acting, new_request
from pipeline.cli.listing import print_records
from pipeline.cli.selection import Sheet
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.trust import trust_table
from pipeline.domain.people import User, UserRole
from pipeline.errors import CommandError
from pipeline.review.trust import TrustChangeKind


@command
def trust(
    session: Session,
    criterion: Annotated[str | None, typer.Argument(help="argument.criterion", metavar="ID")] = None,
    only_flag: Annotated[bool, typer.Option("--only-flag", help="trust.option.only-flag")] = False,
    take_points: Annotated[bool, typer.Option("--take-points", help="trust.option.take-points")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="trust.option.undo")] = False,
    reason: Annotated[str, typer.Option("--reason", help="trust.option.reason", metavar="TEXT")] = "",
    rubric: Sheet = None,
    name: As = None,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    """Without an act it only looks; what is said applies to calls judged from then on (``rescore``: to open
    ones too)."""
    from pipeline.reports.kinds.trust import record
    from pipeline.rubric import load_rubric

    if only_flag + take_points + undo > 1 or (criterion is None and (only_flag or take_points or undo)):
        raise CommandError("trust-what")
    sheet = load_rubric(rubric or session.settings.rubric)
    with existing_store(session) as store:
        user = acting(store, name)
        by = user.id if user else None
        if only_flag or take_points or undo:
            assert criterion is not None
            _check(user)
            if undo:
                store.trust.undo(sheet, criterion, by=by, request=new_request())
            else:
                kind = TrustChangeKind.ONLY_FLAG if only_flag else TrustChangeKind.TAKE_POINTS
                store.trust.act(sheet, criterion, kind, reason=reason, by=by, request=new_request())
        found = [one for one in store.trust.criteria(sheet) if criterion in (None, one.criterion)]
    if not found:
        raise CommandError("no-criterion", criterion=criterion)
    items = {item.id: item for item in sheet.items}
    if as_json:
        print_records(record(one, items[one.criterion]) for one in found)
        return 0
    session.out.print(trust_table([(one, items[one.criterion]) for one in found], session.words))
    if only_flag or take_points or undo:
        session.say(session.words("trust.rescore"), "dim")
    return 0


def _check(user: User | None) -> None:
    """
    Raises:
        CommandError: an account whose role may not say it.
    """
    if user is not None and user.role not in (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR):
        raise CommandError("trust-role", name=user.name)
