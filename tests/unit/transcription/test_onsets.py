"""When words begin, by where the decoder's attention comes to them."""

from __future__ import annotations

import pytest

from pipeline.transcription.whisper_model import onsets


def test_the_first_word_after_a_pause_does_not_begin_in_it() -> None:
    """套餐。[3 s of pause]感谢您: attention rests on 感 all the while."""
    assert onsets([0.0, 0.3, 0.5, 3.6, 3.8], [1, 1, 1, 1, 1], 4.0) == pytest.approx([0.0, 0.3, 3.2, 3.6, 3.8])


def test_a_long_word_may_take_its_time() -> None:
    assert onsets([0.0, 1.5], [4, 1], 2.0) == pytest.approx([0.0, 1.6])


def test_a_mark_stays_with_the_word_before() -> None:
    assert onsets([0.0, 0.2], [1, 0], 3.0) == pytest.approx([0.0, 0.2])
    assert onsets([], [], 2.0) == []
