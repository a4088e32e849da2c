"""Random samples that nobody can steer and anybody can draw again.

The rule and the seed are announced before the calls are taken, so that nobody can pick; the draw follows from
them alone. The algorithm, in words that need no program of ours:

1. The population is every call that the rule covers. Its digest is the SHA-256 of the call ids in order of
   their UTF-8 bytes, each followed by a line feed.
2. A call's ticket is the SHA-256, in hexadecimal digits, of ``SEED:CALL_ID`` in UTF-8.
3. In each stratum (agent, team, or all together) the calls with the smallest tickets are drawn, as many as
   the rule says, or all where there are fewer.

Tickets of different calls are as good as independent: each call of a stratum has the same chance.
Nobody knows a ticket without both the seed and the call id, and whoever has both can compute it::

    printf '%s' 'SEED:CALL_ID' | sha256sum

A rule may name the n-th call of each day instead (:mod:`pipeline.review.turns`): then step 3 takes that one,
calls that begin in the same second in order of the bytes of their ids, and nobody needs a ticket.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from pipeline.domain import CallHeader
from pipeline.errors import ReviewError
from pipeline.review.turns import MOST_TURNS, DailyTurn, turn_of, turns_from


class Per(StrEnum):
    """What a stratum is."""

    AGENT = "agent"
    TEAM = "team"
    ALL = "all"


class Which(StrEnum):
    """Which calls can be drawn. Those nothing was flagged on show what the machine misses."""

    UNFLAGGED = "unflagged"
    FLAGGED = "flagged"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SampleRule:
    """Which calls a sample is drawn from, and how many.

    Days and hours are by the clock on the wall where the calls are taken, as everywhere else.
    """

    date_from: date
    date_to: date
    """Last day, included."""
    count: int = 2
    """Calls of each stratum."""
    per: Per = Per.AGENT
    which: Which = Which.UNFLAGGED
    min_duration: float = 0.0
    """Seconds."""
    hour_from: int = 0
    hour_to: int = 24
    """Calls that begin from ``hour_from`` on and before ``hour_to``."""
    undated: bool = True
    """Also calls of which nobody says when they began, under the day of their first inspection; where the
    hours are limited, those cannot be told to be inside. Rules announced before this was told apart: no."""
    turns: tuple[DailyTurn, ...] = ()
    """The n-th call of each day, by one of these; then ``count`` says nothing, and undated calls, which have
    no place among the others, are left out. None: by lot."""

    def __post_init__(self) -> None:
        if not EARLIEST <= self.date_from <= self.date_to <= LATEST:
            raise ReviewError(
                "the last day is before the first, or a day is beyond every calendar", code="sample-days"
            )
        if not 1 <= self.count <= MOST:
            raise ReviewError(f"from 1 to {MOST} calls can be drawn of each", code="sample-count")
        if not 0 <= self.hour_from < self.hour_to <= 24:
            raise ReviewError("hours go from 0 to 24, the first before the last", code="sample-hours")
        if not 0 <= self.min_duration < float("inf"):
            raise ReviewError("the shortest duration is a number of seconds", code="sample-duration")
        if len(self.turns) > MOST_TURNS:
            raise ReviewError(f"at most {MOST_TURNS} rules take turns", code="sample-turns")

    @property
    def by_lot(self) -> bool:
        """Each call of a stratum has the same chance: only then do the calls speak for all others."""
        return not self.turns

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=str, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SampleRule:
        values = json.loads(text)
        return cls(
            **{
                "undated": False,
                **values,
                "date_from": date.fromisoformat(values["date_from"]),
                "date_to": date.fromisoformat(values["date_to"]),
                "per": Per(values["per"]),
                "which": Which(values["which"]),
                "turns": turns_from(values.get("turns", ())),
            }
        )


EARLIEST, LATEST = date(1970, 1, 2), date(9999, 12, 30)
"""Days that have a day before and after them on every computer's clock."""
MOST = 1000
"""Calls of one stratum: nobody hears more."""


@dataclass(frozen=True, slots=True)
class SamplingUnit:
    """A call that can be drawn."""

    call_id: str
    stratum: str
    began: str = ""
    """``YYYY-MM-DDTHH:MM:SS`` by the clock where it was taken; empty: nobody says."""
    duration: float = 0.0
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A call that was drawn."""

    call_id: str
    stratum: str
    place: int
    """From 1, by ticket within the stratum; of n-th calls by day."""
    ticket: str
    """Empty where no ticket was asked."""


@dataclass(frozen=True, slots=True)
class Draw:
    population: int
    population_sha256: str
    calls: tuple[Drawn, ...]
    """By stratum, then by place."""


def draw(seed: str, rule: SampleRule, population: Iterable[SamplingUnit]) -> Draw:
    """Draw a sample; the same arguments give the same calls, in whatever order the population comes."""
    strata: dict[str, list[SamplingUnit]] = defaultdict(list)
    names = []
    for candidate in population:
        strata[candidate.stratum].append(candidate)
        names.append(candidate.call_id)
    taken = _nth_calls if rule.turns else _by_ticket
    calls = tuple(
        Drawn(call_id, stratum, place, ticket_)
        for stratum in sorted(strata)
        for place, (ticket_, call_id) in enumerate(taken(seed, rule, strata[stratum]), start=1)
    )
    return Draw(len(names), population_digest(names), calls)


def _by_ticket(seed: str, rule: SampleRule, stratum: Iterable[SamplingUnit]) -> list[tuple[str, str]]:
    return sorted((ticket(seed, c.call_id), c.call_id) for c in stratum)[: rule.count]


def _nth_calls(seed: str, rule: SampleRule, stratum: Iterable[SamplingUnit]) -> list[tuple[str, str]]:
    days: dict[str, list[SamplingUnit]] = defaultdict(list)
    for call in stratum:
        if call.began:
            days[call.began[:10]].append(call)
    found = []
    for day in sorted(days):
        turn = turn_of(seed, day, rule.turns)
        counted = [c for c in days[day] if c.duration >= turn.over and int(c.began[11:13]) >= turn.hour]
        if len(counted) >= turn.nth:
            counted.sort(key=lambda c: (c.began, _bytes(c.call_id)))
            found.append(("", counted[turn.nth - 1].call_id))
    return found


def ticket(seed: str, call_id: str) -> str:
    """Step 2 of the algorithm."""
    return hashlib.sha256(_bytes(f"{seed}:{call_id}")).hexdigest()


def population_digest(call_ids: Iterable[str]) -> str:
    """Step 1 of the algorithm."""
    return hashlib.sha256(b"".join(name + b"\n" for name in sorted(map(_bytes, call_ids)))).hexdigest()


def _bytes(text: str) -> bytes:
    # names of damaged call lists may hold lone surrogates, which strict UTF-8 refuses
    return text.encode("utf-8", "surrogatepass")


def announced_in_advance(announced_at: datetime, rule: SampleRule, zone: tzinfo | None = None) -> bool:
    """True where the rule was announced before its first hour began.

    Args:
        announced_at: with an offset.
        zone: where the calls are taken; None: where this computer is.
    """
    begins = datetime.combine(rule.date_from, time(rule.hour_from))
    begins = begins.astimezone() if zone is None else begins.replace(tzinfo=zone)
    return announced_at < begins


class NoticeGrade(StrEnum):
    """How long before its period a rule was announced."""

    DAY_BEFORE = "day-before"
    """On an earlier day: everybody could know."""
    SAME_DAY = "same-day"
    """Late, yet before its first hour: nobody could pick."""
    AFTER = "after"
    """When the period had begun."""


def notice_of(announced_at: datetime, rule: SampleRule, zone: tzinfo | None = None) -> NoticeGrade:
    """
    Args:
        announced_at: with an offset.
        zone: where the calls are taken; None: where this computer is.
    """
    if not announced_in_advance(announced_at, rule, zone):
        return NoticeGrade.AFTER
    return (
        NoticeGrade.DAY_BEFORE
        if announced_at.astimezone(zone).date() < rule.date_from
        else NoticeGrade.SAME_DAY
    )


def period_is_over(now: datetime, rule: SampleRule, zone: tzinfo | None = None) -> bool:
    """True where no more calls of the period can come."""
    return now.astimezone(zone).date() > rule.date_to


def differences(stored: Sequence[Drawn], again: Sequence[Drawn]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Call ids that are only stored, and those that only the new draw has."""
    first, second = {c.call_id for c in stored}, {c.call_id for c in again}
    return tuple(sorted(first - second)), tuple(sorted(second - first))


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
    notice: NoticeGrade

    @property
    def in_advance(self) -> bool:
        """True where it was announced before its period began: nobody could pick."""
        return self.notice is not NoticeGrade.AFTER


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A drawn call and what a person heard on it."""

    call: CallHeader
    stratum: str
    place: int
    duration: float | None
    score: float | None
    """With people's verdicts in it; provisional unless ``final``."""
    score_low: float | None
    score_high: float | None
    """Its range while something is not settled."""
    final: bool
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
