"""When each character of an utterance was spoken."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import Span, Utterance, Word

LOOK_ON = 12
"""Characters of the text that no word has (punctuation, mostly) may lie between two words."""


class CharacterTimes:
    """The seconds of each character of ``utterance.text``: from its words where they say so, else evenly
    between what is known."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, utterance: Utterance) -> None:
        text = utterance.text
        # Numbers, not spans: few characters of an utterance are ever asked for.
        starts: list[float | None] = [None] * len(text)
        ends = [0.0] * len(text)
        if not _by_words(text, utterance.words, starts, ends):
            _evenly(text, utterance.span, starts, ends)
        self._starts, self._ends = _filled(starts, ends, utterance.span)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> Span:
        return Span(self._starts[index], self._ends[index])


def _by_words(text: str, words: Sequence[Word], starts: list[float | None], ends: list[float]) -> bool:
    at, found_any = 0, False
    for word in words:
        written = word.text
        letters = written if written.isalnum() else [c for c in written if c.isalnum()]
        begin = word.span.start
        step = (word.span.end - begin) / max(len(letters), 1)
        for k, letter in enumerate(letters):
            found = text.find(letter, at, at + LOOK_ON)
            if found >= 0:
                starts[found], ends[found] = begin + k * step, begin + (k + 1) * step
                at, found_any = found + 1, True
    return found_any


def _evenly(text: str, span: Span, starts: list[float | None], ends: list[float]) -> None:
    spoken = [i for i, c in enumerate(text) if c.isalnum()]
    step = span.duration / max(len(spoken), 1)
    for k, i in enumerate(spoken):
        starts[i], ends[i] = span.start + k * step, span.start + (k + 1) * step


def _filled(starts: list[float | None], ends: list[float], span: Span) -> tuple[list[float], list[float]]:
    """What is not known lies between its neighbours that are."""
    size = len(starts)
    out = [0.0] * size
    following = span.end
    for i in range(size - 1, -1, -1):
        known = starts[i]
        if known is not None:
            following = out[i] = known
        else:
            ends[i] = following
    last = span.start
    for i, known in enumerate(starts):
        if known is not None:
            last = ends[i]
        else:
            out[i], ends[i] = last, max(last, ends[i])
    return out, ends
