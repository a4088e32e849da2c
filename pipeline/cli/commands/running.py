"""``callinspect run``: inspect a night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.errors import CommandError
from pipeline.cli.invocation import program
from pipeline.cli.progress import run_progress
from pipeline.cli.selection import day
from pipeline.cli.session import Session, command
from pipeline.cli.views.summary import run_summary

ENGINES = ("local", "ray")


@command
def run(
    session: Session,
    dump: Annotated[Path, typer.Argument(help="argument.dump", metavar="DUMP")],
    calls: Annotated[Path | None, typer.Option(help="run.calls", metavar="FILE.csv")] = None,
    rubric: Annotated[Path | None, typer.Option(help="option.rubric", metavar="FILE")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="option.lexicons", metavar="DIR")] = None,
    model: Annotated[str | None, typer.Option(help="run.model", metavar="NAME")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="run.workers", metavar="N")] = None,
    engine: Annotated[str, typer.Option(help="run.engine", metavar="local|ray")] = "local",
    limit: Annotated[int | None, typer.Option(min=1, help="run.limit", metavar="N")] = None,
    since: Annotated[str | None, typer.Option(help="run.since", metavar="DATE")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="run.retry")] = False,
) -> int:
    """Exit status as the summary has it: 0 all, 1 some could not be read, 3 stopped early."""
    if engine not in ENGINES:
        raise CommandError("engine", engine=engine)
    if engine == "ray":
        raise CommandError("ray")
    if not dump.is_dir():
        raise CommandError("no-dump", path=dump)
    from pipeline.batch import run as run_batch
    from pipeline.inspection.spine import build_tools
    from pipeline.inspection.tools import revisions_of

    session = session.override(rubric=rubric, lexicons=lexicons, model=model, workers=workers)
    with run_progress(session) as report:
        summary = run_batch(
            dump,
            settings=session.settings,
            inspector=build_tools,
            revisions=revisions_of(session.settings),
            calls=calls,
            limit=limit,
            since=day(since, "--since"),
            retry=retry,
            report=report,
        )
    brief = session.shared.quiet
    for part in run_summary(summary, session.words, width=session.out.width, brief=brief, program=program()):
        session.out.print(part, crop=False)
    return summary.exit_status
