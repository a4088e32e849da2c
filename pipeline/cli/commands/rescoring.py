"""``callinspect rescore``: judge stored calls again, without listening."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.invocation import program
from pipeline.cli.progress import run_progress
from pipeline.cli.selection import Agent, CallId, Criterion, Flagged, From, Limit, Team, To, selection
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, need_store
from pipeline.cli.views.rescore import rescore_json, rescore_summary
from pipeline.domain.acting import WITHIN


@command
def rescore(
    session: Session,
    rubric: Annotated[Path | None, typer.Option(help="option.rubric", metavar="FILE")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="option.lexicons", metavar="DIR")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rescore.dry-run")] = False,
    workers: Annotated[int | None, typer.Option(min=0, help="run.workers", metavar="N")] = None,
    flagged: Flagged = False,
    agent: Agent = None,
    team: Team = None,
    criterion: Criterion = None,
    date_from: From = None,
    date_to: To = None,
    call_id: CallId = None,
    limit: Limit = None,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    """Exit status: 0 done, 3 stopped early."""
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
    session = session.override(rubric=rubric, lexicons=lexicons, workers=workers)
    need_store(session)
    from pipeline.batch.rescoring import rescore as judge_again

    with run_progress(session) as report:
        done = judge_again(settings=session.settings, wanted=wanted, dry_run=dry_run, report=report)
    if dry_run and WITHIN not in os.environ:
        with existing_store(session) as store:
            store.audit.note("what-if", subject=session.settings.rubric.name, calls=done.found)
    if as_json:
        sys.stdout.write(json.dumps(rescore_json(done), ensure_ascii=False, indent=2) + "\n")
        return done.exit_status
    brief = session.shared.quiet
    for part in rescore_summary(done, session.words, width=session.out.width, brief=brief, program=program()):
        session.out.print(part, crop=False)
    return done.exit_status
