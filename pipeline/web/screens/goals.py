"""Goals of coaching: the lead's plan of the month, a goal with its places side by side, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import Span
from pipeline.errors import Missing, Refused, UsageError
from pipeline.review.goals import BEFORE_DAYS, FIRST_WEEKS, GoalStep
from pipeline.rubric import Rubric
from pipeline.settings import Settings
from pipeline.settlement import Month
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.goals import ClipWord, Goal
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.coaching_plan import CoachingPlan, plan
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.goal_cards import GoalSheet, sheet, visible_goal
from pipeline.web.names import FieldName
from pipeline.web.render import page
from pipeline.web.rulebook.book import read_book
from pipeline.web.scopes import check_in_scope
from pipeline.web.screens.coaching import own_address, seconds_of

router = APIRouter(prefix="/coaching")

P = Permission
Listener = Annotated[Visitor, Depends(allowed(P.LISTEN))]
Coach = Annotated[Visitor, Depends(allowed(P.COACH))]
Back = Annotated[str, Form(max_length=2000)]
FIRST_YEAR = 1970
CLIPS, CLIP_SECONDS = 3, 8.0
"""Places that are found for a goal where nobody names one, and how long one is of which only the beginning is
known."""


@dataclass(frozen=True, slots=True)
class PlanPage(PageContext):
    template: ClassVar[str] = "coaching/plan.html"
    plan: CoachingPlan
    team: str
    teams: tuple[str, ...]
    earlier: str | None
    """The months before and after."""
    later: str | None
    due: date
    """Where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class GoalPage(PageContext):
    template: ClassVar[str] = "coaching/goal.html"
    sheet: GoalSheet
    advice: tuple[str, str]
    """How to do it instead, in Chinese and English."""
    dropped: bool
    """The sheet in use has the item no more: no later call can show whether it got better."""
    mine: bool
    """It was set for whoever looks."""


@router.get("/plan")
def monthly(
    request: Request,
    visitor: Coach,
    store: TheStore,
    settings: TheSettings,
    month: Annotated[str, Query(max_length=7)] = "",
    team: Annotated[FieldName, Query(max_length=200)] = "",
) -> Response:
    found, chosen, teams = plan_of(store, visitor, settings, month, team)
    of = Month.read(found.month)
    assert of is not None
    context = PlanPage(
        plan=found,
        team=chosen or "",
        teams=teams,
        earlier=str(of.before) if of.before else None,
        later=str(of.after) if of.after else None,
        due=date.today() + timedelta(days=FIRST_WEEKS),
    )
    return page(request, context, visitor=visitor)


def plan_of(
    store: Store, visitor: Visitor, settings: Settings, month: str, team: str
) -> tuple[CoachingPlan, str | None, tuple[str, ...]]:
    """The plan, the team it is for, and the teams there are: one team at a time, the first where nobody
    names one."""
    teams = tuple(store.queue.choices(visitor.scope).teams)
    chosen = team if team in teams else (teams[0] if teams else None)
    of = Month.read(month)
    if of is None or of.year < FIRST_YEAR:
        of = Month.of(date.today())
    return plan(store, visitor, sheet_of(settings), of, chosen), chosen, teams


@router.get("/goals/{goal}")
def goal(
    request: Request, goal: Number, visitor: Listener, store: TheStore, settings: TheSettings
) -> Response:
    found = visible_goal(store, visitor, goal)
    context = GoalPage(
        sheet=sheet(store, visitor, found),
        advice=advice_of(settings, found),
        dropped=(used := sheet_of(settings)) is not None
        and all(one.id != found.criterion for one in used.items),
        mine=found.agent_id == visitor.user.agent_id,
    )
    return page(request, context, visitor=visitor)


@router.post("/goals")
def set_goal(
    visitor: Coach,
    store: TheStore,
    token: RequestName,
    agent_id: Annotated[FieldName, Form(max_length=2000)],
    criterion: Annotated[str, Form(max_length=200)],
    due: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
    insist: Annotated[str, Form(max_length=5)] = "",
    call_id: Annotated[FieldName, Form(max_length=2000)] = "",
    starts: Annotated[str, Form(max_length=20)] = "",
    back: Back = "",
) -> Response:
    start = seconds_of(starts)
    span = None if start is None else Span(start, start + CLIP_SECONDS)
    named = [ClipWord(call_id, span)] if call_id else []
    made = make_goal(
        store, visitor, agent_id, criterion, due=_day(due), token=token, text=text, insist=bool(insist),
        clips=named,
    )  # fmt: skip
    return RedirectResponse(own_address(back) or f"/coaching/goals/{made.id}", 303)


def make_goal(
    store: Store,
    visitor: Visitor,
    agent_id: str,
    criterion: str,
    *,
    due: date,
    token: str,
    text: str,
    insist: bool,
    clips: Sequence[ClipWord],
) -> Goal:
    """Set it, with the places that were named, or else with the surest of the last weeks."""
    check_in_scope(store, visitor, *(clip.call_id for clip in clips))
    since = date.today() - timedelta(days=BEFORE_DAYS)
    found = clips or [
        ClipWord(one.call_id, None if one.starts is None else Span(one.starts, one.ends or one.starts))
        for one in store.clips.broken(
            criterion, CallFilter(agent=agent_id, date_from=since), visitor.scope, limit=CLIPS
        )
        if one.agent_id == agent_id
    ]
    return store.goals.set(
        agent_id, criterion, due=due, by=visitor.user.id, request=token, text=text, clips=found,
        insist=insist, scope=visitor.scope,
    )  # fmt: skip


@router.post("/goals/{goal}/acknowledge")
def acknowledge(
    goal: Number, visitor: Listener, store: TheStore, token: RequestName, back: Back = ""
) -> Response:
    known(store, visitor, goal, token)
    return RedirectResponse(own_address(back) or f"/coaching/goals/{goal}", 303)


def known(store: Store, visitor: Visitor, goal: int, token: str) -> Goal:
    """The agent says that they have read it: nobody says so for them.

    Raises:
        Missing: it was set for somebody else, or there is none.
    """
    found = visible_goal(store, visitor, goal)
    if found.agent_id != visitor.user.agent_id:
        raise Missing(f"there is no goal {goal}", code="no-goal", goal=goal)
    return store.goals.step(
        goal, GoalStep.ACKNOWLEDGE, by=visitor.user.id, request=token, scope=visitor.scope
    )


@router.post("/goals/{goal}/step")
def step(
    goal: Number,
    visitor: Coach,
    store: TheStore,
    token: RequestName,
    kind: Annotated[str, Form(max_length=16)],
    comment: Annotated[str, Form(max_length=4000)] = "",
    back: Back = "",
) -> Response:
    taken = next((one for one in GoalStep if one.value == kind), None)
    if taken in (None, GoalStep.SET, GoalStep.ACKNOWLEDGE):
        raise Refused("there is no such step", code="goal-step")
    store.goals.step(
        goal, taken, by=visitor.user.id, request=token, comment=comment, scope=visitor.scope
    )  # fmt: skip
    return RedirectResponse(own_address(back) or f"/coaching/goals/{goal}", 303)


def sheet_of(settings: Settings) -> Rubric | None:
    """The sheet in use; None where it cannot be read."""
    try:
        return read_book(settings).rubric
    except UsageError:
        return None


def advice_of(settings: Settings, found: Goal) -> tuple[str, str]:
    rubric = sheet_of(settings)
    items = rubric.items if rubric is not None else ()
    item = next((one for one in items if one.id == found.criterion), None)
    return ("", "") if item is None else (item.advice, item.advice_en)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        if not text:
            return date.today() + timedelta(days=FIRST_WEEKS)
        raise Refused("that is no day", code="goal-due") from None
