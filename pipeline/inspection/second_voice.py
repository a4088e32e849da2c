"""A second agent in one call: where the agent's side hands over, the voices before and after are compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import Segment, Span
from pipeline.inspection.cutting import Heard
from pipeline.inspection.hearing import CallSound
from pipeline.speech import SpeakerSegmenter
from pipeline.speech.likeness import MOST_SECONDS, VoiceSide, side

HOLD_SECONDS = 8.0
"""So long a time without a word of the agent may be a transfer that nobody announced."""
_AFTER_SECONDS = 12.0
"""Speech after the words of handing over in which another voice may begin."""
_PIECE_SECONDS = 3.0
_MOST_PLACES = 3
"""Places in one call that are looked at."""


def second_voice(
    call: CallSound, heard: Sequence[Heard], agent: int, segmenter: SpeakerSegmenter, words: WordLists
) -> Span | None:
    """From the last words of one voice on the agent's channel to the first of another; None where there is
    none for sure.

    Args:
        heard: without the announcements of the line.
        agent: the party.
    """
    own = sorted((one for one in heard if one[1].party == agent), key=lambda one: one[1].span)
    if call.segmentation.layout.mono or len(own) < 2:
        return None
    alone = [v for window, _ in own if not window.overlapped for v in window.voiced]
    for place in _places(call, [segment for _, segment in own], words)[:_MOST_PLACES]:
        sides = _sides(call, agent, alone, place)
        found = segmenter.change_of_voice(sides)
        if found is not None:
            begins = sides[found[0]].speech[0].start
            return Span(min(begins, max(span.end for span in alone if span.start < begins)), begins)
    return None


def _places(call: CallSound, own: Sequence[Segment], words: WordLists) -> list[float]:
    """Seconds from which another agent may speak: words of handing over, and long holds."""
    handover = words.handover or default_word_lists().handover
    spoken = [s.span.start for s in own if handover is not None and handover.found_in(s.text)]
    held = [
        after.span.start
        for before, after in pairwise(own)
        if _is_held(call, Span(before.span.end, max(before.span.end, after.span.start)))
    ]
    return sorted({*spoken, *held})


def _is_held(call: CallSound, pause: Span) -> bool:
    """Whether nobody speaks, or music plays, for most of a long pause of the agent."""
    if pause.duration < HOLD_SECONDS:
        return False
    talk = sum(pause.overlap(span) for track in call.segmentation.tracks for span in track.speech)
    return pause.duration - talk >= HOLD_SECONDS


def _sides(call: CallSound, agent: int, alone: Sequence[Span], place: float) -> list[VoiceSide]:
    """The agent's speech around a place, in the pieces between which the voice may change."""
    sound = call.segmentation.tracks[agent].samples
    before = side(sound, [span for span in alone if span.end <= place], last=True)
    pieces = [before] if before.speech else []
    heard = 0.0
    for span in (span for span in alone if span.end > place):
        if heard >= _AFTER_SECONDS:
            break
        at = span.start
        while span.end - at > 0:
            end = span.end if span.end - at <= 2 * _PIECE_SECONDS - 1 else at + _PIECE_SECONDS
            if (piece := side(sound, [Span(at, min(end, at + MOST_SECONDS))])).speech:
                pieces.append(piece)
                heard += piece.seconds
            at = end
    return pieces
