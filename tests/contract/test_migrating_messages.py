"""Sentences of older stores become messages that read as they did, and nothing is lost."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, table

from pipeline.messages import Message, languages, read_message, render
from pipeline.rubric import load_rubric
from pipeline.store import open_store
from tests.migrations import tables_at

migration: Any = importlib.import_module("pipeline.store.migrations.versions.0009_messages")

SHEET = load_rubric(Path(__file__).parents[2] / "rubrics" / "service.yaml")
SAMPLES = {
    "": "一二三",
    "number": "12",
    "percent": "43%",
    "clock": "1:07",
    "party": "客户",
    "where": "0:03至0:20",
    "name": "hold_total",
    "label": "坐席打断客户",
    "unit": "次",
    "title": "推诿",
    "titles": "开场白、推诿、结束语",
    "places": "“随便你，但不行”（0:12）、“你、我”（1:02）、“哦”（2:02）等5处",
    "measured": "坐席连续说话31.5秒",
    "content": "an XML document",
    "audio": "the file is cut short after 3.5 s: its end is missing; 1.0 s are damaged and silent here",
    "sentence": "坐席说了“随便”（0:12）",
}
SHAPES = [*migration._SHAPES, *migration._NOTES, *migration._LINES]


def filled(shape: str) -> str:
    sentence = re.sub(r"\{\w+(?::(\w+))?\}", lambda m: SAMPLES[m[1] or ""], shape)
    return re.sub("12秒(?=（|$)", "12.0秒", sentence) if "静音" in shape and "以上" not in shape else sentence


@pytest.mark.parametrize(("code", "shape"), SHAPES, ids=[code for code, _ in SHAPES])
def test_each_chinese_sentence_reads_as_it_did(code: str, shape: str) -> None:
    sentence = filled(shape)
    found = migration._fitting(sentence, ((code, shape),), frozenset())
    message = read_message(found)
    assert message.code == code
    assert render(message, "zh") == sentence
    assert all(render(message, lang) for lang in languages())


@pytest.mark.parametrize(("code", "shape"), migration._ENGLISH, ids=[code for code, _ in migration._ENGLISH])
def test_each_english_sentence_reads_as_it_did(code: str, shape: str) -> None:
    sentence = filled(shape)
    message = read_message(migration._english(sentence))
    marks = str.maketrans("“”", '""')  # quotation marks are of one kind since
    assert (message.code, render(message, "en").translate(marks)) == (code, sentence)
    assert render(message, "zh")


@pytest.mark.parametrize(("code", "shape"), [*migration._AUDIO, *migration._PARTY_FILES])
def test_each_reason_of_a_recording_reads_as_it_did(code: str, shape: str) -> None:
    sentence = re.sub("12(?= s(?! at))", "12.0", filled(shape))
    message = read_message(migration._english(sentence))
    assert message.code == code
    assert render(message, "en").startswith(sentence)
    assert re.search("[\u4e00-\u9fff]", render(message, "zh"))


@pytest.mark.parametrize(
    "sentence",
    [
        "agent's file: the file is cut short: 1.5 s of 2.0 s are there",
        "the file is cut short: 1.5 s of 2.0 s are there; 0.5 s are damaged and silent here",
        "agent's file: 0.5 s are damaged and silent here; the first 9000 bytes are not sound; "
        "customer's file: the file is cut short: its header is all there is",
    ],
)
def test_reasons_of_several_files_are_taken_apart(sentence: str) -> None:
    message = read_message(migration._english(sentence))
    assert render(message, "en") == sentence
    assert not re.search("[a-z]{3}", render(message, "zh"))


def read(sentence: str, *titles: str) -> Message:
    return read_message(migration._sentence(sentence, frozenset(titles)) or migration._verbatim(sentence))


@pytest.mark.parametrize(
    ("sentence", "code", "english"),
    [
        (
            "疑似坐席说了“你必须，但不能”（0:07），但把握不足（43%），请人工复听",
            "check.may-have-said",
            "the agent may have said “你必须，但不能” (0:07), but not sure enough (43%); please listen",
        ),
        ("0:40起静音9.5秒", "silence.one", "silence of 9.5 s from 0:40"),
        (
            "坐席打断客户3次（0:26起）",
            "check.measured-from",
            "interruptions of the customer: 3 times (from 0:26)",
        ),
        ("呼入通话，且通话31秒", "join.and", "inbound call, and call of 31 s"),
        ("评分员自己写的一句话", "text", "评分员自己写的一句话"),
        ("依次说了“甲，且乙”（0:01）", "flow.said", "said in order “甲，且乙” (0:01)"),
    ],
)
def test_sentences_inside_sentences(sentence: str, code: str, english: str) -> None:
    message = read(sentence)
    assert (message.code, render(message, "zh"), render(message, "en")) == (code, sentence, english)


@pytest.mark.parametrize(
    ("chinese", "told"),
    [
        ("分不清是谁说的", "it is unclear who said it"),
        (
            "疑似坐席说了“随便你”（0:26），但把握不足（43%），请人工复听",
            "the agent may have said “随便你” (0:26), but not sure enough (43%); please listen",
        ),
        (
            "全程没有听到坐席说“您好”一类的话",
            "the agent was not heard (whole call) to say anything like “您好”",
        ),
        (
            "0:09起通话保持12秒，前面没有说“请稍等”一类的话",
            "hold of 12 s from 0:09, nothing like “请稍等” before it",
        ),
        ("talk_share_agent为0.7", "talk_share_agent is 0.7"),
        ("呼入通话，且没有通话保持", "inbound call, and no hold"),
        ("A级违规：推诿、未报结束语", "Violation of class A: Shirked, No closing words"),
        (
            "不适用、不计入满分：通话保持、邀请评价",
            "not applicable, left out of the full marks: Holds, Asking to rate",
        ),
        (
            "坐席说了“甲”（0:01）、“乙”（0:02）、“丙”（0:03）等5处",
            "the agent said “甲” (0:01), “乙” (0:02), “丙” (0:03) and more, 5 in all",
        ),
        ("2处，每处扣3分，最多扣4分", "2 places, -3 each, at most -4"),
        ("4 处 × 3 分，最多扣 9 分", "4 places × 3 points, at most -9"),
        ("3 处 × 2 分，最多加 4 分", "3 places × 2 points, at most +4"),
        ("2 处 × 3 分", "2 places × 3 points"),
        ("“通话保持”最多扣6分", "“Holds” costs at most 6"),
        ("扣完为止，不低于0分", "all is lost, not below 0"),
        ("加分后不超过100分", "not above 100 with the bonus"),
        ("不适用、不扣分：通话保持、邀请评价", "not applicable, costs nothing: Holds, Asking to rate"),
        ("一票否决：红线记0分", "fatal: Red lines becomes 0"),
    ],
)
def test_what_is_read_in_english_stays_so(chinese: str, told: str) -> None:
    titles = frozenset(SHEET.in_english)
    tried = (
        migration._sentence(chinese, titles),
        migration._line(chinese),
        migration._note(chinese, titles),
        migration._flag(chinese, titles),
    )
    message = next(
        read_message(found) for found in tried if isinstance(found, dict) and found["code"] != "text"
    )
    assert (render(message, "zh"), render(message, "en", SHEET.in_english)) == (chinese, told)


def test_a_title_may_have_the_mark_of_a_list_in_it() -> None:
    note = migration._note(
        "不适用、不扣分：开场白、请稍等、让您久等、结束语", frozenset({"请稍等、让您久等"})
    )
    english = {"开场白": "Greeting", "请稍等、让您久等": "Holds", "结束语": "Closing"}
    assert (
        render(read_message(note), "en", english) == "not applicable, costs nothing: Greeting, Holds, Closing"
    )


def test_an_older_store_is_brought_forward(url: str) -> None:
    with tables_at("0008", url) as connection:
        _fill(connection)
    with open_store(url) as store:
        inspection = store.inspections.current("C1")
        assert inspection is not None and inspection.scorecard is not None
        card = inspection.scorecard
        assert [render(f.reason, "zh") if f.reason else None for f in card.findings] == [
            "坐席说了“随便\\你”（0:12）",
            None,
            "自己的话",
        ]
        assert [f.reason.code if f.reason else None for f in card.findings] == ["check.said-by", None, "text"]
        assert [render(one, "zh") for one in card.flag_reasons] == ["严重违规：推诿", "客户有升级投诉的表示"]
        assert [render(one, "en", {"严重违规": "Grave", "推诿": "Shirked"}) for one in card.flag_reasons] == [
            "Grave: Shirked",
            "the customer threatens to escalate",
        ]
        full, lost = card.ledger
        assert (full.title, full.note) == (Message("ledger.full"), None)
        assert lost.title == "推诿" and lost.note is not None
        assert render(lost.note, "en") == "4 places × 3 points, at most -9"
        assert inspection.reason == Message("audio.cut-short", seconds=3.0, whole=9.1)
        (problem,) = store.runs.problems(1)
        assert problem.reason == Message("call-list.repeated", call_id="A\udcff1", line=3)


def _fill(connection: Any) -> None:
    ledger = [["", "满分", 100, [], ""], ["shirk", "推诿", -9, [], "4 处 × 3 分，最多扣 9 分"]]
    flags = ["严重违规：推诿", "客户有升级投诉的表示"]
    _insert(
        connection,
        "runs",
        id=1,
        kind="run",
        state="finished",
        host="h",
        pid=1,
        started_at="2026-11-20T00:00:00",
    )
    _insert(connection, "calls", id=1, call_id="C1", audio_sha256="aa")
    made = dict.fromkeys(("engine", "model", "lexicons", "rubric", "settings"), "x")
    card = {"score": 91, "passed": True, "fatal": False, "flagged": True, "alerts": "[]", "sections": "[]"}
    _insert(
        connection,
        "inspections",
        id=1,
        call=1,
        run=1,
        current=True,
        inspected_at="2026",
        audio_sha256="aa",
        **made,
        **card,
        status="partial",
        reason="the file is cut short: 3.0 s of 9.1 s are there",
        flag_reasons=json.dumps(flags, ensure_ascii=False),
        ledger=json.dumps(ledger, ensure_ascii=False),
    )
    blank = {
        "title": "推诿",
        "section": "服务",
        "outcome": "passed",
        "points": 0,
        "fatal": False,
        "evidence": "[]",
    }
    for number, reason in enumerate(["坐席说了“随便\\\\你”（0:12）", "", "自己的话"]):
        key = {"inspection": 1, "number": number, "criterion": f"c{number}", "occurrences": 0}
        _insert(connection, "findings", **key, **blank, reason=reason)
    repeated = "call id A\\udcff1 repeats line 3; that line counts, remove this one"
    _insert(connection, "problems", run=1, kind="duplicate", line=4, reason=repeated)


def _insert(connection: Any, name: str, **values: object) -> None:
    rows = table(name, *map(column, values))
    connection.execute(rows.insert().values(values))
