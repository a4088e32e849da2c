"""Utterances -> passages of one party's speech, and the way from a place there back to seconds and words.

The recogniser cuts sentences where people breathe, so a phrase may begin in one utterance and end in the
next: utterances of one role that follow each other closely are read as one passage.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.domain import Role, Span, Utterance
from pipeline.phrases.normal_form import NormalisedText, fold, normalise_all, normalised
from pipeline.phrases.timing import CharacterTimes

LONGEST_JOIN_S = 1.5
"""A pause inside a sentence; a longer one ends it (turn-taking gaps in telephone speech are rarely
longer)."""
LONGEST_LOOK = 40
"""Characters on each side of a match that may change what it means."""
_IDEOGRAPHS = "一", "鿿"
SHORTEST_TURN_S = 0.4
SHORTEST_TURN = 3
"""A party that says less than this in between (嗯, 对对) has not taken the turn; seconds, characters."""


@dataclass(frozen=True)
class Passage:
    """Consecutive utterances of one role as one normalised text."""

    role: Role
    text: str
    indexes: tuple[int, ...]
    """Of its utterances in the transcript."""
    offsets: tuple[int, ...]
    """Where each utterance begins in ``text``."""
    utterances: tuple[Utterance, ...]

    @cached_property
    def _normalised(self) -> tuple[NormalisedText, ...]:
        return tuple(normalised(u.text) for u in self.utterances)

    @cached_property
    def written(self) -> str:
        """``text`` with its Chinese characters as they were written: its normal form holds no 地方 and no
        觉得, which are words all the same."""
        whole: list[str] = []
        for utterance, one in zip(self.utterances, self._normalised, strict=True):
            spelled = (utterance.text[at] for at in one.origin)
            whole += [
                c if fold(c) == normal and _IDEOGRAPHS[0] <= c <= _IDEOGRAPHS[1] else normal
                for c, normal in zip(spelled, one.text, strict=True)
            ]
        return "".join(whole)

    @cached_property
    def stops(self) -> frozenset[int]:
        """Positions before which a sentence ended in writing."""
        return frozenset(
            offset + stop
            for offset, p in zip(self.offsets, self._normalised, strict=True)
            for stop in p.stops
        )

    @cached_property
    def pauses(self) -> frozenset[int]:
        """Positions before which any punctuation stands."""
        return frozenset(
            offset + pause
            for offset, p in zip(self.offsets, self._normalised, strict=True)
            for pause in p.pauses
        )

    @cached_property
    def _times(self) -> dict[int, CharacterTimes]:
        return {}

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence around ``text[start:end]``, LONGEST_LOOK on each side at most."""
        return begins_after(self.stops, start), ends_before(self.stops, end, len(self.text))

    def in_title(self, position: int) -> bool:
        """True inside 《》: the name of a film, a book or a rule says nothing."""
        k = self.part(position)
        before = self.utterances[k].text[: self._normalised[k].origin[position - self.offsets[k]]]
        return before.rfind("《") > before.rfind("》")

    def part(self, position: int) -> int:
        """Which of its utterances holds a position of ``text``."""
        return bisect.bisect_right(self.offsets, position) - 1

    def quote(self, start: int, end: int) -> str:
        """The words of the transcript behind ``text[start:end]``."""
        first, last = self.part(start), self.part(end - 1)
        pieces = []
        for k in range(first, last + 1):
            origin = self._normalised[k].origin
            left = origin[start - self.offsets[k]] if k == first else 0
            right = origin[end - 1 - self.offsets[k]] + 1 if k == last else len(self.utterances[k].text)
            pieces.append(self.utterances[k].text[left:right])
        return "".join(pieces)

    def replaced(self, start: int, end: int, words: str) -> str:
        """The transcript of the utterance that holds ``text[start:end]``, with other words there."""
        k = self.part(start)
        origin, text = self._normalised[k].origin, self.utterances[k].text
        left, right = origin[start - self.offsets[k]], origin[end - 1 - self.offsets[k]] + 1
        return text[:left] + words + text[right:]

    def span(self, start: int, end: int) -> Span:
        """The seconds of ``text[start:end]``."""
        first = self._time(start).start
        return Span(first, max(first, self._time(end - 1).end))

    def _time(self, position: int) -> Span:
        k = self.part(position)
        if k not in self._times:
            self._times[k] = CharacterTimes(self.utterances[k])
        return self._times[k][self._normalised[k].origin[position - self.offsets[k]]]


def begins_after(stops: frozenset[int], start: int) -> int:
    """The last mark at or before ``start``, looking back LONGEST_LOOK characters."""
    low = max(0, start - LONGEST_LOOK)
    return max((mark for mark in stops if low <= mark <= start), default=low)


def ends_before(stops: frozenset[int], end: int, size: int) -> int:
    """The first mark at or after ``end``, looking on LONGEST_LOOK characters."""
    high = min(size, end + LONGEST_LOOK)
    return min((mark for mark in stops if end <= mark <= high), default=high)


def passages(utterances: Sequence[Utterance]) -> list[Passage]:
    """All speech as passages; another role's words in between end one unless they were said on top of it.

    What the line announces is nobody's speech: no phrase is looked for in it.
    """
    open_passages: dict[Role, list[int]] = {}
    out: list[Passage] = []
    texts = normalise_all([utterance.text for utterance in utterances])
    for i, utterance in enumerate(utterances):
        if utterance.role is Role.ANNOUNCEMENT:
            continue
        current = open_passages.get(utterance.role)
        if current is not None and not _follows(utterances, current[-1], i):
            out.append(_passage(utterances, texts, current))
            current = None
        if current is None:
            open_passages[utterance.role] = [i]
        else:
            current.append(i)
    out += [_passage(utterances, texts, indexes) for indexes in open_passages.values()]
    return sorted(out, key=lambda passage: passage.indexes)


def _follows(utterances: Sequence[Utterance], before: int, after: int) -> bool:
    a, b = utterances[before].span, utterances[after].span
    if b.start - a.end > LONGEST_JOIN_S:
        return False
    pause = Span(a.end, max(a.end, b.start))
    between = (u for u in utterances[before + 1 : after] if u.role is not utterances[after].role)
    return all(u.span.overlap(pause) < SHORTEST_TURN_S or len(u.text) <= SHORTEST_TURN for u in between)


def _passage(utterances: Sequence[Utterance], texts: Sequence[str], indexes: Sequence[int]) -> Passage:
    """``texts``: the normalised ones of all utterances."""
    first = indexes[0]
    if len(indexes) == 1:
        only = utterances[first]
        return Passage(only.role, texts[first], (first,), (0,), (only,))
    own = [texts[i] for i in indexes]
    offsets = (0, *itertools.accumulate(map(len, own[:-1])))
    chosen = tuple(utterances[i] for i in indexes)
    return Passage(chosen[0].role, "".join(own), tuple(indexes), offsets, chosen)
