"""What the line itself plays, found by words: voice menus, queues, voicemail, "this call is recorded".

Words are compared by sound, for the recogniser writes 欢迎质店 as well as 欢迎致电. Agents say some of them
too, and customers tell what they heard: what is only like an announcement has to sound unlike its channel's
party, and so has anything in the middle of a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.conversation.wordlists import WeightedWords, WordLists, default_word_lists
from pipeline.domain import Segment, Span, characters
from pipeline.speech.roles import weight_of

SURE_WEIGHT = 3.0
"""Together these words are said by nobody but a machine, where a machine may be expected."""
LEAST_WEIGHT = 1.0
"""Below, nobody asks."""
_OWN_WEIGHT = 1.5
"""Clauses of less at the end of an announcement stand for themselves: after 人工服务请拨零 an agent answers
with 工号…为您服务."""
_LEAD_CHARACTERS = 6
"""您好 before an announcement belongs to it; and so few words are no conversation yet."""
_BETWEEN_CHARACTERS = 25
"""So much between two pieces of an announcement is a part of it: the name of the company, what 1 is for."""
_GAP_SECONDS = 4.0
QUIET_SECONDS = 3.0
"""Before an announcement in mid-call the line is silent, or plays music, for so long at least."""
HANDED_OVER_SECONDS = 60.0
"""So long after the words of handing over, a queue may speak."""

_CLAUSE = re.compile(r"[^，。？！；：、,.?!;:]+[，。？！；：、,.?!;:\s]*")


@dataclass(frozen=True, slots=True)
class AnnouncedWords:
    """Words of one party that may be an announcement."""

    places: tuple[tuple[int, int, int], ...]
    """Number of the segment among those given, first character, one past the last."""
    span: Span
    weight: float
    expected: bool
    """Whether it stands where announcements are played: before anybody talks, after a transfer or a wait."""

    @property
    def sure(self) -> bool:
        """By its words and its place; a voice may still contradict."""
        return self.expected and self.weight >= SURE_WEIGHT


@dataclass(slots=True)
class _Clause:
    segment: int
    start: int
    end: int
    size: int
    weight: float


def announced_words(segments: Sequence[Segment], words: WordLists | None = None) -> list[AnnouncedWords]:
    """The stretches that may be announcements, in time order of each party.

    Args:
        segments: of all parties, in time order.
    """
    lists = words or default_word_lists()
    known = _known(lists)
    found = []
    for party in sorted({segment.party for segment in segments}):
        runs = (part for run in _runs(segments, party, known) for part in _without_tail(run))
        for run in runs:
            if (weight := sum(clause.weight for clause in run)) >= LEAST_WEIGHT:
                places = _places(segments, run)
                first, last = segments[run[0].segment], segments[run[-1].segment]
                span = Span(time_at(first, run[0].start), time_at(last, run[-1].end))
                expected = _expected(segments, run[0], lists)
                found.append(AnnouncedWords(places, span, weight, expected))
    return found


def is_centres(text: str, words: WordLists | None = None) -> bool:
    """Whether an announcement is of the centre (a menu, a queue) rather than of who is called."""
    lists = words or default_word_lists()
    centre, called = (
        0.0 if given is None else weight_of(text, given)
        for given in (
            lists.announcement or default_word_lists().announcement,
            lists.unreachable or default_word_lists().unreachable,
        )
    )
    return centre > called


def _known(lists: WordLists) -> WeightedWords:
    weights: dict[str, float] = {}
    for given, default in (
        (lists.announcement, default_word_lists().announcement),
        (lists.unreachable, default_word_lists().unreachable),
    ):
        weights |= {} if (chosen := given or default) is None else dict(chosen.weights)
    return WeightedWords(reason="-", weights=weights)


def time_at(segment: Segment, character: int) -> float:
    """Seconds at which a character of a segment begins, or the segment ends."""
    spoken = characters(segment.text[:character])
    if spoken >= len(segment.words):
        return segment.span.end
    return segment.words[spoken].span.start if spoken else segment.span.start


def _runs(segments: Sequence[Segment], party: int, known: WeightedWords) -> Iterator[list[_Clause]]:
    """Clauses of one party that belong to one announcement, what lies between its words included."""
    run: list[_Clause] = []
    between: list[_Clause] = []
    lead: list[_Clause] = []
    for number, segment in enumerate(segments):
        if segment.party != party:
            continue
        if not weight_of(segment.text, known):
            clauses = [_Clause(number, 0, len(segment.text), segment_size(segment), 0.0)]
        else:
            clauses = _clauses(number, segment, known)
        for clause in clauses:
            if run and _apart(segments, run[-1], clause, between):
                yield run
                run, between = [], []
            if clause.weight:
                run += [*(between if run else lead), clause]
                between, lead = [], []
            elif run:
                between.append(clause)
            else:
                short = clause.size <= _LEAD_CHARACTERS and clause.start == 0
                lead = [clause] if short and len(clauses) > 1 else []
    if run:
        yield run


def _without_tail(run: list[_Clause]) -> Iterator[list[_Clause]]:
    """An announcement up to its last clause that is surely one, and what follows."""
    last = max((n for n, clause in enumerate(run) if clause.weight >= _OWN_WEIGHT), default=len(run) - 1)
    yield run[: last + 1]
    if tail := run[last + 1 :]:
        yield tail


def segment_size(segment: Segment) -> int:
    """Characters spoken."""
    return characters(segment.text)


def _clauses(number: int, segment: Segment, known: WeightedWords) -> list[_Clause]:
    """The clauses of a segment with the weight of their words; marks are where a recogniser puts them."""
    text = segment.text
    out = [
        _Clause(number, m.start(), m.end(), characters(m.group()), weight_of(m.group(), known))
        for m in _CLAUSE.finditer(text)
    ]
    for first, second in pairwise(out):
        across = weight_of(text[first.start : second.end], known) - first.weight - second.weight
        if across > 0:
            first.weight += across / 2
            second.weight += across / 2
    return out


def _apart(segments: Sequence[Segment], last: _Clause, this: _Clause, between: Sequence[_Clause]) -> bool:
    """Whether a clause is too far from the announcement before it, or somebody else talks between."""
    if sum(clause.size for clause in between) + (this.size if not this.weight else 0) > _BETWEEN_CHARACTERS:
        return True
    if last.segment == this.segment:
        return False
    before, after = segments[last.segment], segments[this.segment]
    if after.span.start - before.span.end > _GAP_SECONDS:
        return True
    others = (s for s in segments[last.segment + 1 : this.segment] if s.party != before.party)
    return any(segment_size(s) >= 2 for s in others)


def _places(segments: Sequence[Segment], run: Sequence[_Clause]) -> tuple[tuple[int, int, int], ...]:
    ends: dict[int, tuple[int, int]] = {}
    for clause in run:
        start, end = ends.get(clause.segment, (clause.start, clause.end))
        ends[clause.segment] = min(start, clause.start), max(end, clause.end)
    return tuple((number, start, end) for number, (start, end) in sorted(ends.items()))


def _expected(segments: Sequence[Segment], first: _Clause, words: WordLists) -> bool:
    """Whether an announcement may begin here: before there is a conversation, or in a break of it."""
    here = segments[first.segment]
    if first.start > 0 and characters(here.text[: first.start]) > _LEAD_CHARACTERS:
        return False
    at = time_at(here, first.start)
    earlier = [s for s in segments if s.span.end <= at + 0.5 and s is not here]
    if sum(segment_size(s) for s in earlier) <= _LEAD_CHARACTERS:
        return True
    if at - max(s.span.end for s in earlier) >= QUIET_SECONDS:
        return True
    handover = words.handover or default_word_lists().handover
    near = (s for s in earlier if at - s.span.end <= HANDED_OVER_SECONDS)
    return handover is not None and any(handover.found_in(s.text) for s in near)
