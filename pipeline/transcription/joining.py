"""What one party says, laid end to end and cut into passages: a recogniser hears better with more around it.

A passage is decoded whole; its text goes back to the windows that it was made of. Pauses between windows are
kept, long ones shortened. Only whole windows go into a passage; where the decoder stops early, the next
passage begins where it stopped, which may be inside a window.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.transcription.decoding import Joining
from pipeline.transcription.protocol import SpeechWindow

_LEAST_SHARE_SECONDS = 0.2
"""A piece of text belongs to a window where it lies over so much of it: times of pieces are that rough."""
_MARKS = "，。？！；：、,.?!;: "
_SNAP = 3
"""Characters between the place where a text is cut and a mark that the cut moves to."""


@dataclass(frozen=True, slots=True)
class Part:
    """A window, or the rest of one, in a passage. In samples."""

    index: int
    """Of the window among those of its lane."""
    window: SpeechWindow
    start: int
    """Where its sound lies in the passage."""
    end: int
    skipped: int
    """So much of the window was heard in the passage before."""

    @property
    def span(self) -> Span:
        """Seconds in the passage."""
        return Span(self.start / SAMPLE_RATE_HZ, self.end / SAMPLE_RATE_HZ)

    def recorded(self, start: float, end: float) -> Span:
        """Seconds of the passage as a span in the recording, inside the window."""
        whole = self.window.span
        shift = whole.start + (self.skipped - self.start) / SAMPLE_RATE_HZ
        begin = min(max(whole.start, start + shift), whole.end)
        return Span(begin, max(begin, min(end + shift, whole.end)))


@dataclass(frozen=True, slots=True)
class JoinedWindows:
    """Windows of one party that are heard together."""

    parts: tuple[Part, ...]

    @property
    def seconds(self) -> float:
        return self.parts[-1].end / SAMPLE_RATE_HZ

    @property
    def voiced_seconds(self) -> float:
        """Of speech, as far as the windows tell."""
        return sum(min(part.window.voiced_seconds, part.span.duration) for part in self.parts)

    def sound(self) -> NDArray[np.float32]:
        out = np.zeros(self.parts[-1].end, np.float32)
        for part in self.parts:
            piece = np.asarray(part.window.samples[part.skipped :], np.float32)
            out[part.start : part.start + len(piece)] = piece
        return out

    def over(self, start: float, end: float) -> list[Part]:
        """The parts that a piece of text with these times, in seconds, belongs to; one at least."""
        piece = Span(start, max(start, end))
        shares = [part.span.overlap(piece) for part in self.parts]
        enough = [p for p, share in zip(self.parts, shares, strict=True) if share > _LEAST_SHARE_SECONDS]
        return enough or [min(self.parts, key=lambda part: (-part.span.overlap(piece), part.span.gap(piece)))]


class Lane:
    """The windows of one party in one recording, in time order."""

    def __init__(self, windows: Sequence[SpeechWindow], how: Joining) -> None:
        self._windows = windows
        self._how = how
        self._starts = []
        at = 0
        for before, window in pairwise([None, *windows]):
            if before is not None and window is not None:
                pause = min(before.span.gap(window.span), how.longest_pause_seconds)
                at += len(before.samples) + round(pause * SAMPLE_RATE_HZ)
            self._starts.append(at)

    def _end(self, index: int) -> int:
        return self._starts[index] + len(self._windows[index].samples)

    @property
    def end(self) -> int:
        """Samples."""
        return self._end(len(self._windows) - 1)

    def passage(self, position: int) -> JoinedWindows:
        """What is heard next, from a position (in samples of the lane) that lies before the end."""
        first = max(0, bisect_right(self._starts, position) - 1)
        if self._end(first) <= position:
            first += 1
        origin = max(position, self._starts[first])
        limit = origin + round(self._how.longest_seconds * SAMPLE_RATE_HZ)
        parts: list[Part] = []
        for index in range(first, len(self._windows)):
            if parts and self._end(index) > limit:
                break
            start = max(origin, self._starts[index])
            skipped = start - self._starts[index]
            parts.append(
                Part(index, self._windows[index], start - origin, self._end(index) - origin, skipped)
            )
        return JoinedWindows(tuple(parts))

    def after(self, passage: JoinedWindows, seconds: float | None = None, *, least_left: float = 0.0) -> int:
        """The position behind a passage, or behind so many seconds of it.

        Args:
            least_left: so many seconds of a window have to be left for it to be heard again.
        """
        if seconds:
            at, least = (round(time * SAMPLE_RATE_HZ) for time in (seconds, least_left))
            for part in passage.parts:
                if part.end - max(at, part.start) > least:
                    return self._starts[part.index] + part.skipped + max(0, at - part.start)
        return self._end(passage.parts[-1].index)

    def passages(self) -> Iterator[JoinedWindows]:
        """All passages, each decoded to its end."""
        position = 0
        while position < self.end:
            passage = self.passage(position)
            yield passage
            position = self.after(passage)


def lanes_of(windows: Sequence[SpeechWindow]) -> list[list[int]]:
    """The indexes of the windows that are heard in passages, lane by lane, in time order.

    A window alone in its lane is left out, and one in which nobody speaks.
    """
    lanes: dict[object, list[int]] = defaultdict(list)
    for i, window in enumerate(windows):
        if window.voiced and window.lane is not None:
            lanes[window.lane].append(i)
    return [sorted(lane, key=lambda i: windows[i].span) for lane in lanes.values() if len(lane) > 1]


def cut_text(text: str, at: int) -> int:
    """Where to cut a text, at a place or behind a mark close to it."""
    near = (place for place in range(max(1, at - _SNAP), min(len(text), at + _SNAP + 1)))
    marks = [place for place in near if text[place - 1] in _MARKS]
    return min(marks, key=lambda place: abs(place - at), default=at)
