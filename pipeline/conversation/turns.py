"""Turns: what one party says until the other one answers, by its speech and by the transcript."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipeline.domain import Role, Span, Utterance, characters, spoken_units

PAUSE_S = 1.5
"""A longer pause ends a turn: people let about one second pass before they take silence for an offer to speak
(G. Jefferson, "Notes on a possible metric which provides for a 'standard maximum' silence", 1989); on a noisy
line the quiet syllables around a pause are lost as well."""

ANSWER_S = 0.3
"""The other party's speech in a pause ends the turn from this length on; less is a breath or a leak."""


def turns_of(spoken: tuple[Span, ...], others: tuple[Span, ...]) -> Sequence[Span]:
    """A party's turns, sorted and disjoint, from where it and the other party talk.

    Speech of the other party over a party's speech does not end its turn; speech in a pause does.
    """
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


def characters_of(
    turns: tuple[Span, ...], said: tuple[Utterance, ...], count: Callable[[str], int] = characters
) -> list[int]:
    """A word counts for the turn that is nearest to its middle: times of words are rough.

    Args:
        count: what counts of a text.
    """
    counts = [0] * len(turns)
    borders = [(before.end + after.start) / 2 for before, after in pairwise(turns)]
    for utterance in said if turns else ():
        pieces = [(word.text, word.span) for word in utterance.words] or _spread(utterance)
        for text, span in pieces:
            counts[bisect(borders, span.middle)] += count(text)
    return counts


def _spread(utterance: Utterance) -> list[tuple[str, Span]]:
    """Characters without word times, laid evenly over their utterance."""
    spoken, start = spoken_units(utterance.text), utterance.span.start
    step = utterance.span.duration / max(len(spoken), 1)
    return [(c, Span(start + i * step, start + (i + 1) * step)) for i, c in enumerate(spoken)]


def passages_of(said: tuple[Utterance, ...], role: Role) -> Iterator[Utterance]:
    """A party's neighbouring utterances joined into one, up to a long pause or the other party's words."""
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
