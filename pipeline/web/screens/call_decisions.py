"""Decisions on a call: verdicts, additions, comments, undo, swapped roles, finished and opened again,
and proposals for the rules, with one key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import DecisionKind, Role, Verdict
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.call.acts import (
    LONGEST,
    AdditionAct,
    AnswerAct,
    CallAct,
    CommentAct,
    FinishAct,
    ReopenAct,
    RolesAct,
    UndoAct,
    VerdictAct,
    act,
)
from pipeline.web.call.answers import Questions, answer
from pipeline.web.call.learning import proposed
from pipeline.web.call.view import look
from pipeline.web.context import PageContext
from pipeline.web.errors import for_htmx
from pipeline.web.fields import RequestName
from pipeline.web.render import call_url, fragment
from pipeline.web.rulebook.book import book_for_page

router = APIRouter(prefix="/calls/{call_id}")

Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
Text = Annotated[str, Form(max_length=4000)]
Criterion = Annotated[str, Form(max_length=200)]
Sound = Annotated[str | None, Form(min_length=64, max_length=64)]
"""Digest of the recording that the page showed: its id may be another's by now."""
Seconds = Annotated[float, Form(ge=0, le=LONGEST, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides on which call, and where that is written."""

    request: Request
    call_id: VisibleCall
    visitor: Reviewer
    store: TheStore
    settings: TheSettings

    def act(
        self,
        said: CallAct,
        *,
        criterion: str | None = None,
        at: str | None = None,
        whole: bool = False,
        questions: Questions = Questions.LEFT,
    ) -> Response:
        """Do it, and show how the call stands then; without scripts the page opens at the finding ``at``."""
        write = partial(act, self.store, self.settings, self.call_id, self.visitor, said)
        return answer(
            self.request,
            self.store,
            self.call_id,
            self.visitor,
            write,
            criterion=criterion,
            at=at or criterion,
            whole=whole,
            questions=questions,
        )


TheDesk = Annotated[Desk, Depends()]


@router.post("/verdicts")
def decide(
    desk: TheDesk,
    criterion: Criterion,
    request_id: RequestName,
    verdict: Annotated[Verdict | None, Form()] = None,
    seen: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
    comment: Text = "",
    sound: Sound = None,
) -> Response:
    """Confirm, overturn, cannot tell; without a verdict the text is a comment on the finding."""
    said: CallAct
    if verdict is None:
        said = CommentAct(
            kind="comment", request=request_id, comment=comment, criterion=criterion, audio_sha256=sound
        )
    else:
        said = VerdictAct(
            kind="verdict",
            request=request_id,
            comment=comment,
            criterion=criterion,
            verdict=verdict,
            seen=seen,
            applies=True,
            audio_sha256=sound,
        )
    return desk.act(said, criterion=criterion)


@router.post("/additions")
def add(
    desk: TheDesk,
    criterion: Criterion,
    request_id: RequestName,
    start: Seconds,
    end: Seconds,
    role: Annotated[Role, Form()] = Role.AGENT,
    quote: Text = "",
    comment: Text = "",
    sound: Sound = None,
) -> Response:
    """A violation the machine missed."""
    said = AdditionAct(
        kind="addition",
        request=request_id,
        comment=comment,
        criterion=criterion,
        start=start,
        end=end,
        role=role,
        quote=quote,
        audio_sha256=sound,
    )
    return desk.act(said)


class ItemAnswer(StrEnum):
    """What people say of an item that no machine judges."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"
    UNSURE = "unsure"


@router.post("/items")
def answer_item(
    desk: TheDesk,
    criterion: Criterion,
    request_id: RequestName,
    said: Annotated[ItemAnswer, Form()],
    start: Annotated[float | None, Form(ge=0, le=LONGEST, allow_inf_nan=False)] = None,
    end: Annotated[float | None, Form(ge=0, le=LONGEST, allow_inf_nan=False)] = None,
    role: Annotated[Role, Form()] = Role.AGENT,
    seen: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
    quote: Text = "",
    comment: Text = "",
    sound: Sound = None,
) -> Response:
    """Passed, failed at a place and for a reason, not applicable, or cannot tell."""
    act: CallAct
    if said is ItemAnswer.FAILED and start is not None and end is not None:
        act = AdditionAct(
            kind="addition",
            request=request_id,
            comment=comment,
            criterion=criterion,
            start=start,
            end=end,
            role=role,
            quote=quote,
            audio_sha256=sound,
        )
    else:
        verdicts = {ItemAnswer.FAILED: Verdict.CONFIRMED, ItemAnswer.UNSURE: Verdict.UNSURE}
        act = VerdictAct(
            kind="verdict",
            request=request_id,
            comment=comment,
            criterion=criterion,
            verdict=verdicts.get(said, Verdict.OVERTURNED),
            seen=seen,
            applies=said is not ItemAnswer.NOT_APPLICABLE,
            audio_sha256=sound,
        )
    return desk.act(act, at=criterion)


@router.post("/answers")
def answer_question(
    desk: TheDesk,
    question: Criterion,
    request_id: RequestName,
    said: Annotated[str, Form(max_length=200)],
    sound: Sound = None,
) -> Response:
    """Answer one of the questions above the sheet."""
    act = AnswerAct(
        kind="answer", request=request_id, comment="", question=question, answer=said, audio_sha256=sound
    )
    return desk.act(act, questions=Questions.ALONE)


@router.post("/comments")
def comment(
    desk: TheDesk,
    request_id: RequestName,
    comment: Text = "",
    sound: Sound = None,
) -> Response:
    """A remark on the whole call."""
    said = CommentAct(kind="comment", request=request_id, comment=comment, criterion=None, audio_sha256=sound)
    return desk.act(said)


@router.post("/undo")
def undo(
    desk: TheDesk,
    request_id: RequestName,
    event: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Take an event of this call back; where it is about roles, the page changes with the call."""
    said = UndoAct(kind="undo", request=request_id, comment="", audio_sha256=None, event=event)
    root = desk.store.decisions.root(event)
    if root.kind is DecisionKind.ANSWER:
        return desk.act(said, questions=Questions.TOO)
    return desk.act(said, at=root.criterion, whole=root.kind is DecisionKind.ROLES)


@router.post("/roles")
def swap_roles(
    desk: TheDesk,
    request_id: RequestName,
    sound: Sound = None,
) -> Response:
    """Agent and customer are the other way round: the whole call is judged anew, and the page with it."""
    said = RolesAct(kind="roles", request=request_id, comment="", audio_sha256=sound)
    return desk.act(said, whole=True)


@router.post("/finish")
def finish(
    desk: TheDesk,
    request_id: RequestName,
    incomplete: bool = Form(False),
    sound: Sound = None,
) -> Response:
    """Say that this call is reviewed."""
    said = FinishAct(kind="finish", request=request_id, comment="", incomplete=incomplete, audio_sha256=sound)
    return desk.act(said)


@router.post("/reopen")
def reopen(
    desk: TheDesk,
    request_id: RequestName,
    sound: Sound = None,
) -> Response:
    said = ReopenAct(kind="reopen", request=request_id, comment="", audio_sha256=sound)
    return desk.act(said)


@dataclass(frozen=True, slots=True)
class ProposedFragment(PageContext):
    """That it was proposed, in the place of the button."""

    template: ClassVar[str] = "call/proposed.html"
    count: int
    """How many sentences are new; 0: somebody proposed them before."""


@router.post("/proposals")
def propose(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    criterion: Criterion,
    request_id: RequestName,
    sound: Sound = None,
) -> Response:
    """Propose what a settled finding teaches."""
    view = look(store, call_id, visitor, words=False)
    book = book_for_page(settings)
    sentences = proposed(view.entry(criterion), view.inspection, book)
    by = visitor.user.id
    count = store.proposals.propose(call_id, sentences, by=by, request=request_id, sound=sound)
    if not for_htmx(request):
        return RedirectResponse(call_url(call_id) + f"#finding-{criterion}", 303)
    return fragment(request, ProposedFragment(count), visitor=visitor)
