"""Which speech is heard, and what it tells of the speech that is not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Span
from pipeline.speech.blocks import starts_of, surroundings
from pipeline.speech.embedding import NetworkEngine
from pipeline.speech.floor import share_floor
from pipeline.speech.looks import LOOK, first_looks, looks_at
from pipeline.speech.sketch import sketch, surmised
from tests.unit.speech.test_diarisation import WEIGHTS, needs_weights, sound, spoken, truth

LENGTHS = st.lists(st.integers(1, 120), min_size=1, max_size=30)


def starts(lengths: list[int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.cumsum([0, *lengths])


def blocks(looks: list[tuple[int, int]]) -> set[int]:
    return {block for first, last in looks for block in range(first, last)}


def lies_in_one_stretch(look: tuple[int, int], lengths: list[int]) -> bool:
    edges = starts(lengths).tolist()
    return any(start <= look[0] < look[1] <= end for start, end in pairwise(edges))


@given(LENGTHS)
def test_every_stretch_is_looked_at(lengths: list[int]) -> None:
    looks = first_looks(starts(lengths))
    edges = starts(lengths).tolist()
    assert all(lies_in_one_stretch(look, lengths) for look in looks)
    assert all(any(start <= first < end for first, _ in looks) for start, end in pairwise(edges))


def test_a_short_call_is_heard_whole_and_a_long_one_in_part() -> None:
    assert blocks(first_looks(starts([40, 45]))) == set(range(85))
    assert len(blocks(first_looks(starts([60] * 10)))) == pytest.approx(600 / 4, abs=20)
    assert len(blocks(first_looks(starts([400] * 200)))) == pytest.approx(4000, rel=0.25)


@given(LENGTHS, st.data())
def test_all_doubtful_blocks_are_looked_at(lengths: list[int], data: st.DataObject) -> None:
    doubtful = np.array(data.draw(st.lists(st.booleans(), min_size=sum(lengths), max_size=sum(lengths))))
    looks = looks_at(doubtful, starts(lengths))
    assert set(np.flatnonzero(doubtful).tolist()) <= blocks(looks)
    assert all(lies_in_one_stretch(look, lengths) for look in looks)


def test_one_doubtful_block_is_heard_with_its_neighbours() -> None:
    doubtful = np.zeros(60, np.bool_)
    doubtful[30] = True
    ((first, last),) = looks_at(doubtful, starts([60]))
    assert last - first == LOOK
    assert first < 30 < last - 1


def test_nothing_from_beyond_a_stretch_surrounds_a_block() -> None:
    firsts, lasts = surroundings(starts_of([Span(0.0, 0.4), Span(1.0, 1.2)]), 2)
    assert firsts.tolist() == [0, 0, 0, 1, 4, 4]
    assert lasts.tolist() == [3, 4, 4, 4, 6, 6]


def test_blocks_that_were_not_heard_go_by_their_spectrum() -> None:
    random = np.random.default_rng(5)
    voices = random.normal(size=(2, 80)).astype(np.float32)
    speakers = np.repeat(np.arange(20) % 2, 15)
    features = voices[speakers][:, None] + 3 * random.normal(size=(300, 8, 80)).astype(np.float32)
    heard = np.arange(300) % 45 < 30  # two turns of three
    favours = np.where(heard, 2.0 * speakers - 1, 0.0)
    guessed = surmised(sketch(features, starts([15] * 20)), heard, favours)
    assert np.abs(guessed[heard]).mean() == pytest.approx(1.0)
    assert ((guessed > 0) == speakers)[~heard].mean() > 0.97


@needs_weights
def test_a_look_hears_the_same_alone_and_among_others() -> None:
    engine = NetworkEngine(WEIGHTS)
    one, many = (engine.listen(sound("N06"), spoken("N06")) for _ in range(2))
    first = int(one.starts[np.diff(one.starts).argmax()])
    one.hear([(first, first + LOOK)])
    many.hear([(at, at + LOOK) for at in range(first, first + 3 * LOOK, LOOK)])
    run = np.array([first]), np.array([first + LOOK])
    assert one.vectors(*run) == pytest.approx(many.vectors(*run), abs=1e-5)
    assert not one.vectors(run[1], run[1] + 5).any(), "what was not heard must not count"


@needs_weights
def test_of_a_clear_call_only_a_part_goes_through_the_network() -> None:
    engine = NetworkEngine(WEIGHTS)
    voices = engine.listen(sound("N06"), spoken("N06"))
    share_floor(voices, engine=engine)
    assert 0.15 < voices.heard.mean() < 0.8


@needs_weights
def test_one_voice_is_found_only_after_all_was_heard() -> None:
    engine = NetworkEngine(WEIGHTS)
    customer = tuple(span for span, role in truth("N07") if role == "customer")
    voices = engine.listen(sound("N07"), customer)
    assert {run.speaker for run in share_floor(voices, engine=engine).runs} == {0}
    assert voices.heard.all()
