"""Levels, and masks of frames as spans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.levels import (
    FRAME,
    FRAME_SECONDS,
    SILENT_DB,
    frame_count,
    frames_of,
    level_db,
    noise_floor_db,
    rows_at,
    spans_of,
)
from tests import sounds


def test_level_of_a_sine_is_three_decibels_below_its_peak() -> None:
    levels = level_db(sounds.tone(1.0, 1000.0, level=1.0))
    assert levels[5:-5] == pytest.approx(-3.01, abs=0.05)


def test_silence_has_a_finite_level() -> None:
    assert set(level_db(sounds.silence(0.1)).tolist()) == {SILENT_DB}
    assert noise_floor_db(np.zeros(0, dtype=np.float32)) == SILENT_DB


def test_the_last_frame_is_filled_up() -> None:
    sound = np.ones(FRAME + 1, dtype=np.float32)
    assert frame_count(sound) == len(level_db(sound)) == 2
    rows = rows_at(sound, np.arange(2))
    assert rows.sum(axis=1).tolist() == [FRAME, 1]
    assert frame_count(sound[:0]) == len(level_db(sound[:0])) == 0


def test_the_noise_floor_is_what_is_heard_between_words() -> None:
    sound = sounds.noise(10, db=-60)
    sound[: len(sound) // 2] += sounds.noise(5, db=-20)
    assert noise_floor_db(level_db(sound)) == pytest.approx(-60, abs=1)


@given(st.lists(st.booleans(), max_size=60))
def test_spans_and_frames_are_inverse(mask: list[bool]) -> None:
    frames = np.array(mask, dtype=bool)
    spans = spans_of(frames)
    assert np.array_equal(frames_of(spans, len(frames)), frames)
    assert sum(s.duration for s in spans) == pytest.approx(frames.sum() * FRAME_SECONDS)
