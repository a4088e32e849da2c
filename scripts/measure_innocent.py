"""``python -m scripts.measure_innocent talk.jsonl``: what the lexicons accuse in talk where nobody did wrong.

Reads dialogues as JSON Lines (dialogue, role, text; in order), judges each as a run judges a transcript (both
roles, contexts, sentences that follow each other read as one) and prints how many forbidden phrases and
escalations are found in 1,000 utterances, how many of them of class A and B, and which. Lines without a
dialogue, such as those of ``ordinary_talk.jsonl``, stand alone.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.domain import PhraseHit, PhraseKind, Role, Severity, Span, Utterance
from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.checking import SECONDS_PER_CHARACTER
from pipeline.settings import load_settings

HERE = Path(__file__).resolve().parent
PAUSE_S = 0.5
"""Between two utterances: short enough that one party's are read as one, as the recogniser's are."""
_ACCUSES = frozenset({PhraseKind.FORBIDDEN, PhraseKind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Accusation:
    """A finding in innocent talk, with the sentence that it was found in."""

    hit: PhraseHit
    severity: Severity | None
    text: str


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.measure_innocent", description=__doc__)
    options.add_argument(
        "talk", nargs="*", type=Path, default=[HERE / "ordinary_talk.jsonl"], help="JSON Lines"
    )
    options.add_argument("--lexicons", type=Path, default=load_settings().lexicons, help="folder")
    options.add_argument("--without", action="append", default=[], metavar="CODE", help="leave a code out")
    options.add_argument("-v", "--verbose", action="store_true", help="name every sentence accused")
    chosen = options.parse_args()
    matcher = Matcher(load_lexicons(chosen.lexicons))
    for path in chosen.talk:
        dialogues = list(dialogues_of(path))
        found = [a for a in accusations(matcher, dialogues) if a.hit.code not in chosen.without]
        Console().print(_table(path.name, sum(map(len, dialogues)), found))
        if chosen.verbose:
            for a in sorted(found, key=lambda a: (a.hit.code, a.hit.phrase)):
                confidence = f"{a.hit.confidence:.2f}"
                print(f"{a.hit.code}  {a.hit.phrase}  {a.hit.how} {confidence}  “{a.hit.quote}”  {a.text}")


def dialogues_of(path: Path) -> Iterator[list[Utterance]]:
    """The conversations of a file, their utterances one after the other in time."""
    current: list[Utterance] = []
    before: str | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        dialogue = row.get("dialogue")
        if current and (dialogue is None or dialogue != before):
            yield current
            current = []
        before = dialogue
        start = current[-1].span.end + PAUSE_S if current else 0.0
        end = start + SECONDS_PER_CHARACTER * max(len(row["text"]), 1)
        current.append(Utterance(Role(row["role"]), Span(start, end), row["text"]))
    if current:
        yield current


def accusations(matcher: Matcher, dialogues: Sequence[Sequence[Utterance]]) -> Iterator[Accusation]:
    """Every forbidden phrase and escalation that is found."""
    for utterances, hits in zip(dialogues, matcher.match_all(dialogues), strict=True):
        for hit in hits:
            if hit.kind in _ACCUSES:
                severity = matcher.lexicons.codes[hit.code].severity
                yield Accusation(hit, severity, utterances[hit.utterance].text)


def _table(title: str, utterances: int, found: Sequence[Accusation]) -> Table:
    table = Table("code", "class", "accusations", "per 1,000", title=title)
    severities = {a.hit.code: a.severity or "" for a in found}
    for code, count in Counter(a.hit.code for a in found).most_common():
        table.add_row(code, severities[code], str(count), _per_thousand(count, utterances))
    table.add_section()
    grave = sum(a.severity in (Severity.A, Severity.B) for a in found)
    table.add_row("A and B", "", str(grave), _per_thousand(grave, utterances))
    table.add_row(f"all, in {utterances}", "", str(len(found)), _per_thousand(len(found), utterances))
    return table


def _per_thousand(count: int, utterances: int) -> str:
    return f"{1000 * count / max(utterances, 1):.2f}"


if __name__ == "__main__":
    main()
