"""The timeline of one call: who talks when, turns, silences, holds and overlaps, each worked out once.

Measures and rubric read the same timeline. It is made from what was heard (`Timeline.heard`), or again from
what is stored of an inspection (`Timeline.of`); both give the same turns, silences and holds.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from pipeline.conversation.announcement import LONG_HOLD_S, announced_in_words
from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import (
    PARTIES,
    Inspection,
    Measurement,
    Role,
    Span,
    Utterance,
    characters,
    clip,
    intersect,
    merge,
    subtract,
)

SPEECH_MEASURE = "speech_{role}"
"""The measure that keeps a party's turns as its evidence."""
HOLD_MEASURE = "hold_total"
"""The measure that keeps the holds as its evidence."""
TURN_RATE_MEASURE = "speaking_rate_{role}_turns"
"""The measure that rates the speech of a party's turns, which a rubric judges."""

SILENCE_S = 2.0
"""Shorter pauses are part of talking."""

PAUSE_S = 1.5
"""A longer pause ends a turn: people let about one second pass before they take silence for an offer to speak
(G. Jefferson, "Notes on a possible metric which provides for a 'standard maximum' silence", 1989); on a noisy
line the quiet syllables around a pause are lost as well."""

ANSWER_S = 0.3
"""The other party's speech in a pause ends the turn from this length on; less is a breath or a leak."""

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
        return {role: tuple(_turns(spans, spoken[role.other])) for role, spans in spoken.items()}

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
        return tuple(s for s in subtract(self.quiet, self.tones) if s.duration >= SILENCE_S)

    @cached_property
    def overlaps(self) -> tuple[Span, ...] | None:
        """Where both parties talk at once; None where they share a channel."""
        return None if self.mono else intersect(self.spoken[Role.AGENT], self.spoken[Role.CUSTOMER])

    @cached_property
    def said(self) -> tuple[Utterance, ...]:
        """The utterances in time order."""
        return tuple(sorted(self.utterances, key=lambda u: (u.span.start, u.span.end)))

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
        return {role: tuple(_turn_characters(self.turns[role], self.said_by[role])) for role in Role}

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
        return {role: tuple(_passages(self.said, role)) for role in Role}


def _evidence(measurement: Measurement | None) -> tuple[Span, ...]:
    return () if measurement is None else measurement.spans


def _turns(spoken: tuple[Span, ...], others: tuple[Span, ...]) -> Sequence[Span]:
    if len(spoken) < 2:
        return spoken
    ends = [span.end for span in others]
    turns: list[Span] = []
    for span in spoken:
        if turns and _goes_on(turns[-1], span, others, ends):
            turns[-1] = turns[-1] | span
        else:
            turns.append(span)
    return turns


def _goes_on(before: Span, after: Span, others: tuple[Span, ...], ends: list[float]) -> bool:
    """Whether the pause between two stretches of speech is one for breath, in which nobody answered."""
    if before.gap(after) > PAUSE_S:
        return False
    pause, answered = Span(before.end, after.start), 0.0
    for number in range(bisect(ends, pause.start), len(others)):
        if others[number].start >= pause.end:
            break
        answered += pause.overlap(others[number])
    return answered < ANSWER_S


def _turn_characters(turns: tuple[Span, ...], said: tuple[Utterance, ...]) -> list[int]:
    """A word counts for the turn that is nearest to its middle: times of words are rough."""
    counts = [0] * len(turns)
    borders = [(before.end + after.start) / 2 for before, after in pairwise(turns)]
    for utterance in said if turns else ():
        pieces = [(word.text, word.span) for word in utterance.words] or _spread(utterance)
        for text, span in pieces:
            counts[bisect(borders, span.middle)] += characters(text)
    return counts


def _spread(utterance: Utterance) -> list[tuple[str, Span]]:
    """Characters without word times, laid evenly over their utterance."""
    spoken, start = [c for c in utterance.text if c.isalnum()], utterance.span.start
    step = utterance.span.duration / max(len(spoken), 1)
    return [(c, Span(start + i * step, start + (i + 1) * step)) for i, c in enumerate(spoken)]


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


def _passages(said: tuple[Utterance, ...], role: Role) -> Iterator[Utterance]:
    parts: list[Utterance] = []
    for utterance in said:
        joins = parts and utterance.role is role and utterance.span.start - parts[-1].span.end < PAUSE_S
        if parts and not joins:
            yield _joined(parts)
            parts = []
        if utterance.role is role:
            parts.append(utterance)
    if parts:
        yield _joined(parts)


def _joined(parts: list[Utterance]) -> Utterance:
    """One utterance of several; its confidences are means over time."""
    if len(parts) == 1:
        return parts[0]
    span = parts[0].span
    for part in parts[1:]:
        span |= part.span
    seconds = sum(p.span.duration for p in parts) or 1.0
    return Utterance(
        parts[0].role,
        span,
        "".join(p.text for p in parts),
        (),
        sum(p.confidence * p.span.duration for p in parts) / seconds,
        sum(p.role_confidence * p.span.duration for p in parts) / seconds,
        any(p.overlapped for p in parts),
    )
