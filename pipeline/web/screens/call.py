"""One call: the screen, and whose it is while they work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import PlainSerializer

from pipeline.domain import Inspection
from pipeline.errors import Conflict
from pipeline.reports.kinds.calls import MEASURES
from pipeline.store import Store
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.alert_lines import CallAlerts, alerts_of_call
from pipeline.web.call.answers import refused
from pipeline.web.call.bands import Drawing, drawing
from pipeline.web.call.figures import Figure, TalkPart, figures, talk_bar
from pipeline.web.call.leaving import LeftCall, leave_for_next, left_open
from pipeline.web.call.lines import TranscriptEvent, TranscriptLine, conversation
from pipeline.web.call.view import CallView, call_twin, look
from pipeline.web.call.visits import TheCallVisits, VisitName
from pipeline.web.context import PageContext
from pipeline.web.fields import RequestName
from pipeline.web.playback_service import PlaybackService, ThePlaybackService
from pipeline.web.queue_link import fields_of, read_link
from pipeline.web.render import call_url, page, url
from pipeline.web.screens.audio import sound_message

router = APIRouter(prefix="/calls/{call_id}")

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
ListQuery = Annotated[str, Form(max_length=4000)]
Sound = Annotated[str | None, Form(min_length=64, max_length=64)]
Left = Annotated[str, Query(max_length=1000)]
"""Id of the call that the visitor comes from."""
MISSING_SOUND = "vanished"


@dataclass(frozen=True, slots=True)
class CallScreen(PageContext):
    template: ClassVar[str] = "call/index.html"
    view: Annotated[CallView, PlainSerializer(call_twin)]
    lines: tuple[TranscriptLine | TranscriptEvent, ...]
    drawing: Drawing
    figures: tuple[Figure, ...]
    talk: tuple[TalkPart, ...]
    """Where the time of the call went."""
    alerts: CallAlerts
    witnesses: Witnesses
    """What it rests on who is the agent."""
    sound_gone: str | None
    """Why there is nothing to hear, where that is known already."""
    queue: str
    """Query of the list that the visitor came from."""
    skipped: datetime | None
    """When the visitor left this call undecided; None where it does not come again."""
    left: LeftCall | None
    """The call before, where it is not done."""


@router.get("")
def call(
    request: Request,
    call_id: VisibleCall,
    visitor: Listener,
    store: TheStore,
    settings: TheSettings,
    service: ThePlaybackService,
    queue: str = "",
    again: bool = False,
    left: Left = "",
) -> Response:
    """The whole screen. Looking takes nothing: the page claims the call by a POST of its own."""
    view = look(store, call_id, visitor)
    if view.reviews:
        by, scope, wanted = visitor.user.id, visitor.scope, read_link(fields_of(queue)).conditions
        service.prefetch(by, lambda: store.cases.upcoming(by, scope, wanted, after=call_id))
    inspection = view.inspection
    findings = inspection.scorecard.findings if inspection.scorecard else ()
    context = CallScreen(
        view=view,
        lines=conversation(inspection, findings, view.sheet.weights, view.weak),
        drawing=drawing(inspection, view.sheet, view.weak),
        figures=figures(inspection, MEASURES),
        talk=talk_bar(inspection.measures, inspection.duration),
        alerts=alerts_of_call(store, settings, inspection.recording.call, visitor),
        witnesses=witnesses(inspection),
        sound_gone=_sound_gone(view, service, visitor),
        queue=queue,
        skipped=store.cases.skipped(call_id, visitor.user.id) if again and view.reviews else None,
        left=left_open(store, visitor, left) if left and view.reviews else None,
    )
    return page(request, context, visitor=visitor)


def _sound_gone(view: CallView, service: PlaybackService, visitor: Visitor) -> str | None:
    """Why there is nothing to hear, as far as that can be told at once."""
    recording = view.inspection.recording
    if service.has(recording.sha256) or service.there(view.inspection.recording.call.call_id):
        return None
    return sound_message(MISSING_SOUND, visitor.lang)


@router.post("/next")
def take_next(
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestName,
    queue: ListQuery = "",
    sound: Sound = None,
) -> Response:
    """Leave this call (finished, if nothing in it waits any more) for the one that most needs a person."""
    link = read_link(fields_of(queue))
    found = leave_for_next(store, visitor, call_id, link.conditions, request=request_id, sound=sound)
    left = call_id if left_open(store, visitor, call_id) else None
    if found is None:
        return RedirectResponse(url("/queue", **link.fields(), none=1, left=left), 303)
    return RedirectResponse(opened(store, found, visitor, queue, left=left), 303)


def opened(store: Store, call_id: str, visitor: Visitor, queue: str, *, left: str | None = None) -> str:
    """The address of the next call; it says so where all others were seen and this one comes again, and
    which call was ``left`` although it is not done."""
    again = store.cases.skipped(call_id, visitor.user.id) is not None
    return call_url(call_id, queue=queue or None, again=1 if again else None, left=left)


@router.post("/claim")
def claim(
    request: Request, call_id: VisibleCall, visitor: Reviewer, store: TheStore, queue: ListQuery = ""
) -> Response:
    """Take the call, as soon as nobody else has it."""
    try:
        store.cases.claim(call_id, visitor.user.id)
    except Conflict as error:
        return refused(request, store, call_id, visitor, error)
    return RedirectResponse(call_url(call_id, queue=queue or None), 303)


@router.post("/keep", status_code=204)
def keep(
    call_id: VisibleCall, visitor: Reviewer, store: TheStore, visits: TheCallVisits, visit: VisitName = None
) -> Response:
    """Still at it. 409 where somebody else has taken the call meanwhile."""
    visits.keep(store, call_id, visitor.user.id, visit)
    return Response(status_code=204)


@router.post("/release", status_code=204)
def release(
    call_id: VisibleCall, visitor: Reviewer, store: TheStore, visits: TheCallVisits, visit: VisitName = None
) -> Response:
    """The page was closed."""
    visits.end(store, call_id, visitor.user.id, visit)
    return Response(status_code=204)


WITNESSES = ("claim", "words", "order", "voice")


@dataclass(frozen=True, slots=True)
class Witness:
    name: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Empty where nothing is known, or a person has said who is who."""

    heard: tuple[Witness, ...]
    doubtful: bool
    """They disagree so that nobody is accused."""
    stranger: bool
    """None of the voices is that of the agent's other calls."""
    second_from: float | None
    """Seconds at which another agent seems to begin to speak; None where that is so from the beginning ..."""
    second_until: float | None
    """... and to end; None where that lasts to the end of the call."""
    second_times: int = 0
    """How often another agent seems to speak."""
    third: bool = False
    """More than two people seem to talk on one channel."""
    like: bool = False
    """Two people's words stand on one channel in what passes for one voice."""
    sides_turn: float | None = None
    """Seconds at which the channels change sides."""


def witnesses(inspection: Inspection) -> Witnesses:
    """The witnesses of a call, in their order; those that say nothing are left out."""
    evidence = inspection.role_evidence
    odds = [(name, getattr(evidence, name)) for name in WITNESSES]
    theirs = evidence.second_agent
    last = max((span.end for span in theirs), default=0.0)
    return Witnesses(
        heard=tuple(Witness(name, value > 0) for name, value in odds if value),
        doubtful=evidence.doubtful,
        stranger=evidence.stranger,
        second_from=theirs[0].start if theirs and theirs[0].start > 0 else None,
        second_until=last if theirs and last < (inspection.duration or last) else None,
        second_times=len(theirs),
        third=evidence.third_voice,
        like=evidence.like_voices,
        sides_turn=evidence.sides_turn,
    )
