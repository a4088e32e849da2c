"""From a window and what was heard in it to a segment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.domain import Span
from pipeline.transcription import Piece, SpeechWindow, WindowText, segment


def window(*voiced: Span, party: int = 0) -> SpeechWindow:
    span = Span(voiced[0].start - 0.1, voiced[-1].end + 0.1)
    return SpeechWindow(np.zeros(16, dtype=np.float32), span, voiced, party, 0.8, True)


def heard(*pieces: tuple[float, float, str], log_probability: float = -0.5) -> WindowText:
    return WindowText(tuple(Piece(Span(a, b), text) for a, b, text in pieces), log_probability)


def test_a_segment_keeps_what_the_window_knows() -> None:
    found = segment(window(Span(1, 3), party=1), heard((0.9, 3.1, "您好。")))
    assert found is not None
    assert (found.party, found.text, found.span) == (1, "您好。", Span(1, 3))
    assert found.confidence == pytest.approx(math.exp(-0.5))
    assert (found.party_confidence, found.overlapped) == (0.8, True)
    assert [w.text for w in found.words] == ["您", "好"]


def test_pieces_are_joined_with_a_comma_where_there_is_no_mark() -> None:
    found = segment(window(Span(0.1, 9)), heard((0, 3, "您好"), (3, 5, "请问？"), (5, 9, "喂")))
    assert found is not None
    assert found.text == "您好，请问？喂"


def test_english_pieces_are_joined_with_a_space() -> None:
    found = segment(window(Span(0.1, 9)), heard((0, 3, "Hello,"), (3, 5, "how are you")))
    assert found is not None
    assert found.text == "Hello, how are you"


def test_each_piece_keeps_its_own_time() -> None:
    found = segment(window(Span(0.1, 2), Span(5, 9)), heard((0, 2.5, "好"), (5, 9, "请问")))
    assert found is not None
    times = [(round(w.span.start, 2), round(w.span.end, 2)) for w in found.words]
    assert times == [(0.25, 1.83), (5.15, 6.99), (6.99, 8.83)]


@pytest.mark.parametrize("pieces", [(), ((0.0, 1.0, "，。"),)])
def test_nothing_to_write_down(pieces: tuple[tuple[float, float, str], ...]) -> None:
    assert segment(window(Span(0.1, 1)), heard(*pieces)) is None
