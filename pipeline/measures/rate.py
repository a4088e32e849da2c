"""How fast a party speaks: over the whole call, and turn by turn."""

from __future__ import annotations

from pipeline.conversation import Timeline
from pipeline.conversation.timeline import TURN_RATE_MEASURE
from pipeline.conversation.turns import PAUSE_S
from pipeline.domain import Role, Span, clip, intersect, merge, subtract, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_for

LEAST_SPEECH_S = 5.0
"""With less speech one long word moves the rate by tens of characters per minute."""

LOST_S = 1.0
"""As speech the recogniser did not understand; less is the blur of recognised times."""

LEAST_CHARACTERS = 10
"""Shorter turns (好的, 请稍等) say nothing about the rate."""


@measured_for("speaking_rate_{role}", unit="characters/min")
def speaking_rate(timeline: Timeline, role: Role) -> MeasuredValue:
    """Characters per minute of the party's speech: those of its transcript (a digit or a Latin word is one,
    punctuation none) over the minutes of its turns. Only speech that has a transcript counts, so
    that a passage the recogniser lost does not make the party slow. None with less than 5 s of such speech.

    Source: characters per minute as Alibaba's dialogue analysis defines it, without the punctuation that some
    products count; 5 s is ours.
    """
    said = [utterance for utterance in timeline.said_by[role] if utterance.characters]
    # Times of utterances may hug the words; short pauses between two of them belong to the turn.
    spans = intersect(timeline.turns[role], merge((u.span for u in said), gap=PAUSE_S))
    seconds = total(spans)
    if seconds < LEAST_SPEECH_S:
        return UNMEASURED
    return MeasuredValue(timeline.characters[role] / seconds * 60, spans)


@measured_for(TURN_RATE_MEASURE, unit="characters/min", roles=(Role.AGENT,))
def rate_over_turns(timeline: Timeline, role: Role) -> MeasuredValue:
    """Characters per minute over the party's turns of at least 10 characters, taken together. Turns that are
    mostly Latin letters are not rated, nor those of which more than 1 s was not understood. None without a
    turn to rate.

    Source: speaking rate with a minimum sentence length, as Alibaba's dialogue analysis; 10 is ours.
    """
    rated = _long_turns(timeline, role)
    seconds = sum(span.duration for span, _ in rated)
    if not seconds:
        return UNMEASURED
    count = sum(count for _, count in rated)
    return MeasuredValue(count / seconds * 60, tuple(span for span, _ in rated))


@measured_for("speaking_rate_{role}_fastest_turn", unit="characters/min", roles=(Role.AGENT,))
def fastest_turn(timeline: Timeline, role: Role) -> MeasuredValue:
    """Characters per minute of the party's fastest turn of at least 10 characters. None without such a turn.

    Source: as speaking_rate_agent_turns.
    """
    return _of_one_turn(max(_rates(timeline, role), default=None))


@measured_for("speaking_rate_{role}_slowest_turn", unit="characters/min", roles=(Role.AGENT,))
def slowest_turn(timeline: Timeline, role: Role) -> MeasuredValue:
    """Characters per minute of the party's slowest turn of at least 10 characters. None without such a turn.

    Source: as speaking_rate_agent_turns.
    """
    return _of_one_turn(min(_rates(timeline, role), default=None))


def _long_turns(timeline: Timeline, role: Role) -> list[tuple[Span, int]]:
    """The turns of at least 10 characters that can be rated, each with its number of characters.

    Not rated are turns in another language, and those of which more than LOST_S was not understood.
    """
    turns = zip(
        timeline.turns[role], timeline.turn_characters[role], timeline.turn_latin_words[role], strict=True
    )
    said = merge((u.span for u in timeline.said_by[role]), gap=PAUSE_S)
    return [
        (turn, count)
        for turn, count, latin in turns
        if count >= LEAST_CHARACTERS
        and turn.duration
        and 2 * latin <= count
        and total(subtract(clip(timeline.spoken[role], turn), said)) <= LOST_S
    ]


def _rates(timeline: Timeline, role: Role) -> list[tuple[float, Span]]:
    return [(count / span.duration * 60, span) for span, count in _long_turns(timeline, role)]


def _of_one_turn(rated: tuple[float, Span] | None) -> MeasuredValue:
    return UNMEASURED if rated is None else MeasuredValue(rated[0], (rated[1],))
