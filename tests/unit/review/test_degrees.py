"""How far the customer has gone: each wording of the file has its examples, and nothing is guessed up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import load_lexicons
from pipeline.review.alerts import Degree
from pipeline.review.degrees import clause_of, default_degrees, gravest, load_degrees
from pipeline.settings import data_root

DEGREES = default_degrees()
HITS = [(one.degree, text) for one in DEGREES.degrees for text in one.examples.hit]
QUIET = [(one.degree, text) for one in DEGREES.degrees for text in one.examples.quiet]


def clauses(text: str) -> list[str]:
    return re.split("[，。]", text)


@pytest.mark.parametrize(("degree", "text"), HITS)
def test_a_wording_has_the_degree_that_it_stands_for(degree: Degree, text: str) -> None:
    assert degree in {DEGREES.of_clause(clause) for clause in clauses(text)}


@pytest.mark.parametrize(("degree", "text"), QUIET)
def test_what_is_said_otherwise_has_not(degree: Degree, text: str) -> None:
    assert degree not in {DEGREES.of_clause(clause) for clause in clauses(text)}


def test_the_degree_is_that_of_the_clause_in_which_it_was_said() -> None:
    said = "我已经跟你们说过了，我要投诉你，别的不说。"
    assert clause_of(said, "我要投诉") == "我要投诉你"
    assert DEGREES.of(said, "我要投诉") is Degree.SPEAKS
    assert DEGREES.of("我要投诉你，我已经打过12315了", "12315") is Degree.DONE
    assert DEGREES.of("我要投诉你，我已经打过12315了", "投诉") is Degree.SPEAKS


def test_what_was_found_stands_for_complaining() -> None:
    assert DEGREES.of("那我要投诉你，还要打1235", "打1235") is Degree.SPEAKS
    assert DEGREES.of("我马上就去功性不那里", "功性不") is Degree.WILL
    assert DEGREES.of("消费者协会的牌子", "消费者协会") is Degree.UNSTATED


@pytest.mark.parametrize(
    ("said", "quote", "degree"),
    [
        ("我已经不想活了", "不想活了", Degree.UNSTATED),
        ("我昨天打了三次电话我要投诉你们", "我要投诉", Degree.SPEAKS),
        ("我刚才打了好几个电话要投诉", "要投诉", Degree.SPEAKS),
    ],
)
def test_the_plain_word_hides_no_exception(said: str, quote: str, degree: Degree) -> None:
    """What was found may hold the very word that says that it is not done yet."""
    assert DEGREES.of(said, quote) is degree


def test_words_that_are_not_in_the_utterance_stand_for_themselves() -> None:
    assert DEGREES.of("别的话", "我要投诉") is Degree.SPEAKS
    assert DEGREES.of("我已经投诉了", "") is Degree.UNSTATED


def test_of_several_places_the_gravest_counts() -> None:
    assert gravest([Degree.UNSTATED, Degree.WILL, Degree.SPEAKS]) is Degree.WILL
    assert gravest([]) is Degree.UNSTATED


def test_what_a_customer_may_merely_say_is_never_called_done() -> None:
    """Whatever the lexicon finds in a threat is at most a threat, unless the words say that it was done."""
    told = re.compile("已|过|受理|立案|昨天|早就|都|刚|写好|登记|备案|投诉到|举报到")
    lexicons = load_lexicons(data_root() / "lexicons" / "zh")
    threats = [text for one in lexicons.phrases if one.code.code.startswith("esc-") for text in one.hit]
    done = [
        clause for text in threats for clause in clauses(text) if DEGREES.of_clause(clause) is Degree.DONE
    ]
    assert done and not [clause for clause in done if not told.search(clause)]


EMPTY = "    examples: {hit: [], quiet: []}"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            f"complaining: x\ndegrees:\n  - degree: done\n    reason: x\n    patterns: ['(']\n{EMPTY}",
            5,
        ),
        (
            f"complaining: x\ndegrees:\n  - degree: angry\n    reason: x\n    patterns: [x]\n{EMPTY}",
            3,
        ),
        ("complaining: x\ndegrees: []\n", 2),
    ],
)
def test_a_fault_in_the_file_has_its_place(tmp_path: Path, content: str, line: int) -> None:
    (tmp_path / "degrees").mkdir()
    (tmp_path / "degrees" / "escalation.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError) as wrong:
        load_degrees(tmp_path)
    assert wrong.value.line == line
