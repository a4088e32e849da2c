"""From verdicts to points: the way the sheet asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.rubric.judge import Judged
from pipeline.rubric.scaled import scaled
from pipeline.rubric.sheet import Rubric
from pipeline.rubric.sums import Earned, Sum
from pipeline.rubric.whole import deducted

__all__ = ["Earned", "Sum", "add_up"]


def add_up(
    rubric: Rubric,
    judged: Sequence[Judged],
    earned: Iterable[Earned],
    *,
    beyond: frozenset[str] = frozenset(),
) -> Sum | None:
    """The score on 0..100 with its ledger; None where no criterion applies.

    ``beyond``: criteria whose points can be lost, but do not count among what could be reached; it matters to
    sheets with ``scale: true`` alone. One violation more never raises a score, either way.
    """
    if rubric.scale:
        return scaled(rubric, judged, earned, beyond=beyond)
    return deducted(rubric, judged, earned)
