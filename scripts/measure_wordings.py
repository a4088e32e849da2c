"""``python -m scripts.measure_wordings``: how far the lexicons reach beyond their own examples.

Reads sentences that were written without sight of the lexicons (``unseen_wordings.jsonl``: code, role, text,
phrase, hit), and prints per code how many wordings are found and how many near misses raise a false alarm;
and how many sentences of ordinary service talk (``ordinary.jsonl`` of the lexicons) are taken for something
forbidden or an escalation.
Whoever tunes lexicons on these sentences needs new ones: a figure over sentences that were looked at tells
nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.domain import PhraseKind, Role
from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.checking import sentence
from pipeline.phrases.ordinary import OrdinarySentence, read_ordinary_talk
from pipeline.settings import load_settings

HERE = Path(__file__).resolve().parent


@dataclass(slots=True)
class Count:
    """Of one code."""

    found: int = 0
    wordings: int = 0
    alarms: int = 0
    near_misses: int = 0


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.measure_wordings", description=__doc__)
    options.add_argument("--sentences", type=Path, default=HERE / "unseen_wordings.jsonl", help="JSON Lines")
    options.add_argument("--lexicons", type=Path, default=load_settings().lexicons, help="folder")
    options.add_argument("--list", action="store_true", help="name every miss and every alarm")
    chosen = options.parse_args()
    matcher = Matcher(load_lexicons(chosen.lexicons))
    counts: dict[str, Count] = {}
    wrong: list[str] = []
    for row in _rows(chosen.sentences):
        count = counts.setdefault(row["code"], Count())
        role = Role(row["role"])
        said = any(
            h.code == row["code"] and h.role is role for h in matcher.match([sentence(row["text"], role)])
        )
        if row["hit"]:
            count.wordings += 1
            count.found += said
        else:
            count.near_misses += 1
            count.alarms += said
        if said != row["hit"]:
            wrong.append(f"{'alarm' if said else 'miss '}  {row['code']}  {row['text']}")
    Console().print(_table(counts))
    ordinary = read_ordinary_talk(chosen.lexicons)
    alarms = [alarm for one in ordinary if (alarm := _alarm(matcher, one))]
    print(f"ordinary talk: {len(alarms)} alarms in {len(ordinary)} sentences")
    wrong += alarms
    if chosen.list:
        print("\n".join(wrong))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _alarm(matcher: Matcher, one: OrdinarySentence) -> str | None:
    """What is wrongly found in a sentence of ordinary talk."""
    hits = matcher.match([sentence(one.text, one.role)])
    codes = sorted({h.code for h in hits if h.kind in (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)})
    return f"alarm  {', '.join(codes)}  {one.text}" if codes else None


def _table(counts: dict[str, Count]) -> Table:
    table = Table("code", "found", "wordings", "alarms", "near misses")
    for code, one in counts.items():
        table.add_row(code, *map(str, (one.found, one.wordings, one.alarms, one.near_misses)))
    whole = list(counts.values())
    found, wordings = _sums(whole, "found"), _sums(whole, "wordings")
    alarms, near = _sums(whole, "alarms"), _sums(whole, "near_misses")
    share = f"{found / max(wordings, 1):.1%}", f"{alarms / max(near, 1):.1%}"
    table.add_section()
    table.add_row("all", f"{found} ({share[0]})", str(wordings), f"{alarms} ({share[1]})", str(near))
    return table


def _sums(counts: Sequence[Count], name: str) -> int:
    return sum(getattr(one, name) for one in counts)


if __name__ == "__main__":
    main()
