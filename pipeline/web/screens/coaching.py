"""Coaching: notes to agents, and the calls worth hearing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import no_agent
from pipeline.store.repositories.coaching import Exemplar, Note
from pipeline.store.repositories.goals import Goal
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.goal_cards import GoalCard, cards, sees_goals_of
from pipeline.web.names import FieldName
from pipeline.web.openness import exemplars_seen
from pipeline.web.redact import redact_exemplars
from pipeline.web.render import page, url
from pipeline.web.scopes import check_in_scope

router = APIRouter()

P = Permission
Listener = Annotated[Visitor, Depends(allowed(P.LISTEN))]
Coach = Annotated[Visitor, Depends(allowed(P.COACH))]
Supervisor = Annotated[Visitor, Depends(allowed(P.DECIDE))]
CallId = Annotated[FieldName, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class CoachingPage(PageContext):
    template: ClassVar[str] = "coaching/index.html"
    agent_id: str
    notes: tuple[Note, ...]
    goals: tuple[GoalCard, ...]
    """Where they are for whoever looks."""


@dataclass(frozen=True, slots=True)
class ExemplarsPage(PageContext):
    template: ClassVar[str] = "coaching/exemplars.html"
    approved: tuple[Exemplar, ...]
    proposed: tuple[Exemplar, ...]
    anonymous: bool
    """Whoever proposes one may ask not to be named."""


@router.get("/coaching")
def notes(request: Request, visitor: Listener, store: TheStore, agent: str = "") -> Response:
    """The notes to one agent; an agent's own where none is named."""
    agent_id = agent or visitor.user.agent_id or ""
    if not agent_id and visitor.may(P.COACH):
        return RedirectResponse(url("/coaching/plan", format=request.query_params.get("format")), 303)
    if agent_id != visitor.user.agent_id and not store.coaching.knows(agent_id, scope=visitor.scope):
        raise no_agent(agent_id)
    found = tuple(store.coaching.notes(agent_id, scope=visitor.scope))
    goals: tuple[Goal, ...] = ()
    if sees_goals_of(visitor, agent_id):
        goals = store.goals.all(scope=visitor.scope, agent_id=agent_id)
    return page(request, CoachingPage(agent_id, found, cards(store, visitor, goals)), visitor=visitor)


@router.post("/coaching/notes")
def write(
    visitor: Coach,
    store: TheStore,
    token: RequestName,
    agent_id: Annotated[FieldName, Form(max_length=2000)],
    text: Annotated[str, Form(max_length=4000)],
    call_id: CallId = "",
    criterion: Annotated[str, Form(max_length=200)] = "",
    starts: Annotated[str, Form(max_length=20)] = "",
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    if not store.coaching.knows(agent_id, scope=visitor.scope):
        raise no_agent(agent_id)
    if call_id:
        check_in_scope(store, visitor, call_id)
    store.coaching.write(
        agent_id,
        text,
        by=visitor.user.id,
        request=token,
        call_id=call_id or None,
        criterion=criterion or None,
        starts=seconds_of(starts),
    )
    return RedirectResponse(own_address(back) or url("/coaching", agent=agent_id), status_code=303)


@router.post("/coaching/notes/{note}/read")
def acknowledge(
    note: Number,
    visitor: Listener,
    store: TheStore,
    back: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    store.coaching.acknowledge(note, agent_id=visitor.user.agent_id)
    return RedirectResponse(own_address(back) or "/coaching", status_code=303)


@router.get("/exemplars")
def exemplars(request: Request, visitor: Listener, store: TheStore, settings: TheSettings) -> Response:
    every = redact_exemplars(store.coaching.exemplars(scope=visitor.scope), visitor)
    found = exemplars_seen(request, visitor, every)
    context = ExemplarsPage(
        approved=tuple(one for one in found if one.approved),
        proposed=tuple(one for one in found if not one.approved),
        anonymous=settings.coaching.anonymous,
    )
    return page(request, context, visitor=visitor)


@router.post("/exemplars")
def nominate(
    visitor: Listener,
    store: TheStore,
    call_id: CallId,
    title: Annotated[str, Form(max_length=200)],
    settings: TheSettings,
    note: Annotated[str, Form(max_length=4000)] = "",
    anonymous: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    check_in_scope(store, visitor, call_id)
    hidden = bool(anonymous) and settings.coaching.anonymous
    store.coaching.nominate(call_id, title=title, note=note, by=visitor.user.id, anonymous=hidden)
    return RedirectResponse("/exemplars", status_code=303)


@router.post("/exemplars/approve")
def approve(visitor: Supervisor, store: TheStore, call_id: CallId) -> Response:
    """From now on everybody who is signed in may hear it: the supervisor answers for that."""
    store.coaching.approve(call_id, by=visitor.user.id)
    return RedirectResponse("/exemplars", status_code=303)


@router.post("/exemplars/withdraw")
def withdraw(visitor: Supervisor, store: TheStore, call_id: CallId) -> Response:
    store.coaching.withdraw(call_id)
    return RedirectResponse("/exemplars", status_code=303)


def seconds_of(text: str) -> float | None:
    """``83.5`` or ``1:23.5`` as seconds; None where it is neither."""
    minutes, _, rest = text.strip().rpartition(":")
    try:
        found = (int(minutes) * 60 if minutes else 0) + float(rest)
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def own_address(back: str) -> str:
    """An address of ours to return to; nothing that leads to another site."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else ""
