"""``python -m scripts.measure_innocent talk.jsonl``: what the lexicons accuse in talk where nobody did wrong.

Reads dialogues as JSON Lines (dialogue, role or speaker, text; in order), judges each as a run judges a
transcript (both roles, contexts, sentences that follow each other read as one) and prints how many forbidden
phrases and escalations are found in 1,000 utterances, how many of them of class A and B, and which. Lines
without a dialogue, such as those of ``ordinary.jsonl``, stand alone. A line may name what it really is
(``codes``, a list): that is no false accusation, and how much of it is found is printed too.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.domain import PhraseHit, PhraseKind, Role, Severity, Span, Utterance
from pipeline.packs import Layers, read_packs
from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.checking import SECONDS_PER_CHARACTER
from pipeline.phrases.ordinary import ORDINARY_FILE
from pipeline.settings import data_root, load_settings

PAUSE_S = 0.5
"""Between two utterances: short enough that one party's are read as one, as the recogniser's are."""
_ACCUSES = frozenset({PhraseKind.FORBIDDEN, PhraseKind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Accusation:
    """A finding in innocent talk, with the sentence that it was found in."""

    hit: PhraseHit
    severity: Severity | None
    text: str
    place: tuple[int, int]
    """Which dialogue, and which utterance of it."""


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.measure_innocent", description=__doc__)
    options.add_argument(
        "talk",
        nargs="*",
        type=Path,
        default=[data_root() / "lexicons" / "zh" / ORDINARY_FILE],
        help="JSON Lines",
    )
    options.add_argument("--lexicons", type=Path, default=load_settings().lexicons, help="folder")
    options.add_argument("--pack", action="append", default=[], help="with the lexicons of a pack too")
    options.add_argument("--without", action="append", default=[], metavar="CODE", help="leave a code out")
    options.add_argument("-v", "--verbose", action="store_true", help="name every sentence accused")
    chosen = options.parse_args()
    packs = read_packs(chosen.pack, data_root())
    matcher = Matcher(load_lexicons(chosen.lexicons, Layers(None, packs)))
    for path in chosen.talk:
        dialogues, said = list(dialogues_of(path)), labels_of(path)
        found = [a for a in accusations(matcher, dialogues) if a.hit.code not in chosen.without]
        right = {(a.place, a.hit.code) for a in found} & {
            (at, c) for at, codes in said.items() for c in codes
        }
        found = [a for a in found if a.hit.code not in said.get(a.place, ())]
        Console().print(_table(path.name, sum(map(len, dialogues)), found))
        if said:
            heard = {place for place, _ in right}
            print(f"of {len(said)} utterances that say something wrong {len(heard)} are found")
        for place, codes in said.items() if chosen.verbose else ():
            if not any((place, code) in right for code in codes):
                print(f"missed  {', '.join(codes)}  {dialogues[place[0]][place[1]].text}")
        if chosen.verbose:
            for a in sorted(found, key=lambda a: (a.hit.code, a.hit.phrase)):
                confidence = f"{a.hit.confidence:.2f}"
                print(f"{a.hit.code}  {a.hit.phrase}  {a.hit.how} {confidence}  “{a.hit.quote}”  {a.text}")


def dialogues_of(path: Path) -> Iterator[list[Utterance]]:
    """The conversations of a file, their utterances one after the other in time."""
    for rows in _rows(path):
        said: list[Utterance] = []
        for row in rows:
            start = said[-1].span.end + PAUSE_S if said else 0.0
            end = start + SECONDS_PER_CHARACTER * max(len(row["text"]), 1)
            said.append(Utterance(Role(row["role"]), Span(start, end), row["text"]))
        yield said


def labels_of(path: Path) -> dict[tuple[int, int], frozenset[str]]:
    """Dialogue and utterance, by number -> what it really is, where a line says so."""
    return {
        (number, at): frozenset(row["codes"])
        for number, rows in enumerate(_rows(path))
        for at, row in enumerate(rows)
        if row.get("codes")
    }


def _rows(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The lines of each dialogue; one without a dialogue is one of its own."""
    current: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row.setdefault("role", row.get("speaker"))
        if current and (row.get("dialogue") is None or row["dialogue"] != current[-1].get("dialogue")):
            yield current
            current = []
        current.append(row)
    if current:
        yield current


def accusations(matcher: Matcher, dialogues: Sequence[Sequence[Utterance]]) -> Iterator[Accusation]:
    """Every forbidden phrase and escalation that is found."""
    for number, hits in enumerate(matcher.match_all(dialogues)):
        for hit in hits:
            if hit.kind in _ACCUSES:
                severity = matcher.lexicons.codes[hit.code].severity
                text = dialogues[number][hit.utterance].text
                yield Accusation(hit, severity, text, (number, hit.utterance))


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
