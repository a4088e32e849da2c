"""What still sounds like a required phrase, and what does not."""

from __future__ import annotations

import random

import pytest

from pipeline.conversation.text import syllable
from pipeline.domain import Role, Span, Utterance
from pipeline.phrases.alignment import align, wording
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import REQUIRED_WEIGHTS, load_model
from pipeline.phrases.traces import SHORT, SURE, UNSURE, TraceFinder
from scripts.train_sentences.reading import MODEL
from scripts.train_sentences.required import required_digest

finder = TraceFinder({"greeting": ("高兴为您服务", "为您福"), "closing": ("再见",)})


def heard(text: str, confidence: float) -> Utterance:
    return Utterance(Role.AGENT, Span(0, 2), text, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "confidence", "found"),
    [
        ("高兴为您服务", 1.0, True),
        ("高新为你服务", 0.9, True),
        ("号信未您护误", 0.4, True),  # the worse it was heard, the less it needs to sound like it
        ("号信未您护误", 0.95, False),
        ("客服中心为您付", 0.9, True),
        ("师傅明天上午到", 0.3, False),
        ("", 0.0, False),
    ],
)
def test_a_trace_needs_less_likeness_where_hearing_was_poor(
    text: str, confidence: float, found: bool
) -> None:
    assert finder("greeting", heard(text, confidence)) is found


def test_short_pieces_must_sound_the_same() -> None:
    assert finder("closing", heard("在见", 0.2))
    assert not finder("closing", heard("才见", 0.2))


def test_a_code_without_pieces_leaves_no_trace() -> None:
    assert not finder("surname", heard("高兴为您服务", 0.1))


def test_the_weights_are_those_of_the_sentences() -> None:
    """Otherwise: ``python -m scripts.train_sentences.required``."""
    assert load_model(MODEL.with_name(REQUIRED_WEIGHTS)).digest == required_digest()


@pytest.mark.parametrize(
    ("code", "text", "found"),
    [
        ("closing", "那您看还有哪儿需要我再讲讲的吗", True),
        ("closing", "单子已经补好了，钱三到五天退回去，那要是没有别的我就先不占用您时间了", True),
        ("closing", "师傅明天上午九点到您家", False),
        ("greeting", "您好，供暖公司的，请问家里哪间不热", True),
        ("greeting", "喂，说吧，什么事", False),
        ("identity", "先跟您对一下，户主的名字是哪几个字", True),
        ("identity", "您卡上还有三百二十块", False),
    ],
)
def test_other_words_for_the_same_leave_a_trace(code: str, text: str, found: bool) -> None:
    assert TraceFinder.shipped({})(code, heard(text, 0.95)) is found


def test_the_first_glance_changes_no_answer() -> None:
    """Most pieces are not aligned because too few of their syllables are there: none of them would fit."""
    pieces = ("高兴为您服务", "为您福", "再见", "请问有什么可以帮您")
    quick = TraceFinder({"any": pieces})
    draw = random.Random(7)
    others = "号信未护误在进搞心位宁付物前问森么客已班明天师傅钱好的"
    answers = []
    for _ in range(1500):
        some = "".join(c if draw.random() < 0.5 else draw.choice(others) for c in draw.choice(pieces))
        text = some + "".join(draw.choices(others, k=draw.randrange(3)))
        confidence = draw.random()
        slowly = any(_fits(piece, text, confidence) for piece in pieces)
        assert quick("any", heard(text, confidence)) is slowly, (text, confidence)
        answers.append(slowly)
    assert 200 < sum(answers) < 1300, "both answers come up"


def _fits(piece: str, text: str, confidence: float) -> bool:
    spelled = wording(normalise(piece))
    size = len(spelled.spelling)
    limit = 0.0 if size <= SHORT else (SURE + UNSURE * (1.0 - confidence)) * size
    normal = normalise(text)
    sounds = [syllable(character) for character in normal]
    return align(spelled, normal, sounds, limit=limit, loose=True) is not None
