"""``lexicon check`` refuses what no example proves, what one title cannot say, what accuses ordinary talk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import check_lexicons, load_lexicons
from pipeline.phrases.ordinary import ORDINARY_FILE, read_ordinary_talk
from pipeline.phrases.proofs import MOST_WORDINGS_OF_A_PHRASE
from tests.unit.phrases.conversations import LEXICONS, lexicon_file

PHRASE = """\
codes:
  - code: shirk
    kind: forbidden
    title: 推诿
    severity: B
    role: agent
    exceptions: ['不归我管辖']
    phrases:
      - phrase: 这不归我管
        variants: ['不归(我|我们)管']
        patterns:
          - '谁.{1,4}的找谁'
        exceptions:
          - '谁.{1,4}的找谁都行'
        reason: 推诿
        examples:
          hit: [这不归我管, 谁卖给您的找谁]
          quiet: [归我管, 这不归我管辖区的可我替您问, 谁办的找谁都行]
"""


def errors(folder: Path, text: str) -> list[str]:
    found = check_lexicons(lexicon_file(folder, text))
    return [str(issue).removeprefix(f"{folder}/") for issue in found if issue.level == "error"]


def test_what_examples_prove_is_accepted(tmp_path: Path) -> None:
    assert errors(tmp_path, PHRASE) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("谁卖给您的找谁]", "不归我们管]", (12, "example says the pattern “谁.{1,4}的找谁”")),
        ("(我|我们)管'", "(我|我们)管', 与我无关", (10, "example says the variant “与我无关”")),
        ("谁办的找谁都行]", "好的]", (14, "quiet example needs the exception “谁.{1,4}的找谁都行”")),
        ("这不归我管辖区的可我替您问", "管辖区", (7, "quiet example needs the exception “不归我管辖”")),
    ],
)
def test_what_no_example_proves_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, said: tuple[int, str]
) -> None:
    assert old in PHRASE
    (found,) = errors(tmp_path, PHRASE.replace(old, new))
    line, what = said
    assert found.startswith(f"one.yaml:{line}: error: no {what}; ")
    assert "take it out" in found


def test_an_exception_proves_nothing_where_nothing_would_be_found(tmp_path: Path) -> None:
    """归我管 stands in a quiet example that says no phrase."""
    (found,) = errors(tmp_path, PHRASE.replace("'不归我管辖'", "'不归我管辖', '^归我管$'"))
    assert found.startswith("one.yaml:7: error: no quiet example needs the exception “^归我管$”")


def test_one_title_cannot_say_what_many_wordings_mean(tmp_path: Path) -> None:
    many = [f"找{c}去吧" for c in "甲乙丙丁戊己庚辛壬癸子丑"]
    assert len(many) == MOST_WORDINGS_OF_A_PHRASE
    text = PHRASE.replace("'不归(我|我们)管'", ", ".join(many))
    text = text.replace("hit: [", f"hit: [{', '.join(many)}, ")
    (found,) = errors(tmp_path, text)
    assert found.startswith("one.yaml:9: error: “这不归我管” holds 13 variants and patterns, at most 12;")


def test_a_rule_that_accuses_ordinary_talk_is_refused(tmp_path: Path) -> None:
    wide = PHRASE.replace("code: shirk", "code: of-ours")  # the trained sentences know nothing of it
    wide = wide.replace("'谁.{1,4}的找谁'", "'再见'").replace("谁卖给您的找谁", "再见")
    wide = wide.replace("'谁.{1,4}的找谁都行'", "'再见都行'").replace("谁办的找谁都行", "再见都行")
    found = errors(tmp_path, wide)
    assert len(found) == 3  # of each phrase no more are shown
    assert "one.yaml:9: error: “这不归我管” accuses ordinary talk by “再见” (pattern) in “" in found[0]
    assert f"({ORDINARY_FILE}:" in found[0]


def test_a_folder_may_bring_its_own_ordinary_talk(tmp_path: Path) -> None:
    (tmp_path / ORDINARY_FILE).write_text(
        json.dumps({"role": "agent", "text": "谁装的找谁，我把他的工号给您"}) + "\n", encoding="utf-8"
    )
    of_ours = PHRASE.replace("code: shirk", "code: of-ours")  # the trained sentences know nothing of it
    (found,) = errors(tmp_path, of_ours)
    assert f"“谁装的找谁，我把他的工号给您” ({ORDINARY_FILE}:1)" in found
    assert len(read_ordinary_talk(tmp_path)) == 1


def test_ordinary_talk_that_cannot_be_read_is_one_issue_with_its_line(tmp_path: Path) -> None:
    lines = '{"role": "agent", "text": "好"}\n{"role": "boss"}\n'
    (tmp_path / ORDINARY_FILE).write_text(lines, encoding="utf-8")
    (issue,) = check_lexicons(lexicon_file(tmp_path, PHRASE))
    assert (issue.level, issue.line) == ("error", 2)
    with pytest.raises(LexiconError, match="not a sentence; write"):
        read_ordinary_talk(tmp_path)


def test_a_night_reads_what_the_check_refuses(tmp_path: Path) -> None:
    folder = lexicon_file(tmp_path, PHRASE.replace("谁卖给您的找谁]", "不归我们管]"))
    assert errors(folder, (folder / "one.yaml").read_text(encoding="utf-8"))
    assert len(load_lexicons(folder).phrases) == 1


def test_there_is_ordinary_talk_of_both_parties(tmp_path: Path) -> None:
    talk = read_ordinary_talk(LEXICONS)
    assert len(talk) >= 3000
    assert len({(one.role, one.text) for one in talk}) == len(talk)
    assert min(sum(one.role is role for one in talk) for role in {one.role for one in talk}) >= 1000
    shutil.copy(LEXICONS / ORDINARY_FILE, tmp_path)
    assert read_ordinary_talk(tmp_path) != talk  # their places differ
    assert [one.text for one in read_ordinary_talk(tmp_path)] == [one.text for one in talk]
