"""Columns of a call list beyond sound: known words count, others are told once, and nothing is guessed."""

from __future__ import annotations

import pytest

from pipeline.domain import Recorded, Relation, Satisfaction
from pipeline.ingest.outcomes import read_answered, read_rating, read_seconds
from tests.texts import zh

HEAD = "通话ID,开始时间,客户号码,方向,是否接通,通话时长,联系人关系,满意度\n"


def test_a_try_that_nobody_answered_has_no_recording_and_no_problem(put, find):
    put("C1.wav")
    found = find(
        HEAD + "C1,2026-11-20 10:00:05,13800138000,呼出,是,00:01:05,本人,非常不满意\n"
        "C2,2026-11-20 10:05:05,13800138000,呼出,未接,0,本人,\n"
        ",2026-11-20 10:09:05,13800138000,呼出,无应答,0,,\n"
        "C3,2026-11-20,13800138000,呼出,是,65,紧急联系人,未评价\n"
    )
    assert [(p.line, p.kind) for p in found.problems] == [(5, "missing-file")]
    (candidate,) = found.candidates
    assert candidate.call.satisfaction is Satisfaction.VERY_DISSATISFIED
    one, two, three, four = found.listed
    assert (one.answered, one.talk_seconds, one.relation, one.recorded) == (
        True, 65.0, Relation.SELF, Recorded.FOUND,
    )  # fmt: skip
    assert (two.answered, two.recorded, three.call_id) == (False, Recorded.MISSING, None)
    assert (four.clock, four.relation, four.recorded) == (False, Relation.EMERGENCY, Recorded.MISSING)


def test_unknown_words_are_told_once_and_a_bare_number_is_no_rating(put, find):
    put("C1.wav", "C2.wav")
    text = "通话ID,是否接通,通话时长,满意度\nC1,转外线,60,1\nC2,否,60,1\n"
    found = find(text)
    assert len(found.problems) == 2
    assert "[calls.satisfaction]" in zh(found.problems[0].reason)
    assert [one.answered for one in found.listed] == [None, None], "unknown, and one that contradicts itself"
    meant = find(text, satisfaction={"1": "very-satisfied"})
    assert meant.candidates[0].call.satisfaction is Satisfaction.VERY_SATISFIED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("65", 65.0), ("1:05", 65.0), ("1分5秒", 65.0), ("0", 0.0), ("", None), ("长", None)],
)
def test_durations(text, seconds):
    assert read_seconds(text) == seconds


def test_words_that_say_nothing():
    assert read_answered("承诺还款") is None
    assert read_rating("5", {}) is None and read_rating("5星", {}) is Satisfaction.VERY_SATISFIED
