"""How long each party talks, and lets the other one wait for an answer."""

from __future__ import annotations

from statistics import median

from pipeline.conversation import Timeline
from pipeline.conversation.timeline import SPEECH_MEASURE
from pipeline.domain import Role, Span, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_for


@measured_for(SPEECH_MEASURE, unit="s")
def speech(timeline: Timeline, role: Role) -> MeasuredValue:
    """Seconds of the party's turns, pauses for breath (up to 1.5 s) included. 0 for a party that never
    speaks.

    Source: turn as in `pipeline/conversation/turns.py` (Jefferson 1989); Amazon Transcribe Call Analytics
    and MiiTel report the talk time per party.
    """
    turns = timeline.turns[role]
    return MeasuredValue(total(turns), turns)


@measured_for("talk_share_{role}", unit="0..1", roles=(Role.AGENT,))
def talk_share(timeline: Timeline, role: Role) -> MeasuredValue:
    """The party's share of all talk: its speech / (its speech + the other party's speech), overlaps counted
    for both. None where nobody speaks.

    Source: talk share per role of Amazon Contact Lens and MiiTel.
    """
    own, other = total(timeline.turns[role]), total(timeline.turns[role.other])
    return MeasuredValue(own / (own + other)) if own + other else UNMEASURED


@measured_for("longest_turn_{role}", unit="s", roles=(Role.AGENT,))
def longest_turn(timeline: Timeline, role: Role) -> MeasuredValue:
    """Seconds of the party's longest turn. A turn ends with a pause of more than 1.5 s, or when the other
    party speaks in a pause; words said over the party's speech do not end it. None for a party that never
    speaks.

    Source: turn as in `pipeline/conversation/turns.py` (Jefferson 1989).
    """
    longest = max(timeline.turns[role], key=lambda span: span.duration, default=None)
    return UNMEASURED if longest is None else MeasuredValue(longest.duration, (longest,))


@measured_for("response_delay_{role}", unit="s", roles=(Role.AGENT,))
def response_delay(timeline: Timeline, role: Role) -> MeasuredValue:
    """Median seconds from the end of a turn of the other party to the start of this party's answer; 0 where
    the answer starts before the end. A turn counts where this party is the next to start speaking and no
    music or tone plays in between. None without such a turn.

    Source: response delay of Alibaba's dialogue analysis (silence by the party who was due to answer).
    """
    waits = _waits(timeline, role)
    return MeasuredValue(median(wait.duration for wait in waits), waits) if waits else UNMEASURED


def _waits(timeline: Timeline, role: Role) -> tuple[Span, ...]:
    answers, questions = timeline.turns[role], timeline.turns[role.other]
    waits: list[Span] = []
    for number, question in enumerate(questions):
        until = questions[number + 1].start if number + 1 < len(questions) else timeline.duration
        answer = next((a for a in answers if question.start < a.start), None)
        if answer is None or answer.start >= until:
            continue  # they spoke again themselves, or nobody answered
        wait = Span(question.end, max(question.end, answer.start))
        if not any(wait.overlap(tone) for tone in timeline.tones):
            waits.append(wait)
    return tuple(waits)
