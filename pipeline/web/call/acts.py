"""What people do to a call: one function behind the page and the JSON."""

from __future__ import annotations

from functools import partial

from pipeline.batch.roles import correct_roles, take_back
from pipeline.domain import Case, Span
from pipeline.errors import Missing, Refused, UsageError
from pipeline.inspection.tools import Rules
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import Visitor
from pipeline.web.api.saying import Addition, Comment, Finish, Reopen, Roles, Saying, Undo, Verdict
from pipeline.web.rulebook.book import rules_of


def act(store: Store, settings: Settings, call_id: str, visitor: Visitor, said: Saying) -> Case:
    """Do it; the same ``request`` again changes nothing and answers the same.

    The store checks inside the transaction that nobody else has the call open.

    Raises:
        Missing, Refused, Conflict: as the methods of :class:`pipeline.store.decisions.Decisions`.
    """
    by, decisions, name = visitor.user.id, store.decisions, said.request
    sound = said.audio_sha256
    match said:
        case Verdict():
            return decisions.decide(
                call_id,
                said.criterion,
                said.verdict,
                by=by,
                request=name,
                seen=said.seen,
                comment=said.comment,
                sound=sound,
            )
        case Addition():
            if not said.start < said.end:
                raise Refused("the place ends before it begins", code="outside")
            return decisions.add(
                call_id,
                said.criterion,
                Span(said.start, said.end),
                said.role,
                said.quote,
                by=by,
                request=name,
                comment=said.comment,
                sound=sound,
            )
        case Comment():
            return decisions.comment(
                call_id, said.comment, by=by, request=name, criterion=said.criterion, sound=sound
            )
        case Finish():
            return decisions.finish(call_id, by=by, request=name, incomplete=said.incomplete, sound=sound)
        case Reopen():
            return decisions.reopen(call_id, by=by, request=name, comment=said.comment, sound=sound)
        case Roles():
            rules = present_rules(settings)
            return correct_roles(
                store, rules, call_id, by=by, request=name, comment=said.comment, sound=sound
            )
        case Undo():
            if decisions.event(said.event).call_id != call_id:
                raise Missing("that decision is about another call", code="no-decision")
            return take_back(store, partial(present_rules, settings), said.event, by=by, request=name)


def present_rules(settings: Settings) -> Rules:
    """By which calls are judged now.

    Raises:
        Refused: ``rules-broken``.
    """
    try:
        return rules_of(settings)
    except UsageError as error:
        raise Refused(f"the rules cannot be read: {error}", code="rules-broken", reason=error) from error
