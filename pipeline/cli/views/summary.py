"""What a run says at its end: counts, what could not be read, scores, and what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.batch.summary import NOT_INSPECTED, RunSummary
from pipeline.cli.views.bars import bar_chart
from pipeline.cli.views.scorecard import SEVERITY_STYLES
from pipeline.cli.words import Words
from pipeline.domain import Severity
from pipeline.store import StoredProblem

LISTED = 20
"""Problems shown before the rest is only counted; the store has all."""


def run_summary(
    summary: RunSummary, words: Words, *, width: int, brief: bool, program: str = "callinspect"
) -> Iterator[RenderableType]:
    """Counts first; what is wrong with its reason and path; then how the calls stand; then the next step.

    ``program`` is what people type to call us.
    """
    yield counts(summary, words)
    if summary.trouble is not None:
        yield Text(f"\n{words('summary.trouble', reason=words.said(summary.trouble))}", style="bold red")
    yield from unreadable(summary, words)
    yield from renamed(summary, words)
    yield from problems(summary, words)
    if brief:
        return
    if summary.scored:
        yield Text()
        yield quality(summary, words)
        yield Text(words("summary.distribution"), style="dim")
        lowest = next((n for n, count in enumerate(summary.scores) if count), 0)
        bins = range(lowest, len(summary.scores))
        labels = [f"{10 * n}-{10 * n + 9 if n < 9 else 100}" for n in bins]
        yield bar_chart(labels, [summary.scores[n] for n in bins], width=min(width, 60))
    yield Text()
    yield from next_steps(summary, words, program)


def counts(summary: RunSummary, words: Words) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right", style="bold")
    kinds = Counter(problem.kind for problem in summary.problems)
    rows = [
        ("found", summary.found, ""),
        ("inspected", summary.inspected, "green"),
        ("rejudged", summary.rejudged, ""),
        ("up-to-date", summary.up_to_date, ""),
        ("partial", summary.partial, "yellow"),
        ("not-applicable", summary.not_applicable, ""),
        ("unreadable", len(summary.unreadable), "red"),
        ("left", summary.left, "yellow"),
        ("renamed", len(summary.renamed), ""),
        ("other-sound", kinds["other-sound"], "yellow"),
        ("copy", kinds["copy"], ""),
    ]
    for key, count, style in rows:
        if count or key in ("found", "inspected"):
            table.add_row(words(f"summary.{key}"), Text(str(count), style=style if count else ""))
    if summary.hours_per_hour is not None:
        audio = f"{summary.audio_seconds / 3600:.2f}"
        wall = f"{summary.wall_seconds:.0f}"
        speed = f"{summary.hours_per_hour:.1f}"
        table.add_row(
            words("summary.speed"),
            Text(words("summary.speed-value", audio=audio, wall=wall, speed=speed, workers=summary.workers)),
        )
    if summary.worker_peak_bytes:
        peak = f"{summary.worker_peak_bytes / (1 << 30):.1f}"
        table.add_row(words("summary.memory"), Text(words("summary.memory-value", peak=peak)))
    return table


def unreadable(summary: RunSummary, words: Words) -> Iterator[RenderableType]:
    """Every recording that could not be read: none may get lost in a count."""
    if not summary.unreadable:
        return
    yield Text(f"\n{words('summary.unreadable-list')}", style="bold red")
    for item in sorted(summary.unreadable, key=lambda each: each.call_id):
        yield _named(item.call_id, words.reason(item.reason_code, item.reason))
        yield from (_place(str(path)) for path in item.paths)


def renamed(summary: RunSummary, words: Words) -> Iterator[RenderableType]:
    """Ids that people may have written down, before and after."""
    if not summary.renamed:
        return
    yield Text(f"\n{words('summary.renamed-list', count=len(summary.renamed))}", style="bold")
    yield from (Text(f"{before} -> {after}") for before, after in summary.renamed[:LISTED])
    if len(summary.renamed) > LISTED:
        yield Text(words("summary.more", count=len(summary.renamed) - LISTED), style="dim")


def problems(summary: RunSummary, words: Words) -> Iterator[RenderableType]:
    """What leaves a recording uninspected or asks for an answer comes before what is only worth knowing."""
    if not summary.problems:
        return
    yield Text(f"\n{words('summary.problems', count=len(summary.problems))}", style="bold yellow")
    for problem in sorted(summary.problems, key=lambda each: (_rank(each), each.call_id or ""))[:LISTED]:
        yield _named(problem.call_id or "-", words.said(problem.reason))
        if problem.path is not None:
            yield _place(str(problem.path) if problem.line is None else f"{problem.path}:{problem.line}")
    if len(summary.problems) > LISTED:
        yield Text(words("summary.more", count=len(summary.problems) - LISTED), style="dim")


def _rank(problem: StoredProblem) -> int:
    if problem.kind in NOT_INSPECTED:
        return 0
    return {"other-sound": 1, "copy": 3}.get(problem.kind, 2)


def _named(call_id: str, reason: str) -> Text:
    """In one piece too: a remedy may be a command to copy."""
    named = Text(call_id, style="bold", no_wrap=True, overflow="ignore")
    return named.append(f"  {reason}", style="not bold")


def _place(path: str) -> Text:
    """A path in one piece, however long, so that it can be copied."""
    return Text(f"    {path}", style="dim", no_wrap=True, overflow="ignore")


def quality(summary: RunSummary, words: Words) -> Text:
    """One line on the calls as they stand: how many to review, how good, how grave."""
    text = Text(words("summary.flagged", count=summary.flagged, scored=summary.scored), style="bold")
    if summary.alerts:
        text.append(f"  {words('summary.alerts', count=summary.alerts)}", style="bold magenta")
    if summary.fatal:
        text.append(f"  {words('summary.fatal', count=summary.fatal)}", style="bold red")
    text.append("\n")
    if summary.mean_score is not None:
        ends = (f"{count / summary.scored:.0%}" for count in (summary.passed, summary.may_pass))
        share = " - ".join(dict.fromkeys(ends))
        text.append(words("summary.mean", mean=f"{summary.mean_score:.1f}", share=share), style="not bold")
        if summary.pending:
            text.append(words("summary.pending", count=summary.pending), style="not bold")
    for severity in Severity:
        if count := summary.severities.get(severity, 0):
            text.append("  ", style="not bold")
            text.append(f" {severity} ", style=SEVERITY_STYLES[severity])
            text.append(f" {words('summary.calls', count=count)}", style="not bold")
    return text


def _typed(line: str, program: str) -> Text:
    """A command in one piece, so that it can be copied."""
    return Text(line.replace("callinspect", program), no_wrap=True, overflow="ignore")


def next_steps(summary: RunSummary, words: Words, program: str) -> Iterator[Text]:
    if summary.stopped or summary.left:
        yield Text(words("next.again"), style="yellow")
    if summary.flagged:
        yield _typed(words("next.flagged"), program)
    if summary.scored:
        yield _typed(words("next.show"), program)
        yield _typed(words("next.export"), program)
        yield _typed(words("next.serve"), program)
    if not summary.found:
        yield Text(words("next.nothing"), style="yellow")
