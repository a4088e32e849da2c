"""From channels of sound to lanes of speech: one lane per party, whatever the file looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.domain import Sound, Span, covered, merge, subtract
from pipeline.speech.activity import SpeechDetector
from pipeline.speech.crosstalk import remove_crosstalk
from pipeline.speech.diarisation import SpeakerSplitter, SpeakerTurn
from pipeline.speech.layout import Layout, find_layout
from pipeline.speech.sounds import find_hold_sounds

SHORTEST_SPEECH_SECONDS = 0.1


@dataclass(frozen=True, eq=False)
class Lane:
    """One party: its sound and where it speaks."""

    channel: int
    """Channel of the file."""
    samples: Sound
    """Without the other party's cross-talk. In mono both lanes hold the same sound."""
    turns: tuple[SpeakerTurn, ...]

    @cached_property
    def speech(self) -> tuple[Span, ...]:
        return merge(turn.span for turn in self.turns)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A recording as heard, before anyone knows what was said."""

    layout: Layout
    duration: float
    lanes: tuple[Lane, ...]
    """At most two; a lane with no turns is a party that says nothing."""
    hold: tuple[Span, ...]
    """Music, beeps, ringback."""

    @property
    def doubtful(self) -> bool:
        """Whether the two parties may be one: their voices do not tell."""
        return any(turn.doubtful for lane in self.lanes for turn in lane.turns)


class Listener:
    """Finds who speaks where. Built once per process."""

    def __init__(self, splitter: SpeakerSplitter) -> None:
        self._detector = SpeechDetector()
        self._splitter = splitter

    def listen(self, channels: Sequence[Sound], *, duration: float) -> Heard:
        """Lanes of one or two channels of equal length.

        Cross-talk is taken out of the channels given, in place.
        """
        layout = find_layout(channels)
        return (
            self._apart(channels, duration)
            if layout is Layout.STEREO
            else self._mixed(channels[0], duration, layout)
        )

    def _apart(self, channels: Sequence[Sound], duration: float) -> Heard:
        cleaned = remove_crosstalk(channels, in_place=True)
        speech = [_long_enough(subtract(self._detector.detect(c.samples), c.leak)) for c in cleaned]
        hold = merge(h for c, s in zip(cleaned, speech, strict=True) for h in find_hold_sounds(c.samples, s))
        lanes = []
        for channel, clean in enumerate(cleaned):
            other = speech[1 - channel]
            turns = tuple(
                SpeakerTurn(span, channel, 1.0, covered(span, other) > 0.5) for span in speech[channel]
            )
            lanes.append(Lane(channel, clean.samples, turns))
        talk = merge(span for spans in speech for span in spans)
        return Heard(Layout.STEREO, duration, tuple(lanes), subtract(hold, talk))

    def _mixed(self, samples: Sound, duration: float, layout: Layout) -> Heard:
        speech = _long_enough(self._detector.detect(samples))
        turns = self._splitter.split(samples, speech) if speech else ()
        lanes = tuple(
            Lane(0, samples, tuple(turn for turn in turns if turn.speaker == speaker))
            for speaker in sorted({turn.speaker for turn in turns})
        )
        return Heard(layout, duration, lanes, find_hold_sounds(samples, speech))


def _long_enough(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.duration >= SHORTEST_SPEECH_SECONDS)
