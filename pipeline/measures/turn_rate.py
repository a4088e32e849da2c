"""How fast a party speaks, turn by turn."""

from __future__ import annotations

from bisect import bisect
from itertools import pairwise

from pipeline.domain import Role, Span
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.rate import characters
from pipeline.measures.scene import Scene
from pipeline.measures.turns import turns

LEAST_CHARACTERS = 10
"""Shorter turns (好的, 请稍等) say nothing about the rate."""


@measured_for("speaking_rate_{role}_turns", unit="characters/min", roles=(Role.AGENT,))
def rate_over_turns(scene: Scene, role: Role) -> Reading:
    """Characters per minute over the party's turns of at least 10 characters, taken together. None without
    such a turn.

    Source: speaking rate with a minimum sentence length, as Alibaba's dialogue analysis; 10 is ours.
    """
    rated = long_turns(scene, role)
    seconds = sum(span.duration for span, _ in rated)
    if not seconds:
        return UNMEASURED
    return Reading(sum(count for _, count in rated) / seconds * 60, tuple(span for span, _ in rated))


@measured_for("speaking_rate_{role}_fastest_turn", unit="characters/min", roles=(Role.AGENT,))
def fastest_turn(scene: Scene, role: Role) -> Reading:
    """Characters per minute of the party's fastest turn of at least 10 characters. None without such a turn.

    Source: as speaking_rate_agent_turns.
    """
    return _of_one_turn(max(_rates(scene, role), default=None))


@measured_for("speaking_rate_{role}_slowest_turn", unit="characters/min", roles=(Role.AGENT,))
def slowest_turn(scene: Scene, role: Role) -> Reading:
    """Characters per minute of the party's slowest turn of at least 10 characters. None without such a turn.

    Source: as speaking_rate_agent_turns.
    """
    return _of_one_turn(min(_rates(scene, role), default=None))


def long_turns(scene: Scene, role: Role) -> tuple[tuple[Span, int], ...]:
    """The turns of at least 10 characters, each with its number of characters."""
    spans = turns(scene, role)
    if not spans:
        return ()
    # Times of words are rough, so a word counts for the turn that is nearest to its middle.
    borders = [(before.end + after.start) / 2 for before, after in pairwise(spans)]
    counts = [0] * len(spans)
    for utterance in scene.said(role):
        pieces = [(word.text, word.span) for word in utterance.words] or _spread(
            utterance.text, utterance.span
        )
        for text, span in pieces:
            counts[bisect(borders, span.middle)] += characters(text)
    return tuple((s, n) for s, n in zip(spans, counts, strict=True) if n >= LEAST_CHARACTERS and s.duration)


def _spread(text: str, span: Span) -> list[tuple[str, Span]]:
    """Characters without word times, laid evenly over their utterance."""
    spoken = [c for c in text if c.isalnum()]
    step = span.duration / max(len(spoken), 1)
    return [(c, Span(span.start + i * step, span.start + (i + 1) * step)) for i, c in enumerate(spoken)]


def _rates(scene: Scene, role: Role) -> list[tuple[float, Span]]:
    return [(count / span.duration * 60, span) for span, count in long_turns(scene, role)]


def _of_one_turn(rated: tuple[float, Span] | None) -> Reading:
    return UNMEASURED if rated is None else Reading(rated[0], (rated[1],))
