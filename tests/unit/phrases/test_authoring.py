"""What ``lexicon check`` and ``lexicon explain`` say."""

from __future__ import annotations

from pathlib import Path

from pipeline.domain import How, Role
from pipeline.messages import Message, render
from pipeline.phrases import check_lexicons, explain, load_lexicons
from tests.unit.phrases.conversations import LEXICON, lexicon_file


def messages(folder: Path, text: str) -> list[str]:
    return [str(issue) for issue in check_lexicons(lexicon_file(folder, text))]


def test_a_clean_lexicon(tmp_path: Path) -> None:
    assert messages(tmp_path, LEXICON) == []


def test_examples_that_do_not_hold(tmp_path: Path) -> None:
    (said,) = messages(tmp_path, LEXICON.replace("hit: [这不归我管,", "hit: [这归我管,"))
    assert "one.yaml:12: error: example is not hit" in said
    (said,) = messages(tmp_path, LEXICON.replace("quiet: [归我管,", "quiet: [这不归我管,"))
    assert "quiet example is hit" in said


def test_an_example_that_was_found_and_does_not_count_says_why(tmp_path: Path) -> None:
    """To add a wording is no remedy where the wording was found."""
    next_month = LEXICON + (
        "      - phrase: 下个月一号生效\n        reason: 自己加的\n"
        "        examples: {hit: ['好的，下个月一号生效'], quiet: [下月生效]}\n"
    )
    example, phrase = messages(tmp_path, next_month)
    assert (
        "error: found in the example “好的，下个月一号生效”, but by its sentence it is not meant" in example
    )
    assert "callinspect lexicon train" in example
    assert "warning: “下个月一号生效” counts only on its own" in phrase
    # the example alone would hold, and still no call would ever have the phrase
    (phrase,) = messages(tmp_path, next_month.replace("'好的，下个月一号生效'", "下个月一号生效"))
    assert "warning: “下个月一号生效” counts only on its own" in phrase
    (quoted,) = messages(tmp_path, LEXICON.replace("hit: [这不归我管,", "hit: [他跟我说这不归我管,"))
    assert "found in the example “他跟我说这不归我管”, but it does not count: context “quoted”;" in quoted


def test_a_file_that_cannot_be_read_is_one_issue(tmp_path: Path) -> None:
    (issue,) = check_lexicons(lexicon_file(tmp_path, LEXICON.replace("severity: B", "severity: Q")))
    assert (issue.level, issue.line) == ("error", 8)
    assert "one.yaml" not in render(issue.message, "en")


def test_short_silenced_and_shared_spellings_are_doubtful(tmp_path: Path) -> None:
    more = LEXICON + (
        "      - {phrase: 滚开, tolerance: 0.3, reason: 短, examples: {hit: [滚开], quiet: [滚动]}}\n"
        "      - {phrase: 找他们, exceptions: [找他], reason: 静, examples: {hit: [不归我管], quiet: [好]}}\n"
        "      - {phrase: '不归(我|他)管', reason: 重, examples: {hit: [不归他管], quiet: [好]}}\n"
    )
    said = "\n".join(messages(tmp_path, more))
    assert "too short to be safe by sound" in said
    assert "can never be hit" in said
    assert "one.yaml:20: warning: “不归我管” is also spelled by “这不归我管”" in said


def test_explain_shows_hits_near_misses_and_reasons(tmp_path: Path) -> None:
    lexicons = load_lexicons(lexicon_file(tmp_path))
    told = explain(lexicons, "他跟我说：这不归我管！", Role.AGENT)
    assert told.normalised == "他跟我说这不归我管"
    assert told.pinyin.startswith("ta gen wo shuo")
    assert {c.dropped for c in told.considered} == {Message("dropped.context", name="quoted")}
    assert told.considered[0].place.endswith("one.yaml:12")
    strict = LEXICON.replace("        reason: 推诿", "        tolerance: 0.1\n        reason: 推诿")
    near = explain(load_lexicons(lexicon_file(tmp_path, strict)), "不亏我管", Role.AGENT)
    assert [(c.how, c.dropped) for c in near.considered][:1] == [(How.SOUND, Message("dropped.too-far"))]
    assert explain(lexicons, "", Role.AGENT).considered == ()
