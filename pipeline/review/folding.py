"""What events add up to. Pure: the same events in the same order always give the same verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from pipeline.domain import (
    Addition,
    Decision,
    DecisionKind,
    FindingVerdict,
    Origin,
    Outcome,
    Phase,
    ReviewState,
    Span,
    Verdict,
    Voice,
)
from pipeline.review.states import UNSPOKEN, Act, Effect, Transition, Who, act_of, part, transition

_ABOUT_FINDINGS = (DecisionKind.VERDICT, DecisionKind.ADDITION)


def taken_back(events: Iterable[Decision]) -> frozenset[int]:
    """Keys of the events that do not count: undone, and the undoing not undone itself."""
    undoing = {e.undoes: e.id for e in events if e.undoes is not None}
    out: set[int] = set()
    for first in undoing:
        chain = [first]
        while chain[-1] in undoing:
            chain.append(undoing[chain[-1]])
        if len(chain) % 2 == 0:  # the last undo of the chain stands
            out.add(first)
    return frozenset(out)


def undo_target(events: Sequence[Decision], wanted: int) -> int:
    """The event that an undo of ``wanted`` must name: where it was undone and brought back, what did that."""
    undoing = {e.undoes: e.id for e in events if e.undoes is not None}
    target = wanted
    while target in undoing:
        target = undoing[target]
    return target


def swapped(events: Sequence[Decision]) -> bool:
    """Whether people say that agent and customer are the other way round than the machine heard."""
    gone = taken_back(events)
    return sum(e.kind is DecisionKind.ROLES and e.id not in gone for e in events) % 2 == 1


def answers(events: Sequence[Decision]) -> dict[str, Decision]:
    """Question -> the latest answer that stands; whatever is said of findings, and whoever is who."""
    gone = taken_back(events)
    said = {e.criterion: e for e in events if e.kind is DecisionKind.ANSWER and e.id not in gone}
    return {name: event for name, event in said.items() if name is not None and event.answer is not None}


def verdicts(events: Sequence[Decision]) -> dict[str, FindingVerdict]:
    """Criterion -> what stands of the events of one call, in the order they came.

    Events from before the roles were swapped spoke about somebody else's words: they count again when the
    swap is undone.
    """
    return verdicts_when(events, swapped(events))


def verdicts_when(events: Sequence[Decision], now: bool) -> dict[str, FindingVerdict]:
    """The same while the roles are swapped, or are not: what stands once somebody swaps them."""
    gone = taken_back(events)
    out: dict[str, FindingVerdict] = {}
    for event in events:
        if event.kind in _ABOUT_FINDINGS and event.id not in gone and event.swapped == now:
            criterion = event.criterion or ""
            out[criterion] = after(out.get(criterion), event)
    return out


def after(before: FindingVerdict | None, event: Decision) -> FindingVerdict:
    """The verdict on a finding after one more event, by the table of :mod:`pipeline.review.states`.

    What the table refuses changes nothing: such events are in stores from before there was a table.
    """
    if before is not None and not (before.added or before.outcome is event.outcome):
        before = None  # spoke about something else
    if event.sound_in_doubt:
        return _of_other_sound(before, event)
    act, line = step(before, event)
    if line.effect is Effect.REFUSED:
        return before or _begin(event)
    if before is None or before.phase in UNSPOKEN:
        kept = replace(_begin(event), additions=before.additions if before else ())
    else:
        kept = before
    kept = replace(kept, grave=kept.grave or event.grave)
    if event.kind is DecisionKind.ADDITION:
        added = kept.added or event.outcome is not Outcome.FAILED
        kept = replace(kept, additions=(*kept.additions, _place(event)), added=added)
    if line.effect is Effect.STAYS:
        return _stayed(kept, event, act)
    return _moved(kept, event, line)


def step(before: FindingVerdict | None, event: Decision) -> tuple[Act, Transition]:
    """What an event is, and the line of the table that holds for it."""
    said = event.verdict or Verdict.CONFIRMED
    if event.origin is Origin.APPEAL:
        act = Act.UPHOLD if said is Verdict.OVERTURNED else Act.REJECT
        phase = before.phase if before else Phase.UNREVIEWED
        phase = Phase.UNREVIEWED if phase is Phase.APPEALED else phase  # of a store where it came twice
        return act, transition(phase, act, Who.SUPERVISOR, stands=before.verdict if before else None)
    act = Act.ADD if event.kind is DecisionKind.ADDITION else act_of(said)
    who = part(before, act, event.by, last_word=event.final)
    phase = before.phase if before else Phase.UNREVIEWED
    stands = before.verdict if before and before.phase not in UNSPOKEN else None
    grave = event.grave or (before is not None and before.grave)
    return act, transition(phase, act, who, grave=grave, stands=stands)


def _of_other_sound(before: FindingVerdict | None, event: Decision) -> FindingVerdict:
    """What may have been said of another recording is kept, and settles nothing."""
    if before is not None and before.phase is not Phase.SOUND:
        return before
    kept = replace(_begin(event), phase=Phase.SOUND, additions=before.additions if before else ())
    if event.kind is DecisionKind.ADDITION:
        added = kept.added or event.outcome is not Outcome.FAILED
        kept = replace(kept, additions=(*kept.additions, _place(event)), added=added)
    return kept


def _begin(event: Decision) -> FindingVerdict:
    """Nothing but this event."""
    return FindingVerdict(
        criterion=event.criterion or "",
        outcome=event.outcome or Outcome.NOT_APPLICABLE,
        verdict=event.verdict or Verdict.CONFIRMED,
        by=event.by,
        at=event.at,
        decision=event.id,
        phase=Phase.UNREVIEWED,
        grave=event.grave,
        comment=event.comment,
        by_name=event.by_name,
        applies=event.applies,
    )


def _place(event: Decision) -> Addition:
    span = event.span or Span(0, 0)
    return Addition(span, event.role, event.quote or "", event.comment, event.id, event.by)


def _stayed(before: FindingVerdict, event: Decision, act: Act) -> FindingVerdict:
    """The word stands; a comment of the one whose word it is is taken along.

    Who cannot tell any more what they once told has not spoken otherwise: their word is left as it was.
    """
    known = {voice.by for voice in before.voices}
    kept = before if act is Act.UNSURE and event.by in known else _heard(before, event)
    if event.by != before.by:
        return kept
    applies = event.applies if act is Act.OVERTURN else before.applies
    return replace(kept, comment=event.comment or before.comment, applies=applies)


def _moved(before: FindingVerdict, event: Decision, line: Transition) -> FindingVerdict:
    """The finding in its new phase, with the two people whose words make it."""
    kept = _heard(before, event)
    to = line.to or before.phase
    stands = event.verdict if line.said else before.verdict
    voices = kept.voices
    if to in (Phase.ENDED, Phase.APPEALED):
        first = next(v for v in voices if v.by == event.by)
        second = before.by if before.by != event.by else before.second
    else:
        if all(voice.verdict is not stands for voice in voices):
            stands = Verdict.UNSURE  # whose word it was can tell no more
        first = _whose(voices, stands, before.by)
        second = _other(to, voices, first, event, before)
    return replace(
        kept,
        phase=to,
        verdict=stands,
        by=first.by,
        by_name=first.by_name,
        at=first.at,
        decision=first.decision,
        comment=first.comment,
        second=second,
        applies=first.applies,
    )


def _heard(before: FindingVerdict, event: Decision) -> FindingVerdict:
    """With this person's latest word."""
    said = event.verdict or Verdict.CONFIRMED
    mine = Voice(event.by, said, event.at, event.id, event.comment, event.by_name, event.applies)
    if any(voice.by == event.by for voice in before.voices):
        voices = tuple(mine if voice.by == event.by else voice for voice in before.voices)
    else:
        voices = (*before.voices, mine)
    return replace(before, voices=voices)


def _whose(voices: Sequence[Voice], stands: Verdict | None, before: int | None) -> Voice:
    """The voice that says what stands: the one that stood before, else the earliest."""
    same = [voice for voice in voices if voice.verdict is stands]
    return next((v for v in same if v.by == before), same[0] if same else voices[-1])


def _other(
    to: Phase, voices: Sequence[Voice], first: Voice, event: Decision, before: FindingVerdict
) -> int | None:
    """The second of the two who make this phase."""

    def fits(voice: Voice) -> bool:
        match to:
            case Phase.AGREED:
                return voice.verdict is first.verdict
            case Phase.DISPUTED:
                return voice.verdict not in (first.verdict, Verdict.UNSURE)
            case Phase.SECOND_AGAIN | Phase.UNHEARD_TWICE:
                return voice.verdict is Verdict.UNSURE
            case _:
                return False

    others = [voice.by for voice in voices if voice.by != first.by and fits(voice)]
    if not others:
        return None
    return event.by if event.by in others else before.second if before.second in others else others[-1]


def accused(outcome: Outcome, verdict: FindingVerdict | None) -> bool:
    """Whether a finding costs points or may yet: then it can be appealed, doubt or not."""
    return outcome_with(outcome, verdict, Scenario.LOW) is Outcome.FAILED


class Scenario(StrEnum):
    """How what is not settled is read."""

    STANDING = "standing"
    """As the machine says."""
    LOW = "low"
    """As a violation."""
    HIGH = "high"
    """As none."""


def outcome_with(
    outcome: Outcome, verdict: FindingVerdict | None, reading: Scenario = Scenario.STANDING
) -> Outcome:
    """What a finding comes to with people's verdict in it. Only what is settled changes what stands.

    What the machine could not determine and nobody spoke about is no violation in any reading.
    """
    if verdict is None or not verdict.holds(outcome):
        return Outcome.PASSED if outcome is Outcome.FAILED and reading is Scenario.HIGH else outcome
    if verdict.state is ReviewState.CONFIRMED:
        return Outcome.FAILED
    if verdict.state is ReviewState.OVERTURNED:
        return Outcome.PASSED if verdict.applies else Outcome.NOT_APPLICABLE
    if reading is Scenario.LOW:
        return Outcome.FAILED
    return Outcome.PASSED if outcome is Outcome.FAILED and reading is Scenario.HIGH else outcome
