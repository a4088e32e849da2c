"""When a sample may be announced, drawn and verified, and what a count must be: plain rules over values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain import Status
from pipeline.errors import Conflict, Refused
from pipeline.review.sampling import (
    Draw,
    Drawn,
    Per,
    Sample,
    SamplingUnit,
    Verification,
    differences,
    draw,
    period_is_over,
)

JUDGED = (Status.INSPECTED, Status.PARTIAL)
"""Calls with a conversation that the machine judged; there is nothing to miss on the others."""


def check_announcement(title: str, seed: str) -> tuple[str, str]:
    """Title and seed without space around them.

    Raises:
        Refused: ``sample-empty``.
    """
    title, seed = title.strip(), seed.strip()
    if not title or not seed:
        raise Refused("a sample needs a title and a seed", code="sample-empty")
    return title, seed


def stratum_of(per: Per, *, agent_id: str | None, team: str | None) -> str:
    """The stratum of a call; calls of nobody, or of no team, are one together."""
    match per:
        case Per.AGENT:
            return agent_id or ""
        case Per.TEAM:
            return team or ""
        case Per.ALL:
            return ""


def check_period(sample: Sample, now: datetime) -> None:
    """
    Raises:
        Refused: ``sample-period``: calls of the period can still come.
    """
    if not period_is_over(now, sample.rule):
        raise Refused(
            f"calls can still come until the end of {sample.rule.date_to}; draw after that day",
            code="sample-period", day=sample.rule.date_to.isoformat(),
        )  # fmt: skip


def draw_sample(sample: Sample, population: Iterable[SamplingUnit]) -> Draw:
    """
    Raises:
        Refused: ``sample-population``: the rule covers no call.
    """
    found = draw(sample.seed, sample.rule, population)
    if not found.calls:
        raise Refused("the store holds no call that the rule covers", code="sample-population")
    return found


def drawn_at(sample: Sample) -> str:
    """
    Raises:
        Refused: ``sample-not-drawn``.
    """
    if sample.drawn_at is None:
        raise Refused("this sample was not drawn yet", code="sample-not-drawn")
    return sample.drawn_at


def verify(
    sample: Sample,
    stored: Sequence[Drawn],
    *,
    now: Iterable[SamplingUnit],
    then: Callable[[], Iterable[SamplingUnit]],
) -> Verification:
    """Draw again and compare, first with the calls as they stand now, then as they stood at the draw (judging
    again can change which calls are flagged).

    Args:
        stored: the calls that were drawn.
        then: asked only where the calls of now give another sample.
    """
    found = _compared(sample, stored, now)
    if found.holds:
        return found
    before = _compared(sample, stored, then())
    return before if before.same_population else found


def _compared(sample: Sample, stored: Sequence[Drawn], population: Iterable[SamplingUnit]) -> Verification:
    again = draw(sample.seed, sample.rule, population)
    gone, new = differences(stored, again.calls)
    return Verification(sample, again.population, again.population_sha256, gone, new)


@dataclass(frozen=True, slots=True)
class MissCount:
    """How many violations the machine had missed on a drawn call, and who says so."""

    misses: int
    by: int | None
    """None: the shell."""


def check_count(said: MissCount, known: MissCount | None, *, added: int, who: Callable[[], str]) -> bool:
    """Whether this count is to be kept; False where somebody else has counted the same. The own one may be
    corrected.

    Args:
        added: violations that people added to the call: each is one the machine missed.
        who: the name of whoever made the known count.

    Raises:
        Refused: ``sample-misses``: fewer misses than violations were added.
        Conflict: ``sample-heard``: somebody else counted another number.
    """
    if said.misses < added:
        raise Refused(f"{added} violations were added to this call", code="sample-misses", count=added)
    if known is None or known.by == said.by:
        return True
    if known.misses != said.misses:
        name = who()
        raise Conflict(
            f"{name} heard this call and counted {known.misses}",
            code="sample-heard", who=name, count=known.misses,
        )  # fmt: skip
    return False
