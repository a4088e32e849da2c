"""Goals, the plan of a month and notices as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Span
from pipeline.errors import Refused
from pipeline.review.goals import GoalState, GoalStep
from pipeline.store.repositories.goals import ClipWord
from pipeline.web.access import Permission, SignedIn, TheSettings, TheStore, Visitor, allowed
from pipeline.web.api.answers import failures
from pipeline.web.coaching_plan import CoachingPlan
from pipeline.web.fields import MOST, Number
from pipeline.web.goal_cards import GoalCard, GoalSheet, card, cards, sees_goals_of, sheet, visible_goal
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.goals import known, make_goal, plan_of
from pipeline.web.screens.notices import SHOWN, NoticeLine, lines_of

router = APIRouter(prefix="/api/v1", tags=["coaching"], default_response_class=SanitisedJSON)

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Coach = Annotated[Visitor, Depends(allowed(Permission.COACH))]
Words = Annotated[str, Field(max_length=4000)]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
Token = Annotated[
    str, Field(min_length=1, max_length=64, pattern="^[!-~]+$", description="a UUID, new for each act")
]


class ClipPlace(BaseModel):
    """A place in a call of the agent."""

    model_config = ConfigDict(extra="forbid")

    call_id: Annotated[str, Field(max_length=2000)]
    start: Seconds | None = None
    end: Seconds | None = None


class NewGoal(BaseModel):
    """One behaviour for one agent."""

    model_config = ConfigDict(extra="forbid")

    request: Token
    agent_id: Annotated[str, Field(max_length=2000)]
    criterion: Annotated[str, Field(max_length=200)]
    due: date
    text: Words = ""
    insist: bool = Field(False, description="also where the agent has two goals already")
    clips: list[ClipPlace] = Field(default_factory=list, max_length=20)


class GoalWord(BaseModel):
    """A step; `acknowledge` is the agent's own, all others are for those who coach."""

    model_config = ConfigDict(extra="forbid")

    kind: GoalStep
    request: Token
    comment: Words = ""


class NoticeList(BaseModel):
    unread: int
    notices: list[NoticeLine]


class ReadNotices(BaseModel):
    """Which notices were read: these, or all up to one."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[int, Field(ge=1, le=MOST)]] | None = Field(None, max_length=500)
    upto: int | None = Field(None, ge=0, le=MOST)


@router.get("/goals", response_model=list[GoalCard], responses=failures())
def goals(
    visitor: Listener,
    store: TheStore,
    agent: Annotated[str | None, Query(max_length=200)] = None,
    state: GoalState | None = None,
) -> Any:
    """Goals with their re-check: an agent's own, or those of the teams one coaches."""
    if not sees_goals_of(visitor, visitor.user.agent_id):
        return []
    states = (state,) if state is not None else ()
    return list(cards(store, visitor, store.goals.all(scope=visitor.scope, agent_id=agent, states=states)))


@router.get("/goals/{goal}", response_model=GoalSheet, responses=failures(404))
def goal(goal: Number, visitor: Listener, store: TheStore) -> Any:
    """One goal with its places, good ones beside bad ones, and what happened to it."""
    return sheet(store, visitor, visible_goal(store, visitor, goal))


@router.post("/goals", response_model=GoalCard, responses=failures(404, 409))
def set_goal(visitor: Coach, store: TheStore, what: NewGoal) -> Any:
    """Set a goal; the same `request` again gives the same goal."""
    clips = [ClipWord(clip.call_id, _span(clip)) for clip in what.clips]
    made = make_goal(
        store, visitor, what.agent_id, what.criterion, due=what.due, token=what.request, text=what.text,
        insist=what.insist, clips=clips,
    )  # fmt: skip
    return card(store, visitor, made)


@router.post("/goals/{goal}/steps", response_model=GoalCard, responses=failures(404, 409))
def step(goal: Number, visitor: Listener, store: TheStore, what: GoalWord) -> Any:
    """Take a step; the same `request` again changes nothing."""
    if what.kind is GoalStep.ACKNOWLEDGE:
        return card(store, visitor, known(store, visitor, goal, what.request))
    visible_goal(store, visitor, goal)
    if not visitor.may(Permission.COACH) or what.kind is GoalStep.SET:
        raise Refused("that is not for you to say", code="goal-step")
    found = store.goals.step(
        goal, what.kind, by=visitor.user.id, request=what.request, comment=what.comment, scope=visitor.scope
    )
    return card(store, visitor, found)


@router.get("/coaching/plan", response_model=CoachingPlan, responses=failures())
def monthly(
    visitor: Coach,
    store: TheStore,
    settings: TheSettings,
    month: Annotated[str, Query(max_length=7)] = "",
    team: Annotated[str, Query(max_length=200)] = "",
) -> Any:
    """What each agent of a team has under way, and what could be worked on."""
    return plan_of(store, visitor, settings, month, team)[0]


@router.get("/notices", response_model=NoticeList, responses=failures())
def notices(visitor: SignedIn, store: TheStore, unread: bool = False) -> Any:
    """What one is told, the newest first."""
    found = store.notices.of(visitor.user.id, visitor.scope, unread=unread, limit=SHOWN)
    many = store.notices.unread(visitor.user.id, visitor.scope)
    return NoticeList(unread=many, notices=list(lines_of(found)))


@router.post("/notices/read", response_model=NoticeList, responses=failures())
def read(visitor: SignedIn, store: TheStore, what: ReadNotices) -> Any:
    """They were read; doing it again changes nothing."""
    store.notices.read(visitor.user.id, what.ids, upto=what.upto)
    return notices(visitor, store)


def _span(clip: ClipPlace) -> Span | None:
    if clip.start is None:
        return None
    end = clip.start if clip.end is None else clip.end
    if end < clip.start:
        raise Refused("the place ends before it begins", code="outside")
    return Span(clip.start, end)
