"""How rare violations are, as reviews tell: what follows for the rate that evidence is weighed against.

People settle places that the machine found, each told with some confidence, and hear calls by lot in which it
flagged nothing. If as many of those are violations as was told, the rate is right. If fewer are, violations
are rarer here than the sheet says, and one factor of the odds explains it for all of them: that is how a
change of the rate moves a calibrated confidence (Saerens, Latinne & Decaestecker 2002). Because each place
is compared with what was told of it, people may review what is flagged and need no random draw.

The factor e^d solves

    sum sigmoid(logit(told) + d) + heard sigmoid(logit(unfound) + d) + s sigmoid(d) = right + added + s / 2

``unfound`` is the rate of violations in an utterance where nothing was found. The last terms are ``s``
made-up reviews of places as likely as not, half of them right: the log-F prior of Greenland & Mansournia
(2015), which draws the factor to 1, the more the fewer the reviews are. The left side rises with d, so there
is one solution.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.domain import PhraseKind
from pipeline.rubric import Rubric
from pipeline.rubric.rarity import (
    COMMONEST,
    RAREST,
    REFERENCE,
    LearnedRarity,
    RarityRule,
    by_reviews,
)

WEIGHED = PhraseKind.FORBIDDEN
"""What items accuse of, and reviews speak of; of a customer's escalations nobody says that they are right."""

MISSED = 0.3
"""Share of violations in which no phrase is found: what is not heard well, or said in other words. On the
labelled night 4 of 35; more here, since lines may be worse, and the larger it is, the less a violation that
people add moves."""
MARGIN = 1.25
"""A rate is changed when the reviews move it by at least this factor from what holds: one review more does
not judge a night again."""
_CERTAIN = 0.999
"""Confidences beyond, or as near to nothing, count as this: a certain place that is overturned must not
outweigh all others."""


@dataclass(frozen=True, slots=True)
class SettledPlace:
    """A violation that the machine found in a call, and what people said of it."""

    told: float
    """Confidence (0..1) of the surest hit, at the rate of the sheet."""
    right: bool


@dataclass(frozen=True, slots=True)
class RarityFigures:
    """What people's words say of one code."""

    places: tuple[SettledPlace, ...] = ()
    added: int = 0
    """Violations that they added to unflagged calls heard by lot."""
    heard: int = 0
    """Utterances of the party in such calls."""

    @property
    def confirmed(self) -> int:
        return sum(one.right for one in self.places)

    @property
    def overturned(self) -> int:
        return len(self.places) - self.confirmed

    @property
    def settled(self) -> int:
        """How many places people spoke of."""
        return len(self.places) + self.added


NO_FIGURES = RarityFigures()


def factor_of(rule: RarityRule, found: RarityFigures, rate: float) -> float:
    """By what factor reviews move a rate; 1 where there are too few.

    Args:
        rate: violations per 1,000 utterances, by the sheet.
    """
    if not rule.learn or found.settled < rule.reviews:
        return 1.0
    return _solved(rule, found, rate)


def _solved(rule: RarityRule, found: RarityFigures, rate: float) -> float:
    """The factor that so many reviews speak for; it takes no rate beyond what a sheet may say."""
    from scipy.optimize import brentq  # half a second that only who learns needs to wait for

    told = [_log_odds(max(1 - _CERTAIN, min(one.told, _CERTAIN))) for one in found.places]
    unfound = _log_odds(rate / 1000 * MISSED)
    right = found.confirmed + found.added + rule.strength / 2

    def surplus(d: float) -> float:
        expected = sum(_probability(one + d) for one in told) + found.heard * _probability(unfound + d)
        return expected + rule.strength * _probability(d) - right

    rarest = min(0.0, max(-math.log(rule.most), math.log(RAREST / rate)))
    commonest = max(0.0, min(math.log(rule.most), math.log(COMMONEST / rate)))
    if surplus(rarest) >= 0:
        return round(math.exp(rarest), 3)
    if surplus(commonest) <= 0:
        return round(math.exp(commonest), 3)
    return round(math.exp(brentq(surplus, rarest, commonest)), 3)


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True, slots=True)
class RarityChange:
    """One event of the log: from when on a code was weighed against which rate, with the figures of then."""

    id: int
    learned: LearnedRarity
    at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class CodeRarity:
    """One code of a sheet: how rare it is taken to be, and what reviews say of that."""

    code: str
    criteria: tuple[str, ...]
    """Which find it, in the order of the sheet."""
    reference: float
    """Per 1,000 utterances, where confidence was calibrated."""
    stated: float
    """By the sheet."""
    figures: RarityFigures
    reviews: int
    """How many settled places learning waits for."""
    change: RarityChange | None
    """What holds of the reviews; None: the rate of the sheet does."""
    next_factor: float
    """By what the next run or rescoring moves the rate of the sheet."""

    @property
    def factor(self) -> float:
        """By what reviews move the rate of the sheet now."""
        return 1.0 if self.change is None else self.change.learned.factor

    @property
    def rate(self) -> float:
        """What evidence is weighed against, per 1,000 utterances."""
        return by_reviews(self.stated, self.factor)

    @property
    def due(self) -> bool:
        """Whether the next run or rescoring changes it."""
        return self.next_factor != self.factor

    def decided(self, at: str) -> CodeRarity:
        """What it is once the reviews have had their say."""
        if not self.due:
            return self
        found = self.figures
        learned = LearnedRarity(
            code=self.code,
            per_1000=self.stated,
            factor=self.next_factor,
            confirmed=found.confirmed,
            overturned=found.overturned,
            added=found.added,
            heard=found.heard,
        )
        return replace(self, change=RarityChange(0, learned, at))


@dataclass(frozen=True, slots=True)
class RatedCode:
    """A code of a sheet as the sheet rates it."""

    code: str
    criteria: tuple[str, ...]
    reference: float
    stated: float


def rated(rubric: Rubric) -> tuple[RatedCode, ...]:
    """Every code that a sheet accuses of, in its order."""
    found = []
    for code, items in rubric.accused.items():
        stated = rubric.rarity.rate(code, WEIGHED)
        assert stated is not None
        found.append(RatedCode(code, tuple(item.id for item in items), REFERENCE[WEIGHED], stated))
    return tuple(found)


def rarities_of(
    rule: RarityRule,
    codes: Sequence[RatedCode],
    known: Mapping[str, RarityFigures],
    changes: Iterable[RarityChange],
) -> tuple[CodeRarity, ...]:
    """Every code, in the order given. What was learned over another rate of the sheet is another sheet's."""
    known_changes = sorted(changes, key=lambda one: one.id)
    latest = {(one.learned.code, one.learned.per_1000): one for one in known_changes}
    found = []
    for one in codes:
        figures, change = known.get(one.code, NO_FIGURES), latest.get((one.code, one.stated))
        if change is not None and change.learned.factor == 1:
            change = None
        now = 1.0 if change is None else change.learned.factor
        then = _next(rule, figures, one.stated, now)
        found.append(
            CodeRarity(
                *(one.code, one.criteria, one.reference, one.stated),
                figures=figures,
                reviews=rule.reviews,
                change=change,
                next_factor=then,
            )
        )
    return tuple(found)


def _next(rule: RarityRule, found: RarityFigures, rate: float, now: float) -> float:
    """The factor from the next decision on: as it is where nothing new was learned, or next to nothing.

    People take a rate back by taking their reviews back. With fewer than half of what learning waits for, the
    rate of the sheet holds again; between, what is left may only draw the factor towards it.
    """
    if not rule.learn:
        return 1.0
    few = found.settled < rule.reviews
    if few and (now == 1 or 2 * found.settled < rule.reviews):
        return 1.0
    learned = _solved(rule, found, rate)
    if few:
        learned = max(now, min(learned, 1.0)) if now < 1 else min(now, max(learned, 1.0))
    return now if abs(math.log(learned / now)) < math.log(MARGIN) else learned


def learned_of(rarities: Iterable[CodeRarity]) -> tuple[LearnedRarity, ...]:
    """What a judgement is made by, as things stand."""
    found = (one.change.learned for one in rarities if one.change is not None and one.factor != 1)
    return tuple(sorted(found, key=lambda one: one.code))
