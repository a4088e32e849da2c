"""Agents as judges in turn: opened with days and a seed, judged blind, compared with the reviewers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.domain import Outcome, User, UserRole
from pipeline.errors import Refused
from pipeline.review.calibration import ScoreEntry, SheetLine
from pipeline.review.jury import MOST_EACH, Jury, JuryCall, no_jury
from pipeline.store import Store
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext, Person
from pipeline.web.fields import Number, RequestName
from pipeline.web.juries import JuryResult, jury_seen, leads_jury, result_of
from pipeline.web.playback_service import ThePlaybackService
from pipeline.web.render import page
from pipeline.web.screens.audio import sound_response

router = APIRouter(prefix="/juries")

P = Permission
Party = Annotated[Visitor, Depends(allowed(P.TURN, P.COACH))]
Opener = Annotated[Visitor, Depends(allowed(P.COACH))]
Judge = Annotated[Visitor, Depends(allowed(P.TURN))]
OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.HINT)


@dataclass(frozen=True, slots=True)
class JuriesPage(PageContext):
    template: ClassVar[str] = "juries/index.html"
    juries: tuple[Jury, ...]


@dataclass(frozen=True, slots=True)
class NewJuryPage(PageContext):
    template: ClassVar[str] = "juries/new.html"
    people: tuple[Person, ...]
    """Agents who can be named."""
    seed: str
    start: date | None
    end: date | None
    most: int


@dataclass(frozen=True, slots=True)
class JuryPage(PageContext):
    template: ClassVar[str] = "juries/show.html"
    jury: Jury
    mine: tuple[JuryCall, ...]
    """Calls that the visitor judges."""
    may_close: bool
    result: JuryResult | None
    """Once it is closed: of everybody for those who lead it, of themselves for a judge."""


@dataclass(frozen=True, slots=True)
class JurySheetPage(PageContext):
    template: ClassVar[str] = "juries/sheet.html"
    jury: Jury
    chosen: JuryCall
    lines: tuple[SheetLine, ...]
    outcomes: tuple[Outcome, ...]
    may_score: bool
    next: int | None
    """Place of the visitor's call that follows."""


@router.get("")
def index(request: Request, visitor: Party, store: TheStore) -> Response:
    whose = None if visitor.may(P.DECIDE) else visitor.user.id
    found = tuple(jury_seen(visitor, one) for one in store.juries.all(user=whose))
    return page(request, JuriesPage(found), visitor=visitor)


@router.get("/new")
def new(request: Request, visitor: Opener, store: TheStore) -> Response:
    latest = next(iter(store.days.latest(visitor.scope, limit=1)), None)
    start = None if latest is None else latest.replace(day=1)
    context = NewJuryPage(agents_of(store, visitor), secrets.token_hex(16), start, latest, MOST_EACH)
    return page(request, context, visitor=visitor)


@router.post("")
def open_one(
    visitor: Opener,
    store: TheStore,
    token: RequestName,
    title: Annotated[str, Form(max_length=200)],
    date_from: Annotated[date, Form()],
    date_to: Annotated[date, Form()],
    judges: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
    each: Annotated[int, Form()] = 3,
    seed: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    made = store.juries.open(
        title,
        seed=seed.strip() or secrets.token_hex(16),
        date_from=date_from,
        date_to=date_to,
        each=each,
        judges=judges,
        scope=visitor.scope,
        by=visitor.user.id,
        request=token,
    )
    return _to(made.id)


@router.get("/{jury}")
def show(request: Request, jury: Number, visitor: Party, store: TheStore) -> Response:
    found = visible_jury(store, visitor, jury)
    context = JuryPage(
        jury=jury_seen(visitor, found),
        mine=found.judged_by(visitor.user.id),
        may_close=found.open and leads_jury(visitor, found),
        result=None if found.open else result_of(store, visitor, found),
    )
    return page(request, context, visitor=visitor)


@router.post("/{jury}/close")
def close(jury: Number, visitor: Opener, store: TheStore) -> Response:
    close_jury(store, visitor, jury)
    return _to(jury)


@router.get("/{jury}/calls/{place}")
def sheet(request: Request, jury: Number, place: Number, visitor: Judge, store: TheStore) -> Response:
    found = visible_jury(store, visitor, jury)
    chosen = own_call(found, place, visitor)
    context = JurySheetPage(
        jury=jury_seen(visitor, found),
        chosen=chosen,
        lines=store.juries.sheet(found.id, place, judge=visitor.user.id),
        outcomes=OUTCOMES,
        may_score=found.open and not chosen.whole,
        next=_next(found, place, visitor),
    )
    return page(request, context, visitor=visitor)


@router.post("/{jury}/calls/{place}")
async def score(request: Request, jury: Number, place: Number, visitor: Judge, store: TheStore) -> Response:
    form = await request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_score, store, visitor, jury, place, given)


@router.get("/{jury}/calls/{place}/audio")
async def audio(
    request: Request,
    jury: Number,
    place: Number,
    visitor: Judge,
    store: TheStore,
    service: ThePlaybackService,
) -> Response:
    """The sound of the call by its place in the round: its judge hears it while the round is open, and reads
    no id."""
    call_id = await run_in_threadpool(store.juries.call_of, jury, place, judge=visitor.user.id)
    return await sound_response(request, call_id, visitor, service, store)


def _score(store: Store, visitor: Visitor, number: int, place: int, given: dict[str, str]) -> Response:
    """Fields come in threes by number, as those of a calibration."""
    found = visible_jury(store, visitor, number)
    said: dict[str, ScoreEntry] = {}
    for name, criterion in given.items():
        kind, _, part = name.partition("-")
        outcome = given.get(f"outcome-{part}", "")
        if kind == "criterion" and outcome in set(OUTCOMES):
            said[criterion] = ScoreEntry(Outcome(outcome), given.get(f"comment-{part}", "")[:4000])
    store.juries.score(found.id, place, said, judge=visitor.user.id)
    further = _next(found, place, visitor)
    there = f"/juries/{found.id}" + (f"/calls/{further}" if further and "next" in given else "")
    return RedirectResponse(there, status_code=303)


def agents_of(store: Store, visitor: Visitor) -> tuple[User, ...]:
    """Agents whom the visitor can name as judges: of a lead those of the team."""
    every = (row.user for row in store.accounts.all(roles=(UserRole.AGENT,)))
    team = visitor.scope.team
    found = (user for user in every if not user.disabled and user.agent_id and team in (None, user.team))
    return tuple(sorted(found, key=lambda user: user.display_name))


def visible_jury(store: Store, visitor: Visitor, number: int) -> Jury:
    """
    Raises:
        Missing: another one, or none: the answer is the same.
    """
    found = store.juries.jury(number)
    if not leads_jury(visitor, found) and not found.judged_by(visitor.user.id):
        raise no_jury(number)
    return found


def own_call(found: Jury, place: int, visitor: Visitor) -> JuryCall:
    """
    Raises:
        Missing: the visitor judges no such call.
    """
    for one in found.judged_by(visitor.user.id):
        if one.place == place:
            return one
    raise no_jury(found.id)


def close_jury(store: Store, visitor: Visitor, number: int) -> Jury:
    """
    Raises:
        Missing: there is none that the visitor may see. Refused: it is not theirs to close.
    """
    found = visible_jury(store, visitor, number)
    if not leads_jury(visitor, found):
        raise Refused("whoever opened it closes it, or a supervisor", code="jury-close")
    return store.juries.close(found.id)


def _next(found: Jury, place: int, visitor: Visitor) -> int | None:
    return next((one.place for one in found.judged_by(visitor.user.id) if one.place > place), None)


def _to(number: int) -> Response:
    return RedirectResponse(f"/juries/{number}", status_code=303)
