"""What a run says at its end: counts, what could not be read, scores, and what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.batch.summary import NOT_INSPECTED, OTHER_RULES, WAITING, NotRead, RunSummary
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
    for notice in (one for one in summary.problems if one.kind == OTHER_RULES):
        yield Text(f"\n{words.said(notice.reason)}", style="bold yellow")
    yield from not_read(summary.unreadable, words("summary.unreadable-list"), "bold red", words)
    yield from not_read(summary.incomplete, words("summary.partial-list"), "bold yellow", words)
    yield from accepted(summary, words)
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
        ("partial", summary.partial, "yellow"),
        ("not-applicable", summary.not_applicable, ""),
        ("rejudged", summary.rejudged, ""),
        ("up-to-date", summary.up_to_date, ""),
        ("unreadable", len(summary.unreadable), "red"),
        ("elsewhere", summary.elsewhere, ""),
        ("dropped", summary.dropped, "yellow"),
        ("accepted", len(summary.accepted), ""),
        ("waiting", summary.waiting, "yellow"),
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


def not_read(items: Sequence[NotRead], heading: str, style: str, words: Words) -> Iterator[RenderableType]:
    """Every recording that could not be read, or in part only: none may get lost in a count."""
    if not items:
        return
    yield Text(f"\n{heading}", style=style)
    for item in sorted(items, key=lambda each: each.call_id):
        yield _named(item.call_id, words.reason(item.reason_code, item.reason))
        yield from (_place(str(path)) for path in item.paths)


def accepted(summary: RunSummary, words: Words) -> Iterator[RenderableType]:
    """What somebody said may stay as it is: named, for it is not inspected, but no trouble."""
    if not summary.accepted:
        return
    yield Text(f"\n{words('summary.accepted-list', count=len(summary.accepted))}", style="bold")
    for item in sorted(summary.accepted, key=lambda each: each.call_id)[:LISTED]:
        yield _named(item.call_id, words.reason(item.reason_code, item.reason))
    if len(summary.accepted) > LISTED:
        yield Text(words("summary.more", count=len(summary.accepted) - LISTED), style="dim")


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
    found = [problem for problem in summary.problems if problem.kind != OTHER_RULES]
    if not found:
        return
    yield Text(f"\n{words('summary.problems', count=len(found))}", style="bold yellow")
    for problem in sorted(found, key=lambda each: (_rank(each), each.call_id or ""))[:LISTED]:
        yield _named(problem.call_id or "-", words.said(problem.reason))
        if problem.path is not None:
            yield _place(str(problem.path) if problem.line is None else f"{problem.path}:{problem.line}")
    if len(found) > LISTED:
        yield Text(words("summary.more", count=len(found) - LISTED), style="dim")


def _rank(problem: StoredProblem) -> int:
    if problem.kind in NOT_INSPECTED:
        return 0
    return {WAITING: 1, "other-sound": 1, "copy": 3}.get(problem.kind, 2)


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


def next_steps(summary: RunSummary, words: Words, program: str) -> Iterator[Text]:
    if summary.stopped or summary.left:
        yield Text(words("next.again"), style="yellow")
    commands: list[tuple[str, str]] = []
    if summary.flagged:
        commands.append((f"{program} list --flagged", words("next.flagged")))
    if summary.scored:
        commands += [
            (f"{program} show {words('next.call')}", words("next.show")),
            (f"{program} export violations --format xlsx -o violations.xlsx", ""),
            (f"{program} serve", words("next.serve")),
        ]
    heading = words("next.heading")
    wide = max((cell_len(typed) for typed, meaning in commands if meaning), default=0)
    for number, (typed, meaning) in enumerate(commands):
        before = " " * cell_len(heading) if number else heading
        line = f"{before}{set_cell_size(typed, wide)}  {meaning}" if meaning else f"{before}{typed}"
        yield Text(line, no_wrap=True, overflow="ignore")  # in one piece, so that it can be copied
    if not summary.found:
        yield Text(words("next.nothing"), style="yellow")
