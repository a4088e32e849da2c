"""One call: listen, read, decide. Writes answer htmx with what changed, plain forms with the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.roles import correct_roles
from pipeline.domain import Case, Role, Span, Verdict
from pipeline.errors import Conflict, Refused, ReviewError, UsageError
from pipeline.inspection import Rules
from pipeline.reports.kinds.calls import MEASURES
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.asking import read
from pipeline.web.call.bands import drawing
from pipeline.web.call.figures import figures, talk_bar
from pipeline.web.call.lines import Line, conversation
from pipeline.web.call.view import CallView, look
from pipeline.web.errors import STATUS, for_htmx
from pipeline.web.listening import TheSoundRoom
from pipeline.web.render import call_url, fragment, page, url
from pipeline.web.rulebook.book import matcher_of, read_book
from pipeline.web.screens.audio import sound_message
from pipeline.web.titles import code_titles
from pipeline.web.words import known, say

router = APIRouter(prefix="/calls/{call_id}")

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
RequestId = Annotated[str, Form(alias="request", min_length=1, max_length=64)]
Text = Annotated[str, Form(max_length=4000)]
Criterion = Annotated[str, Form(max_length=200)]
Query = Annotated[str, Form(max_length=4000)]
MISSING_SOUND = "vanished"


@router.get("")
def call(
    request: Request,
    call_id: VisibleCall,
    visitor: Listener,
    store: TheStore,
    settings: TheSettings,
    room: TheSoundRoom,
    queue: str = "",
) -> Response:
    """The whole screen."""
    view = look(store, call_id, visitor, claim=True)
    inspection = view.inspection
    findings = inspection.scorecard.findings if inspection.scorecard else ()
    return page(
        request,
        "call/index.html",
        visitor=visitor,
        view=view,
        lines=[(isinstance(item, Line), item) for item in conversation(inspection, findings)],
        drawing=drawing(inspection, view.sheet),
        figures=figures(inspection, MEASURES),
        talk=talk_bar(inspection.measures, inspection.duration),
        titles=code_titles(settings),
        sound_gone=_sound_gone(view, room, visitor),
        queue=queue,
        **_plain(),
    )


def _sound_gone(view: CallView, room: Any, visitor: Visitor) -> str | None:
    """Why there is nothing to hear, as far as that can be told at once."""
    recording = view.inspection.recording
    if room.has(recording.sha256) or all(path.is_file() for path in recording.paths):
        return None
    return sound_message(MISSING_SOUND, visitor.lang)


# Decisions


@router.post("/verdicts")
def decide(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    criterion: Criterion,
    request_id: RequestId,
    verdict: Annotated[Verdict | None, Form()] = None,
    seen: Annotated[int, Form(ge=0)] = 0,
    comment: Text = "",
) -> Response:
    """Confirm, overturn, cannot tell; without a verdict the text is a comment on the finding."""
    by = visitor.user.id
    decisions = store.desk.decisions

    def write() -> Case:
        _check_claim(store, call_id, visitor)
        if verdict is None:
            return decisions.comment(call_id, comment, by=by, request=request_id, criterion=criterion)
        return decisions.decide(
            call_id, criterion, verdict, by=by, request=request_id, seen=seen, comment=comment
        )

    return _answer(request, store, call_id, visitor, write, criterion=criterion)


@router.post("/additions")
def add(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    criterion: Criterion,
    request_id: RequestId,
    start: Annotated[float, Form(ge=0, allow_inf_nan=False)],
    end: Annotated[float, Form(ge=0, allow_inf_nan=False)],
    role: Annotated[Role, Form()] = Role.AGENT,
    quote: Text = "",
    comment: Text = "",
) -> Response:
    """A violation the machine missed."""

    def write() -> Case:
        _check_claim(store, call_id, visitor)
        if end < start:
            raise Refused("the place ends before it begins", code="outside")
        return store.desk.decisions.add(
            call_id,
            criterion,
            Span(start, end),
            role,
            quote,
            by=visitor.user.id,
            request=request_id,
            comment=comment,
        )

    return _answer(request, store, call_id, visitor, write)


@router.post("/comments")
def comment(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    comment: Text = "",
) -> Response:
    """A remark on the whole call."""

    def write() -> Case:
        return store.desk.decisions.comment(call_id, comment, by=visitor.user.id, request=request_id)

    return _answer(request, store, call_id, visitor, write)


@router.post("/undo")
def undo(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    event: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Take an event of this call back."""

    def write() -> Case:
        if store.desk.decisions.event(event).call_id != call_id:
            raise Refused("that decision is about another call", code="no-decision")
        return store.desk.decisions.undo(event, by=visitor.user.id, request=request_id)

    return _answer(request, store, call_id, visitor, write)


@router.post("/roles")
def swap_roles(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    request_id: RequestId,
) -> Response:
    """Agent and customer are the other way round: the whole call is judged anew, and the page with it."""
    _check_claim(store, call_id, visitor)
    try:
        rules = Rules(matcher_of(settings), read_book(settings).rubric)
    except UsageError as error:
        raise Refused(f"the rules cannot be read: {error}", code="rules-broken", reason=error) from error
    correct_roles(store, rules, call_id, by=visitor.user.id, request=request_id)
    return RedirectResponse(call_url(call_id), 303)


# The case


@router.post("/finish")
def finish(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    incomplete: bool = Form(False),
) -> Response:
    """Say that this call is reviewed."""

    def write() -> Case:
        _check_claim(store, call_id, visitor)
        return store.desk.decisions.finish(
            call_id, by=visitor.user.id, request=request_id, incomplete=incomplete
        )

    return _answer(request, store, call_id, visitor, write)


@router.post("/reopen")
def reopen(
    request: Request, call_id: VisibleCall, visitor: Reviewer, store: TheStore, request_id: RequestId
) -> Response:
    def write() -> Case:
        return store.desk.decisions.reopen(call_id, by=visitor.user.id, request=request_id)

    return _answer(request, store, call_id, visitor, write)


@router.post("/next")
def take_next(
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    queue: Query = "",
) -> Response:
    """Leave this call (finished, if nothing in it waits any more) for the one that most needs a person."""
    by, cases = visitor.user.id, store.desk.cases
    case = cases.case(call_id)
    if case is not None and case.claimed == by:
        if case.state == "open" and not case.pending and case.finished_at is None:
            store.desk.decisions.finish(call_id, by=by, request=request_id)
        cases.release(call_id, by)
    asked = read(dict(parse_qsl(queue, max_num_fields=50)))
    found = cases.next(by, visitor.scope, asked.wanted, after=call_id)
    if found is None:
        return RedirectResponse(url("/queue", **asked.fields(), none=1), 303)
    return RedirectResponse(call_url(found, queue=queue or None), 303)


@router.post("/claim")
def claim(
    request: Request, call_id: VisibleCall, visitor: Reviewer, store: TheStore, queue: Query = ""
) -> Response:
    """Take the call, as soon as nobody else has it."""
    try:
        store.desk.cases.claim(call_id, visitor.user.id)
    except Conflict as error:
        return _refused(request, store, call_id, visitor, error)
    return RedirectResponse(call_url(call_id, queue=queue or None), 303)


@router.post("/keep", status_code=204)
def keep(call_id: VisibleCall, visitor: Reviewer, store: TheStore) -> Response:
    """Still at it. 409 where somebody else has taken the call meanwhile."""
    store.desk.cases.keep(call_id, visitor.user.id)
    return Response(status_code=204)


@router.post("/release", status_code=204)
def release(call_id: VisibleCall, visitor: Reviewer, store: TheStore) -> Response:
    """The page was closed."""
    store.desk.cases.release(call_id, visitor.user.id)
    return Response(status_code=204)


# Answers


def _check_claim(store: Any, call_id: str, visitor: Visitor) -> None:
    """Nobody decides on a call that somebody else has open.

    Raises:
        Conflict: ``claimed``.
    """
    case = store.desk.cases.case(call_id)
    if case is not None and case.claimed not in (None, visitor.user.id):
        raise Conflict(f"{case.claimed_name} has this call open", code="claimed", who=case.claimed_name or "")


def _answer(
    request: Request,
    store: Any,
    call_id: str,
    visitor: Visitor,
    write: Callable[[], Case],
    *,
    criterion: str | None = None,
) -> Response:
    """Do it, and show how the call stands then: one finding, or all of them."""
    try:
        write()
    except (Conflict, Refused) as error:
        return _refused(request, store, call_id, visitor, error, criterion=criterion)
    if not for_htmx(request):
        return RedirectResponse(call_url(call_id) + (f"#finding-{criterion}" if criterion else ""), 303)
    return _changed(request, store, call_id, visitor, criterion=criterion)


def _refused(
    request: Request,
    store: Any,
    call_id: str,
    visitor: Visitor,
    error: ReviewError,
    *,
    criterion: str | None = None,
) -> Response:
    """Why not, above the finding as it stands now."""
    if not for_htmx(request):
        raise error
    return _changed(
        request,
        store,
        call_id,
        visitor,
        criterion=criterion,
        status=STATUS[type(error)],
        message=explained(error, visitor),
    )


def explained(error: ReviewError, visitor: Visitor) -> str:
    """The error in words; verdicts in it too."""
    key = f"error.{error.code}"
    facts = dict(error.facts)
    verdict = f"verdict.{facts.get('verdict')}"
    if known(verdict):
        facts["verdict"] = say(visitor.lang, verdict)
    return say(visitor.lang, key, **facts) if known(key) else str(error)


def _changed(
    request: Request,
    store: Any,
    call_id: str,
    visitor: Visitor,
    *,
    criterion: str | None,
    status: int = 200,
    message: str | None = None,
) -> Response:
    view = look(store, call_id, visitor, words=False)
    queue = _queue(request)
    entry = view.entry(criterion) if criterion else None
    return fragment(
        request,
        "call/changed.html",
        visitor=visitor,
        status=status,
        view=view,
        entry=entry,
        drawing=drawing(view.inspection, view.sheet),
        queue=queue,
        **_plain(oob=True, message=message, finding_message=message if entry else None),
    )


def _queue(request: Request) -> str:
    """The list somebody came from, as htmx says where the page is: the head of the page leads back there."""
    address = urlsplit(request.headers.get("hx-current-url", ""))
    return dict(parse_qsl(address.query, max_num_fields=50)).get("queue", "")


def _plain(**changed: Any) -> dict[str, Any]:
    """What the templates ask about themselves: the whole screen, unless told otherwise."""
    whole: dict[str, Any] = {"oob": False, "undo_oob": False, "account_oob": False}
    return {**whole, "message": None, "finding_message": None, **changed}
