"""The timeline of one call: who talks when, turns, silences, holds and overlaps, each worked out once.

Measures and rubric read the same timeline. It is made from what was heard (`Timeline.heard`), or again from
what is stored of an inspection (`Timeline.of`); both give the same turns, silences and holds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from pipeline.conversation.announcement import LONG_HOLD_S, announced_in_words
from pipeline.conversation.turns import characters_of, passages_of, turns_of
from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import (
    PARTIES,
    Inspection,
    Measurement,
    Role,
    Span,
    Utterance,
    clip,
    intersect,
    latin_words,
    merge,
    subtract,
)

T = TypeVar("T")

SPEECH_MEASURE = "speech_{role}"
"""The measure that keeps a party's turns as its evidence."""
HOLD_MEASURE = "hold_total"
"""The measure that keeps the holds as its evidence."""
TURN_RATE_MEASURE = "speaking_rate_{role}_turns"
"""The measure that rates the speech of a party's turns, which a rubric judges."""

SILENCE_S = 2.0
"""Shorter pauses are part of talking."""

BEEP_PAUSE_S = 6.0
"""Hold beeps and ringback repeat every 1 to 5 s; tones so close, with no talk between, are one hold."""

BLUR_S = 0.5
"""Recognised times are good to half a second."""


@dataclass(frozen=True)
class Timeline:
    """When what happens in a call. Times are seconds from the start of the recording."""

    duration: float
    """Seconds of audio."""
    speech: Mapping[Role, tuple[Span, ...]] = field(default_factory=dict)
    """Where each party talks, as it was heard or as turns."""
    utterances: tuple[Utterance, ...] = ()
    """As they stand in the transcript."""
    holds: tuple[Span, ...] = ()
    """Where the customer is on hold, sorted and disjoint: music, tones, and announced silences."""
    tones: tuple[Span, ...] = ()
    """The part of the holds in which music, ringback or beeps are heard."""
    mono: bool = False
    """Both parties share a channel, so that two people at once cannot be told apart."""
    words: WordLists = field(default_factory=default_word_lists, repr=False)
    """What tells a question, an announcement or a word of listening."""
    _memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for this call: several measures look at the same sound."""
        if key not in self._memo:
            self._memo[key] = make()
        value: T = self._memo[key]
        return value

    @classmethod
    def heard(
        cls,
        *,
        duration: float,
        speech: Mapping[Role, tuple[Span, ...]],
        tones: tuple[Span, ...] = (),
        utterances: tuple[Utterance, ...] = (),
        mono: bool = False,
        words: WordLists | None = None,
    ) -> Timeline:
        """The timeline of a call from its sound and transcript: the holds are found here."""
        timeline = cls(
            duration=duration,
            speech=speech,
            utterances=utterances,
            tones=merge(clip(tones, Span(0.0, duration))),
            mono=mono,
            words=words or default_word_lists(),
        )
        return replace(timeline, holds=_holds(timeline))

    @classmethod
    def of(cls, inspection: Inspection, words: WordLists | None = None) -> Timeline:
        """The timeline of a stored inspection, without its sound.

        Turns and holds are the evidence of the measures that counted them: a store keeps them nowhere else.
        """
        stored = {measurement.name: measurement for measurement in inspection.measures}
        holds = _evidence(stored.get(HOLD_MEASURE))
        return cls(
            duration=inspection.duration or 0.0,
            speech={role: _evidence(stored.get(SPEECH_MEASURE.format(role=role))) for role in PARTIES},
            utterances=inspection.transcript.utterances,
            holds=holds,
            tones=holds,
            mono=inspection.layout != "stereo",
            words=words or default_word_lists(),
        )

    @cached_property
    def whole(self) -> Span:
        """The recording from end to end."""
        return Span(0.0, max(0.0, self.duration))

    @cached_property
    def spoken(self) -> Mapping[Role, tuple[Span, ...]]:
        """Where each party talks: sorted, disjoint, inside the recording."""
        whole = self.whole
        return {role: merge(clip(self.speech.get(role, ()), whole)) for role in Role}

    @cached_property
    def turns(self) -> Mapping[Role, tuple[Span, ...]]:
        """Each party's turns, sorted and disjoint: speech with its pauses for breath.

        Speech of the other party over a party's speech does not end its turn; speech in a pause does.
        """
        spoken = self.spoken
        return {role: tuple(turns_of(spans, spoken[role.other])) for role, spans in spoken.items()}

    @cached_property
    def talk(self) -> tuple[Span, ...]:
        """Where anyone has a turn, sorted and disjoint."""
        return merge(span for turns in self.turns.values() for span in turns)

    @cached_property
    def quiet(self) -> tuple[Span, ...]:
        """Where nobody has a turn between the first and the last word, music and tones included.

        Before the first words the line is being set up and after the last ones it is being dropped: nobody
        waits.
        """
        if not self.talk:
            return ()
        return subtract([Span(self.talk[0].start, self.talk[-1].end)], self.talk)

    @cached_property
    def silences(self) -> tuple[Span, ...]:
        """Stretches of at least 2 s in which nobody talks and nothing plays; a silent hold is one as well."""
        heard = (*self.tones, *self.announced)
        return tuple(s for s in subtract(self.quiet, heard) if s.duration >= SILENCE_S)

    @cached_property
    def announced(self) -> tuple[Span, ...]:
        """Where the line plays an announcement, sorted and disjoint: neither talk nor silence."""
        return merge(u.span for u in self.utterances if u.role is Role.ANNOUNCEMENT)

    @cached_property
    def overlaps(self) -> tuple[Span, ...] | None:
        """Where both parties talk at once; None where they share a channel."""
        return None if self.mono else intersect(self.spoken[Role.AGENT], self.spoken[Role.CUSTOMER])

    @cached_property
    def said(self) -> tuple[Utterance, ...]:
        """What people say, in time order; announcements of the line are left out."""
        people = (u for u in self.utterances if u.role is not Role.ANNOUNCEMENT)
        return tuple(sorted(people, key=lambda u: (u.span.start, u.span.end)))

    @cached_property
    def said_by(self) -> Mapping[Role, tuple[Utterance, ...]]:
        """Each party's utterances in time order."""
        return {role: tuple(u for u in self.said if u.role is role) for role in Role}

    @cached_property
    def characters(self) -> Mapping[Role, int]:
        """How many characters each party says in the whole call."""
        return {role: sum(u.characters for u in self.said_by[role]) for role in Role}

    @cached_property
    def turn_characters(self) -> Mapping[Role, tuple[int, ...]]:
        """How many characters each party says in each of its turns."""
        return {role: tuple(characters_of(self.turns[role], self.said_by[role])) for role in Role}

    @cached_property
    def turn_latin_words(self) -> Mapping[Role, tuple[int, ...]]:
        """How many of them are words of Latin letters."""
        return {
            role: tuple(characters_of(self.turns[role], self.said_by[role], latin_words)) for role in Role
        }

    def last_before(self, time: float) -> Utterance | None:
        """The last utterance that ends by ``time``, give or take the blur of recognised times."""
        return next((u for u in reversed(self.said) if u.span.end <= time + BLUR_S), None)

    def first_after(self, time: float) -> Utterance | None:
        """The first utterance that starts at or after ``time``, give or take the blur."""
        return next((u for u in self.said if u.span.start >= time - BLUR_S), None)

    @cached_property
    def passages(self) -> Mapping[Role, tuple[Utterance, ...]]:
        """Each party's turns as the transcript has them: neighbouring utterances joined into one.

        Waiting would count as slow speech, so a long pause ends a passage even where nobody else speaks.
        """
        return {role: tuple(passages_of(self.said, role)) for role in Role}


def _evidence(measurement: Measurement | None) -> tuple[Span, ...]:
    return () if measurement is None else measurement.spans


def _holds(timeline: Timeline) -> tuple[Span, ...]:
    """Music, tones and announced silences; tones with short pauses between them are one hold."""
    announcements = announced_in_words(timeline.said, timeline.words)
    announced = (s for s in timeline.silences if s.duration >= LONG_HOLD_S and announcements.explain(s))
    speech = merge(span for role in PARTIES for span in timeline.spoken[role])
    holds: list[Span] = []
    for span in merge((*timeline.tones, *announced)):
        pause = None if not holds else Span(holds[-1].end, max(holds[-1].end, span.start))
        if pause is not None and pause.duration <= BEEP_PAUSE_S and not clip(speech, pause):
            holds[-1] = holds[-1] | span
        else:
            holds.append(span)
    return tuple(holds)
