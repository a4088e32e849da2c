"""Going on from a call: whether that finishes it, and what stays open in it for somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import CaseState, Next
from pipeline.store import CallFilter, Store
from pipeline.web.access import Visitor
from pipeline.web.call.view import look


@dataclass(frozen=True, slots=True)
class LeftCall:
    """A call that somebody went on from with nothing left to say, and that is not done."""

    call_id: str
    another: int
    """Findings that another reviewer must hear."""
    supervisor: int
    """Findings that wait for the supervisor."""


def leave_for_next(
    store: Store,
    visitor: Visitor,
    call_id: str,
    conditions: CallFilter,
    *,
    request: str,
    sound: str | None,
) -> str | None:
    """Leave a call for the one that most needs a person, which is claimed; None where nothing is left.

    Whoever has the call finishes it by this where nothing in it waits for anybody. What waits for another
    person is not finished: that would be written although the call stays in the queue.

    Raises:
        Conflict: its id is another recording's by now.
    """
    by, cases = visitor.user.id, store.cases
    case = cases.case(call_id)
    if case is not None and case.claimed == by:
        if case.state is CaseState.OPEN and not case.pending and case.finished_at is None:
            store.decisions.finish(call_id, by=by, request=request, sound=sound)
        cases.release(call_id, by)
    return cases.next(by, visitor.scope, conditions, after=call_id)


def left_open(store: Store, visitor: Visitor, call_id: str) -> LeftCall | None:
    """What others are still to say about a call that this visitor has nothing left to say about.

    None where nothing waits, the visitor could go on themselves, or the call is not theirs to see.
    """
    if not call_id or call_id in visitor.scope.sealed or not store.queue.sees(visitor.scope, call_id):
        return None
    view = look(store, call_id, visitor, words=False)
    waits = view.awaited
    if view.case is None or view.case.state is not CaseState.OPEN or not waits or view.undecided:
        return None
    supervisor = waits.get(Next.SUPERVISOR, 0)
    return LeftCall(call_id, another=sum(waits.values()) - supervisor, supervisor=supervisor)
