"""What may be said about a call, and by whom: the rule of every act, over values.

Each rule takes the call as it stands, who acts and what they want to say, and gives back the event as it is
to be appended, or refuses. The store reads the call under a lock, appends the event and works out the case
anew: so a page, the JSON and the shell obey the same rules, by the table of :mod:`pipeline.review.states`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.domain import (
    Decision,
    DecisionKind,
    Finding,
    FindingVerdict,
    Inspection,
    Origin,
    Outcome,
    Phase,
    Severity,
    Verdict,
)
from pipeline.domain.people import UserRole
from pipeline.errors import Conflict, Refused
from pipeline.review import blind
from pipeline.review.call import CallUnderReview
from pipeline.review.claims import Actor, check_free, check_impartial
from pipeline.review.events import NewDecision, check_text, other_recording
from pipeline.review.folding import swapped, undo_target
from pipeline.review.states import UNSPOKEN, Act, Effect, Who, act_of, part, transition

TWO_PEOPLE = (Severity.A,)
"""Classes of violation on which two people must agree."""
_BEYOND_END = 1.0
"""Seconds an added place may reach beyond the end: players round."""
_JUDGED = (DecisionKind.VERDICT, DecisionKind.ADDITION)

REFUSALS = {
    "unheard": "two people could not tell; a supervisor decides",
    "disputed": "two people disagree on this; a supervisor decides",
    "ended": "a supervisor has decided this",
    "appeal-decided": "an appeal about this was decided; that is final",
    "role": "reviewing is not this account's work",
}


def check_event(call: CallUnderReview, actor: Actor, event: NewDecision) -> None:
    """What holds for every act: it is no call of one's own, texts of some length, nobody else has it open.

    Raises:
        Refused: ``too-long``, ``bad-request-name``, ``own-call``. Conflict: ``claimed``.
    """
    check_impartial(call.agent_id, actor)
    check_text(event.comment, event.quote or "", event.criterion or "", request=event.request)
    # A panel and a run are not kept waiting by whoever has the call open.
    if event.origin is not Origin.APPEAL and not event.regardless:
        check_free(call.claim, event.by, now=datetime.now(UTC))


def decide(call: CallUnderReview, actor: Actor, event: NewDecision, *, seen: int) -> NewDecision:
    """Say what a finding is. ``seen``: version of the case that the page showed.

    Raises:
        Conflict: ``judged-meanwhile``, ``decided-meanwhile``.
        Refused: ``not-a-finding``, ``no-sheet``, ``not-on-the-sheet``, ``place-needed``, ``not-asked``, and
            what the table of states refuses.
    """
    finding = _finding(call, event.criterion)
    held = call.held(finding.criterion, finding.outcome)
    if event.details.get("applies") is False and not (finding.asked and event.verdict is Verdict.OVERTURNED):
        raise Refused("whether this applies, the sheet says", code="not-asked")
    if finding.asked:
        _check_answer(event, held)
    elif finding.outcome not in (Outcome.FAILED, Outcome.UNDETERMINED) and held is None:
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
    return _judged(call, actor, event, finding, held)


def _check_answer(event: NewDecision, held: FindingVerdict | None) -> None:
    """What people answer fails at a place; who says that it does says where (`add`), unless somebody has.

    Raises:
        Refused: ``place-needed``.
    """
    if event.verdict is Verdict.CONFIRMED and not (held is not None and held.additions):
        raise Refused("say where in the call it fails, and why", code="place-needed")


def _check_nobody_was_first(
    call: CallUnderReview, event: NewDecision, seen: int, held: FindingVerdict | None
) -> None:
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


def add(call: CallUnderReview, actor: Actor, event: NewDecision) -> NewDecision:
    """Say that a criterion is violated at a place that the machine did not find.

    Raises:
        Refused: ``outside`` (of the recording), ``no-sheet``, ``not-on-the-sheet``, and what the table of
            states refuses.
    """
    finding = _finding(call, event.criterion)
    span, end = event.span, (call.duration or 0.0) + _BEYOND_END
    if span is None or not (math.isfinite(span.start) and math.isfinite(span.end)):
        raise Refused("say from which second to which", code="outside")
    if not 0 <= span.start < span.end <= end:
        raise Refused(
            f"the place must lie within the recording (0 to {call.duration or 0.0:.1f} seconds)",
            code="outside",
        )
    return _judged(call, actor, event, finding, call.held(finding.criterion, finding.outcome))


def comment(call: CallUnderReview, actor: Actor, event: NewDecision) -> NewDecision:
    """Write a remark.

    Raises:
        Refused: ``empty``.
    """
    if not event.comment.strip():
        raise Refused("the comment is empty", code="empty")
    return _complete(call, event)


def answer(call: CallUnderReview, actor: Actor, event: NewDecision, *, known: Collection[str]) -> NewDecision:
    """Answer a question above the sheet; the latest answer stands.

    Args:
        known: the answers that the question has; empty where the sheet has no such question.

    Raises:
        Refused: ``no-question``, ``no-answer``, ``role``.
    """
    if _outsider(actor) is not None:
        raise Refused(REFUSALS["role"], code="role")
    if not known:
        raise Refused(f"{event.criterion!r} is no question of this sheet", code="no-question")
    said = event.details.get("answer")
    if said not in known:
        raise Refused(f"{said!r} is none of the answers", code="no-answer")
    return _complete(call, event)


def finish(call: CallUnderReview, actor: Actor, event: NewDecision, *, incomplete: bool) -> NewDecision:
    """Say that the call is reviewed. ``incomplete``: although violations are not decided yet.

    Raises:
        Refused: ``unanswered``: items that must be answered are not; ``undecided``.
    """
    if call.unanswered:
        raise Refused(
            f"{len(call.unanswered)} required items are not answered yet: " + ", ".join(call.unanswered),
            code="unanswered",
            count=len(call.unanswered),
        )
    if call.undecided and not incomplete:
        raise Refused(
            f"{call.undecided} violations are not decided yet; decide them, or leave them on purpose",
            code="undecided",
            count=call.undecided,
        )
    answered = [f.criterion for f in call.findings if f.required]
    return _complete(call, event, left=call.waiting, answered=answered)


def reopen(call: CallUnderReview, actor: Actor, event: NewDecision) -> NewDecision:
    """Put a finished call back into the queue.

    Raises:
        Refused: ``not-finished``.
    """
    if not call.finished:
        raise Refused("the call is not finished", code="not-finished")
    return _complete(call, event)


def correct_roles(
    call: CallUnderReview, actor: Actor, event: NewDecision, *, corrected: Inspection
) -> NewDecision:
    """Say that agent and customer are the other way round; ``corrected`` is the call judged anew.

    Raises:
        Conflict: ``other-recording``: it was judged from other sound than the call has now.
    """
    _check_sound(call, corrected)
    return _complete(call, event)


def undo(
    call: CallUnderReview, actor: Actor, wanted: int, *, request: str, restored: Inspection | None = None
) -> NewDecision:
    """Take an event back: everybody their own, a supervisor anybody's; a decision on an appeal is final.

    Args:
        wanted: key of the event. restored: the call judged anew, where roles were corrected.

    Raises:
        Refused: ``own-call``, ``undone-already``, ``appeal-decided``, ``not-yours``, ``roles``.
        Conflict: ``claimed``, ``other-recording``.
    """
    check_impartial(call.agent_id, actor)
    check_free(call.claim, actor.id, now=datetime.now(UTC))
    known = {e.id: e for e in call.events}
    event = known[wanted]
    if event.undone:
        raise Refused("this was taken back already", code="undone-already")
    root = event
    while root.undoes is not None:
        root = known[root.undoes]
    if root.origin is Origin.APPEAL or _appealed(call, root):
        raise Refused(REFUSALS["appeal-decided"], code="appeal-decided")
    if event.by != actor.id and not actor.has_last_word:
        raise Refused("only who decided it, or a supervisor, may take it back", code="not-yours")
    if (root.kind is DecisionKind.ROLES) is (restored is None):
        raise Refused("a role correction is taken back with the call judged anew", code="roles")
    if restored is not None:
        _check_sound(call, restored)
    taking = NewDecision(
        DecisionKind.UNDO,
        actor.id,
        request,
        criterion=event.criterion,
        undoes=undo_target(call.events, wanted),
        details={"of": wanted},
    )
    return _complete(call, taking)


def _appealed(call: CallUnderReview, word: Decision) -> bool:
    """Whether an appeal was decided about what this word is about: what was said before it stays as it was
    heard. A word on swapped roles is about another finding than one from before the swap."""
    return word.kind in _JUDGED and any(
        e.origin is Origin.APPEAL and e.criterion == word.criterion and e.swapped == word.swapped
        for e in call.events
    )


def _judged(
    call: CallUnderReview, actor: Actor, event: NewDecision, finding: Finding, held: FindingVerdict | None
) -> NewDecision:
    """A word on a finding, unless the table of states refuses it."""
    grave = finding.severity in TWO_PEOPLE
    if event.origin is not Origin.APPEAL:
        act = Act.ADD if event.kind is DecisionKind.ADDITION else act_of(event.verdict or Verdict.CONFIRMED)
        who = _outsider(actor) or part(held, act, event.by, last_word=actor.has_last_word)
        phase = held.phase if held else Phase.UNREVIEWED
        stands = held.verdict if held and phase not in UNSPOKEN else None
        line = transition(phase, act, who, grave=grave or (held is not None and held.grave), stands=stands)
        if line.effect is Effect.REFUSED:
            raise Refused(REFUSALS[line.code], code=line.code)
    return _complete(call, replace(event, outcome=finding.outcome), final=actor.has_last_word, grave=grave)


def _outsider(actor: Actor) -> Who | None:
    """Agents and leads, who do not review."""
    match actor.role:
        case UserRole.AGENT:
            return Who.AGENT
        case UserRole.LEAD:
            return Who.LEAD
        case _:
            return None


def _finding(call: CallUnderReview, criterion: str | None) -> Finding:
    if not call.findings:
        raise Refused("the sheet was not used on this call: there are no criteria", code="no-sheet")
    found = next((f for f in call.findings if f.criterion == criterion), None)
    if found is None or found.severity is None:  # a bonus accuses nobody
        raise Refused(f"{criterion!r} is no criterion that can be violated here", code="not-on-the-sheet")
    return found


def _check_sound(call: CallUnderReview, judged: Inspection) -> None:
    """What was judged anew outside the transaction is still what this call holds."""
    if judged.recording.sha256 != call.audio_sha256:
        raise other_recording(judged.recording.call.call_id)


def _complete(call: CallUnderReview, event: NewDecision, **details: object) -> NewDecision:
    """With what the event must remember of the call as it stood."""
    stood = {"version": call.version + 1, "swapped": swapped(call.events)}
    return replace(event, details={**event.details, **details, **stood})
