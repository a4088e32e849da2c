"""What judging again turned over: by criterion, by agent, over scores, and the calls with their proof."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.batch.rescoring import AgentChange, CallChange, CallResult, Changes, CriterionChange, Rescore
from pipeline.batch.rescoring.changes import STEPS
from pipeline.cli.views.bars import bar_chart
from pipeline.cli.views.scorecard import OUTCOME_STYLES, SEVERITY_STYLES, severity
from pipeline.cli.views.times import stretch
from pipeline.cli.words import Words
from pipeline.domain import Evidence, Outcome
from pipeline.messages import message_json
from pipeline.reports.fields import sentence
from pipeline.reports.kinds.findings import evidence
from pipeline.rubric import Flip
from pipeline.rubric.matched import matched

LISTED = 20
"""Calls shown before the rest is only counted; ``--json`` has all."""
PLACES = 2
"""Pieces of evidence shown per flip."""


def rescore_summary(
    done: Rescore, words: Words, *, width: int, brief: bool, program: str
) -> Iterator[RenderableType]:
    """One line on the whole; then what flips and where to listen."""
    yield Text(_headline(done, words), style="bold")
    yield Text(words("rescore.rules", lexicons=done.lexicons, rubric=done.rubric), style="dim")
    changes = done.changes
    if done.stopped:
        yield Text(words("rescore.stopped", count=done.left), style="yellow")
    if done.failed:
        yield Text(words("rescore.failed", count=len(done.failed)), style="bold red")
        for problem in done.failed[:LISTED]:
            yield Text(f"  {problem.call_id}  {words.said(problem.reason)}")
        if len(done.failed) > LISTED:
            yield Text(words("rescore.more", count=len(done.failed) - LISTED), style="dim")
    if not changes.calls:
        return
    if changes.criteria:
        yield Text(f"\n{words('rescore.criteria')}", style="bold")
        yield criteria_table(changes.criteria, words)
    yield Text(f"\n{words('rescore.agents')}", style="bold")
    yield agents_table(changes.agents, words)
    if brief:
        return
    yield from _scores(changes, words, width)
    yield Text(f"\n{words('rescore.calls')}", style="bold")
    for call in changes.calls[:LISTED]:
        yield from _call(call, words, program)
    if len(changes.calls) > LISTED:
        yield Text(words("rescore.more", count=len(changes.calls) - LISTED), style="dim")
    if done.dry_run:
        yield Text(f"\n{words('rescore.nothing-written')}", style="yellow")


def _headline(done: Rescore, words: Words) -> str:
    if not done.found:
        return words("list.none")
    if not done.outdated:
        return words("rescore.nothing", count=done.found)
    facts = {"judged": done.changes.judged, "changed": len(done.changes.calls)}
    if done.dry_run:
        return words("rescore.would", **facts)
    return words("rescore.done", written=done.written, seconds=f"{done.wall_seconds:.1f}", **facts)


def criteria_table(criteria: tuple[CriterionChange, ...], words: Words) -> Table:
    table = _table()
    table.add_column(words("column.severity"), no_wrap=True)
    table.add_column(words("column.criterion"), overflow="fold")
    table.add_column(words("rescore.accused"), justify="right", no_wrap=True)
    table.add_column(words("rescore.cleared"), justify="right", no_wrap=True)
    table.add_column(words("rescore.turns"), overflow="fold", ratio=1)
    for one in criteria:
        turns = [f"{_turn(was, now, words)} {count}" for (was, now), count in one.turns.items()]
        table.add_row(
            severity(one.severity),
            words.said(one.title),
            *_counts(one.accused, one.cleared),
            words.sentences(turns),
        )
    return table


def agents_table(agents: tuple[AgentChange, ...], words: Words) -> Table:
    table = _table()
    table.add_column(words("column.agent"), no_wrap=True)
    for key in ("calls-column", "changed", "accused", "cleared", "mean"):
        table.add_column(words(f"rescore.{key}"), justify="right", no_wrap=True)
    for one in agents[:LISTED]:
        means = f"{_score(one.mean_before)} -> {_score(one.mean_after)}"
        name = " ".join(part for part in (one.agent_name, one.agent_id) if part)
        counts = _counts(one.accused, one.cleared)
        table.add_row(name or words("show.agent-unknown"), str(one.calls), str(one.changed), *counts, means)
    if len(agents) > LISTED:
        table.add_row(words("rescore.more-agents", count=len(agents) - LISTED), *[""] * 5)
    return table


def _table() -> Table:
    return Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)


def _counts(accused: int, cleared: int) -> tuple[Text, Text]:
    return (
        Text(str(accused), style="bold red" if accused else "dim"),
        Text(str(cleared), style="bold green" if cleared else "dim"),
    )


def _scores(changes: Changes, words: Words, width: int) -> Iterator[RenderableType]:
    line = Text("\n")
    for name, (came, left) in changes.verdicts.items():
        if came or left:
            line.append(f"{words(f'verdict.{name}')} ", style="dim")
            line.append(f"+{came} -{left}  ", style="bold")
    yield line
    shown = {number: count for number, count in changes.differences.items() if count}
    if shown:
        yield Text(words("rescore.differences"), style="dim")
        yield bar_chart([step_label(n) for n in shown], list(shown.values()), width=min(width, 60))


def step_label(number: int) -> str:
    """``-10..-5``: points lost or gained; ``0``: no change."""
    if number == 0:
        return "0"
    low = (0.0, *STEPS)[abs(number) - 1]
    high = STEPS[abs(number) - 1] if abs(number) <= len(STEPS) else None
    if number > 0:
        return f"+{low:g}.." + ("" if high is None else f"+{high:g}")
    return ("" if high is None else f"-{high:g}") + f"..-{low:g}"


def _call(call: CallChange, words: Words, program: str) -> Iterator[Text]:
    line = Text(call.call_id, style="bold", no_wrap=True, overflow="ignore")
    agent = call.agent_name or call.agent_id
    line.append(
        f"  {agent + '  ' if agent else ''}{_score(call.before.score)} -> {_score(call.after.score)}",
        style="not bold",
    )
    if call.before.status is not call.after.status:
        both = f"{words(f'status.{call.before.status}')} -> {words(f'status.{call.after.status}')}"
        line.append(f"  {both}", style="yellow")
    for was, now, name in (
        (call.before.passed, call.after.passed, "passed"),
        (call.before.flagged, call.after.flagged, "flagged"),
        (call.before.fatal, call.after.fatal, "fatal"),
    ):
        if was is not now:
            line.append(f"  {'+' if now else '-'}{words(f'verdict.{name}')}", style="yellow")
    line.append(f"  {program} show {shlex.quote(call.call_id)}", style="not bold dim")
    yield line
    for flip in call.flips:
        yield _flip(flip, words)
        for place in flip.evidence[:PLACES]:
            yield _proof(place, words)
            yield _listen(call.call_id, place, program)


def _flip(flip: Flip, words: Words) -> Text:
    text = Text("  ")
    if flip.severity is not None:
        text.append(f" {flip.severity} ", style=SEVERITY_STYLES[flip.severity]).append(" ")
    text.append(f"{words.neutral(flip.criterion, flip.title)}{words.colon}")
    text.append(
        _turn(flip.before, flip.after, words), style=OUTCOME_STYLES[flip.after] if flip.after else "dim"
    )
    return text.append(f"  {words.said(flip.reason)}", style="dim") if flip.reason else text


def _proof(place: Evidence, words: Words) -> Text:
    who = words(f"role.{place.role}") if place.role else ""
    quote = f"“{place.quote}”" if place.quote else ""
    if not quote and place.phrase:
        quote = words("show.searched", phrase=place.phrase)
    return Text("      " + " ".join(part for part in (stretch(place.span), who, quote) if part))


def _listen(call_id: str, place: Evidence, program: str) -> Text:
    start, end = place.span.start, place.span.end
    name = shlex.quote(f"{call_id}-{start:.0f}.wav")
    command = f"{program} clip {shlex.quote(call_id)} --at {start:.1f}-{end:.1f} -o {name}"
    return Text(f"      {command}", style="dim", no_wrap=True, overflow="ignore")


def _turn(was: Outcome | None, now: Outcome | None, words: Words) -> str:
    return f"{_outcome(was, words)} -> {_outcome(now, words)}"


def _outcome(outcome: Outcome | None, words: Words) -> str:
    return words("rescore.not-on-sheet") if outcome is None else words(f"outcome.{outcome}")


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}".removesuffix(".0")


def rescore_json(done: Rescore) -> dict[str, Any]:
    """The whole for programs: every call that changes, with its evidence."""
    changes = done.changes
    return {
        "dry_run": done.dry_run,
        "lexicons": done.lexicons,
        "rubric": done.rubric,
        "found": done.found,
        "outdated": done.outdated,
        "judged": changes.judged,
        "written": done.written,
        "changed": len(changes.calls),
        "stopped": done.stopped,
        "failed": [{"call_id": one.call_id, "reason": sentence(one.reason)} for one in done.failed],
        "wall_seconds": round(done.wall_seconds, 3),
        "criteria": [
            {
                "criterion": one.criterion,
                "title": one.title,
                "severity": one.severity,
                "accused": one.accused,
                "cleared": one.cleared,
                "turns": [
                    {"before": was, "after": now, "calls": count} for (was, now), count in one.turns.items()
                ],
            }
            for one in changes.criteria
        ],
        "agents": [
            {
                "agent_id": one.agent_id,
                "agent_name": one.agent_name,
                "calls": one.calls,
                "changed": one.changed,
                "accused": one.accused,
                "cleared": one.cleared,
                "mean_before": one.mean_before,
                "mean_after": one.mean_after,
            }
            for one in changes.agents
        ],
        "verdicts": {name: {"came": came, "left": left} for name, (came, left) in changes.verdicts.items()},
        "differences": {step_label(number): count for number, count in changes.differences.items()},
        "calls": [
            {
                "call_id": call.call_id,
                "agent_id": call.agent_id,
                "before": _verdict_json(call.before),
                "after": _verdict_json(call.after),
                "flips": [_flip_json(flip) for flip in call.flips],
            }
            for call in changes.calls
        ],
    }


def _verdict_json(verdict: CallResult) -> dict[str, Any]:
    return {
        "status": verdict.status,
        "score": verdict.score,
        "passed": verdict.passed,
        "fatal": verdict.fatal,
        "flagged": verdict.flagged,
    }


def _flip_json(flip: Flip) -> dict[str, Any]:
    return {
        "criterion": flip.criterion,
        "title": flip.title,
        "severity": flip.severity,
        "before": flip.before,
        "after": flip.after,
        "reason": sentence(flip.reason) or "",
        "reason_message": message_json(flip.reason) if flip.reason else None,
        "evidence": [_place_json(place) for place in flip.evidence],
    }


def _place_json(place: Evidence) -> dict[str, Any]:
    """The record of exports, and how it was found as code and parameters: a page has its own language."""
    told = matched(place, None)
    return {**evidence(place), "matched_message": message_json(told) if told else None}
