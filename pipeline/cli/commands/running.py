"""``callinspect run`` and ``rescore``: inspect recordings, and judge stored calls again without listening."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType
from rich.text import Text
from tqdm import tqdm

from pipeline.batch.summary import Progress
from pipeline.cli.run_log import LOGS, RunLog, end_line
from pipeline.cli.selection import (
    Agent,
    CallId,
    Criterion,
    Flagged,
    From,
    Limit,
    Packs,
    Team,
    To,
    day,
    selection,
)
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, need_criterion, need_store
from pipeline.cli.views.rescore import rescore_json, rescore_summary
from pipeline.cli.views.summary import run_summary
from pipeline.domain.acting import WITHIN
from pipeline.errors import CallinspectError, CommandError
from pipeline.messages import title
from pipeline.rubric import Rubric
from pipeline.rubric.trust import TrustGate
from pipeline.store import open_store

if TYPE_CHECKING:
    from pipeline.batch.worker import InspectorFactory
    from pipeline.domain import Revisions
    from pipeline.store import RunningNight, Store

ENGINES = ("local",)


@command
def run(
    session: Session,
    dump: Annotated[Path, typer.Argument(help="argument.dump", metavar="DUMP")],
    calls: Annotated[Path | None, typer.Option(help="run.calls", metavar="FILE.csv")] = None,
    rubric: Annotated[Path | None, typer.Option(help="option.rubric", metavar="FILE")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="option.lexicons", metavar="DIR")] = None,
    pack: Packs = None,
    model: Annotated[str | None, typer.Option(help="run.model", metavar="NAME")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="run.workers", metavar="N")] = None,
    engine: Annotated[str, typer.Option(help="run.engine", metavar="local")] = "local",
    limit: Annotated[int | None, typer.Option(min=1, help="run.limit", metavar="N")] = None,
    since: Annotated[str | None, typer.Option(help="run.since", metavar="DATE")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="run.retry")] = False,
    expect: Annotated[int | None, typer.Option(min=1, help="run.expect", metavar="N")] = None,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="run.allow-empty")] = False,
    log: Annotated[str | None, typer.Option(help="run.log", metavar="text|json")] = None,
) -> int:
    """Exit status as the summary has it: 0 all, 1 some could not be read or are missing, 3 stopped early."""
    if engine not in ENGINES:
        raise CommandError("engine", engine=engine)
    if log not in (None, *LOGS):
        raise CommandError("log", log=log, known=", ".join(LOGS))
    if not dump.is_dir():
        with _told_how_it_ends(session):  # a share that is not mounted
            raise CommandError("no-dump", path=dump)
    from pipeline.batch.run import run as run_batch
    from pipeline.inspection.rules import load_rules
    from pipeline.inspection.spine import load_inspector
    from pipeline.inspection.tools import present_revisions

    session = session.override(
        rubric=rubric, lexicons=lexicons, packs=pack or None, model=model, workers=workers
    )
    rules = load_rules(session.settings)
    revisions = present_revisions(session.settings, rules)  # fails before the store is touched

    def decide(store: Store, night: RunningNight | None) -> tuple[InspectorFactory, Revisions]:
        nonlocal rules  # once: what people decide meanwhile is for the next night
        if night is None:
            rules = rules.under(store.trust.decide(rules.rubric))
        else:
            rules = rules.under(store.trust.gate(night.revisions.rubric))
        judged_by = replace(revisions, rubric=rules.revisions.rubric)
        return partial(load_inspector, gate=rules.gate), judged_by

    with _told_how_it_ends(session), run_progress(session, log or "auto") as report:
        summary = run_batch(
            dump,
            settings=session.settings,
            inspector=load_inspector,
            revisions=revisions,
            decide=decide,
            calls=calls,
            limit=limit,
            since=day(since, "--since"),
            retry=retry,
            expect=expect,
            allow_empty=allow_empty,
            report=report,
        )
    if log == "json":
        sys.stdout.write(end_line(summary, session.words) + "\n")
        return summary.exit_status
    brief = session.shared.quiet
    called = session.program
    _print(session, run_summary(summary, session.words, width=session.out.width, brief=brief, program=called))
    _say_gate(session, rules.rubric, rules.gate)
    return summary.exit_status


@contextmanager
def _told_how_it_ends(session: Session) -> Iterator[None]:
    """Whoever watches over runs is told how this one ends, where the settings name anybody; it never fails
    for that."""
    from pipeline.web.run_end import tell_ends, tell_refused, wanted

    if not wanted(session.settings):
        yield
        return
    wrong: tuple[str, ...] = ()
    try:
        yield
        with suppress(CallinspectError), open_store(session.settings.store) as store:
            wrong = tell_ends(store, session.settings)[1]
    except CallinspectError as error:
        if sys.stderr.isatty():  # who typed it reads it
            raise
        wrong = tell_refused(session.settings, error.said(session.words.lang))
        with suppress(CallinspectError), open_store(session.settings.store) as store:
            for own in store.runs.latest(limit=5):
                if own.pid == os.getpid():
                    store.runs.take_telling(own.id)  # it has just been told
        raise
    finally:
        for one in wrong:
            session.say(session.words("notify.failed", reason=one), "yellow")


@command
def rescore(
    session: Session,
    rubric: Annotated[Path | None, typer.Option(help="option.rubric", metavar="FILE")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="option.lexicons", metavar="DIR")] = None,
    pack: Packs = None,
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
    session = session.override(rubric=rubric, lexicons=lexicons, packs=pack or None, workers=workers)
    need_store(session)
    if criterion is not None:
        with existing_store(session) as store:
            need_criterion(session, store, criterion)
    from pipeline.batch.rescoring import rescore as judge_again
    from pipeline.rubric import load_rubric

    with run_progress(session) as report:
        done = judge_again(settings=session.settings, wanted=wanted, dry_run=dry_run, report=report)
    if dry_run and WITHIN not in os.environ:
        with existing_store(session) as store:
            store.audit.note("what-if", subject=session.settings.rubric.name, calls=done.found)
    if as_json:
        sys.stdout.write(json.dumps(rescore_json(done), ensure_ascii=False, indent=2) + "\n")
        return done.exit_status
    brief = session.shared.quiet
    called = session.program
    _print(
        session, rescore_summary(done, session.words, width=session.out.width, brief=brief, program=called)
    )
    _say_gate(session, load_rubric(session.settings.rubric, layer=session.settings.layers), done.gate)
    return done.exit_status


def _say_gate(session: Session, rubric: Rubric, gate: TrustGate) -> None:
    """Never silently: which criteria took no points, and which rates the reviews moved."""
    titles = [session.words.said(title(i.title, i.title_en)) for i in rubric.items if i.id in gate.only_flag]
    if titles:
        session.say(session.words("trust.judged-by", items=session.words.listed(titles)), "yellow")
    if gate.learned:
        weighed = dict.fromkeys(i for one in gate.learned for i in rubric.accused.get(one.code, ()))
        titles = [session.words.said(title(i.title, i.title_en)) for i in weighed]
        session.say(session.words("rarity.judged-by", items=session.words.listed(titles)), "yellow")


@contextmanager
def run_progress(session: Session, log: str = "bar") -> Iterator[Callable[[Progress], None]]:
    """A callback for the run; it shows nothing under ``-q``.

    Args:
        log: ``text`` or ``json``: lines; ``bar``: one that moves, on a terminal alone; ``auto``: that, and
            lines where there is no terminal.
    """
    words, terminal = session.words, sys.stderr.isatty()
    if log == "json" or (not session.shared.quiet and (log == "text" or (log == "auto" and not terminal))):
        yield RunLog(sys.stderr, words, "json" if log == "json" else "text").report
        return
    if session.shared.quiet or not terminal:
        yield lambda progress: None
        return
    with tqdm(file=sys.stderr, leave=False, unit=words("progress.unit"), dynamic_ncols=True) as bar:
        shown = ""

        def show(progress: Progress) -> None:
            nonlocal shown
            if progress.stage != shown:  # each stage counts anew
                shown = progress.stage
                bar.reset(total=progress.calls_total or None)
                bar.set_description(words.known(f"stage.{shown}", shown), refresh=False)
            bar.total = progress.calls_total or None
            bar.n = progress.calls_done
            told = []
            if progress.calls_in_work:
                told.append(words("progress.in-work", count=progress.calls_in_work))
            if progress.audio_seconds and progress.wall_seconds:
                hours = progress.audio_seconds / progress.wall_seconds
                told.append(words("progress.speed", hours=f"{hours:.0f}"))
            bar.set_postfix_str(words.sentences(told), refresh=False)
            bar.refresh()

        yield show


def _print(session: Session, parts: Iterable[RenderableType]) -> None:
    """Each part; what is to be copied stays in one piece, which printing alone forgets."""
    for part in parts:
        whole = isinstance(part, Text) and bool(part.no_wrap)
        session.out.print(part, crop=False, soft_wrap=whole)
