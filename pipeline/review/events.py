"""A decision that is about to be written, and requests that come more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.domain import (
    Decision,
    DecisionKind,
    Origin,
    Outcome,
    Role,
    Span,
    Verdict,
)
from pipeline.errors import Conflict, Refused

MAX_TEXT = 4000
"""Characters of a comment or a quote; longer ones are a mistake."""
MAX_REQUEST = 64
"""Characters of the name of a request: a UUID, or a little more."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision that is about to be written."""

    kind: DecisionKind
    by: int | None
    """Key of the account; None: the command line."""
    request: str
    """Name of this press of a button: sent twice, it counts once."""
    origin: Origin = Origin.REVIEW
    criterion: str | None = None
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    span: Span | None = None
    role: Role | None = None
    quote: str | None = None
    comment: str = ""
    undoes: int | None = None
    sound: str | None = None
    """SHA-256 of the recording that this person looked at, where that is known."""
    regardless: bool = False
    """Also while somebody has the call open."""
    details: Mapping[str, object] = field(default_factory=dict)


def check_text(*texts: str, request: str) -> None:
    """
    Raises:
        Refused: ``too-long``, ``bad-request-name``.
    """
    if any(len(text) > MAX_TEXT for text in texts):
        raise Refused(f"the text is longer than {MAX_TEXT} characters; shorten it", code="too-long")
    if not 0 < len(request) <= MAX_REQUEST or not request.isprintable():
        raise Refused(
            f"a request name has 1 to {MAX_REQUEST} characters that can be printed",
            code="bad-request-name",
            most=MAX_REQUEST,
        )


def same_request(event: NewDecision, stored: Decision, call_id: str) -> bool:
    """Whether a stored event says what a new one of the same request wants to say."""
    return (
        stored.call_id == call_id
        and (stored.kind, stored.by, stored.origin) == (event.kind, event.by, event.origin)
        and (stored.criterion, stored.verdict) == (event.criterion, event.verdict)
        and (stored.span, stored.role, stored.quote) == (event.span, event.role, event.quote)
        and stored.comment == event.comment
        and (stored.details.get("applies"), stored.details.get("answer"))
        == (event.details.get("applies"), event.details.get("answer"))
    )


def reused(request: str) -> Conflict:
    """A request name came again with other content."""
    return Conflict(
        f"the request {request!r} was used for something else already; load the page again",
        code="request-reused",
    )


def check_author(request: str, stored: int | None, by: int | None) -> None:
    """A request that made something before is that of whoever made it: what somebody else wants is not done,
    and they are told so.

    Raises:
        Conflict: ``request-reused``.
    """
    if stored != by:
        raise reused(request)


def other_recording(call_id: str) -> Conflict:
    """What somebody looked at under this id is not what is there now."""
    return Conflict(
        f"{call_id!r} is another recording now: the call list, or a merge, gave the id away; open it again",
        code="other-recording",
        call=call_id,
    )


def same_undo(stored: Decision, actor: int | None, wanted: int) -> bool:
    """Whether a stored event is the undo that the same request wants."""
    return (stored.kind, stored.by, stored.details.get("of")) == (DecisionKind.UNDO, actor, wanted)
