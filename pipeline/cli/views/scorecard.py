"""Findings with their proof, and the account of the score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.conversation import ROLE_STYLES
from pipeline.cli.views.times import stretch
from pipeline.cli.words import Words
from pipeline.domain import (
    Evidence,
    Finding,
    FindingVerdict,
    Inspection,
    LedgerEntry,
    Outcome,
    ReviewState,
    Scorecard,
    Severity,
)
from pipeline.review.effective import Effective, evidence
from pipeline.review.folding import outcome_with

SEVERITY_STYLES = {
    Severity.A: "bold white on red",
    Severity.B: "bold red",
    Severity.C: "red",
    Severity.D: "yellow",
    Severity.E: "dim yellow",
}

OUTCOME_STYLES = {
    Outcome.FAILED: "bold red",
    Outcome.UNDETERMINED: "yellow",
    Outcome.PASSED: "green",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.HINT: "cyan",
}

NOBODY: Mapping[str, FindingVerdict] = {}
"""Nobody said anything."""

_SAID = {
    ReviewState.CONFIRMED: "show.said-confirmed",
    ReviewState.OVERTURNED: "show.said-overturned",
}

EVIDENCE_SHOWN = 4
"""Places quoted per finding; ``--json`` has all."""


def findings_table(
    inspection: Inspection,
    words: Words,
    said: Mapping[str, FindingVerdict] = NOBODY,
    now: Effective | None = None,
) -> Table:
    """Failed first, gravest first, hints last; ``#`` is the number that ``clip --finding`` takes.

    ``said``: criterion -> people's verdict; without any there is no column for it. ``now``: the score with
    them, whose points are shown.
    """
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column("#", justify="right", style="dim")
    table.add_column(words("column.severity"), no_wrap=True)
    table.add_column(words("column.criterion"), ratio=2, overflow="fold")
    table.add_column(words("column.outcome"), no_wrap=True)
    table.add_column(words("column.points"), justify="right", no_wrap=True)
    if said:
        table.add_column(words("column.verdict"), overflow="fold")
    table.add_column(words("column.evidence"), ratio=5, overflow="fold")
    for number, finding in ordered(inspection.scorecard, said) if inspection.scorecard else ():
        held = said.get(finding.criterion)
        outcome = outcome_with(finding.outcome, held)
        table.add_row(
            str(number),
            severity(finding.severity),
            words.title(finding, outcome),
            _of_the_machine(finding, words),
            _points(finding, held, now, words),
            *([verdict(held, words, asked=finding.asked)] if said else []),
            proof(finding, inspection, words, held),
        )
    return table


def _of_the_machine(finding: Finding, words: Words) -> Text:
    """What the machine says; nothing of what people answer."""
    if finding.asked:
        return Text("-", style="dim")
    return Text(words(f"outcome.{finding.outcome}"), style=OUTCOME_STYLES[finding.outcome])


def verdict(held: FindingVerdict | None, words: Words, *, asked: bool = False) -> Text:
    """What people say, and who; what is open, and why. Where a person was ``asked``, nobody accused before:
    there is nothing to confirm or to overturn, it passed or failed."""
    if held is None:
        return Text("-", style="dim")
    if held.cause is not None:
        return Text(words(f"show.open-{held.cause}"), style="bold yellow")
    if not held.applies:
        return Text(words("show.said-not-applicable"), style="bold")
    added = held.added and held.state is ReviewState.CONFIRMED
    spoken = "show.said-added" if added else _SAID[held.state]
    if asked:
        failed = held.state is ReviewState.CONFIRMED
        spoken = "call.check.failed" if failed else "call.check.passed"
    text = Text(words(spoken), style="bold")
    if held.by_name:
        text.append(f" {held.by_name}", style="not bold dim")
    return text


def ordered(card: Scorecard, said: Mapping[str, FindingVerdict] = NOBODY) -> list[tuple[int, Finding]]:
    """What deserves a row, as numbered in the scorecard: failed, doubtful, passed with a place, hints."""
    rank = [Outcome.FAILED, Outcome.UNDETERMINED, Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.HINT]
    shown = [
        (number, finding)
        for number, finding in enumerate(card.findings, start=1)
        if finding.outcome in (Outcome.FAILED, Outcome.UNDETERMINED, Outcome.HINT)
        or (finding.outcome is Outcome.PASSED and finding.evidence)
        or finding.criterion in said
    ]

    def place(pair: tuple[int, Finding]) -> tuple[int, str, int]:
        number, finding = pair
        outcome = finding.outcome  # the machine's, so that no row jumps; of what only people judge theirs
        outcome = outcome_with(outcome, said.get(finding.criterion)) if finding.asked else outcome
        return rank.index(outcome), finding.severity or "Z", number

    return sorted(shown, key=place)


def without_a_row(
    card: Scorecard, outcome: Outcome, said: Mapping[str, FindingVerdict] = NOBODY
) -> tuple[Finding, ...]:
    """The findings of this outcome that have no row of their own."""
    rows = {number for number, _ in ordered(card, said)}
    return tuple(
        f for number, f in enumerate(card.findings, start=1) if f.outcome is outcome and number not in rows
    )


def _points(finding: Finding, held: FindingVerdict | None, now: Effective | None, words: Words) -> Text:
    """What it takes, with the verdicts in it; what only flags says so."""
    if finding.only_flags and not (held is not None and held.settled):
        return Text(words("show.only-flags"), style="yellow")
    taken = finding.points
    if now is not None and now.score is not None:
        taken = now.points.get(finding.criterion, 0.0)
    return Text(points(taken) if taken else "")


def severity(value: Severity | None) -> Text:
    return Text(value.value, style=SEVERITY_STYLES[value]) if value else Text("-", style="dim")


def points(value: float) -> str:
    """``+2``, ``-5``, ``-2.5``, ``0``."""
    return f"{value:+g}" if value else "0"


def proof(finding: Finding, inspection: Inspection, words: Words, held: FindingVerdict | None = None) -> Text:
    """Each place: when, who, which phrase, how it was found.

    The reason stands first where no words speak for themselves.

    The places that people added follow those of the machine.
    """
    lines: list[Text] = []
    quoted = any(item.how is not None for item in finding.evidence)
    if finding.reason and not quoted and not (finding.asked and held is not None):
        lines.append(Text(words.said(finding.reason)))
    limit = 1 if finding.outcome is Outcome.PASSED else EVIDENCE_SHOWN
    lines.extend(_place(item, words, inspection, explained=bool(lines)) for item in finding.evidence[:limit])
    if len(finding.evidence) > limit:
        lines.append(Text(words("show.more-evidence", count=len(finding.evidence) - limit), style="dim"))
    lines.extend(
        _place(place, words, inspection, explained=True).append(f" {words('show.added')}", style="bold")
        for place in (evidence(held.additions) if held is not None else ())
    )
    return Text("\n").join(lines)


def _place(item: Evidence, words: Words, inspection: Inspection, *, explained: bool) -> Text:
    from pipeline.rubric.matched import kind_of, matched  # a list of calls shows no place

    text = Text(stretch(item.span), style="dim")
    if item.role is not None:
        text.append(f" {words(f'role.{item.role}')}", style=ROLE_STYLES[item.role])
    told = words.said(matched(item, kind_of(item, inspection.hits), whole=inspection.duration))
    if told and not (explained and item.how is None):
        text.append(f" {told}", style="not dim")
    elif item.quote:
        text.append(f" “{item.quote}”", style="not dim")
    return text


def ledger(card: Scorecard, words: Words, now: Effective | None = None) -> Table:
    """How the score came about, line by line, to the total: people's, where they changed anything that can be
    counted, else the machine's."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold", style="dim")
    if now is not None and now.changed and now.score is not None:
        total = "show.effective" if now.final else "show.provisional"
        rows = _ledger_lines(now.ledger, now.score, words(total), words)
    else:
        total = "show.total" if now is None or now.final else "show.machine-score"
        rows = _ledger_lines(card.ledger, card.score, words(total), words)
    for row in rows:
        grid.add_row(*row)
    return grid


def _ledger_lines(
    entries: Iterable[LedgerEntry], score: float | None, total: str, words: Words
) -> Iterator[tuple[Text, Text, Text]]:
    for entry in entries:
        style = "red" if entry.points < 0 else "green" if entry.points > 0 else ""
        where = ", ".join(stretch(item.span) for item in entry.evidence[:EVIDENCE_SHOWN])
        note = " ".join(part for part in (words.said(entry.note), where) if part)
        amount = points(entry.points) if entry.criterion else f"{entry.points:g}"  # the start is no bonus
        yield Text(amount, style=style if entry.criterion else ""), Text(words.said(entry.title)), Text(note)
    if score is not None:
        yield Text(f"= {score:g}", style="bold"), Text(total, style="bold"), Text()
