"""Whether two voices are two people's: how alike they are, and whether they take turns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.speech.speaker_assignment import ALTERNATION, _alternation, doubt


@pytest.mark.parametrize(
    ("speakers", "talk"),
    [
        ([0, 1] * 6, True),
        ([0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1], True),
        ([0, 0, 1, 1, 0, 1, 1, 0, 0, 1], False),
        ([0, 1, 0, 1], False),
    ],
    ids=["every run", "nearly every run", "by chance", "too few to tell"],
)
def test_conversations_alternate(speakers: list[int], talk: bool) -> None:
    edges = [12 * n for n in range(len(speakers) + 1)]
    runs = list(pairwise(edges))
    assert ((_alternation(np.repeat(np.array(speakers), 12), runs) or 0.0) >= ALTERNATION) is talk


def test_short_runs_are_neither_s() -> None:
    lengths = [12, 3] * 9
    edges = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    speakers = np.repeat(np.arange(len(lengths)) % 2, lengths)
    assert _alternation(speakers, list(pairwise(edges))) == 0, "what is long enough is all of one speaker"


@pytest.mark.parametrize(
    ("alike", "alternation", "unclear", "rarer", "doubtful"),
    [
        (0.50, 0.67, 0.10, 3.0, False),
        (0.80, 1.00, 0.10, 9.0, False),
        (0.80, None, 0.10, 9.0, False),
        (0.80, 1.00, 0.10, 6.0, True),
        (0.80, 0.67, 0.06, 9.0, True),
        (0.88, 1.00, 0.05, 9.0, True),
        (0.88, 0.67, 0.05, 9.0, None),
        (0.88, None, 0.05, 9.0, None),
        (0.90, 0.88, 0.15, 9.0, None),
        (0.95, 1.00, 0.05, 9.0, None),
    ],
)
def test_like_voices_are_two_where_they_take_turns_and_are_not_mixed(
    alike: float, alternation: float | None, unclear: float, rarer: float, doubtful: bool | None
) -> None:
    assert doubt(alike, 0.81, alternation=alternation, unclear=unclear, rarer=rarer) is doubtful
