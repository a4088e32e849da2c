"""Which speech is embedded, and what it tells of the speech that is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Span
from pipeline.speech.campplus import CampplusEmbedder
from pipeline.speech.features import block_starts, neighbourhoods, spectral_statistics
from pipeline.speech.speaker_assignment import assign_speakers, predicted_preferences
from pipeline.speech.window_selection import WINDOW_BLOCKS, initial_windows, windows_covering
from tests.model.speech.test_diarisation import WEIGHTS, needs_weights, sound, spoken, truth

LENGTHS = st.lists(st.integers(1, 120), min_size=1, max_size=30)


def starts(lengths: list[int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.cumsum([0, *lengths])


def blocks(windows: list[tuple[int, int]]) -> set[int]:
    return {block for first, last in windows for block in range(first, last)}


def lies_in_one_stretch(window: tuple[int, int], lengths: list[int]) -> bool:
    edges = starts(lengths).tolist()
    return any(start <= window[0] < window[1] <= end for start, end in pairwise(edges))


@given(LENGTHS)
def test_every_stretch_is_covered(lengths: list[int]) -> None:
    windows = initial_windows(starts(lengths))
    edges = starts(lengths).tolist()
    assert all(lies_in_one_stretch(window, lengths) for window in windows)
    assert all(any(start <= first < end for first, _ in windows) for start, end in pairwise(edges))


def test_a_short_call_is_embedded_whole_and_a_long_one_in_part() -> None:
    assert blocks(initial_windows(starts([40, 45]))) == set(range(85))
    assert len(blocks(initial_windows(starts([60] * 10)))) == pytest.approx(600 / 4, abs=20)
    assert len(blocks(initial_windows(starts([400] * 200)))) == pytest.approx(4000, rel=0.25)


@given(LENGTHS, st.data())
def test_all_doubtful_blocks_are_covered(lengths: list[int], data: st.DataObject) -> None:
    doubtful = np.array(data.draw(st.lists(st.booleans(), min_size=sum(lengths), max_size=sum(lengths))))
    windows = windows_covering(doubtful, starts(lengths))
    assert set(np.flatnonzero(doubtful).tolist()) <= blocks(windows)
    assert all(lies_in_one_stretch(window, lengths) for window in windows)


def test_one_doubtful_block_is_embedded_with_its_neighbours() -> None:
    doubtful = np.zeros(60, np.bool_)
    doubtful[30] = True
    ((first, last),) = windows_covering(doubtful, starts([60]))
    assert last - first == WINDOW_BLOCKS
    assert first < 30 < last - 1


def test_nothing_from_beyond_a_stretch_surrounds_a_block() -> None:
    firsts, lasts = neighbourhoods(block_starts([Span(0.0, 0.4), Span(1.0, 1.2)]), 2)
    assert firsts.tolist() == [0, 0, 0, 1, 4, 4]
    assert lasts.tolist() == [3, 4, 4, 4, 6, 6]


def test_blocks_that_were_not_embedded_go_by_their_spectrum() -> None:
    random = np.random.default_rng(5)
    voices = random.normal(size=(2, 80)).astype(np.float32)
    speakers = np.repeat(np.arange(20) % 2, 15)
    features = voices[speakers][:, None] + 3 * random.normal(size=(300, 8, 80)).astype(np.float32)
    embedded = np.arange(300) % 45 < 30  # two turns of three
    preferences = np.where(embedded, 2.0 * speakers - 1, 0.0)
    predicted = predicted_preferences(spectral_statistics(features, starts([15] * 20)), embedded, preferences)
    assert np.abs(predicted[embedded]).mean() == pytest.approx(1.0)
    assert ((predicted > 0) == speakers)[~embedded].mean() > 0.97


@needs_weights
def test_a_look_hears_the_same_alone_and_among_others() -> None:
    embedder = CampplusEmbedder(WEIGHTS)
    one, many = (embedder.prepare(sound("N06"), spoken("N06")) for _ in range(2))
    first = int(one.starts[np.diff(one.starts).argmax()])
    one.embed([(first, first + WINDOW_BLOCKS)])
    many.embed([(at, at + WINDOW_BLOCKS) for at in range(first, first + 3 * WINDOW_BLOCKS, WINDOW_BLOCKS)])
    run = np.array([first]), np.array([first + WINDOW_BLOCKS])
    assert one.vectors(*run) == pytest.approx(many.vectors(*run), abs=1e-5)
    assert not one.vectors(run[1], run[1] + 5).any(), "what was not embedded must not count"


@needs_weights
def test_of_a_clear_call_only_a_part_goes_through_the_network() -> None:
    embedder = CampplusEmbedder(WEIGHTS)
    speech = embedder.prepare(sound("N06"), spoken("N06"))
    assign_speakers(speech, embedder=embedder)
    assert 0.15 < speech.embedded.mean() < 0.8


@needs_weights
def test_one_voice_is_found_only_after_all_was_embedded() -> None:
    embedder = CampplusEmbedder(WEIGHTS)
    customer = tuple(span for span, role in truth("N07") if role == "customer")
    speech = embedder.prepare(sound("N07"), customer)
    assert {run.speaker for run in assign_speakers(speech, embedder=embedder).runs} == {0}
    assert speech.embedded.all()
