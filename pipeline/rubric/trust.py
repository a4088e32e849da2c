"""Which criteria may take points: the bars of a sheet, and what a gate made of them for one judgement.

A criterion whose violations people overturn too often *only flags*: it is found, shown and sent to a person,
and costs nothing until a person has confirmed it. Who decides that stands in :mod:`pipeline.review.trust`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property

from pydantic import Field, model_validator

from pipeline.domain import Severity
from pipeline.domain.inspection import BETWEEN, LEARNED
from pipeline.intervals import wilson_most
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.rarity import LearnedRarity
from pipeline.rubric.window import Options

TRUST_BARS: dict[Severity, float] = {
    Severity.A: 0.8,
    Severity.B: 0.75,
    Severity.C: 0.7,
    Severity.D: 0.65,
    Severity.E: 0.6,
}
"""What the lower bound of precision must reach. The graver the accusation, the better the proof: with 20
reviews a class A closes at the first that is overturned (19 of 20: 0.76), a class D at the third (0.64)."""


class TrustRule(Options):
    """When a criterion stops taking points, because people overturn too much of what it finds."""

    reviews: int = Field(
        20,
        ge=5,
        description="with fewer final reviews of a criterion nothing is said of it, and it takes points",
    )
    latest: int = Field(
        200, ge=5, description="only so many latest reviews count, so that what changes shows"
    )
    margin: float = Field(
        0.03,
        ge=0,
        le=0.2,
        description="to take points again the lower bound must be over the bar by this: nothing flaps",
    )
    bars: dict[Severity, float] = Field(
        default_factory=dict,
        description="by severity: least lower bound of precision (0..1); 0: never stops",
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> TrustRule:
        if self.latest < self.reviews:
            raise ValueRefused(Message("rubric.trust-latest", least=self.reviews))
        most = wilson_most(self.reviews)
        for severity in Severity:
            bar = self.bar(severity)
            if not 0 <= bar <= 1:
                raise ValueRefused(Message("rubric.trust-bar", severity=severity.value))
            if bar and bar + self.margin >= most:
                raise ValueRefused(
                    Message(
                        "rubric.trust-unreachable",
                        reviews=self.reviews,
                        most=f"{most:.2f}",
                        severity=severity.value,
                        bar=f"{bar:g}",
                    )
                )
        return self

    def bar(self, severity: Severity) -> float:
        """What the lower bound of precision must reach for this class."""
        return self.bars.get(severity, TRUST_BARS[severity])


@dataclass(frozen=True, slots=True)
class Withheld:
    """A criterion that only flags, and on what grounds: the figures are those of the moment it began."""

    criterion: str
    by_person: bool
    """True where a supervisor said so, False where the reviews do."""
    confirmed: int
    overturned: int
    low: float | None
    """Lower bound of precision, 95 % Wilson interval."""
    high: float | None
    bar: float


@dataclass(frozen=True)
class TrustGate:
    """What reviews decided for one judgement: the criteria that only flag, and how rare violations are."""

    withheld: tuple[Withheld, ...] = ()
    """In order of their ids."""
    learned: tuple[LearnedRarity, ...] = ()
    """The rates that reviews moved, in order of their codes."""

    @cached_property
    def only_flag(self) -> frozenset[str]:
        return frozenset(one.criterion for one in self.withheld)

    def of(self, criteria: Collection[str]) -> TrustGate:
        """The part that speaks of these criteria: others judge nothing. Rates are of codes, and stay."""
        return TrustGate(tuple(one for one in self.withheld if one.criterion in criteria), self.learned)

    @property
    def neutral(self) -> bool:
        """Whether everything is judged as the sheet alone says."""
        return not self.withheld and not self.learned

    def revision(self, rubric: str) -> str:
        """What judges: the revision of the sheet, which of its criteria only flag, which rates were learned,
        and on what grounds.

        The sheet's own revision where there is none of this, so that a store without a gate keeps its names.
        """
        if self.neutral:
            return rubric
        digest = hashlib.sha256(self.as_json().encode()).hexdigest()[:12]
        return f"{rubric}{BETWEEN}{digest}{LEARNED if self.learned else ''}"

    def as_json(self) -> str:
        """A list of what only flags, as ever, where no rate was learned."""
        withheld = [asdict(one) for one in self.withheld]
        if not self.learned:
            return json.dumps(withheld, sort_keys=True)
        learned = [asdict(one) for one in self.learned]
        return json.dumps({"withheld": withheld, "learned": learned}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> TrustGate:
        read = json.loads(text)
        if isinstance(read, list):
            read = {"withheld": read}
        withheld = (Withheld(**one) for one in read["withheld"])
        return cls(tuple(withheld), tuple(LearnedRarity(**one) for one in read.get("learned", ())))


OPEN_GATE = TrustGate()
"""Everything takes points."""
