"""Calibrations: opened, scored blind, compared when closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.domain import Outcome
from pipeline.domain.people import User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.review.calibration import (
    AgainstExpert,
    Calibration,
    CalibrationCall,
    Comparison,
    ScoreEntry,
    SheetLine,
    compare,
)
from pipeline.review.calibration_rules import check_visible, leads, machine_beside_expert
from pipeline.store import Store
from pipeline.web.access import ROLE_PERMISSIONS, Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext, Person
from pipeline.web.fields import Number, RequestName
from pipeline.web.names import from_field
from pipeline.web.redact import redact_calibration
from pipeline.web.render import page
from pipeline.web.scopes import check_in_scope

router = APIRouter(prefix="/calibrations")

P = Permission
Scorer = Annotated[Visitor, Depends(allowed(P.CALIBRATE))]

_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.HINT)
"""What a person may score: hints are the machine's alone."""
SCORING = tuple(role for role in UserRole if P.CALIBRATE in ROLE_PERMISSIONS[role])


@dataclass(frozen=True, slots=True)
class CalibrationsPage(PageContext):
    template: ClassVar[str] = "calibrations/index.html"
    calibrations: tuple[Calibration, ...]


@dataclass(frozen=True, slots=True)
class NewCalibrationPage(PageContext):
    template: ClassVar[str] = "calibrations/new.html"
    people: tuple[Person, ...]
    """Who can be invited."""
    calls: str
    """Ids that the form proposes."""


@dataclass(frozen=True, slots=True)
class OpenCalibrationPage(PageContext):
    template: ClassVar[str] = "calibrations/open.html"
    calibration: Calibration
    may_close: bool
    left: tuple[str, ...]
    """Ids of the calls that the visitor is still to score."""


@dataclass(frozen=True, slots=True)
class ClosedCalibrationPage(PageContext):
    template: ClassVar[str] = "calibrations/closed.html"
    calibration: Calibration
    comparison: Comparison
    machine: AgainstExpert | None
    """The machine as one more scorer; None where there is no baseline."""
    criteria: Mapping[str, str]
    """Criterion -> title."""
    names: Mapping[int, str]
    """Scorer -> name."""


@dataclass(frozen=True, slots=True)
class ScoringSheetPage(PageContext):
    template: ClassVar[str] = "calibrations/sheet.html"
    calibration: Calibration
    chosen: CalibrationCall
    lines: tuple[SheetLine, ...]
    outcomes: tuple[Outcome, ...]
    may_score: bool
    next: int | None
    """Place of the call that follows."""


@router.get("")
def index(request: Request, visitor: Scorer, store: TheStore) -> Response:
    whose = None if visitor.may(P.DECIDE) else visitor.user.id
    found = tuple(redact_calibration(one) for one in store.calibrations.all(user=whose))
    return page(request, CalibrationsPage(found), visitor=visitor)


@router.get("/new")
def new(request: Request, visitor: Scorer, store: TheStore, call: str = "") -> Response:
    return page(request, NewCalibrationPage(tuple(_people(store)), call), visitor=visitor)


@router.post("")
def open_one(
    visitor: Scorer,
    store: TheStore,
    token: RequestName,
    title: Annotated[str, Form(max_length=200)],
    calls: Annotated[str, Form(max_length=20_000)],
    scorers: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
    expert: Annotated[str, Form()] = "",
) -> Response:
    call_ids = [str(from_field(line.strip())) for line in calls.splitlines() if line.strip()]
    check_in_scope(store, visitor, *call_ids)
    known = {user.id for user in _people(store)}
    baseline = int(expert) if expert.isdecimal() else None
    if not {*scorers, *(() if baseline is None else (baseline,))} <= known:
        raise Missing("there is no such reviewer", code="no-user")
    made = store.calibrations.open(
        title, call_ids=call_ids, scorers=scorers, expert=baseline, by=visitor.user.id, request=token
    )
    return _to(made.id)


@router.get("/{calibration}")
def show(request: Request, calibration: Number, visitor: Scorer, store: TheStore) -> Response:
    found = _visible(store, visitor, calibration)
    room = store.calibrations
    if found.open:
        left = tuple(sorted(room.sealed(visitor.user.id, calibration=found.id)))
        context = OpenCalibrationPage(redact_calibration(found), _leads(visitor, found), left)
        return page(request, context, visitor=visitor)
    # a call of this one may be in another that is still open
    sealed = visitor.scope.sealed
    marks = tuple(mark for mark in room.marks(found.id) if mark.call_id not in sealed)
    machine = {item: said for item, said in room.machine(found.id).items() if item[0] not in sealed}
    closed = ClosedCalibrationPage(
        calibration=replace(
            redact_calibration(found), calls=tuple(c for c in found.calls if c.call_id not in sealed)
        ),
        comparison=compare(marks, expert=found.expert),
        machine=machine_beside_expert(marks, machine, expert=found.expert),
        criteria=room.titles(found.id),
        names={scorer.user: scorer.name for scorer in found.scorers},
    )
    return page(request, closed, visitor=visitor)


@router.post("/{calibration}/close")
def close(calibration: Number, visitor: Scorer, store: TheStore) -> Response:
    found = _visible(store, visitor, calibration)
    if not _leads(visitor, found):
        raise Refused("whoever opened it closes it, or a supervisor", code="calibration-close")
    store.calibrations.close(found.id)
    return _to(found.id)


@router.get("/{calibration}/calls/{place}")
def sheet(request: Request, calibration: Number, place: Number, visitor: Scorer, store: TheStore) -> Response:
    found = _visible(store, visitor, calibration)
    chosen = _call(found, place)
    left = store.calibrations.sealed(visitor.user.id, calibration=found.id)
    context = ScoringSheetPage(
        calibration=redact_calibration(found),
        chosen=chosen,
        lines=tuple(store.calibrations.sheet(found.id, chosen.call_id, user=visitor.user.id)),
        outcomes=_OUTCOMES,
        may_score=found.open and found.invited(visitor.user.id) and chosen.call_id in left,
        next=next((c.place for c in found.calls if c.place > place), None),
    )
    return page(request, context, visitor=visitor)


@router.post("/{calibration}/calls/{place}")
async def score(
    request: Request, calibration: Number, place: Number, visitor: Scorer, store: TheStore
) -> Response:
    form = await request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_score, store, visitor, calibration, place, given)


def _score(store: Store, visitor: Visitor, calibration: int, place: int, given: dict[str, str]) -> Response:
    """Fields come in threes by number: ``criterion-0``, ``outcome-0``, ``comment-0``. What has no outcome is
    left for later."""
    found = _visible(store, visitor, calibration)
    chosen = _call(found, place)
    said = {}
    for name, criterion in given.items():
        kind, _, number = name.partition("-")
        outcome = given.get(f"outcome-{number}", "")
        if kind == "criterion" and outcome in set(_OUTCOMES):
            said[criterion] = ScoreEntry(Outcome(outcome), given.get(f"comment-{number}", "")[:4000])
    store.calibrations.score(found.id, chosen.call_id, said, user=visitor.user.id)
    further = next((c.place for c in found.calls if c.place > place), None)
    there = f"/calibrations/{found.id}" + (f"/calls/{further}" if further and "next" in given else "")
    return RedirectResponse(there, status_code=303)


def _people(store: Store) -> list[User]:
    found = [row.user for row in store.accounts.all(roles=SCORING) if not row.user.disabled]
    return sorted(found, key=lambda user: user.display_name)


def _leads(visitor: Visitor, found: Calibration) -> bool:
    return leads(found, visitor.user.id, decides=visitor.may(P.DECIDE))


def _visible(store: Store, visitor: Visitor, calibration: int) -> Calibration:
    """A calibration that the visitor may see.

    Raises:
        Missing: another one, or none: the answer is the same.
    """
    found = store.calibrations.calibration(calibration)
    check_visible(found, visitor.user.id, decides=visitor.may(P.DECIDE))
    return found


def _call(found: Calibration, place: int) -> CalibrationCall:
    for call in found.calls:
        if call.place == place:
            return call
    raise Missing("this calibration has no such call", code="no-calibration")


def _to(calibration: int) -> Response:
    return RedirectResponse(f"/calibrations/{calibration}", status_code=303)
