"""How rare violations are taken to be, as the pages show it: rates drawn beside what is usual; their log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.messages import Message
from pipeline.phrases import Code
from pipeline.review.rarity import CodeRarity, RarityChange
from pipeline.review.rarity_words import learned, sentences
from pipeline.rubric.rarity import rounded
from pipeline.web.rulebook.trust import WIDTH

SPAN = 100.0
"""What is drawn reaches from a hundredth of the usual rate to a hundred times it, on a logarithmic axis."""
USUAL_AT = WIDTH / 2


@dataclass(frozen=True, slots=True)
class RarityLine:
    """One code of the sheet."""

    code: str
    title: str
    criteria: tuple[str, ...]
    per_1000: float
    """What evidence is weighed against: violations in 1,000 utterances."""
    usual: float
    at: float
    """Where it is drawn, in units of ``WIDTH``; what is usual is in the middle."""
    told: tuple[Message, ...]
    due: bool
    """Whether the next run or rescoring changes it."""

    @property
    def moved(self) -> bool:
        """Whether evidence is weighed at another rate than the usual one."""
        return self.per_1000 != self.usual


@dataclass(frozen=True, slots=True)
class RarityEvent:
    """One line of the log."""

    at: str
    code: str
    title: str
    told: Message


def rarity_lines(rarities: Iterable[CodeRarity], codes: Mapping[str, Code]) -> tuple[RarityLine, ...]:
    """Every code that the sheet accuses of, in its order."""
    return tuple(
        RarityLine(
            code=one.code,
            title=_title(codes, one.code),
            criteria=one.criteria,
            per_1000=rounded(one.rate),
            usual=one.reference,
            at=_at(one.rate / one.reference),
            told=sentences(one),
            due=one.due,
        )
        for one in rarities
    )


def rarity_events(changes: Iterable[RarityChange], codes: Mapping[str, Code]) -> tuple[RarityEvent, ...]:
    """The log, in the order that is given."""
    return tuple(
        RarityEvent(one.at, one.learned.code, _title(codes, one.learned.code), learned(one))
        for one in changes
    )


def summary(lines: Iterable[RarityLine]) -> Message:
    """What the drawing shows, in one sentence."""
    every = tuple(lines)
    rarer = sum(line.per_1000 < line.usual for line in every)
    commoner = sum(line.per_1000 > line.usual for line in every)
    if not rarer and not commoner:
        return Message("rarity.all-usual", codes=len(every))
    return Message("rarity.some-moved", codes=len(every), rarer=rarer, commoner=commoner)


def _title(codes: Mapping[str, Code], code: str) -> str:
    return codes[code].title if code in codes else code


def _at(ratio: float) -> float:
    place = math.log(ratio) / math.log(SPAN)
    return round(USUAL_AT * (1 + max(-1.0, min(1.0, place))), 1)
