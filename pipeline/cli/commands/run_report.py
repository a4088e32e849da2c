"""``callinspect report run``: what one run did, and each recording that it left uninspected."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.review import local
from pipeline.cli.words import Words
from pipeline.reports.files import STDOUT, whole_file

if TYPE_CHECKING:
    from pipeline.batch.run_report import RunReport


@command
def run_report(
    session: Session,
    run: Annotated[
        int | None, typer.Argument(help="report.run", metavar="[RUN]", min=1, max=2**31 - 1)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="report.out", metavar="FILE.html")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    """The last run over a dump, where none is named."""
    from pipeline.batch.run_report import run_report as report_of

    with existing_store(session) as store:
        report = report_of(store, run)
        if out is not None:
            store.audit.note("export", subject="report-run", format="html", run=report.watched.run.id)
    if as_json:
        sys.stdout.write(json.dumps(record(report, session.words), ensure_ascii=False, indent=2) + "\n")
    if out is not None:
        from pipeline.web.run_pages import run_file
        from pipeline.web.standalone import standalone

        with whole_file(out) as file:
            file.write(standalone(run_file(report), session.settings, session.words.lang))
        if out != STDOUT:
            title = session.words("run.number", number=report.watched.run.id)
            session.say(session.words("report.done", title=title, path=out), "green")
    elif not as_json:
        for part in _view(report, session.words):
            session.out.print(part, soft_wrap=isinstance(part, Text))
    return 0


def record(report: RunReport, words: Words) -> dict[str, Any]:
    run = report.watched.run
    return {
        "run": run.id,
        "health": report.watched.health.value,
        "dump": run.dump,
        "host": run.host,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(timespec="seconds"),
        "counts": dict(report.counts),
        "problems": dict(report.problems),
        "reasons": [
            {"kind": one.kind, "code": one.code, "reason": words.reason(one.code, one.reason),
             "open": one.open, "accepted": one.accepted}
            for one in report.reasons
        ],
        "stages": {one.stage: round(one.seconds, 2) for one in report.stages},
        "wall_seconds": report.wall_seconds,
        "audio_seconds": report.audio_seconds,
        "workers": report.workers,
        "worker_peak_bytes": report.worker_peak_bytes,
        "trouble": None if report.trouble is None else words.said(report.trouble),
        "failures": [
            {"call_id": one.call_id, "path": None if one.path is None else str(one.path), "kind": one.kind,
             "code": one.reason_code, "reason": words.reason(one.reason_code, one.reason),
             "accepted": one.accepted, "tried": one.tried}
            for one in report.failures
        ],
    }  # fmt: skip


def _view(report: RunReport, words: Words) -> list[Table | Text]:
    run = report.watched.run
    health = words(f"situation.health.{report.watched.health}")
    head = words("situation.run", number=run.id, dump=run.dump or run.kind, health=health)
    out: list[Table | Text] = [
        Text(head, "bold"),
        Text(words("situation.from-to", start=local(run.started_at), end=local(run.finished_at))),
    ]
    table = Table(box=None, padding=(0, 2), pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, count in report.counts:
        if count:
            table.add_row(words(f"run.count.{name}"), str(count))
    for stage in report.stages:
        spent = words("run.stage-value", seconds=f"{stage.seconds:.1f}", share=f"{stage.share:.0%}")
        table.add_row(words(f"run.stage.{stage.stage}"), spent)
    out.append(table)
    for one in report.failures:
        state = words("failed.state.accepted") if one.accepted else ""
        why = words.reason(one.reason_code, one.reason)
        out.append(Text("  ".join(part for part in (one.call_id or "-", state, why) if part)))
        if one.path is not None:
            out.append(Text(f"    {one.path}", "dim"))
    return out
