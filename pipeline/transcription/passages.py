"""Passages of many parties decoded side by side, each party's next one after what it said before.

Whisper was trained with what was said before as a prompt, and writes better with it; it also goes on with
whatever stands there. So only a text that nothing speaks against is handed on, and the windows of a doubtful
passage are decoded again alone by whoever called.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from pipeline.conversation.text import written
from pipeline.conversation.wordlists import WordLists
from pipeline.transcription.decoding import MOST_FRAMES_TOGETHER, Joining
from pipeline.transcription.guards import looping
from pipeline.transcription.joining import JoinedWindows, Lane, Part, cut_text
from pipeline.transcription.protocol import Piece, SpeechWindow
from pipeline.transcription.whisper_model import AlignedToken, Stretch, WhisperModel, batches

DOUBTFUL_BELOW = -0.6
"""Mean log-probability per token below which a passage is not believed. On a labelled night, a call in loud
babble lies at -0.64 and -0.76: there the words before lead the decoder on from one invention to the next.
Unclear speech that passages write better than windows lies at -0.55; people who read sentences at -0.5 and
above."""
NOBODY_BELIEVED_ABOVE = 0.55
"""Probability of no speech above which a passage is not believed: over a hum or a tone the decoder goes on
from what it has invented."""
AS_ALONE = 1.25
"""A decoder is surer of a text that goes on from what was said before, right or wrong: windows heard alone
have this many times the log-probability (87 windows of six calls of that night), and what counts as heard
well rests on those."""
_LEAST_LEFT, _LEAST_LEFT_CLOSED = 0.6, 2.0
"""Seconds of a window behind the last timestamp that are heard again: where the decoder wrote that more
follows, and where it wrote that nothing does."""
_BORDER_SECONDS = 0.1
"""Before the end of a window's sound, padding included: what begins later belongs to the next one. The times
that attention gives are early rather than late."""
_LEAST_PROGRESS = 4.0
"""Seconds: where a decoder stops sooner, it is not asked again. Windows without a text are heard alone."""
_TOKENS_PER_SECOND = 12
_TOKENS_BESIDE = 24
"""Of text, and for times and marks, that a passage may have."""


@dataclass(slots=True)
class PassageText:
    """What passages gave for one window."""

    pieces: list[Piece] = field(default_factory=list)
    log_probability: float = 0.0
    """Of its own tokens; the lowest, where it is part of several passages."""
    no_speech: float = 0.0
    doubtful: bool = False


@dataclass(slots=True)
class _Reading:
    """How far a lane has been heard."""

    indexes: Sequence[int]
    """Of its windows among those given."""
    lane: Lane
    position: int = 0
    before: tuple[int, ...] = ()
    """Tokens of the last passages that can be believed."""

    def prompt(self, how: Joining) -> tuple[int, ...]:
        length = min(len(self.before), how.prompt_tokens) // how.prompt_step * how.prompt_step
        return self.before[-length:] if length else ()


def hear(
    model: WhisperModel,
    windows: Sequence[SpeechWindow],
    lanes: Sequence[Sequence[int]],
    *,
    how: Joining,
    words: WordLists,
) -> Mapping[int, PassageText]:
    """What is heard in the windows of some lanes, by their index.

    Args:
        lanes: the indexes of each lane's windows, in time order.
    """
    heard: dict[int, PassageText] = defaultdict(PassageText)
    waiting = [_Reading(lane, Lane([windows[i] for i in lane], how)) for lane in lanes]
    while waiting:
        alike: dict[tuple[int, int], list[tuple[_Reading, JoinedWindows]]] = defaultdict(list)
        for reading in waiting:
            passage = reading.lane.passage(reading.position)
            frames = how.decoding.frames(passage.seconds)
            alike[frames, len(reading.prompt(how))].append((reading, passage))
        for (frames, _), group in sorted(alike.items(), key=lambda item: item[0], reverse=True):
            for batch in batches(group, max(1, MOST_FRAMES_TOGETHER // frames)):
                _decode(model, batch, frames, heard, how, words)
        waiting = [reading for reading in waiting if reading.position < reading.lane.end]
    return heard


def _decode(
    model: WhisperModel,
    batch: Sequence[tuple[_Reading, JoinedWindows]],
    frames: int,
    heard: Mapping[int, PassageText],
    how: Joining,
    words: WordLists,
) -> None:
    encoded = model.encode_each([passage.sound() for _, passage in batch], frames)
    longest = max(passage.voiced_seconds for _, passage in batch)
    results = model.generate(
        encoded,
        [reading.prompt(how) for reading, _ in batch],
        how.decoding,
        most_tokens=_TOKENS_BESIDE + round(longest * _TOKENS_PER_SECOND),
    )
    for place, ((reading, passage), result) in enumerate(zip(batch, results, strict=True)):
        written_tokens = result.sequences_ids[0]
        stretches = list(model.stretches(written_tokens))
        said = tuple(token for stretch in stretches for token in stretch.tokens)
        score = float(result.scores[0])
        no_speech = float(result.no_speech_prob)
        unsure = score < DOUBTFUL_BELOW or no_speech > NOBODY_BELIEVED_ABOVE
        doubtful = bool(said) and (unsure or looping(written(model.text(said)), words))
        placed = _placed(passage, stretches)
        aligned = _aligned(model, passage, said, encoded, place)
        surer = _surer(placed, stretches, aligned)
        for part in passage.parts:
            window = heard[reading.indexes[part.index]]
            window.log_probability = min(
                window.log_probability, AS_ALONE * (score + surer.get(part.index, 0.0))
            )
            window.no_speech = max(window.no_speech, no_speech)
            window.doubtful |= doubtful
        for part, piece in _pieces(model, passage, stretches, placed, aligned):
            heard[reading.indexes[part.index]].pieces.append(piece)
        ended = stretches[-1].end if stretches and not doubtful else None
        if ended is not None and ended < _LEAST_PROGRESS:
            ended = None
        least = _LEAST_LEFT_CLOSED if model.says_it_ended(written_tokens) else _LEAST_LEFT
        reading.position = reading.lane.after(passage, ended, least_left=least)
        reading.before = () if doubtful else (reading.before + said)[-how.prompt_tokens :]


def _placed(passage: JoinedWindows, stretches: Sequence[Stretch]) -> list[list[Part]]:
    """The windows that each stretch of text lies over."""
    return [passage.over(s.start, passage.seconds if s.end is None else s.end) for s in stretches]


def _aligned(
    model: WhisperModel, passage: JoinedWindows, said: Sequence[int], encoded: Any, place: int
) -> Sequence[AlignedToken]:
    """When each token of a passage begins and how sure it is; nothing where one window has them all."""
    if len(passage.parts) == 1 or not said:
        return ()
    return model.aligned(model.each(encoded)[place], said, passage.seconds)


def _surer(
    placed: Sequence[Sequence[Part]], stretches: Sequence[Stretch], aligned: Sequence[AlignedToken]
) -> Mapping[int, float]:
    """By how much the mean log-probability of each window's own tokens is above that of the passage.

    A badly heard window must not pass for a well heard one because its neighbours were clear.
    """
    own: dict[int, list[float]] = defaultdict(list)
    tokens = iter(aligned)
    for stretch, parts in zip(stretches, placed, strict=True):
        for token in islice(tokens, len(stretch.tokens)):
            owner = next((p for p in parts[:-1] if token.start < p.span.end - _BORDER_SECONDS), parts[-1])
            own[owner.index].append(token.log_probability)
    if not own:
        return {}
    everywhere = float(np.mean([each for many in own.values() for each in many]))
    return {index: float(np.mean(many)) - everywhere for index, many in own.items()}


def _pieces(
    model: WhisperModel,
    passage: JoinedWindows,
    stretches: Sequence[Stretch],
    placed: Sequence[Sequence[Part]],
    aligned: Sequence[AlignedToken],
) -> Iterator[tuple[Part, Piece]]:
    """The text of a passage in the windows that it was said in."""
    tokens = iter(aligned)
    for stretch, parts in zip(stretches, placed, strict=True):
        begins = [token.start for token in islice(tokens, len(stretch.tokens))]
        end = passage.seconds if stretch.end is None else stretch.end
        for part, text in _shared(model, stretch, parts, begins):
            if clean := written(text):
                yield part, Piece(part.recorded(stretch.start, end), clean)


def _shared(
    model: WhisperModel, stretch: Stretch, parts: Sequence[Part], begins: Sequence[float]
) -> Iterator[tuple[Part, str]]:
    """The text of one stretch cut where the windows meet that it lies over."""
    text, cut = model.text(stretch.tokens), 0
    for part in parts[:-1]:
        border = part.span.end - _BORDER_SECONDS
        before = sum(begin < border for begin in begins)
        at = len(model.text(stretch.tokens[:before]).rstrip("\N{REPLACEMENT CHARACTER}"))
        at = max(cut, cut_text(text, at))
        yield part, text[cut:at]
        cut = at
    yield parts[-1], text[cut:]
