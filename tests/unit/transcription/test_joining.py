"""Windows of one party laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.transcription import SpeechWindow
from pipeline.transcription.decoding import FIRST_DECODING, JOINING, SECOND_DECODING, batch_size
from pipeline.transcription.joining import Lane, cut_text, lanes_of

LANE = object()


def window(start: float, end: float, lane: object | None = LANE) -> SpeechWindow:
    """Its samples tell their second in the recording."""
    first, last = round(start * SAMPLE_RATE_HZ), round(end * SAMPLE_RATE_HZ)
    samples = (np.arange(first, last) / SAMPLE_RATE_HZ).astype(np.float32)
    return SpeechWindow(samples, Span(start, end), (Span(start + 0.15, end - 0.15),), lane=lane)


def lane(*windows: SpeechWindow) -> Lane:
    return Lane(windows, JOINING)


@st.composite
def spoken(draw: st.DrawFn) -> list[SpeechWindow]:
    tenths, at = (
        draw(st.lists(st.tuples(st.integers(1, 300), st.integers(5, 103)), min_size=1, max_size=20)),
        0,
    )
    out = []
    for pause, length in tenths:
        at += pause
        out.append(window(at / 10, (at + length) / 10))
        at += length
    return out


@given(spoken())
def test_every_window_is_in_one_passage_as_it_was_recorded(windows: list[SpeechWindow]) -> None:
    parts = []
    for passage in lane(*windows).passages():
        assert passage.seconds <= JOINING.longest_seconds + 1e-6
        sound = passage.sound()
        assert len(sound) == round(passage.seconds * SAMPLE_RATE_HZ)
        for part in passage.parts:
            assert np.array_equal(sound[part.start : part.end], part.window.samples)
            recorded, whole = part.recorded(part.span.start, part.span.end), part.window.span
            assert (recorded.start, recorded.end) == pytest.approx((whole.start, whole.end))
        parts += passage.parts
    assert [part.index for part in parts] == list(range(len(windows)))


@given(spoken(), st.floats(0.02, 30))
def test_a_decoder_that_stops_early_goes_on_where_it_stopped(
    windows: list[SpeechWindow], seconds: float
) -> None:
    """Its times of passages lie where they were recorded, and the way to the end is finite."""
    lane_, position, rounds = lane(*windows), 0, 0
    while position < lane_.end:
        passage = lane_.passage(position)
        sound = passage.sound()
        for part in passage.parts:
            middle = (part.start + part.end) // 2
            at = middle / SAMPLE_RATE_HZ
            assert part.recorded(at, at).start == pytest.approx(float(sound[middle]), abs=1e-3)
        following = lane_.after(passage, seconds, least_left=0.6)
        assert following > position
        position, rounds = following, rounds + 1
    assert rounds < 2000


def test_pauses_are_kept_and_long_ones_shortened() -> None:
    passage = lane(window(1, 3), window(3.3, 5), window(60, 62)).passage(0)
    assert [part.span.start for part in passage.parts] == pytest.approx([0, 2.3, 4.5])


def test_a_passage_ends_before_the_window_that_does_not_fit() -> None:
    windows = [window(6 * i, 6 * i + 5) for i in range(4)]
    assert [[p.index for p in passage.parts] for passage in lane(*windows).passages()] == [[0, 1, 2], [3]]


def test_what_is_left_of_a_window_is_heard_again_if_it_can_hold_a_word() -> None:
    one = lane(window(0, 8), window(9, 12))
    passage = one.passage(0)
    again = one.passage(one.after(passage, 5.0, least_left=0.6)).parts
    assert [(part.index, part.skipped / SAMPLE_RATE_HZ) for part in again] == [(0, 5.0), (1, 0.0)]
    assert again[0].recorded(0.0, 1.0) == Span(5.0, 6.0)
    (only,) = one.passage(one.after(passage, 7.8, least_left=0.6)).parts
    assert only.index == 1
    assert one.after(passage, 11.0, least_left=2.0) == one.after(passage) == one.end


def test_text_belongs_to_the_windows_that_it_lies_over() -> None:
    passage = lane(window(0, 2), window(3, 5), window(6, 8)).passage(0)

    def over(start: float, end: float) -> list[int]:
        return [part.index for part in passage.over(start, end)]

    assert over(0.2, 1.9) == [0]
    assert over(0.0, 2.6) == [0], "the next one hardly begins"
    assert over(0.0, 4.4) == [0, 1]
    assert over(2.1, 2.3) == [0], "in a pause: the nearer one"
    assert over(90, 91) == [2]


def test_who_is_heard_in_passages() -> None:
    other, silent = object(), replace(window(7, 8), voiced=())
    windows: Sequence[SpeechWindow] = [
        window(5, 6),
        window(0, 1, other),
        window(1, 2),
        window(2, 3, None),
        window(3, 4, None),
        silent,
    ]
    assert lanes_of(windows) == [[2, 0]]


@pytest.mark.parametrize(
    ("text", "at", "cut"),
    [
        ("好的，谢谢您", 3, 3),
        ("好的，谢谢您", 5, 3),
        ("好的谢谢您", 2, 2),
        ("好的 谢谢您", 2, 3),
        ("好的。", 3, 3),
    ],
)
def test_a_text_is_cut_behind_a_mark_that_is_near(text: str, at: int, cut: int) -> None:
    assert cut_text(text, at) == cut


def test_longer_contexts_make_smaller_batches() -> None:
    sizes = [batch_size(frames) for frames in (800, 1200, 1500, 2000, 3000)]
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (8, 1)
    for frames, size in zip((800, 1200, 1500, 2000, 3000), sizes, strict=True):
        assert size * frames**2 <= 8 * 1200**2


def test_a_context_is_longer_than_its_sound_and_never_too_long_for_the_model() -> None:
    for how in (FIRST_DECODING, SECOND_DECODING, JOINING.decoding):
        assert how.frames(1.0) == how.shortest_context_seconds * 100
        assert how.frames(14.2) >= 1420 + how.tail_seconds * 100
        assert how.frames(28.5) == 3000 or how.tail_seconds < 1.6
        assert how.frames(40.0) == 3000
