"""The rules under which an event may be written, each inside its transaction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, select, update

from pipeline.domain import (
    Case,
    Decision,
    DecisionKind,
    Finding,
    FindingVerdict,
    Inspection,
    Origin,
    Outcome,
    Phase,
    Severity,
    UserRole,
    Verdict,
)
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review import blind
from pipeline.review.folding import swapped, undo_target
from pipeline.review.states import UNSPOKEN, Act, Effect, Who, act_of, part, transition
from pipeline.store.repositories.case_rows import call_key, case_of, missing, other_recording, taken
from pipeline.store.repositories.decision_rows import (
    MAX_REQUEST,
    MAX_TEXT,
    Event,
    append,
    by_id,
    by_request,
    history,
    reused,
    same,
)
from pipeline.store.review_tables import cases, decisions, users
from pipeline.store.reviewed import Reviewed, keep_reviewed, reviewed
from pipeline.store.tables import calls
from pipeline.store.writing import put_beside

_LAST_WORD = (UserRole.SUPERVISOR.value, UserRole.ADMINISTRATOR.value)
_TWICE = (Severity.A,)
"""Classes of violation on which two people must agree."""
_SLACK = 1.0
"""Seconds an added place may reach beyond the end: players round."""
_JUDGED = (DecisionKind.VERDICT, DecisionKind.ADDITION)


def once(connection: Connection, call_id: str, event: Event, write: Callable[[Connection, int], int]) -> Case:
    """Let ``write`` append the event, unless its request was answered before; the case as it is then."""
    key = call_key(connection, call_id, lock=True, sound=event.sound)
    stored = by_request(connection, event.request)
    if stored is not None and not same(event, stored, call_id):
        raise reused(event.request)
    if stored is None:
        _check_text(event)
        # A panel and a run are not kept waiting by whoever has the call open.
        if event.origin is not Origin.APPEAL and not event.regardless:
            _check_claim(connection, key, event.by)
        number = write(connection, key)
        keep_reviewed(connection, key)
    else:
        number = stored.id
    return _answer(connection, key, call_id, number)


def _answer(connection: Connection, key: int, call_id: str, number: int) -> Case:
    found = case_of(connection, key, event=number)
    if found is None:
        raise missing(call_id)
    return found


def _check_claim(connection: Connection, key: int, by: int | None) -> None:
    """Nobody acts on a call that somebody else has open: not on a page, by JSON or from the shell.

    Raises:
        Conflict: ``claimed``.
    """
    found = case_of(connection, key)
    if found is not None and found.claimed not in (None, by):
        raise taken(found)


def decide(connection: Connection, key: int, event: Event, *, seen: int) -> int:
    call = _opened(connection, key)
    finding = _finding(call, event.criterion)
    held = call.held(finding.criterion, finding.outcome)
    if finding.outcome not in (Outcome.FAILED, Outcome.UNDETERMINED) and held is None:
        if seen < call.version:
            raise Conflict(
                f"the call was judged again meanwhile: {finding.title} is {finding.outcome.value} now",
                code="judged-meanwhile",
                title=finding.title,
                outcome=finding.outcome.value,
            )
        raise Refused(
            f"{finding.title} is {finding.outcome.value}: nothing is to be decided; add a violation instead",
            code="not-a-finding",
        )
    _check_nobody_was_first(call, event, seen, held)
    return _judge(connection, call, event, finding, held)


def _check_nobody_was_first(call: Reviewed, event: Event, seen: int, held: FindingVerdict | None) -> None:
    """Tell whoever could not know it that somebody else has said otherwise; not where they must not know."""
    if held is not None and blind.hides(held):
        return
    others = [
        e
        for e in call.events
        if e.kind in _JUDGED and e.criterion == event.criterion and not e.undone and e.by != event.by
    ]
    if others and others[-1].version > seen and others[-1].verdict is not event.verdict:
        last = others[-1]
        who, said = last.by_name or "command line", last.verdict.value if last.verdict else ""
        raise Conflict(
            f"{who} decided {said!r} at {last.at:%H:%M:%S} UTC; look at it before you decide otherwise",
            code="decided-meanwhile",
            who=who,
            verdict=said,
            at=last.at.isoformat(),
        )


def add(connection: Connection, key: int, event: Event) -> int:
    call = _opened(connection, key)
    finding = _finding(call, event.criterion)
    span, end = event.span, (call.duration or 0.0) + _SLACK
    if span is None or not (math.isfinite(span.start) and math.isfinite(span.end)):
        raise Refused("say from which second to which", code="outside")
    if not 0 <= span.start < span.end <= end:
        raise Refused(
            f"the place must lie within the recording (0 to {call.duration or 0.0:.1f} seconds)",
            code="outside",
        )
    return _judge(connection, call, event, finding, call.held(finding.criterion, finding.outcome))


REFUSALS = {
    "unheard": "two people could not tell; a supervisor decides",
    "disputed": "two people disagree on this; a supervisor decides",
    "ended": "a supervisor has decided this",
    "appeal-decided": "an appeal about this was decided; that is final",
    "role": "reviewing is not this account's work",
}


def _judge(
    connection: Connection, call: Reviewed, event: Event, finding: Finding, held: FindingVerdict | None
) -> int:
    """Append a word on a finding, unless the table of states refuses it."""
    final = has_last_word(connection, event.by)
    grave = finding.severity in _TWICE
    if event.origin is not Origin.APPEAL:
        act = Act.ADD if event.kind is DecisionKind.ADDITION else act_of(event.verdict or Verdict.CONFIRMED)
        who = _outsider(connection, event.by) or part(held, act, event.by, last_word=final)
        phase = held.phase if held else Phase.UNREVIEWED
        stands = held.verdict if held and phase not in UNSPOKEN else None
        line = transition(phase, act, who, grave=grave or (held is not None and held.grave), stands=stands)
        if line.effect is Effect.REFUSED:
            raise Refused(REFUSALS[line.code], code=line.code)
    details = {"final": final, "grave": grave}
    return _append(connection, call, replace(event, outcome=finding.outcome, details=details))


def _outsider(connection: Connection, by: int | None) -> Who | None:
    """Agents and leads, who do not review."""
    role = None if by is None else connection.execute(select(users.c.role).where(users.c.id == by)).scalar()
    return {UserRole.AGENT.value: Who.AGENT, UserRole.LEAD.value: Who.LEAD}.get(role or "")


def remark(connection: Connection, key: int, event: Event) -> int:
    call = _opened(connection, key)
    if not event.comment.strip():
        raise Refused("the comment is empty", code="empty")
    return _append(connection, call, event)


def finish(connection: Connection, key: int, event: Event, *, incomplete: bool) -> int:
    call = _opened(connection, key)
    if call.undecided and not incomplete:
        raise Refused(
            f"{call.undecided} violations are not decided yet; decide them, or leave them on purpose",
            code="undecided",
            count=call.undecided,
        )
    number = _append(connection, call, replace(event, details={"left": call.waiting}))
    _release(connection, key)
    return number


def reopen(connection: Connection, key: int, event: Event) -> int:
    call = _opened(connection, key)
    if connection.execute(select(cases.c.finished_at).where(cases.c.call == key)).scalar() is None:
        raise Refused("the call is not finished", code="not-finished")
    return _append(connection, call, event)


def swap(connection: Connection, key: int, event: Event, corrected: Inspection) -> int:
    call = _opened(connection, key)
    _check_sound(call, corrected)
    number = _append(connection, call, event)
    put_beside(connection, key, corrected)
    return number


def _check_sound(call: Reviewed, judged: Inspection) -> None:
    """What was judged anew outside the transaction is still what this call holds."""
    if judged.recording.sha256 != call.audio_sha256:
        raise other_recording(judged.recording.call.call_id)


def corrected_calls(connection: Connection) -> list[str]:
    query = (
        select(calls.c.id, calls.c.call_id)
        .where(calls.c.id.in_(select(decisions.c.call).where(decisions.c.kind == DecisionKind.ROLES.value)))
        .order_by(calls.c.id)
    )
    found = list(connection.execute(query))
    return [row.call_id for row in found if swapped(history(connection, row.id))]


def undo(
    connection: Connection, event_id: int, *, by: int | None, request: str, restored: Inspection | None = None
) -> Case:
    wanted = event(connection, event_id)
    key = call_key(connection, wanted.call_id, lock=True)
    stored = by_request(connection, request)
    if stored is not None:
        if (stored.kind, stored.by, stored.details.get("of")) != (DecisionKind.UNDO, by, event_id):
            raise reused(request)
        return _answer(connection, key, wanted.call_id, stored.id)
    _check_claim(connection, key, by)
    call = _opened(connection, key)
    known = {e.id: e for e in call.events}
    if known[event_id].undone:
        raise Refused("this was taken back already", code="undone-already")
    if wanted.origin is Origin.APPEAL:
        raise Refused(REFUSALS["appeal-decided"], code="appeal-decided")
    if wanted.by != by and not has_last_word(connection, by):
        raise Refused("only who decided it, or a supervisor, may take it back", code="not-yours")
    root = wanted
    while root.undoes is not None:
        root = known[root.undoes]
    if (root.kind is DecisionKind.ROLES) is (restored is None):
        raise Refused("a role correction is taken back with the call judged anew", code="roles")
    if restored is not None:
        _check_sound(call, restored)
    taking = Event(
        DecisionKind.UNDO,
        by,
        request,
        criterion=wanted.criterion,
        undoes=undo_target(call.events, event_id),
        details={"of": event_id},
    )
    number = _append(connection, call, taking)
    if restored is not None:
        put_beside(connection, key, restored)
    keep_reviewed(connection, key)
    return _answer(connection, key, wanted.call_id, number)


def event(connection: Connection, event_id: int) -> Decision:
    found = by_id(connection, event_id)
    if found is None:
        raise Missing(f"there is no decision {event_id}", code="no-decision")
    return found


def has_last_word(connection: Connection, by: int | None) -> bool:
    """Whether this user ends disputes; the command line does."""
    if by is None:
        return True
    return connection.execute(select(users.c.role).where(users.c.id == by)).scalar() in _LAST_WORD


def names(connection: Connection, found: Iterable[FindingVerdict]) -> dict[int, str]:
    """Names to show of those who decided."""
    keys = {key for one in found for key in (one.by, one.second) if key is not None}
    query = select(users.c.id, users.c.display_name).where(users.c.id.in_(keys))
    return {row.id: row.display_name for row in connection.execute(query)} if keys else {}


def named(one: FindingVerdict, known: dict[int, str]) -> FindingVerdict:
    second = None if one.second is None else known.get(one.second)
    return replace(one, by_name=None if one.by is None else known.get(one.by), second_name=second)


def _opened(connection: Connection, key: int) -> Reviewed:
    call = reviewed(connection, key)
    if call is None:
        raise Missing("the call has no inspection", code="no-call")
    return call


def _finding(call: Reviewed, criterion: str | None) -> Finding:
    if not call.findings:
        raise Refused("the sheet was not used on this call: there are no criteria", code="no-sheet")
    found = next((f for f in call.findings if f.criterion == criterion), None)
    if found is None or found.severity is None:  # a bonus accuses nobody
        raise Refused(f"{criterion!r} is no criterion that can be violated here", code="not-on-the-sheet")
    return found


def _append(connection: Connection, call: Reviewed, what: Event) -> int:
    details = {**what.details, "version": call.version + 1, "swapped": swapped(call.events)}
    return append(connection, call.key, replace(what, details=details), inspection=call.inspection)


def _release(connection: Connection, key: int) -> None:
    connection.execute(update(cases).where(cases.c.call == key).values(claimed=None, claimed_until=None))


def _check_text(what: Event) -> None:
    for text in (what.comment, what.quote or "", what.criterion or ""):
        if len(text) > MAX_TEXT:
            raise Refused(f"the text is longer than {MAX_TEXT} characters; shorten it", code="too-long")
    if not 0 < len(what.request) <= MAX_REQUEST:
        raise Refused(f"a request name has 1 to {MAX_REQUEST} characters", code="bad-request-name")
