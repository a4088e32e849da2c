"""A template is told as a sentence, never as an expression."""

from __future__ import annotations

import re

import pytest

from pipeline.phrases import load_lexicons
from pipeline.phrases.plain_wording import plain_wording
from pipeline.phrases.suggesting import plain_groups, suggest
from scripts.train_sentences.reading import LEXICONS

GROUPS = {"bill": "电费|水费|燃气费"}
MARKS = re.compile(r"[(){}\[\]|?*+^$\\]|\.\{")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("您爱信不信", "您爱信不信"),
        ("您(们)?爱信不信", "您爱信不信／您们爱信不信"),
        ("(我|我们|这边)管不了", "我管不了／我们管不了／这边管不了"),
        ("(我|我们|这边)(也)?管不了", "我管不了 等"),
        ("要等{number}天才能处理", "要等〔数字〕天才能处理"),
        (
            "您三天之内不交{bill}就停",
            "您三天之内不交电费就停／您三天之内不交水费就停／您三天之内不交燃气费就停",
        ),
        ("爱{same}不{same}", "爱〔同一个字〕不〔同一个字〕"),
        ("谁.{1,7}(的)?你找谁", "谁…你找谁／谁…的你找谁"),
        ("去找[^谁那我]{1,6}.{0,4}说", "去找…说"),
        ("[甲乙]方", "乙方／甲方"),
        ("(快)*走", "走／快走"),
        ("(?i)ok", "(?i)ok"),
        ("{nothing}", "{nothing}"),
    ],
)
def test_what_a_template_stands_for(template: str, said: str) -> None:
    assert plain_wording(template, GROUPS, "zh") == said


def test_what_stands_for_words_is_in_the_readers_language() -> None:
    assert plain_wording("要等{number}天", {}, "en") == "要等[number]天"
    assert plain_wording("(我|我们|这边)(也)?管不了", {}, "en") == "我管不了 and others"


def test_no_wording_of_the_lexicons_is_an_expression() -> None:
    lexicons = load_lexicons(LEXICONS)
    written = {one.text for phrase in lexicons.phrases for one in phrase.written.values()}
    assert len(written) > 1_000
    told = {text: plain_wording(text, lexicons.slots, "zh") for text in written}
    assert {text: said for text, said in told.items() if MARKS.search(said) or not said.strip()} == {}


def test_what_is_learnt_from_a_sentence_is_told_as_sentences() -> None:
    lexicons = load_lexicons(LEXICONS)
    found = suggest(["您三天之内不来就停机", "王先生您自己去营业厅办"], plain_groups(lexicons.slots))
    assert found is not None and found.patterns
    for template in (found.phrase, *found.variants, *found.patterns):
        assert not MARKS.search(plain_wording(template, lexicons.slots, "zh"))
