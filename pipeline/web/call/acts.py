"""What people do to a call: what they say, as JSON too, and one function that does it for pages and API."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.batch.roles import correct_roles, take_back
from pipeline.domain import Case, Role, Span, Verdict
from pipeline.errors import Missing, Refused, UsageError
from pipeline.inspection.rules import Rules
from pipeline.review.events import MAX_REQUEST, MAX_TEXT
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import Visitor
from pipeline.web.rulebook.book import rules_broken, rules_of

Text = Annotated[str, Field(max_length=MAX_TEXT)]
LONGEST = 1e7
"""Seconds; no call is longer."""
Seconds = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Key = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid")

    request: str = Field(
        min_length=1, max_length=MAX_REQUEST, pattern="^[!-~]+$", description="a UUID, new for each decision"
    )
    comment: Text = ""
    audio_sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="of the recording that was looked at, as the call says it: nothing is written where the "
        "id is another recording's by now, after a merge or a new call list",
    )


class VerdictAct(_Act):
    """What a finding is."""

    kind: Literal["verdict"]
    criterion: Text
    verdict: Verdict
    seen: int = Field(ge=0, le=2**31 - 1, description="version of the case that was looked at")
    applies: bool = Field(
        True, description="false, with overturned: an item that people answer does not apply to this call"
    )


class AdditionAct(_Act):
    """A violation that the machine missed, or one more place of one."""

    kind: Literal["addition"]
    criterion: Text
    start: Seconds
    end: Seconds
    role: Role | None = None
    quote: Text = ""


class CommentAct(_Act):
    kind: Literal["comment"]
    criterion: Text | None = None


class AnswerAct(_Act):
    """An answer to a question above the sheet; the latest one stands."""

    kind: Literal["answer"]
    question: Text
    answer: Text


class FinishAct(_Act):
    """The call is reviewed."""

    kind: Literal["finish"]
    incomplete: bool = Field(False, description="leave violations undecided on purpose")


class ReopenAct(_Act):
    kind: Literal["reopen"]


class RolesAct(_Act):
    """Agent and customer are the other way round."""

    kind: Literal["roles"]


class UndoAct(_Act):
    kind: Literal["undo"]
    event: Key


CallAct = VerdictAct | AdditionAct | CommentAct | AnswerAct | FinishAct | ReopenAct | RolesAct | UndoAct


class Corrects(BaseModel):
    """Which call this one holds the corrected file of."""

    call: Annotated[str, Field(min_length=1, max_length=2000)]


def act(store: Store, settings: Settings, call_id: str, visitor: Visitor, what: CallAct) -> Case:
    """Do it; the same ``request`` again changes nothing and answers the same.

    The store checks inside the transaction that nobody else has the call open.

    Raises:
        Missing, Refused, Conflict: as the methods of :mod:`pipeline.store.repositories.decisions`.
    """
    by, decisions, name = visitor.user.id, store.decisions, what.request
    sound = what.audio_sha256
    match what:
        case VerdictAct():
            return decisions.decide(
                call_id,
                what.criterion,
                what.verdict,
                by=by,
                request=name,
                seen=what.seen,
                comment=what.comment,
                sound=sound,
                applies=what.applies,
            )
        case AdditionAct():
            if not what.start < what.end:
                raise Refused("the place ends before it begins", code="outside")
            return decisions.add(
                call_id,
                what.criterion,
                Span(what.start, what.end),
                what.role,
                what.quote,
                by=by,
                request=name,
                comment=what.comment,
                sound=sound,
            )
        case CommentAct():
            return decisions.comment(
                call_id, what.comment, by=by, request=name, criterion=what.criterion, sound=sound
            )
        case AnswerAct():
            return decisions.answer(
                call_id, what.question, what.answer, by=by, request=name, comment=what.comment, sound=sound
            )
        case FinishAct():
            return decisions.finish(call_id, by=by, request=name, incomplete=what.incomplete, sound=sound)
        case ReopenAct():
            return decisions.reopen(call_id, by=by, request=name, comment=what.comment, sound=sound)
        case RolesAct():
            rules = present_rules(store, settings)
            return correct_roles(
                store, rules, call_id, by=by, request=name, comment=what.comment, sound=sound
            )
        case UndoAct():
            if decisions.event(what.event).call_id != call_id:
                raise Missing("that decision is about another call", code="no-decision")
            return take_back(store, partial(present_rules, store, settings), what.event, by=by, request=name)


def present_rules(store: Store, settings: Settings) -> Rules:
    """By which calls are judged now.

    Raises:
        Refused: ``rules-broken``.
    """
    try:
        rules = rules_of(settings)
    except UsageError as error:
        raise rules_broken(error) from error
    return rules.under(store.trust.in_force(rules.rubric))
