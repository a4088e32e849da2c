"""What the samples' part of the desk hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.domain import Call
from pipeline.review.sampling import SampleRule, announced_in_advance


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it was announced and, once drawn, from what."""

    id: int
    title: str
    seed: str
    rule: SampleRule
    announced_at: str
    announced_by: str | None
    """A name; None: the shell."""
    drawn_at: str | None
    population: int | None
    population_sha256: str | None
    drawn: int
    heard: int

    @property
    def in_advance(self) -> bool:
        """True where it was announced before its period began: nobody could pick."""
        return announced_in_advance(datetime.fromisoformat(self.announced_at), self.rule)


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A drawn call and what a person heard on it."""

    call: Call
    stratum: str
    place: int
    duration: float | None
    score: float | None
    flagged: bool
    additions: int
    """Violations that people added to this call: each is one the machine missed."""
    misses: int | None
    """None: nobody has heard it yet."""
    heard_by: str | None
    heard_at: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """A sample drawn again from what the store holds."""

    sample: Sample
    population: int
    population_sha256: str
    only_stored: tuple[str, ...]
    """Calls in the stored sample that the new draw does not have."""
    only_again: tuple[str, ...]

    @property
    def same_population(self) -> bool:
        return self.population_sha256 == self.sample.population_sha256

    @property
    def holds(self) -> bool:
        """True where anybody who draws again gets these calls."""
        return self.same_population and not self.only_stored and not self.only_again
