"""Samples: announced, drawn, verified, heard; and what they say about the machine."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.review.misses import MissRate, OverallMiss, SampleOutcome, miss_rates, overall_miss
from pipeline.review.sampling import (
    MOST,
    Per,
    Sample,
    SampleCall,
    SampleRule,
    Verification,
    Which,
    period_is_over,
)
from pipeline.review.turns import MOST_NTH, DailyTurn, turn_of
from pipeline.store import Store
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.names import FieldName
from pipeline.web.redact import redact_sample, redact_sample_calls
from pipeline.web.render import page
from pipeline.web.scopes import check_in_scope

router = APIRouter(prefix="/samples")

P = Permission
Reader = Annotated[Visitor, Depends(allowed(P.SAMPLE, P.HEAR, P.ANNOUNCED))]
Announcer = Annotated[Visitor, Depends(allowed(P.SAMPLE))]
Hearer = Annotated[Visitor, Depends(allowed(P.HEAR))]


MOST_MISSES = 999
TURN_ROWS = 3
"""Rules that the form has room for; the shell takes more."""


@dataclass(frozen=True, slots=True)
class TurnDay:
    """A day of n-th calls: which rule held, and how many gave a call."""

    day: str
    turn: DailyTurn
    drawn: int


@dataclass(frozen=True, slots=True)
class SamplesPage(PageContext):
    template: ClassVar[str] = "samples/index.html"
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class NewSamplePage(PageContext):
    template: ClassVar[str] = "samples/new.html"
    rule: SampleRule
    """What the form proposes."""
    seed: str
    pers: tuple[Per, ...]
    whiches: tuple[Which, ...]
    most: int
    """Calls that can be drawn of one stratum."""
    most_nth: int
    turn_rows: int


@dataclass(frozen=True, slots=True)
class SamplePage(PageContext):
    template: ClassVar[str] = "samples/show.html"
    sample: Sample
    seed_sha256: str
    over: bool
    """True where the period is over, so that it can be drawn."""
    calls: tuple[SampleCall, ...]
    rates: tuple[MissRate, ...]
    overall: OverallMiss | None
    names: Mapping[str, str]
    """Stratum -> the name of its agent."""
    verification: Verification | None
    most_misses: int
    days: tuple[TurnDay, ...]
    """Of n-th calls, once drawn."""


@router.get("")
def index(request: Request, visitor: Reader, store: TheStore) -> Response:
    return page(request, SamplesPage(samples_seen(store, visitor)), visitor=visitor)


@router.get("/new")
def new(request: Request, visitor: Announcer) -> Response:
    tomorrow = date.today() + timedelta(days=1)
    context = NewSamplePage(
        rule=SampleRule(tomorrow, tomorrow),
        seed=secrets.token_hex(16),
        pers=tuple(Per),
        whiches=tuple(Which),
        most=MOST,
        most_nth=MOST_NTH,
        turn_rows=TURN_ROWS,
    )
    return page(request, context, visitor=visitor)


@router.post("")
def announce(
    visitor: Announcer,
    store: TheStore,
    token: RequestName,
    title: Annotated[str, Form(max_length=200)],
    date_from: Annotated[date, Form()],
    date_to: Annotated[date, Form()],
    seed: Annotated[str, Form(max_length=200)] = "",
    count: Annotated[int, Form()] = 2,
    per: Annotated[Per, Form()] = Per.AGENT,
    which: Annotated[Which, Form()] = Which.UNFLAGGED,
    min_duration: Annotated[float, Form()] = 0.0,
    hour_from: Annotated[int, Form()] = 0,
    hour_to: Annotated[int, Form()] = 24,
    turn_nth: Annotated[list[str] | None, Form()] = None,
    turn_over: Annotated[list[str] | None, Form()] = None,
    turn_hour: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Rows of the n-th call whose number is empty are left out; without any, calls are drawn by lot."""
    rows = zip_longest(turn_nth or (), turn_over or (), turn_hour or (), fillvalue="")
    rule = SampleRule(
        date_from=date_from,
        date_to=date_to,
        count=count,
        per=per,
        which=which,
        min_duration=min_duration,
        hour_from=hour_from,
        hour_to=hour_to,
        turns=tuple(DailyTurn.from_text("/".join(row)) for row in rows if row[0].strip()),
    )
    made = store.samples.announce(
        title, rule, seed=seed.strip() or secrets.token_hex(16), by=visitor.user.id, request=token
    )
    return _to(made.id)


@router.get("/{sample}")
def show(
    request: Request, sample: Number, visitor: Reader, store: TheStore, verify: bool = False
) -> Response:
    room = store.samples
    found = room.sample(sample)
    calls = redact_sample_calls(room.calls(sample, scope=visitor.scope), visitor)
    told = not visitor.judged  # agents read what was announced, not what came of it
    drawn = found.drawn_at is not None
    heard, strata = [SampleOutcome(c.stratum, c.misses) for c in calls], room.strata(sample)
    sizes = {name: strata[name] for name in {one.stratum for one in heard}}
    by_agent = found.rule.per is Per.AGENT
    context = SamplePage(
        sample=redact_sample(found, visitor),
        seed_sha256=hashlib.sha256(found.seed.encode("utf-8", "surrogatepass")).hexdigest(),
        over=period_is_over(datetime.now(UTC), found.rule),
        calls=tuple(calls),
        rates=miss_rates(heard) if drawn and told else (),
        overall=overall_miss(heard, sizes) if drawn and told and found.rule.by_lot else None,
        names={c.stratum: c.call.agent_name for c in calls if c.call.agent_name} if by_agent else {},
        verification=room.verify(sample) if verify and drawn and told else None,
        most_misses=MOST_MISSES,
        days=_days(found, calls) if drawn and found.rule.turns else (),
    )
    return page(request, context, visitor=visitor)


@router.post("/{sample}/draw")
def draw(sample: Number, visitor: Announcer, store: TheStore) -> Response:
    store.samples.draw(sample)
    return _to(sample)


@router.post("/{sample}/heard")
def hear(
    sample: Number,
    visitor: Hearer,
    store: TheStore,
    call_id: Annotated[FieldName, Form()],
    misses: Annotated[int, Form(ge=0, le=MOST_MISSES)],
) -> Response:
    check_in_scope(store, visitor, call_id)
    store.samples.hear(sample, call_id, misses=misses, by=visitor.user.id)
    return _to(sample)


def samples_seen(store: Store, visitor: Visitor) -> tuple[Sample, ...]:
    """Every sample that is announced, the newest first. A rule covers the calls of all agents: whoever has
    calls is concerned, an account without an agent is not."""
    if visitor.judged and visitor.scope.nothing:
        return ()
    return tuple(redact_sample(one, visitor) for one in store.samples.all())


def _days(sample: Sample, calls: tuple[SampleCall, ...]) -> tuple[TurnDay, ...]:
    """Every day of the period that gave the reader a call."""
    counts = Counter(one.call.started_at.date().isoformat() for one in calls if one.call.started_at)
    return tuple(
        TurnDay(day, turn_of(sample.seed, day, sample.rule.turns), counts[day]) for day in sorted(counts)
    )


def _to(sample: int) -> Response:
    return RedirectResponse(f"/samples/{sample}", status_code=303)
