"""Whether two voices take turns as people in a conversation do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.speech.speaker_assignment import _alternate


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
    assert _alternate(np.repeat(np.array(speakers), 12), runs) is talk


def test_short_runs_are_neither_s() -> None:
    lengths = [12, 3] * 9
    edges = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    speakers = np.repeat(np.arange(len(lengths)) % 2, lengths)
    assert not _alternate(speakers, list(pairwise(edges))), "what is long enough is all of one speaker"
