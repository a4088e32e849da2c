"""What a pattern requires: never more than it does, and enough to spare the pattern."""

from __future__ import annotations

from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phrases import load_lexicons
from pipeline.phrases.literals import required_literals
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.pattern import PatternSet, compiled

LEXICONS = Path(__file__).parents[3] / "lexicons" / "zh"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("不归我管", {"不归我管"}),
        ("(账户|卡).{0,4}(还有|还剩)", [{"还有", "还剩"}, {"账户", "卡"}]),
        ("你[爸妈]的卡", {"你爸的卡", "你妈的卡"}),
        ("不?知道", {"知道"}),
        ("(?:我)?投诉(你|$)", {"投诉"}),
        (r"\pL{2,4}欠了?\pL", {"欠"}),
        (r"(?P<same0>\pL)不(?P<same1>\pL)", {"不"}),
        ("(滚){2,3}", {"滚"}),
        ("[^你]滚", {"滚"}),
        ("^(好|行)$", {"好", "行"}),
        ("(你(找谁)都)?没用的", {"没用的"}),
        ("不归我们?管", {"不归我管", "不归我们管"}),
        (compiled("{surname}先生").source, {"先生"}),
        ("(好|.)", None),
        ("(好)?", None),
        (".*", None),
        ("(?i)abc", None),
    ],
)
def test_words_of_which_every_match_holds_one(source: str, words: set[str] | list[set[str]] | None) -> None:
    assert re2.compile(source), "it is an expression"
    sets = words if isinstance(words, list) else [] if words is None else [words]
    assert required_literals(source) == tuple(frozenset(one) for one in sets)


def test_long_lists_are_no_help_and_no_harm() -> None:
    many = "|".join(chr(0x4E00 + n) for n in range(3000))
    assert required_literals(f"({many})") == ()
    assert required_literals(f"({many})的余额") == ({"的余额"},)
    assert required_literals("(一|二)" * 12 + "三"), "products stay small"


PARTS = st.recursive(
    st.sampled_from(["甲", "乙", "丙", "[甲乙]", "[^甲]", ".", ".{0,2}", r"\pL", "^", "$"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: f"({'|'.join(options)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}"])).map(lambda p: f"({p[0]}){p[1]}"),
    ),
    max_leaves=8,
)


@given(PARTS, st.text(alphabet="甲乙丙丁", max_size=8))
def test_what_matches_holds_a_word(source: str, text: str) -> None:
    if re2.search(source, text):
        for words in required_literals(source):
            assert any(word in text for word in words)


def test_the_set_finds_what_its_patterns_find() -> None:
    lexicons = load_lexicons(LEXICONS)
    owned = [(phrase, compiled(template)) for phrase in lexicons.phrases for template in phrase.patterns]
    one_pass = PatternSet(pattern for _, pattern in owned)
    matches = 0
    for phrase in lexicons.phrases:
        own = [(k, pattern) for k, (owner, pattern) in enumerate(owned) if owner is phrase]
        numbers = {k for k, _ in own}
        for said in map(normalise, (*phrase.hit, *phrase.quiet)):
            each = [(k, *span) for k, pattern in own for span in pattern.spans(said)]
            assert [found for found in one_pass.spans(said) if found[0] in numbers] == each
            matches += len(each)
    assert matches > 500, "the examples use the patterns"
