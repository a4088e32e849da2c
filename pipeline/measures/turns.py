"""Turns: a party's speech with its pauses for breath, until the other party answers."""

from __future__ import annotations

from bisect import bisect

from pipeline.domain import Role, Span
from pipeline.measures.scene import Scene

PAUSE_S = 1.5
"""A longer pause ends a turn: people let about one second pass before they take silence for an offer to speak
(G. Jefferson, "Notes on a possible metric which provides for a 'standard maximum' silence", 1989); on a noisy
line the quiet syllables around a pause are lost as well."""

ANSWER_S = 0.3
"""The other party's speech in a pause ends the turn from this length on; less is a breath or a leak."""


def turns(scene: Scene, role: Role) -> tuple[Span, ...]:
    """The turns of ``role``, sorted and disjoint.

    Speech of the other party over ``role``'s speech does not end a turn; speech in a pause does.
    """
    others = scene.spoken(role.other)
    ends = [span.end for span in others]
    out: list[Span] = []
    for span in scene.spoken(role):
        if out and _goes_on(out[-1], span, others, ends):
            out[-1] = out[-1] | span
        else:
            out.append(span)
    return tuple(out)


def _goes_on(before: Span, after: Span, others: tuple[Span, ...], ends: list[float]) -> bool:
    if before.gap(after) > PAUSE_S:
        return False
    pause, answered = Span(before.end, after.start), 0.0
    for number in range(bisect(ends, pause.start), len(others)):
        if others[number].start >= pause.end:
            break
        answered += pause.overlap(others[number])
    return answered < ANSWER_S
