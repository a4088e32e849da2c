"""Sound distances and the search by sound."""

from __future__ import annotations

import pytest

from pipeline.conversation.text import syllable
from pipeline.phrases.alignment import Alignment, align, straight, wording
from pipeline.phrases.sound import SearchRadius, SoundIndex
from pipeline.phrases.syllables import distance


@pytest.mark.parametrize(
    ("character", "said"), [("中", "zhong"), ("绿", "lv"), ("女", "nv"), ("a", "a"), ("儿", "er")]
)
def test_syllables(character: str, said: str) -> None:
    assert syllable(character) == said


def test_confusable_sounds_are_near() -> None:
    assert distance("zhong", "zhong") == 0
    assert distance("zi", "zhi") < distance("zi", "ji") < distance("zi", "ma")
    assert distance("yin", "ying") < 0.3
    assert distance("nan", "lan") < 0.3
    assert distance("bu", "ma") == 1
    assert distance("shan", "san") == distance("san", "shan")


def test_straight_and_full_alignment_agree() -> None:
    for text in ("布归我管", "不鬼我官", "不归我关"):
        sounds = [syllable(character) for character in text]
        a = straight(wording("不归我管"), sounds, limit=2)
        b = align(wording("不归我管"), text, sounds, limit=2)
        assert a is not None
        assert b == Alignment(0, 4, a)


@pytest.mark.parametrize("text", ["归我管", "都归我管", "不归你管", "不归我"])
def test_what_turns_the_meaning_round_is_no_match(text: str) -> None:
    assert align(wording("不归我管"), text, [syllable(c) for c in text], limit=1) is None


def test_a_syllable_too_many_or_missing() -> None:
    found = SoundIndex([("感谢您的耐心等待", 0, None)]).find("非常感写您的那耐心等带")
    assert [(m.start, m.end) for m in found] == [(2, 11)]
    assert SoundIndex([("感谢您的耐心等待", 0, None)]).find("感谢您的耐等待")


def test_short_phrases_only_where_a_lexicon_says_so() -> None:
    assert SoundIndex([("起诉", 0, None)]).find("启速你们") == []
    assert SoundIndex([("起诉", 0, 0.2)]).find("启速你们")
    assert SoundIndex([("不知道", 0, 0.0)]).find("不只到") == []


def test_what_is_written_is_left_to_exact() -> None:
    assert SoundIndex([("不知道", 0, None)]).find("我不知道") == []


def test_extra_shows_near_misses() -> None:
    index = SoundIndex([("随便你", 0, 0.1)])
    assert index.find("随变你们") != []
    assert index.find("随骗你") == []
    (near,) = index.find("随骗你", radius=SearchRadius(1.0))
    assert near.distance > near.tolerance
