"""Names of a centre: the list, what sounds like one, and when a correction is noted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Correction, Role, Span, Transcript, Utterance
from pipeline.errors import VocabularyError
from pipeline.phrases import compile_matcher, load_lexicons
from pipeline.phrases.confirm import TextScorer
from pipeline.phrases.vocabulary import LONGEST, Vocabulary, correct_names, read_vocabulary
from tests.unit.phrases.conversations import agent, customer, lexicon_file, small_matcher

RUDE = """\
codes:
  - code: abuse
    kind: forbidden
    title: 辱骂
    severity: A
    role: agent
    phrases:
      - phrase: 笨蛋
        reason: 骂人
        examples: {hit: [笨蛋], quiet: [坏蛋]}
"""
NAMES = Vocabulary(("京东金融", "飞猪", "乌镇", "理想", "凤凰古城"))


def hears(*said: str, loss: float = -1.5) -> TextScorer:
    """A scorer to whom every name of ``said`` explains the sound, and anything else loses."""

    def score(role: Role, span: Span, texts: Sequence[str]) -> list[float]:
        return [-0.3 if any(name in text for name in said) else -0.3 + loss for text in texts]

    return score


def corrected(
    text: str, folder: Path, score: TextScorer, names: Vocabulary = NAMES
) -> tuple[Correction, ...]:
    matcher = small_matcher(folder)
    said = [agent(text)]
    found = correct_names(Transcript(tuple(said)), matcher.match(said), names, score, matcher)
    return found.utterances[0].corrections


@pytest.mark.parametrize(
    ("text", "heard"),
    [("打开惊东金融看看", "惊东金融"), ("用那个非诸订的", "非诸"), ("凤凰骨城有一个行程", "凤凰骨城")],
)
def test_what_sounds_like_a_name_is_asked_of_the_sound(text: str, heard: str) -> None:
    (candidate,) = NAMES.sounding_like(text)
    assert candidate.heard == heard
    assert candidate.in_place(text) == text.replace(heard, candidate.name)


@pytest.mark.parametrize(
    "text", ["飞机票", "京东金融可以申请", "动静挺大", "我帮您看一下", "", "，。?", "FEIZHU"]
)
def test_nothing_else_is(text: str) -> None:
    assert NAMES.sounding_like(text) == ()


def test_a_name_that_is_written_right_is_left_alone() -> None:
    names = Vocabulary(("王建国", "汪建国"))
    assert names.sounding_like("我是王建国") == ()
    assert names.alike == {"王建国": ("汪建国",), "汪建国": ("王建国",)}


def test_the_sound_decides(tmp_path: Path) -> None:
    (one,) = corrected("打开惊东金融看看", tmp_path, hears("京东金融"))
    assert (one.start, one.end, one.name) == (2, 6, "京东金融")
    assert one.confidence > 0.9
    assert corrected("打开惊东金融看看", tmp_path, hears("惊东金融")) == ()


def test_a_word_of_its_own_explains_itself(tmp_path: Path) -> None:
    """离乡 is no word of the dictionary and 立项 is one; both sound like the car."""
    nearly = hears("立项", loss=-0.1)
    assert corrected("这个项目要立项才行", tmp_path, nearly) == ()
    assert corrected("这个项目要立项才行", tmp_path, hears("理想"))


def test_no_correction_where_a_phrase_was_found(tmp_path: Path) -> None:
    names = Vocabulary(("归我贯",))
    assert names.sounding_like("这不归我管")
    assert corrected("这不归我管", tmp_path, hears("归我贯"), names) == ()


def test_no_correction_makes_a_phrase(tmp_path: Path) -> None:
    """Two syllables are no phrase by their sound alone, and a list of names must not make them one."""
    text, phrase = "这个本单", "笨蛋"
    lexicon_file(tmp_path, RUDE)
    matcher = compile_matcher(load_lexicons(tmp_path))
    names, said = Vocabulary((phrase,)), Transcript((agent(text),))
    assert names.sounding_like(text)
    assert not matcher.match(said.utterances)
    assert correct_names(said, (), names, hears(phrase), matcher) == said
    harmless = Vocabulary(("本丹",))
    assert correct_names(said, (), harmless, hears("本丹"), matcher) != said


def test_the_text_stays_as_it_was_recognised(tmp_path: Path) -> None:
    said = (agent("打开惊东金融看看"), customer("好的", start=9))
    matcher = small_matcher(tmp_path)
    found = correct_names(Transcript(said), (), NAMES, hears("京东金融"), matcher)
    assert found.utterances[0].text == said[0].text
    assert found.utterances[0].corrected == "打开京东金融看看"
    assert found.utterances[1] is said[1]
    assert correct_names(Transcript(said), (), Vocabulary(), hears("京东金融"), matcher).utterances == said


@given(st.text(alphabet="飞非诸猪物乌镇污政惊京东金融，a1 ", max_size=40))
def test_candidates_lie_in_the_text_and_never_overlap(text: str) -> None:
    candidates = sorted(NAMES.sounding_like(text), key=lambda p: p.start)
    for one in candidates:
        assert text[one.start : one.end] == one.heard != one.name
        assert len(one.in_place(text)) == len(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(candidates))


def test_a_list_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\ufeff# 产品\n京东金融\n\n  飞猪  # 旅行\n", encoding="utf-8")
    listed = read_vocabulary(path)
    assert (listed.names, listed.lines) == (("京东金融", "飞猪"), (2, 4))
    assert listed.revision == Vocabulary(("飞猪", "京东金融")).revision != Vocabulary(("飞猪",)).revision
    assert Vocabulary().revision == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("飞猪", "line 1 already"),
        ("iPhone", "Chinese characters"),
        ("猪", "too short"),
        ("猪" * (LONGEST + 1), "too long"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "names.txt"
    path.write_text(f"飞猪\n{line}\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=says) as error:
        read_vocabulary(path)
    assert error.value.line == 2
    assert str(error.value).startswith(f"{path}:2: ")


def test_an_unreadable_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="cannot be read"):
        read_vocabulary(tmp_path / "none.txt")
    (tmp_path / "bad.txt").write_bytes("飞猪".encode("gb18030"))
    with pytest.raises(VocabularyError, match="UTF-8"):
        read_vocabulary(tmp_path / "bad.txt")


def test_utterances_compare_by_their_corrections() -> None:
    plain = Utterance(Role.AGENT, Span(0, 1), "非诸")
    assert plain.corrected == "非诸"
    assert plain != agent("非诸")
