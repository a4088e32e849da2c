"""What both ways to add up points share: what earns a bonus, what a sum says, what an item would cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.domain import Evidence, LedgerEntry, Outcome, Section
from pipeline.messages import Message, title
from pipeline.rubric.judge import Judged
from pipeline.rubric.sheet import Bonus, Rubric

FULL = 10_000
"""100 points in hundredths."""
SHEET_FATAL = Message("ledger.sheet-fatal")
ONLY_FLAGS = Message("ledger.only-flags")
"""The note of a violation that takes no points."""
NOT_ABOVE_100 = Message("ledger.not-above-100")


@dataclass(frozen=True, slots=True)
class Earned:
    """A bonus and the places that earn it; no place, no bonus."""

    bonus: Bonus
    evidence: tuple[Evidence, ...]

    @property
    def points(self) -> float:
        """What it adds on its own: once, or for each place up to its cap."""
        bonus = self.bonus
        return bonus.points if bonus.up_to is None else min(bonus.up_to, bonus.points * len(self.evidence))


@dataclass(frozen=True, slots=True)
class Sum:
    """The score of a sheet and where every point went."""

    score: float
    fatal: bool
    ledger: tuple[LedgerEntry, ...]
    """Lines that add up to the score exactly."""
    sections: tuple[Section, ...]
    points: dict[str, float]
    """What each item or bonus moved the score by, limits taken into account; with 100 they add up too."""


def worth_of(judged: Sequence[Judged]) -> dict[str, float]:
    """The points of the criteria that apply, by criterion."""
    return {
        j.criterion.id: j.criterion.points for j in judged if j.result.outcome is not Outcome.NOT_APPLICABLE
    }


def wanted(by: Judged) -> float:
    """What an item would take on its own: once, or for each occurrence up to its cap."""
    if by.item.up_to is None:
        return by.item.deduct
    return min(by.item.up_to, by.item.deduct * by.result.times)


def start(judged: Sequence[Judged], worth: dict[str, float], note: str) -> LedgerEntry:
    """The first line; ``note`` is the code of what it means that some criteria do not apply."""
    left_out = tuple(
        dict.fromkeys(
            title(j.criterion.title, j.criterion.title_en)
            for j in judged
            if j.criterion.id not in worth and j.item.person is None
        )
    )
    said = Message(note, items=Message("join.list", parts=left_out)) if left_out else None
    return LedgerEntry("", Message("ledger.full"), 100.0, (), said)


def section_fatal(by: Judged) -> Message:
    """The note of an item that takes all of its section."""
    return Message("ledger.section-fatal", section=title(by.section.title, by.section.title_en))


def sections_of(
    rubric: Rubric, worth: dict[str, float], reached: Callable[[str], float]
) -> tuple[Section, ...]:
    """What each section is worth on this call and what was reached in it."""
    return tuple(
        Section(s.title, round(sum(reached(c) for c in ids), 2), sum(worth[c] for c in ids))
        for s in rubric.sections
        if (ids := [c.id for c in s.criteria if c.id in worth])
    )
