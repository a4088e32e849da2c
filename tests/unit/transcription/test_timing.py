"""Times of characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Span, merge, total
from pipeline.transcription.segments import sounding, spread

tenths = st.integers(0, 100).map(lambda n: n / 10)
spans = st.tuples(tenths, st.integers(1, 50)).map(lambda t: Span(t[0], t[0] + t[1] / 10))
lanes = st.lists(spans, min_size=1, max_size=5).map(merge)
texts = st.text("您好请等一下，。？ 12315OKwifi-", max_size=30)


@given(texts, spans, lanes)
def test_words_stand_in_order_and_inside_the_speech(text: str, span: Span, voiced: tuple[Span, ...]) -> None:
    words = spread(text, span, voiced, probability=0.5)
    assert "".join(word.text for word in words) == "".join(c for c in text if c.isalnum())
    times = [t for word in words for t in (word.span.start, word.span.end)]
    assert times == sorted(times)
    allowed = [common for v in voiced if (common := v & span)] or [span]
    for word in words:
        assert allowed[0].start - 1e-6 <= word.span.start
        assert word.span.end <= allowed[-1].end + 1e-6


@given(st.text("您好请等一下", min_size=1, max_size=30), lanes)
def test_words_cover_the_speech_without_a_gap(text: str, voiced: tuple[Span, ...]) -> None:
    words = spread(text, voiced[0] | voiced[-1], voiced, probability=0.5)
    assert words[0].span.start == pytest.approx(voiced[0].start)
    assert words[-1].span.end == pytest.approx(voiced[-1].end)
    inside = sum(word.span.overlap(v) for word in words for v in voiced)
    assert inside == pytest.approx(total(voiced))


def test_characters_are_laid_evenly_over_the_speech_not_the_pauses() -> None:
    words = spread("您好，请问", Span(0, 10), [Span(1, 2), Span(5, 6)], probability=0.9)
    assert [(w.text, w.span.start) for w in words] == [("您", 1.0), ("好", 1.5), ("请", 2.0), ("问", 5.5)]
    assert words[0].probability == 0.9


def test_voice_activity_reaches_beyond_the_sound_but_nothing_vanishes() -> None:
    assert sounding([Span(1, 3)]) == (Span(1.15, 2.83),)
    (short,) = sounding([Span(1, 1.3)])
    assert (short.start, short.end) == (pytest.approx(1.1), pytest.approx(1.2))


def test_latin_words_stay_whole_and_weigh_by_their_letters() -> None:
    words = spread("用wifi，OK 12", Span(0, 9), [Span(0, 9)], probability=1.0)
    assert [w.text for w in words] == ["用", "wifi", "OK", "1", "2"]
    assert words[1].span == Span(1, 5)


def test_text_without_a_character_has_no_words() -> None:
    assert spread("，。 …", Span(0, 1), [Span(0, 1)], probability=1.0) == ()


def test_where_nobody_speaks_the_whole_span_serves() -> None:
    assert spread("好", Span(3, 4), [Span(8, 9)], probability=1.0)[0].span == Span(3, 4)
