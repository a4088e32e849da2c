"""Templates: spellings, patterns, slots."""

from __future__ import annotations

import pytest

from pipeline.phrases.normal_form import normalise
from pipeline.phrases.pattern import PatternSet, compiled
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import SPELLINGS_AT_MOST, folded, spellings


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("不知道", {"不知道"}),
        ("(不|没)归我管", {"不归我管", "没归我管"}),
        ("找(别|其他)?人", {"找人", "找别人", "找其他人"}),
        ("(你)?找谁", {"找谁"}),
        ("去(找(他|谁)|告)吧", {"去找他吧", "去找谁吧", "去告吧"}),
        ("您报1下", {"你报一下"}),
    ],
)
def test_spellings(template: str, texts: set[str]) -> None:
    found = spellings(template)
    assert set(found.texts) == texts
    assert found.complete


def test_too_many_spellings_keep_the_plainest() -> None:
    found = spellings(
        "去" + "".join(f"({a}|{b})?" for a, b in ("甲乙", "丙丁", "戊己", "庚辛", "壬癸")) + "吧"
    )
    assert not found.complete
    assert len(found.texts) == SPELLINGS_AT_MOST
    assert found.texts[0] == "去吧"


@pytest.mark.parametrize(
    "template", ["(不", "不)", "?不", "(不)?", "甲.乙", "甲{2,3}", "(" * 20 + "甲" + ")" * 20]
)
def test_what_is_no_list_of_spellings(template: str) -> None:
    with pytest.raises(TemplateError):
        spellings(template)


@pytest.mark.parametrize(
    ("template", "text", "found"),
    [
        ("{surname}(先生|女士)", "好的王先生请讲", ["王先生"]),
        ("{surname}(先生|女士)", "好的先生", []),
        ("爱{same}不{same}", "爱买不买", ["爱买不买"]),
        ("爱{same}不{same}", "爱人不在", []),
        ("工号{number}", "工号八零零二为您", ["工号八零零二"]),
        ("给.{0,3}五星", "给我个五星", ["给我个五星"]),
        ("[您你]好", "你好", ["你好"]),
    ],
)
def test_patterns(template: str, text: str, found: list[str]) -> None:

    said = normalise(text)
    assert [said[a:b] for a, b in compiled(template).spans(said)] == [normalise(f) for f in found]


def test_a_set_finds_each_pattern() -> None:
    patterns = PatternSet([compiled("甲.乙"), compiled("丙"), compiled("丁")])
    assert list(patterns.spans("甲子乙丙")) == [(0, 0, 3), (1, 3, 4)]
    assert list(patterns.spans("")) == []


@pytest.mark.parametrize("template", ["(好|嗯|行)了", "(哦|你)好", "好(啊|，)再见"])
def test_an_option_of_nothing_but_fillers_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match="match everywhere"):
        folded(template)


def test_an_option_that_is_empty_on_purpose_is_not() -> None:
    assert folded("好(的|)再见") == "好(的|)再见"
