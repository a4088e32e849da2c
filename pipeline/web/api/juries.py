"""Agents as judges in turn, as JSON."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Outcome
from pipeline.errors import Refused
from pipeline.review.calibration import ScoreEntry, SheetLine
from pipeline.review.jury import Jury
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.api.answers import failures
from pipeline.web.fields import MOST, Number
from pipeline.web.juries import JuryResult, jury_seen, result_of
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.juries import OUTCOMES, close_jury, own_call, visible_jury

router = APIRouter(prefix="/api/v1/juries", tags=["fairness"], default_response_class=SanitisedJSON)

P = Permission
Party = Annotated[Visitor, Depends(allowed(P.TURN, P.COACH))]
Opener = Annotated[Visitor, Depends(allowed(P.COACH))]
Judge = Annotated[Visitor, Depends(allowed(P.TURN))]


class NewJury(BaseModel):
    """Days, judges and how many calls for each; the seed is made where none is given."""

    model_config = ConfigDict(extra="forbid")

    request: Annotated[str, Field(min_length=1, max_length=64, pattern="^[!-~]+$")]
    title: Annotated[str, Field(max_length=200)]
    date_from: date
    date_to: date
    judges: Annotated[list[Annotated[int, Field(ge=1, le=MOST)]], Field(max_length=500)]
    each: int = Field(3, ge=-MOST, le=MOST)
    seed: Annotated[str, Field(max_length=200)] = ""


class JudgeWord(BaseModel):
    """What a judge says about one criterion."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    comment: Annotated[str, Field(max_length=4000)] = ""


class JuryRecord(BaseModel):
    """A round, and how it came out once it is closed."""

    jury: Jury
    result: JuryResult | None


@router.get("", response_model=list[Jury], responses=failures())
def juries(visitor: Party, store: TheStore) -> Any:
    """Rounds that you judge in or opened (a supervisor: all); of a round that you judge in, your calls."""
    whose = None if visitor.may(P.DECIDE) else visitor.user.id
    return [jury_seen(visitor, one) for one in store.juries.all(user=whose)]


@router.post("", response_model=Jury, responses=failures(404, 409))
def open_jury(visitor: Opener, store: TheStore, what: NewJury) -> Any:
    """Give out reviewed calls of others to agents, in turn by the seed."""
    made = store.juries.open(
        what.title,
        seed=what.seed.strip() or secrets.token_hex(16),
        date_from=what.date_from,
        date_to=what.date_to,
        each=what.each,
        judges=what.judges,
        scope=visitor.scope,
        by=visitor.user.id,
        request=what.request,
    )
    return jury_seen(visitor, made)


@router.get("/{jury}", response_model=JuryRecord, responses=failures(404))
def one_jury(jury: Number, visitor: Party, store: TheStore) -> Any:
    """A round; once closed with the agreement of its judges (a judge: their own) with the reviewers."""
    found = visible_jury(store, visitor, jury)
    result = None if found.open else result_of(store, visitor, found)
    return {"jury": jury_seen(visitor, found), "result": result}


@router.post("/{jury}/close", response_model=Jury, responses=failures(404))
def close(jury: Number, visitor: Opener, store: TheStore) -> Any:
    """End the judging; again changes nothing."""
    return jury_seen(visitor, close_jury(store, visitor, jury))


@router.get("/{jury}/calls/{place}", response_model=list[SheetLine], responses=failures(404))
def sheet(jury: Number, place: Number, visitor: Judge, store: TheStore) -> Any:
    """What you are to judge in one of your calls, with what you have said. The sound is at
    ``/juries/JURY/calls/PLACE/audio``."""
    own_call(visible_jury(store, visitor, jury), place, visitor)
    return store.juries.sheet(jury, place, judge=visitor.user.id)


@router.post("/{jury}/calls/{place}", response_model=Jury, responses=failures(404))
def score(jury: Number, place: Number, visitor: Judge, store: TheStore, said: dict[str, JudgeWord]) -> Any:
    """Criterion -> what you say. The same again changes nothing; a whole sheet stays as it is."""
    if any(one.outcome not in OUTCOMES for one in said.values()):
        raise Refused("hints are the machine's alone", code="jury-outcome")
    words = {criterion: ScoreEntry(one.outcome, one.comment) for criterion, one in said.items()}
    return jury_seen(visitor, store.juries.score(jury, place, words, judge=visitor.user.id))
