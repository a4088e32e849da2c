"""One call on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli.views.calls import score_range
from pipeline.cli.views.conversation import conversation
from pipeline.cli.views.scorecard import NOBODY, findings_table, ledger, without_a_row
from pipeline.cli.views.times import length, moment, stretch
from pipeline.cli.words import Words
from pipeline.domain import (
    Case,
    FindingVerdict,
    Inspection,
    Measurement,
    Measures,
    Outcome,
    Scorecard,
    Status,
)
from pipeline.messages import Message
from pipeline.reports.kinds.calls import MEASURES
from pipeline.review.effective import Effective
from pipeline.review.questions import AskedQuestion


def page(
    inspection: Inspection,
    words: Words,
    titles: Mapping[str, Message],
    *,
    case: Case | None = None,
    said: Mapping[str, FindingVerdict] = NOBODY,
    now: Effective | None = None,
    questions: Sequence[AskedQuestion] = (),
) -> Iterator[RenderableType]:
    """Heading, verdict, conversation, measures, findings, ledger: what there is of each.

    ``titles`` names phrase codes for people; a code without a title stands for itself. ``case``, ``said``
    (criterion -> verdict) and ``now`` (the score and its account) are what people made of the call.
    """
    yield _heading(inspection, words)
    scored = inspection.scorecard is not None and inspection.scorecard.score is not None
    people = case if case is not None and scored and (said or not case.final) else None
    yield from _verdict(inspection, words, titles, people, now)
    yield from (_question(one, words) for one in questions)
    if people is not None:
        yield _people(people, inspection, words)
    if inspection.transcript.utterances:
        yield _section(words("show.conversation"))
        yield conversation(inspection, words, titles)
    if inspection.measures.items:
        yield _section(words("show.measures"))
        yield measures_table(inspection.measures, words)
    if inspection.scorecard is not None and inspection.scorecard.findings:
        yield from _scorecard(inspection, inspection.scorecard, words, said, now)


def _heading(inspection: Inspection, words: Words) -> Text:
    call = inspection.recording.call
    agent = " ".join(part for part in (call.agent_name, call.agent_id) if part) or words("show.agent-unknown")
    parts = [
        f"{words('role.agent')} {agent}",
        call.team,
        call.queue,
        words.known(f"direction.{call.direction}", call.direction or ""),
        moment(call.started_at),
        length(inspection.duration),
        words.known(f"layout.{inspection.layout}", inspection.layout or ""),
    ]
    text = Text(call.call_id, style="bold")
    return text.append("  " + "  ".join(part for part in parts if part), style="not bold")


def _verdict(
    inspection: Inspection,
    words: Words,
    titles: Mapping[str, Message],
    people: Case | None,
    now: Effective | None,
) -> Iterator[Text]:
    """What the machine says, and why the call should be looked at.

    Args:
        people: what a line of its own will say of the score; then the first one is called the machine's.
    """
    line = Text(words(f"status.{inspection.status}"))
    if inspection.reason:
        line.append(f"{words.colon}{words.reason(inspection.reason_code, inspection.reason)}")
    card = inspection.scorecard
    if card is not None and card.score is not None:
        line.append(f"  {words('show.score' if people is None else 'show.machine-score')} ")
        standing = people is None or (people.final and people.score == card.score)
        style = ("bold green" if card.passed else "bold red") if standing else "bold"
        line.append(f"{card.score:g}", style=style)
        if card.passed is not None and standing:
            line.append(f"  {_passed(inspection, card.passed, words)}")
        if card.fatal and standing:
            line.append(f"  {words('show.fatal')}", style="bold white on red")
    yield line
    reasons = now.flag_reasons if now is not None else card.flag_reasons if card is not None else ()
    if reasons:
        told = words.sentences([words.said(reason) for reason in reasons])
        yield Text(f"{words('show.flagged')}{words.colon}{told}", style="bold yellow")
    if card is not None and card.alerts:
        named = words.listed([words.said(titles.get(code, code)) for code in card.alerts])
        yield Text(f"{words('show.alerts')}{words.colon}{named}", style="bold magenta")


def _question(one: AskedQuestion, words: Words) -> Text:
    """What people say; beside it, or where nobody has, what hints at an answer and where."""
    line = Text(f"{words.said(one.title)}{words.colon}")
    if one.said_title is not None:
        line.append(words.said(one.said_title), style="bold")
        line.append(f" {one.by_name or ''}".rstrip(), style="dim")
    else:
        line.append(words("show.question-nobody"), style="dim")
    told = []
    for sign in one.signs:
        places = " ".join(stretch(place.span) for place in sign.places)
        told.append(f"{words.said(one.title_of(sign.answer))} - {words.said(sign.sign)} {places}".rstrip())
    signs = words.sentences(told)
    hint = words("show.question-hint", signs=signs) if told else words("show.question-no-hint")
    return line.append(f"  {hint}", style="dim")


def _passed(inspection: Inspection, passed: bool, words: Words) -> str:
    """Whether the call passes; of a part of a recording that is all that can be said."""
    if not passed:
        return words("show.not-passed")
    return words("show.passed-partly" if inspection.status is Status.PARTIAL else "show.passed")


def _people(case: Case, inspection: Inspection, words: Words) -> Text:
    """The score with people's verdicts in it: a range as long as something is not settled."""
    line = Text(f"{words('show.effective' if case.final else 'show.range')} ")
    if not case.final:
        line.append(score_range(case.score_low, case.score_high), style="bold yellow")
        line.append(f"  {words('show.pending', count=case.pending)}", style="yellow")
        for cause in case.causes:
            line.append(f"  {words(f'show.open-{cause}')}", style="bold yellow")
        return line
    line.append(f"{case.score:g}", style="bold green" if case.passed else "bold red")
    if case.passed is not None:
        line.append(f"  {_passed(inspection, case.passed, words)}")
    return line


def _scorecard(
    inspection: Inspection,
    card: Scorecard,
    words: Words,
    said: Mapping[str, FindingVerdict],
    now: Effective | None,
) -> Iterator[RenderableType]:
    yield _section(words("show.findings"))
    yield findings_table(inspection, words, said, now)
    left = [one for one in card.findings if one.asked and one.criterion not in said]
    if left:
        names = words.sentences([words.said(one.title) for one in left])
        yield Text(f"{words('show.unanswered')}{words.colon}{names}", style="dim")
    for outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
        if rest := [words.title(one) for one in without_a_row(card, outcome, said) if one not in left]:
            yield Text(f"{words(f'outcome.{outcome}')}{words.colon}{words.sentences(rest)}", style="dim")
    if card.ledger:
        yield _section(words("show.ledger"))
        yield ledger(card, words, now)


def _section(title: str) -> Rule:
    return Rule(title, align="left", style="dim", characters="-")


def measures_table(measures: Measures, words: Words) -> Table:
    """Two measures a line; what could not be measured says so."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(2):
        grid.add_column(style="dim")
        grid.add_column(justify="right", no_wrap=True)
    place = {name: index for index, name in enumerate(MEASURES)}
    items = sorted(measures, key=lambda m: place.get(m.name, len(place)))
    half = (len(items) + 1) // 2
    for left, right in zip(items[:half], [*items[half:], None], strict=False):
        row = [words.known(f"measure.{left.name}", left.name), amount(left, words)]
        if right is not None:
            row += [words.known(f"measure.{right.name}", right.name), amount(right, words)]
        grid.add_row(*row)
    return grid


def amount(measurement: Measurement, words: Words) -> str:
    value = measurement.value
    if value is None:
        return words("measure.none")
    match measurement.unit:
        case "count":
            number = f"{value:.0f}"
        case "0..1":
            return f"{value:.0%}"
        case "s":
            number = f"{value:.1f}"
        case _:
            number = f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return f"{number} {words.known(f'unit.{measurement.unit}', measurement.unit)}".rstrip()
