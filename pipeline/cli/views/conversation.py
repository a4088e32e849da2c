"""A call as people would tell it: who said what when, and what happened in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.times import clock
from pipeline.cli.words import Words
from pipeline.domain import Inspection, PhraseHit, PhraseKind, Role, Span, Utterance
from pipeline.messages import Message

ROLE_STYLES = {
    Role.AGENT: "bold blue",
    Role.CUSTOMER: "bold yellow",
    Role.UNKNOWN: "bold",
    Role.ANNOUNCEMENT: "dim",
}

SILENCE_SHOWN_S = 3.0
"""A shorter pause, silent or not, is part of talking (``silence_count`` counts from here)."""

EVENTS = (
    ("event.silence", "silence_total", SILENCE_SHOWN_S),
    ("event.hold", "hold_total", SILENCE_SHOWN_S),
    ("event.interruption-agent", "interruptions_by_agent", 0.0),
    ("event.interruption-customer", "interruptions_by_customer", 0.0),
    ("event.overlap", "overlap_total", 1.0),
)
"""Message, the measure whose evidence it is, and from how many seconds it is worth a line."""


def conversation(inspection: Inspection, words: Words, titles: Mapping[str, Message]) -> Table:
    """Utterances and events in order of time, hit phrases marked and named below by their code's title."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    lines = [*_utterances(inspection, words, titles), *_events(inspection, words)]
    for _, row in sorted(lines, key=lambda line: line[0]):
        grid.add_row(*row)
    return grid


Row = tuple[str, Text, Text]


def _utterances(
    inspection: Inspection, words: Words, titles: Mapping[str, Message]
) -> Iterator[tuple[tuple[float, int], Row]]:
    from pipeline.rubric.matched import in_other_words, same_words  # here, as in ``marked``

    for index, utterance in enumerate(inspection.transcript.utterances):
        hits = [hit for hit in inspection.hits if hit.utterance == index]
        who = "role.other" if inspection.says_other_agent(utterance) else f"role.{utterance.role}"
        role = Text(words(who), style=ROLE_STYLES[utterance.role])
        text = marked(utterance, hits)
        for one in utterance.corrections:
            heard = utterance.text[one.start : one.end]
            note = words("show.corrected", name=one.name, heard=heard, confidence=f"{one.confidence:.0%}")
            text.append(f"\n^ {note}", style="dim")
        for hit in sorted(hits, key=lambda h: h.span):
            how = words(f"how.{hit.how}")
            name = words.said(titles.get(hit.code, hit.code))
            if not same_words(hit.quote, hit.phrase):
                kin = in_other_words(hit, hit.phrase)
                name += f" {words('show.such-as', phrase=hit.phrase)}" if kin else f" “{hit.phrase}”"
            note = f"{words(f'kind.{hit.kind}')} {name} ({how} {hit.confidence:.0%})"
            text.append("\n^ " + note, style=f"dim {STYLES[hit.kind]}")
        yield (utterance.span.start, 1), (clock(utterance.span.start), role, text)


def _events(inspection: Inspection, words: Words) -> Iterator[tuple[tuple[float, int], Row]]:
    for key, measure, shortest in EVENTS:
        for span in _evidence(inspection, measure):
            if span.duration >= shortest:
                line = f"-- {words(key, seconds=f'{span.duration:.1f}')} --"
                yield (span.start, 0), (clock(span.start), Text(), Text(line, style="dim italic"))


def _evidence(inspection: Inspection, measure: str) -> tuple[Span, ...]:
    return next((m.spans for m in inspection.measures if m.name == measure), ())


STYLES = {
    PhraseKind.FORBIDDEN: "bold red",
    PhraseKind.REQUIRED: "green",
    PhraseKind.ESCALATION: "bold magenta",
    PhraseKind.PRAISE: "cyan",
    PhraseKind.WORDING: "blue",
}


def marked(utterance: Utterance, hits: Sequence[PhraseHit]) -> Text:
    """The utterance with coloured phrases, in brackets as well: colours do not survive a pipe."""
    from pipeline.phrases.highlights import highlights  # here: lists and tables show no words

    out, at, said = Text(), 0, utterance.corrected
    for mark in highlights(utterance, hits):
        out.append(said[at : mark.start])
        out.append(f"【{said[mark.start : mark.end]}】", style=STYLES[mark.kind])
        at = mark.end
    out.append(said[at:])
    return out
