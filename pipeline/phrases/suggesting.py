"""From sentences, as people write them, to the wordings of a phrase: nobody need know expressions.

What has a meaning in a template (brackets, stars, braces) is dropped with all punctuation, so nothing that is
written as a sentence can become an expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.phrases.normal_form import FILLERS
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import SLOTS, folded

SHORTEST = 3
"""Characters of a wording that is offered: shorter ones stand in too many other sentences."""
_OPENING = re.compile(r"^(那么|就是|反正|所以|但是|可是|不过|然后|这个|那个|其实|那|就|嘿|喂)(?=.{4})")
_CLOSING = re.compile(r"(?<=.{4})(了|吧|呢|吗|嘛|呗|啦|的|哈)$")
_PLURAL = re.compile("([你您])们")
_SINGULAR = re.compile("([你您])(?!们)")
_NAMED: tuple[tuple[str, str], ...] = (
    (r"[0-9]+|[零一二三四五六七八九十百千万两]{2,}(?!天|小时|分钟|点|号|个工作日)", "{number}"),
    (rf"{SLOTS['time']}", "{time}"),
    (rf"{SLOTS['surname']}(?=先生|女士|小姐|师傅|老师|经理)", "{surname}"),
    (rf"{SLOTS['relative']}", "{relative}"),
)


@dataclass(frozen=True, slots=True)
class SuggestedWordings:
    """What a phrase could be, the first sentence being its name."""

    phrase: str
    variants: tuple[str, ...]
    patterns: tuple[str, ...]


def suggest(sentences: Sequence[str], groups: Mapping[str, Sequence[str]]) -> SuggestedWordings | None:
    """Wordings that find these sentences and those like them; None where no sentence has words.

    Args:
        groups: name of a group of words -> its words (see ``plain_groups``).
    """
    cores = [core for text in sentences if (core := _core(words(text)))]
    if not cores:
        return None
    seen = {folded(cores[0])}
    variants, patterns = list[str](), list[str]()

    def offer(template: str, into: list[str]) -> None:
        try:
            known = folded(template)
        except TemplateError:
            return
        if known not in seen:
            seen.add(known)
            into.append(template)

    for core in cores:
        offer(core, variants)
        plural = _PLURAL.sub(r"\1(们)?", core)
        offer(_SINGULAR.sub(r"\1(们)?", core, count=1) if plural == core else plural, variants)
        if (named := _with_slots(core, groups)) != core:
            offer(named, patterns)
    return SuggestedWordings(cores[0], tuple(variants), tuple(patterns))


def words(text: str) -> str:
    """Letters and digits alone, without sounds that carry no words."""
    return "".join(c for c in text if c.isalnum() and c not in FILLERS)


def plain_groups(slots: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The groups of words that are plain lists, as they are written (电费|水费|燃气费): others are too wide
    to be put in the place of a word that happens to be one of theirs."""
    options = {name: tuple(text.strip("()").split("|")) for name, text in slots.items()}
    return {
        name: some for name, some in options.items() if all(len(word) > 1 and word.isalnum() for word in some)
    }


def suggested_exception(quiet: str, quote: str, hits: Sequence[str]) -> str | None:
    """The shortest piece of a sentence around what was hit in it that is in none of ``hits``; None where the
    whole of it is."""
    text, core = words(quiet), words(quote)
    start = text.find(core)
    if not core or start < 0:
        return None
    end = start + len(core)
    others = [words(hit) for hit in hits]
    for reach in range(1, len(text)):
        for low, high in ((start, end + reach), (start - reach, end), (start - reach, end + reach)):
            piece = text[max(0, low) : high]
            if len(piece) > len(core) and not any(piece in other for other in others):
                return piece
    return None


def _core(text: str) -> str:
    """The sentence without words that only open or close it."""
    while (shorter := _CLOSING.sub("", _OPENING.sub("", text))) != text:
        text = shorter
    return text if len(text) >= SHORTEST else ""


def _with_slots(core: str, groups: Mapping[str, Sequence[str]]) -> str:
    pieces = [core]
    named = [*_NAMED]
    named += [
        ("|".join(map(re.escape, sorted(some, key=len, reverse=True))), f"{{{name}}}")
        for name, some in groups.items()
    ]
    for expression, slot in named:
        found = re.compile(expression)
        pieces = [
            part
            for piece in pieces
            for part in ([piece] if piece.startswith("{") else _cut(piece, found, slot))
        ]
    kept = "".join(piece for piece in pieces if not piece.startswith("{"))
    return "".join(pieces) if len(kept) >= SHORTEST else core


def _cut(piece: str, found: re.Pattern[str], slot: str) -> list[str]:
    out, at = [], 0
    for match in found.finditer(piece):
        out += [piece[at : match.start()], slot]
        at = match.end()
    return [part for part in (*out, piece[at:]) if part]
