"""Channels that change sides in mid-call: from some moment on, each holds the other party.

Words give it away (what only agents say goes on in the other channel), or the pieces of voice that are taken
of each call anyway. Then the voices of the segments around are compared: the moment is where, with everything
behind it turned round, each party is most like itself. The rest of the call is turned round before anybody
looks at it. Where clear words say so and it cannot be proved, the call is told and nobody is accused in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import accumulate, pairwise

import numpy as np

from pipeline.conversation.wordlists import WordLists
from pipeline.domain import SAMPLE_RATE_HZ, Segment, Span, VoicePiece
from pipeline.inspection.cutting import Heard, cut_at_time
from pipeline.inspection.hearing import CallSound
from pipeline.speech import SpeakerSegmentation, SpeakerSegmenter, SpeakerTrack
from pipeline.speech.agent_voices import vectors_of
from pipeline.speech.likeness import LEAST_SECONDS, Floats, side
from pipeline.speech.roles import agent_likeness
from pipeline.transcription.windows import quietest_moment

LEAST_ODDS = 2.5
"""Log-odds of the words on each side of the moment before the voices are asked."""
CLEAR_ODDS = 5.0
"""From these on, words alone make it doubtful whose channel is whose."""
_LEAST_LEAD, _LEAST_MEAN_LEAD, _SHARE = 0.05, 0.08, 0.4
"""By so much crossed voices are more alike than straight ones where channels changed: each, both on average,
and as a share of how far the two voices are apart. On five calls whose channels were swapped in the middle
the mean was 0.1 (two voices with a cosine of 0.86) to 0.46; elsewhere both lie far below 0."""
_ALIKE, _SECOND_ALIKE = 0.75, 0.6
"""Cosines that the crossed pairs have at least, the better and the other one: new voices are nobody's."""
_LEAST_ONCE = 1.0
"""Seconds that one of the four sides may say only: 好的，谢谢."""
_AROUND = 10
"""Stretches of speech on each side of the supposed moment whose voices are compared."""
_LEAST_UNIT = 0.8
"""Seconds of such a stretch."""
_UNIT_SECONDS = 2.0
_LEAST_PAUSE = 0.3
_BLUR_SECONDS = 0.2
"""Words that reach no further into where the change may be are on their side of it."""
_ABOUT_AS_GOOD = 0.1
"""Of the way from the best moment to the worst: so near the best, a moment may be the right one."""


@dataclass(frozen=True, slots=True)
class SideChange:
    """From ``at`` on each channel holds the other party."""

    at: float
    unsure: Span
    """The change lies somewhere here: whose words these are is not known."""
    proved: bool
    """The voices bear it out."""


def side_change(
    call: CallSound,
    heard: Sequence[Heard],
    pieces: Sequence[VoicePiece],
    segmenter: SpeakerSegmenter,
    words: WordLists,
) -> SideChange | None:
    """Where the channels of a call change sides; None where they do not, or nothing tells.

    Args:
        heard: without the announcements of the line.
        pieces: of each party's voice, where they were taken.
    """
    if call.segmentation.layout.mono or len(heard) < 4:
        return None
    in_order = sorted(heard, key=lambda one: one[1].span)
    segments = [segment for _, segment in in_order]
    by_words, odds = _by_words(segments, words)
    by_voices = _by_pieces(pieces)
    if by_voices is None and odds < LEAST_ODDS:
        return None
    units = _units(in_order)
    about = segments[by_words].span.start if by_voices is None else by_voices
    unsure = _moments(call, units, about, segmenter)
    at = about if unsure is None else _moment(call, units, unsure)
    unsure = unsure or Span(at, at)
    crossed = _crossed(call, units, at, segmenter)
    if crossed is _Crossing.YES:
        return SideChange(at, unsure, proved=True)
    told = crossed is _Crossing.UNCLEAR and odds >= CLEAR_ODDS
    return SideChange(at, unsure, proved=False) if told else None


class _Crossing(Enum):
    """Whether the voices of the two channels change places."""

    YES = auto()
    NO = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A stretch of speech, or a part of a long one: the other party may answer without a pause."""

    party: int
    span: Span
    overlapped: bool


def _units(heard: Sequence[Heard]) -> list[_Unit]:
    found = [
        _Unit(segment.party, part, window.overlapped)
        for window, segment in heard
        for span in window.voiced
        for part in _parts(span)
    ]
    return sorted(found, key=lambda unit: (unit.span, unit.party))


def _parts(span: Span) -> Iterator[Span]:
    count = max(1, round(span.duration / _UNIT_SECONDS))
    edges = [span.start + span.duration * number / count for number in range(count)] + [span.end]
    return (Span(start, end) for start, end in pairwise(edges))


def _by_words(segments: Sequence[Segment], words: WordLists) -> tuple[int, float]:
    """The number of the first segment after the likeliest change, and the lesser log-odds of its two sides;
    these are 0 where the same party talks like an agent throughout."""
    odds = [agent_likeness(s.text, words) * (1 if s.party == 0 else -1) for s in segments]
    before = list(accumulate(odds, initial=0.0))
    whole = before[-1]
    best = max(range(1, len(odds)), key=lambda cut: abs(2 * before[cut] - whole))
    left, right = before[best], whole - before[best]
    return best, 0.0 if left * right >= 0 else min(abs(left), abs(right))


def _by_pieces(pieces: Sequence[VoicePiece]) -> float | None:
    """Seconds at which the voices of the two channels change places, by the pieces that were taken."""
    best: tuple[float, float] | None = None
    for cut in sorted({piece.span.start for piece in pieces}):
        quarters = [
            vectors_of([p for p in pieces if p.party == party and (p.span.start >= cut) == after])
            for after in (False, True)
            for party in (0, 1)
        ]
        if any(quarter is None for quarter in quarters):
            continue
        vectors = np.stack([quarter for quarter in quarters if quarter is not None]).astype(np.float64)
        alike = vectors @ vectors.T
        lead = sum(_leads(alike))
        if _crossing(alike) is _Crossing.YES and (best is None or lead > best[0]):
            best = lead, cut
    return None if best is None else best[1]


def _moments(
    call: CallSound, units: Sequence[_Unit], about: float, segmenter: SpeakerSegmenter
) -> Span | None:
    """Where the change lies, by the voices of the speech around: from the end of the last unit that is surely
    before it to the start of the first one that is surely after it."""
    clear = [
        (unit, side(call.segmentation.tracks[unit.party].samples, [unit.span]))
        for unit in units
        if unit.span.duration >= _LEAST_UNIT and not unit.overlapped
    ]
    before = [one for one in clear if one[0].span.start < about][-_AROUND:]
    chosen = [*before, *[one for one in clear if one[0].span.start >= about][:_AROUND]]
    alike = segmenter.compare([sound for _, sound in chosen]) if len(chosen) >= 4 else None
    if alike is None:
        return None
    weights = np.sqrt([sound.seconds for _, sound in chosen])
    pull = np.outer(weights, weights)
    np.fill_diagonal(pull, 0.0)
    pull /= pull.sum()
    pull *= alike - (pull * alike).sum()
    party = np.array([1.0 if unit.party == 0 else -1.0 for unit, _ in chosen])
    index = np.arange(len(chosen))
    voices = [np.where(index < cut, party, -party) for cut in range(1, len(chosen))]
    worth = [float(voice @ pull @ voice) for voice in voices]
    least = max(worth) - _ABOUT_AS_GOOD * (max(worth) - min(worth))
    good = [cut for cut, value in enumerate(worth, 1) if value >= least]
    last, first = chosen[good[0] - 1][0].span, chosen[good[-1]][0].span
    if last.gap(first) < _LEAST_PAUSE / 10 and last.start < first.start:  # parts of one stretch: in either
        return last | first
    return Span(min(last.end, first.start), max(last.end, first.start))


def _moment(call: CallSound, units: Sequence[_Unit], unsure: Span) -> float:
    """When the change is: at the longest pause of those that it may be in, or the quietest moment there."""
    ends = list(accumulate((unit.span.end for unit in units), max))
    pauses = [
        (unit.span.start - ends[number], unit.span.start)
        for number, unit in enumerate(units[1:])
        if unsure.start <= unit.span.start <= unsure.end + _BLUR_SECONDS
    ]
    pause, at = max(pauses, default=(0.0, unsure.end))
    if pause >= _LEAST_PAUSE:
        return at
    around = unsure if unsure.duration >= _UNIT_SECONDS else unsure.widened(_UNIT_SECONDS / 2)
    first, second = (track.samples for track in call.segmentation.tracks)
    size = min(len(first), len(second))
    return quietest_moment(np.abs(first[:size]) + np.abs(second[:size]), around)


def _crossed(call: CallSound, units: Sequence[_Unit], at: float, segmenter: SpeakerSegmenter) -> _Crossing:
    """Whether voices are more like those of the other channel after ``at`` than of their own."""
    sides = []
    for after in (False, True):
        for party, track in enumerate(call.segmentation.tracks):
            spans = [
                unit.span
                for unit in units
                if unit.party == party and (unit.span.start >= at) == after and not unit.overlapped
            ]
            sides.append(side(track.samples, spans, last=not after))
    seconds = sorted(one.seconds for one in sides)
    if seconds[0] < _LEAST_ONCE or seconds[1] < LEAST_SECONDS:
        return _Crossing.UNCLEAR
    alike = segmenter.compare(sides)
    return _Crossing.UNCLEAR if alike is None else _crossing(alike)


def _crossing(alike: Floats) -> _Crossing:
    """By cosines (4, 4) of party 0 and 1 before and 0 and 1 after.

    One crossed pair alone, as of a voice that goes on beside a second agent, proves nothing; nor do two
    voices that are both new.
    """
    leads, crossed = _leads(alike), (alike[1, 2], alike[0, 3])
    apart = 1.0 - float(alike[0, 1] + alike[2, 3]) / 2
    if min(leads) >= _LEAST_LEAD and sum(leads) / 2 >= max(_LEAST_MEAN_LEAD, _SHARE * apart):
        alike_enough = max(crossed) >= _ALIKE and min(crossed) >= _SECOND_ALIKE
        return _Crossing.YES if alike_enough else _Crossing.UNCLEAR
    return _Crossing.NO if max(leads) <= -_LEAST_LEAD else _Crossing.UNCLEAR


def _leads(alike: Floats) -> tuple[float, float]:
    """By how much each party is more like the other channel's voice before than like its own."""
    return float(alike[1, 2] - alike[0, 2]), float(alike[0, 3] - alike[1, 3])


def turned_round(
    call: CallSound, heard: Sequence[Heard], change: SideChange
) -> tuple[CallSound, list[Heard]]:
    """The call with its channels the other way round from the change on."""
    parts = (part for one in heard for part in cut_at_time(one, change.at) if part is not None)
    out = [_turned(one, change) for one in parts]
    first, second = call.segmentation.tracks
    tracks = (_joined(first, second, change.at), _joined(second, first, change.at))
    segmentation = SpeakerSegmentation(
        call.segmentation.layout, call.segmentation.duration, tracks, call.segmentation.hold
    )
    return replace(call, segmentation=segmentation), out


def _turned(heard: Heard, change: SideChange) -> Heard:
    window, segment = heard
    if segment.party not in (0, 1):
        return heard
    party = 1 - segment.party if segment.span.start >= change.at else segment.party
    near = change.unsure.overlap(segment.span) > _BLUR_SECONDS
    sure = segment.party_confidence * (0.5 if near else 1.0)
    return (
        replace(window, party=party, party_confidence=sure),
        replace(segment, party=party, party_confidence=sure),
    )


def _joined(before: SpeakerTrack, after: SpeakerTrack, at: float) -> SpeakerTrack:
    cut = round(at * SAMPLE_RATE_HZ)
    samples = np.concatenate([before.samples[:cut], after.samples[cut:]])
    early = [turn for turn in before.turns if turn.span.middle < at]
    late = [replace(turn, speaker=before.channel) for turn in after.turns if turn.span.middle >= at]
    return SpeakerTrack(before.channel, samples, (*early, *late))
