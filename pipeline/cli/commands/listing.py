"""``callinspect list``: calls with score and flags."""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import Annotated

import typer

from pipeline.cli.selection import Agent, Criterion, Doubt, Flagged, From, Limit, Team, To, selection
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.calls import calls_table
from pipeline.reports import KINDS

SHOWN = 100
"""Rows of a table where ``--limit`` does not say otherwise: a night has thousands."""


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
        found = store.calls(wanted)
        shown = list(islice(found, limit or SHOWN))
        more = next(found, None) is not None
    if not shown:
        session.say(words("list.none"), "yellow")
        return 0
    session.out.print(calls_table(shown, words, width=session.out.width))
    if more:
        session.say(words("list.more", count=len(shown)), "dim")
    return 0
