"""Acoustic confirmation, with scorers whose answers are plain to see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.domain import How, Role, Span
from pipeline.phrases.confirm import (
    LEAST_GAIN,
    LEAST_GAIN_GRAVE,
    NearMiss,
    TextScorer,
    confidence_of,
    confirm,
    near_misses,
)
from pipeline.phrases.passages import passages
from tests.unit.phrases.conversations import LEXICON, agent, customer, near_misses_of, small_matcher

GARBLED = "好的这不飞我关了"


def candidates(folder: Path) -> tuple[NearMiss, ...]:
    return near_misses_of(small_matcher(folder), [agent(GARBLED, start=5), customer("我关门了", start=20)])


def hears(phrase: str) -> TextScorer:
    """A scorer to whom the sound is ``phrase`` and everything else is worse."""

    def score(role: Role, span: Span, texts: Sequence[str]) -> list[float]:
        assert role is Role.AGENT
        assert span.start == 5
        return [-0.3 if phrase in text else -1.5 for text in texts]

    return score


def test_near_misses_propose_the_phrase_in_its_place(tmp_path: Path) -> None:
    found = candidates(tmp_path)
    assert found
    for near in found:
        assert near.written == GARBLED
        assert "归我管" in near.proposed
        assert near.proposed.startswith("好的")
        assert near.hit.code == "shirk"


def test_of_words_said_twice_those_are_replaced_that_were_meant(tmp_path: Path) -> None:
    (passage,) = passages([agent("这，不飞我关。真的不飞我关。")])
    first, second = (match.span() for match in re.finditer("不飞我关", passage.text))
    assert passage.replaced(*first, "不归我管") == "这，不归我管。真的不飞我关。"
    assert passage.replaced(*second, "不归我管") == "这，不飞我关。真的不归我管。"
    (one,) = near_misses_of(small_matcher(tmp_path), [agent("我关了灯这不飞我关我关了灯")])
    assert one.proposed == "我关了灯" + one.hit.phrase + "我关了灯"


def test_the_sound_decides(tmp_path: Path) -> None:
    found = candidates(tmp_path)
    (hit,) = confirm(found, hears("不归我管"))
    assert (hit.how, hit.code) == (How.CONFIRMED, "shirk")
    assert hit.confidence > 0.85
    assert confirm(found, hears("不飞我关")) == ()


def test_what_is_found_anyway_is_no_near_miss(tmp_path: Path) -> None:
    assert near_misses_of(small_matcher(tmp_path), [agent("这不归我管")]) == ()
    assert confirm((), hears("")) == ()


def test_one_reading_gives_the_hits_and_the_near_misses(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    said = [agent("这不归我管"), agent(GARBLED, start=5), agent("这布鬼我管", start=9)]
    search = matcher.search(said, near_misses_of={"shirk"})
    assert [hit.how for hit in search.hits] == [How.EXACT, How.SOUND]
    assert search.hits == matcher.match(said)
    assert {near.written for near in near_misses(search)} == {GARBLED}


@pytest.mark.parametrize("gain", [-3.0, LEAST_GAIN, 0.0])
def test_confidence_grows_with_the_gain(gain: float) -> None:
    assert 0 <= confidence_of(gain, least=LEAST_GAIN) < confidence_of(gain + 0.5, least=LEAST_GAIN) <= 1
    assert confidence_of(LEAST_GAIN, least=LEAST_GAIN) == 0.5


def test_a_grave_accusation_needs_more(tmp_path: Path) -> None:
    between = (LEAST_GAIN + LEAST_GAIN_GRAVE) / 2
    for severity, confirmed in (("B", False), ("D", True)):
        text = LEXICON.replace("severity: B", f"severity: {severity}")
        assert f"severity: {severity}" in text
        (near, *_) = near_misses_of(small_matcher(tmp_path, text), [agent(GARBLED)])
        loss = between * near.changed / len(GARBLED)  # texts of equal length: the means differ by this
        found = confirm(
            [near], lambda role, span, texts, loss=loss: [-0.5, *[-0.5 + loss for _ in texts[1:]]]
        )
        assert bool(found) == confirmed


def test_only_the_codes_that_are_asked_for(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    assert near_misses_of(matcher, [agent(GARBLED)], codes={"greeting"}) == ()
    assert near_misses_of(matcher, [agent(GARBLED)], codes={"shirk"})


def test_what_is_only_folded_stays_as_written(tmp_path: Path) -> None:
    polite = LEXICON.replace(
        "variants: ['不归(我|我们)管']", "variants: ['您自己想办法去吧']\n        tolerance: 0.3"
    )
    (near, *_) = near_misses_of(small_matcher(tmp_path, polite), [agent("那您自己像蛮法去吧")])
    assert near.proposed == "那您自己想办法去吧"
