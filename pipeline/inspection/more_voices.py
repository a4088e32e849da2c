"""Voices that come and go: a second agent who hands back, a supervisor who joins, a third person.

`second_voice` looks where the agent's side hands over. Here all that a party says is parted into the two
groups that are least alike. Whose words are the agent's is known where the other voice is on the agent's side
alone; on a channel that all share, a third voice may have been taken for either party.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import Span, merge
from pipeline.inspection.cutting import Heard
from pipeline.inspection.hearing import CallSound
from pipeline.speech import SpeakerSegmenter
from pipeline.speech.likeness import LEAST_SECONDS, VoiceSide, side, surely_other
from pipeline.speech.roles import agent_likeness

_UNIT_SECONDS = 3.0
_LEAST_UNIT = 1.0
"""Seconds of speech whose vector tells a voice; what is shorter goes with what is next to it."""
_LEAST_RUN = 2.0
"""Seconds of another voice in one go: less is a cough or a laugh."""
_HANDED_OVER = 0.1
"""So much more alike the voices may be where the agent's side says that it hands over."""
_SHARED = 0.14
"""The same on a channel that all share: there it is a doubt, and the wrong person would be accused."""
_APART = 0.1
"""A second agent on a shared channel is no more alike the customer than two people are, give or take this."""
_LIKE_AN_AGENT = 0.0
"""Log-odds of the words of one of two voices taken for the customer, from which it may be an agent."""
_AT_MOST_RUNS = 2
"""On one channel, times that another voice speaks as a party: a second agent, a wife who takes the telephone.
Beyond, agent and customer were taken for one party and alternate in it."""


def other_voices(
    call: CallSound, heard: Sequence[Heard], party: int, segmenter: SpeakerSegmenter, words: WordLists
) -> tuple[Span, ...]:
    """Where another voice than the first one speaks as a party, in time order; empty where there is none for
    sure. Each span lasts from the last words of the first voice to its next ones, or to the end.

    Args:
        heard: without the announcements of the line.
    """
    own = [one for one in heard if one[1].party == party]
    units = _units(own)
    sound = call.segmentation.tracks[party].samples
    slack = _HANDED_OVER if any(_hands_over(one, words) for one in own) else 0.0
    if call.segmentation.layout.mono:
        slack = _SHARED
    other = segmenter.two_voices([VoiceSide(sound, (unit,)) for unit in units], slack=slack)
    if other is None:
        return ()
    runs = _runs(units, other)
    found = []
    for number, (theirs, first, last) in enumerate(runs):
        if theirs:
            start = runs[number - 1][2].end if number else 0.0
            end = runs[number + 1][1].start if number + 1 < len(runs) else call.audio.duration
            found.append(Span(min(start, first.start), max(end, last.end)))
    return tuple(found)


def third_voice(
    call: CallSound,
    heard: Sequence[Heard],
    agent: int,
    theirs: Sequence[Span],
    segmenter: SpeakerSegmenter,
    words: WordLists,
) -> bool:
    """Whether on one channel so many people talk that it is not known whose words are whose.

    Args:
        theirs: where another voice speaks as the agent.
    """
    if len(theirs) > _AT_MOST_RUNS or (theirs and _is_customers(call, heard, agent, theirs, segmenter)):
        return True
    customer = 1 - agent
    spans = other_voices(call, heard, customer, segmenter, words)
    if len(spans) > _AT_MOST_RUNS:
        return True
    said = [one for one in heard if one[1].party == customer]
    parts = ([one for one in said if _is_within(one, spans) == inside] for inside in (False, True))
    return bool(spans) and any(
        agent_likeness("\n".join(segment.text for _, segment in part), words) > _LIKE_AN_AGENT
        for part in parts
    )


def _is_customers(
    call: CallSound, heard: Sequence[Heard], agent: int, theirs: Sequence[Span], segmenter: SpeakerSegmenter
) -> bool:
    """Whether what another voice says as the agent may be the customer's: the parties were mixed up."""
    sides = []
    for party in (agent, 1 - agent):
        spoken = [
            v
            for one in heard
            if one[1].party == party and not one[0].overlapped and (party != agent or _is_within(one, theirs))
            for v in one[0].voiced
        ]
        sides.append(side(call.segmentation.tracks[party].samples, spoken))
    alike = segmenter.compare(sides) if all(one.seconds >= LEAST_SECONDS for one in sides) else None
    return alike is None or not surely_other(
        float(alike[0, 1]), *(one.seconds for one in sides), slack=_APART
    )


def _is_within(one: Heard, spans: Sequence[Span]) -> bool:
    return any(one[1].span.middle in span for span in spans)


def _hands_over(one: Heard, words: WordLists) -> bool:
    handover = words.handover or default_word_lists().handover
    return handover is not None and bool(handover.found_in(one[1].text))


def _units(own: Sequence[Heard]) -> list[Span]:
    """Stretches of a party's speech, alone, about so long that each tells a voice; in time order."""
    alone = merge(v for window, _ in own if not window.overlapped for v in window.voiced)
    parts = (part for span in alone for part in _parts(span))
    return [part for part in parts if part.duration >= _LEAST_UNIT]


def _parts(span: Span) -> Iterator[Span]:
    count = max(1, round(span.duration / _UNIT_SECONDS))
    edges = [span.start + span.duration * number / count for number in range(count)] + [span.end]
    return (Span(start, end) for start, end in pairwise(edges))


def _runs(units: Sequence[Span], other: Sequence[bool]) -> list[tuple[bool, Span, Span]]:
    """Whether it is the other voice, first and last unit of each run; short ones belong to those around."""
    runs: list[tuple[bool, Span, Span]] = []
    for theirs, same in groupby(zip(other, units, strict=True), lambda one: one[0]):
        mine = [unit for _, unit in same]
        if runs and sum(unit.duration for unit in mine) < _LEAST_RUN:
            theirs = runs[-1][0]
        if runs and runs[-1][0] == theirs:
            runs[-1] = (theirs, runs[-1][1], mine[-1])
        else:
            runs.append((theirs, mine[0], mine[-1]))
    return runs
