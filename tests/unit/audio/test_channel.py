"""Sound kept in 16 bits."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio import Channel


def test_numbers_come_back_within_half_a_step() -> None:
    sound = np.random.default_rng(1).uniform(-0.99, 0.99, 10_000).astype(np.float32)
    back = np.asarray(Channel.of(sound), np.float32)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, sound, atol=0.51 / 32_768)


def test_what_is_too_loud_is_clipped_and_does_not_wrap() -> None:
    back = np.asarray(Channel.of(np.array([3.0, 1.0, -1.0, -7.5], np.float32)))
    assert back == pytest.approx([1, 1, -1, -1], abs=1e-4)


def test_slices_share_the_memory() -> None:
    whole = Channel.of(np.zeros(1000, np.float32))
    whole[100:900][100:200] = np.full(100, 0.5, np.float32)
    assert np.flatnonzero(np.asarray(whole)).tolist() == list(range(200, 300))
    other = whole.copy()
    other[0:1000] = np.zeros(1000, np.float32)
    assert np.asarray(whole).any()


def test_it_never_pretends_to_be_an_array() -> None:
    with pytest.raises(ValueError, match="anew"):
        np.asarray(Channel.of(np.zeros(10, np.float32)), copy=False)
