"""Groups of words that lexicons define once and use by name."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import load_lexicons
from pipeline.phrases.matcher import compile_matcher
from tests.unit.phrases.conversations import agent, lexicon_file

GROUPS = """\
slots:
  kin: '[表堂]?(哥|姐)|爸|妈'
  bill: (电费|水费|账单)
  kinbill: '{kin}的{bill}'
"""

USES = """\
contexts:
  - {name: asked, reason: 询问, before: ['问一下你?{kin}的?']}
codes:
  - code: shirk
    kind: forbidden
    title: 推诿
    severity: B
    role: agent
    negative_contexts: [asked]
    phrases:
      - phrase: 这{bill}不归我管
        variants: ['不管你的{bill}']
        patterns: ['你{kin}欠.{1,4}{bill}', '{surname}家{kinbill}']
        exceptions: ['你{kin}欠我{bill}']
        reason: 推诿
        examples: {hit: [这电费不归我管], quiet: [归我管]}
"""


def hits(folder: Path, text: str) -> list[str]:
    return [hit.quote for hit in compile_matcher(load_lexicons(folder)).match([agent(text)])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The groups stand in a file that is read after the one that uses them."""
    lexicon_file(tmp_path, USES, "a.yaml")
    return lexicon_file(tmp_path, GROUPS, "z.yaml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这水费不归我管", ["这水费不归我管"]),
        ("我不管您的账单", ["不管您的账单"]),
        ("您表哥欠了不少电费", ["您表哥欠了不少电费"]),
        ("您爸欠了不少电费", ["您爸欠了不少电费"]),
        ("王家堂姐的水费", ["王家堂姐的水费"]),
        ("您叔欠了不少电费", []),
        ("您爸欠我电费", []),
        ("问一下您妈的这水费不归我管", []),
    ],
)
def test_a_group_stands_for_any_of_its_words(folder: Path, text: str, found: list[str]) -> None:
    assert hits(folder, text) == found


def test_a_finite_group_is_also_found_by_sound(folder: Path) -> None:
    (phrase,) = load_lexicons(folder).phrases
    assert phrase.canonical == "这电费不归我管", "what people read is a sentence, not a template"
    assert phrase.variants == ("这((电费|水费|账单))不归我管", "不管你的((电费|水费|账单))")
    assert hits(folder, "这水费不规我管") == ["这水费不规我管"]


def test_the_words_of_a_group_are_part_of_the_revision(folder: Path) -> None:
    first = load_lexicons(folder).revision
    lexicon_file(folder, GROUPS.replace("kinbill: '{kin}的", "kinbill: '{kin}那"), "z.yaml")
    second = load_lexicons(folder).revision
    lexicon_file(folder, "# 注释\n" + GROUPS + "  unused: 没人用\n", "z.yaml")
    assert load_lexicons(folder).revision == first != second


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("kin: '", "org: '", 2, "{org} is built in; choose another name"),
        ("bill: (", "Bill: (", 3, "slots.Bill"),
        ("kin: '[表堂]", "kin: '{bill}", 2, "unknown slot {bill}"),
        ("kin: '[表堂]", "kin: '{kin}", 2, "defined above it"),
        ("bill: (电费", "bill: ((电费", 3, "not a valid pattern"),
        ("bill: (电费", "bill: (啊|电费", 3, "match everywhere"),
        ("bill: (电费", "kin: (电费", 3, "twice"),
        ("slots:", "slots: []\ncodes:", 1, "slots"),
    ],
)
def test_what_is_wrong_with_a_group(folder: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in GROUPS
    lexicon_file(folder, GROUPS.replace(old, new, 1), "z.yaml")
    with pytest.raises(LexiconError) as caught:
        load_lexicons(folder)
    assert caught.value.path == folder / "z.yaml"
    assert message in str(caught.value)
    assert caught.value.line == line


def test_a_name_that_two_files_define(folder: Path) -> None:
    lexicon_file(folder, "slots: {kin: 叔}\n", "b.yaml")
    with pytest.raises(LexiconError, match=r"duplicate slot \{kin\} \(first at .*b.yaml:1\)") as caught:
        load_lexicons(folder)
    assert (caught.value.path, caught.value.line) == (folder / "z.yaml", 2)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("这{bill}不", "这{bil}不", 11),
        ("variants: ['不管你的{bill}']", "variants: ['不管你的{bil}']", 12),
        ("'你{kin}欠.{1,4}{bill}', ", "'你{kin}欠.{1,4}{bil}', ", 13),
        ("exceptions: ['你{kin}", "exceptions: ['你{kim}", 14),
        ("before: ['问一下你?{kin}", "before: ['问一下你?{kim}", 2),
    ],
)
def test_a_name_that_nobody_defines(folder: Path, old: str, new: str, line: int) -> None:
    assert old in USES
    lexicon_file(folder, USES.replace(old, new, 1), "a.yaml")
    with pytest.raises(LexiconError, match=r"unknown slot .* known are: surname.*, kin, bill") as caught:
        load_lexicons(folder)
    assert caught.value.path == folder / "a.yaml"
    assert caught.value.line == line


def test_slots_of_slots_cannot_swell(tmp_path: Path) -> None:
    names = ["a", "b", "c", "d", "e"]
    lines = ["slots:", "  a: " + "甲" * 300]
    lines += [f"  {name}: '{('{' + before + '}') * 100}'" for before, name in pairwise(names)]
    (tmp_path / "one.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LexiconError, match="take smaller groups") as refused:
        load_lexicons(tmp_path)
    assert refused.value.line == 3
