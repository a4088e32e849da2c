"""One form for all ways to write the same words, and the way back to what was written.

Width and case are unified (NFKC), punctuation, spaces and fillers are dropped, digits become spoken digits,
and characters that sound and mean the same to an inspector (您 and 你, 的 and 地) become one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.conversation.text import OTHER_NUMERALS, PERCENT, SPOKEN_DIGITS, percent_spoken

FILLERS = frozenset("啊呃嗯哦噢喔呀哎唉诶欸唔哟嘞")
"""Sounds that carry no words; nothing that is part of a common word (额, 那) may stand here."""

_SAME = {
    "您": "你", "地": "的", "得": "的", "她": "他", "妳": "你", "俩": "二", "嘛": "吗", "作": "做",
    "帐": "账", "呐": "呢", "呗": "吧", "哪": "那", "咱": "我", "俺": "我", "啦": "了", "讲": "说",
    "著": "着",
}  # fmt: skip
_SAME |= SPOKEN_DIGITS | OTHER_NUMERALS
_MARKS = frozenset("。！？!?；;")


def fold(character: str) -> str:
    """The normal form of one character; empty where it is dropped."""
    wide = unicodedata.normalize("NFKC", character).lower()
    return "".join(_SAME.get(c, c) for c in wide if c.isalnum() and c not in FILLERS)


class FoldingTable(dict[int, str]):
    """``fold`` as a table for ``str.translate``; what it is made with stays as it is."""

    def __missing__(self, code: int) -> str:
        self[code] = fold(chr(code))
        return self[code]


_TABLE = FoldingTable()


def normalise(text: str) -> str:
    """The normal form alone, at the speed of ``str.translate``."""
    if "%" in text or "％" in text:
        text = percent_spoken(text)
    return text.translate(_TABLE).replace("百分之一百", "百分之百")


_BETWEEN = "\ue000"
"""A private character: no text has it, and the normal form drops it."""
_KEEPING = FoldingTable({ord(_BETWEEN): _BETWEEN})


def normalise_all(texts: Sequence[str]) -> list[str]:
    """``normalise`` for each of several texts, faster than one by one."""
    joined = _BETWEEN.join(texts)
    if "%" in joined or "％" in joined or joined.count(_BETWEEN) != len(texts) - 1:
        return [normalise(text) for text in texts]
    return joined.translate(_KEEPING).replace("百分之一百", "百分之百").split(_BETWEEN)


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normal form with its way back."""

    text: str
    origin: tuple[int, ...]
    """For each character of ``text``, its index in the source."""
    stops: frozenset[int]
    """Positions in ``text`` before which the source ends a sentence (。！？；)."""
    pauses: frozenset[int]
    """Positions in ``text`` before which the source has any punctuation mark."""


def normalised(text: str) -> NormalisedText:
    """``normalise(text)`` with its origin; slower, so only for text with something to show."""
    characters: list[str] = []
    origin: list[int] = []
    stops: set[int] = set()
    pauses: set[int] = set()
    percents = {m.start(): m for m in PERCENT.finditer(text)} if "%" in text or "％" in text else {}
    skip = 0
    for i, character in enumerate(text):
        if i < skip:
            continue
        match = percents.get(i)
        if match is not None:
            said = percent_spoken(match[0]).translate(_TABLE)
            skip = match.end()
        else:
            said = _TABLE[ord(character)]
        if not said:
            if character in _MARKS:
                stops.add(len(characters))
            if unicodedata.category(character)[0] == "P":
                pauses.add(len(characters))
        elif len(said) == 1:
            characters.append(said)
            origin.append(i)
        else:
            characters.extend(said)
            origin.extend([i] * len(said))
    joined = "".join(characters)
    while (at := joined.find("百分之一百")) >= 0:
        joined = joined[: at + 3] + joined[at + 4 :]
        del origin[at + 3]
        stops = {s - 1 if s > at + 3 else s for s in stops}
        pauses = {s - 1 if s > at + 3 else s for s in pauses}
    return NormalisedText(joined, tuple(origin), frozenset(stops), frozenset(pauses))
