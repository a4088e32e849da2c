"""How rare a violation is, and what that makes of the evidence for it.

The confidence of a hit says how likely it is right in the mix of talk it was calibrated on: one utterance of
calls with violations to fifty without (``scripts/reliability.py``, which prints how often a code of each kind
is said there). Where a violation is rarer than that, the same evidence proves less. By Bayes' rule the odds
of a hit move as the odds of the violation do:

    logit(weighed) = logit(told) + logit(rate) - logit(reference)

A hit keeps what the evidence told; what is weighed is made for each judgement, so another rate judges stored
calls again without hearing them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.domain import How, PhraseHit, PhraseKind
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import FAINT
from pipeline.rubric.window import Options

REFERENCE: Mapping[PhraseKind, float] = {PhraseKind.FORBIDDEN: 0.55, PhraseKind.ESCALATION: 0.15}
"""How often any one code of a kind is said in 1,000 utterances of the party that says it, where confidence is
calibrated: 35 forbidden phrases in 103 utterances of agents and 12 codes, 7 escalations in 98 of customers
and 9 codes, each to 50 times as much talk without any. One rate for all codes of a kind, as they are
calibrated together. Other kinds are nobody's fault and are not weighed."""
NEVER_SURER = (How.CONFIRMED, How.SENTENCE)
"""Ways of finding whose confidence a rule keeps low so that a person listens (``phrases.confirm``,
``phrases.whole_sentences``): that a violation is common never makes up for words that nobody wrote down."""
RAREST, COMMONEST = 0.001, 100.0
"""Per 1,000 utterances; beyond, a rate alone would acquit or convict, whoever says it."""
RATE = Annotated[float, Field(ge=RAREST, le=COMMONEST, strict=True)]
_LEAST, _MOST = 0.001, 0.999
"""What a rate makes of doubtful evidence stays between: it is told in three digits, and never certain."""
_EVERYTHING = 1000
"""Of 1,000 utterances: a rate that says that each is a violation."""


class RarityRule(Options):
    """How often violations are said, where that differs from what is usual, and how reviews teach it."""

    per_1000: dict[str, RATE] = Field(
        default_factory=dict,
        description="by phrase code: how often it is said in 1,000 utterances of who would say it",
    )
    learn: bool = Field(True, description="whether reviews move the rates")
    reviews: int = Field(20, ge=5, description="with fewer settled places of a code its rate stays as it is")
    latest: int = Field(200, ge=5, description="only so many latest reviews of a criterion count")
    strength: float = Field(
        10, ge=1, le=1000, strict=True, description="how many reviews the rate of the sheet weighs as much as"
    )
    most: float = Field(
        10, ge=1, le=100, strict=True, description="reviews never move a rate by more than this factor"
    )

    @model_validator(mode="after")
    def _can_be(self) -> RarityRule:
        if self.latest < self.reviews:  # it could never learn
            raise ValueRefused(Message("rubric.trust-latest", least=self.reviews))
        for code, rate in self.per_1000.items():
            if rate * self.most >= _EVERYTHING:
                raise ValueRefused(Message("rubric.rarity-certain", code=code, rate=rate, most=self.most))
        return self

    def rate(self, code: str, kind: PhraseKind) -> float | None:
        """Violations per 1,000 utterances by this sheet; None for kinds that are not weighed."""
        reference = REFERENCE.get(kind)
        return None if reference is None else self.per_1000.get(code, reference)

    @property
    def stated(self) -> tuple[tuple[str, float], ...]:
        """What it says of codes, in order: the part that judges. The rest is about reviews, and what they
        taught stands in the gate of each judgement."""
        return tuple(sorted(self.per_1000.items()))


@dataclass(frozen=True, slots=True)
class LearnedRarity:
    """What reviews made of the rate of one code, and on what figures: those of the moment it was decided."""

    code: str
    per_1000: float
    """By the sheet, per 1,000 utterances."""
    factor: float
    """By which reviews move it."""
    confirmed: int
    overturned: int
    added: int
    """Violations that people added to unflagged calls heard by lot."""
    heard: int
    """Utterances in such calls of the party that would say it."""


@dataclass(frozen=True, slots=True)
class Upheld:
    """A criterion that a person settled on the sound of a call. What somebody heard with their own ears is
    not in doubt again, nor an accusation, because of what others said of other calls."""

    found: bool
    """What they confirmed: its codes are weighed no lower than they were then, nor than the sheet says.
    False: they settled what was undetermined, and its codes are weighed no higher."""
    learned: tuple[LearnedRarity, ...] = ()
    """The rates that had been learned then, which it was judged by."""


Words = Mapping[str, Upheld]
"""By criterion."""
NO_WORDS: Words = MappingProxyType({})


@dataclass(frozen=True)
class Rarities:
    """The rates that one judgement weighs by."""

    rule: RarityRule = field(default_factory=lambda: RarityRule.model_validate({}))
    learned: tuple[LearnedRarity, ...] = ()
    held: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By code of what a person settled in this call: the factors between which it is weighed."""

    def rate(self, code: str, kind: PhraseKind) -> float | None:
        """Violations per 1,000 utterances, by the sheet and by what reviews taught."""
        stated = self.rule.rate(code, kind)
        factor = next((one.factor for one in self.learned if one.code == code), 1.0)
        least, most = self.held.get(code, (factor, factor))
        factor = max(least, min(most, factor))
        return None if stated is None else by_reviews(stated, factor)

    def weighed(self, hit: PhraseHit) -> PhraseHit:
        """The hit as sure as it is at this rate; the very hit where its rate is the usual one. What is no
        noise by its evidence becomes noise by no rate."""
        rate, usual = self.rate(hit.code, hit.kind), REFERENCE.get(hit.kind)
        if rate is None or usual is None or rate == usual or hit.how is How.MEANING:
            return hit
        return replace(hit, confidence=told_at(hit.confidence, hit.how, rate, usual), per_1000=rounded(rate))

    def weigh(self, facts: Facts) -> Facts:
        """The facts of a call with all hits weighed; the same where nothing moves."""
        if not self.learned and not self.rule.per_1000 and not self.held:
            return facts
        hits = tuple(map(self.weighed, facts.hits))
        return facts if hits == facts.hits else replace(facts, hits=hits)


def rounded(per_1000: float) -> float:
    """A rate as it is told: more than three digits nobody knows."""
    return float(f"{per_1000:.3g}")


def by_reviews(stated: float, factor: float) -> float:
    """The rate of a sheet, moved by reviews: within what a sheet may say."""
    return stated if factor == 1 else max(RAREST, min(COMMONEST, stated * factor))


def told_at(confidence: float, how: How, rate: float, usual: float) -> float:
    """How sure a hit is at a rate, of what the evidence tells at the usual one."""
    sure = moved(confidence, odds_ratio(rate, usual))
    if how in NEVER_SURER:
        sure = min(sure, confidence)
    if confidence >= FAINT:  # doubt remains: that something is rare acquits nobody by itself
        sure = max(sure, FAINT)
    return sure


def odds_ratio(rate: float, reference: float) -> float:
    """The odds of one rate over those of another, both per 1,000."""
    return rate / (1000 - rate) * (1000 - reference) / reference


def moved(confidence: float, ratio: float) -> float:
    """A probability whose odds are multiplied; what is certain stays certain, and nothing else becomes it."""
    if not 0 < confidence < 1 or ratio == 1:
        return confidence
    odds = confidence / (1 - confidence) * ratio
    share = round(odds / (1 + odds), 3)
    return max(min(_LEAST, confidence), min(max(_MOST, confidence), share))
