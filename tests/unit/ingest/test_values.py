"""Call lists that went through spreadsheets: what can be had back is, and what cannot is told."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from pipeline.ingest.values import read_time
from tests.texts import zh


@pytest.fixture
def shanghai(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "row",
    [
        "'000123,'000123.wav,'0088,'013800001111",
        '"=""000123""","=""000123.wav""","=""0088""","=""013800001111"""',
        '="000123",="000123.wav",="0088",="013800001111"',
        "\u200e000123\u200b,000123.wav\u00a0,００８８,０１３８００００１１１１",
        "000123,000123.wav,0088.0,013800001111.00",
    ],
)
def test_text_that_a_spreadsheet_was_made_to_keep(put, find, row):
    put("000123.wav")

    found = find(f"call_id,file,agent_id,customer_number\n{row}\n")

    call = found.candidates[0].call
    assert found.problems == ()
    assert (call.call_id, call.agent_id, call.customer_number) == ("000123", "0088", "013800001111")


@pytest.mark.parametrize(
    "nothing", ["NULL", "\\N", "-", "--", "N/A", "None", "nan", "#N/A", "无", "未知", "unknown"]
)
def test_nothing_is_written_in_many_ways(put, find, nothing):
    put("1.wav")

    call = (
        find(f"call_id,file,agent_id,team,customer_number\n1,1.wav,{nothing},{nothing},{nothing}\n")
        .candidates[0]
        .call
    )

    assert (call.agent_id, call.team, call.customer_number) == (None, None, None)


def test_rounded_numbers_are_told_and_never_believed(put, find):
    put("1001.wav", "1002.wav")

    found = find(
        "call_id,file,agent_id,customer_number\n"
        "1.70000E+12,1001.wav,8001,1.38E+10\n"
        "1.70000E+12,1002.wav,######,1.39E+10\n"
    )

    assert [(c.call.call_id, c.call.agent_id, c.call.customer_number) for c in found.candidates] == [
        ("1001", "8001", None),
        ("1002", None, None),
    ]
    said = [zh(problem.reason) for problem in found.problems]
    assert sum("电子表格" in reason for reason in said) == 5


@pytest.mark.parametrize("rows", ["call_id,agent_id\n123,8001\n", "call_id,file,agent_id\n9,123.wav,8001\n"])
def test_lost_leading_zeros_of_files(put, find, rows):
    path = put("000123.wav")

    [candidate] = find(rows).candidates

    assert (candidate.paths, candidate.call.agent_id) == ((path,), "8001")


def test_two_rows_that_may_mean_one_file_are_both_told(put, find):
    put("000123.wav", "123.wav")

    found = find("call_id,agent_id\n123,8001\n000123,8002\n0123,8003\n")

    assert [(c.call.call_id, c.call.agent_id) for c in found.candidates] == [
        ("123", "8001"),
        ("000123", "8002"),
    ]
    assert [p.kind for p in found.problems] == ["missing-file"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 9:30:05", datetime(2026, 11, 20, 9, 30, 5)),
        ("2026-1-5 09:30:00", datetime(2026, 1, 5, 9, 30)),
        ("2026/11/20 上午 09:30:00", datetime(2026, 11, 20, 9, 30)),
        ("2026/11/20 下午 1:30", datetime(2026, 11, 20, 13, 30)),
        ("2026/11/20 中午 1:30", datetime(2026, 11, 20, 13, 30)),
        ("2026/11/20 中午 11:30", datetime(2026, 11, 20, 11, 30)),
        ("2026-11-20 9:30:05 PM", datetime(2026, 11, 20, 21, 30, 5)),
        ("2026-11-20 12:05:00 AM", datetime(2026, 11, 20, 0, 5)),
        ("2026年1月5日 星期一 9时30分5秒", datetime(2026, 1, 5, 9, 30, 5)),
        ("2026.11.20", datetime(2026, 11, 20)),
        ("２０２６－１１－２０ ０９：３０：００", datetime(2026, 11, 20, 9, 30)),
        ("2026-11-20 09:30:00.000", datetime(2026, 11, 20, 9, 30)),
        ("20261120 093005", datetime(2026, 11, 20, 9, 30, 5)),
        ("20261120T093005", datetime(2026, 11, 20, 9, 30, 5)),
        ("11/20/2026 9:30", datetime(2026, 11, 20, 9, 30)),
        ("20/11/2026 9:30", datetime(2026, 11, 20, 9, 30)),
        ("46346.395833333", datetime(2026, 11, 20, 9, 30)),
        ("46346", datetime(2026, 11, 20)),
    ],
)
def test_times(text, expected):
    assert read_time(text) == expected


@pytest.mark.parametrize(
    "text", ["3/4/2026", "9:30", "昨天", "2026-13-01", "2026-11-20 25:00", "99999", "1.8E+09"]
)
def test_no_time_is_guessed(text):
    assert read_time(text) is None


def test_world_time_counts_under_the_day_of_the_clock_here(put, find, shanghai):
    put("a.wav", "b.wav", "c.wav", "d.wav", "1795105800.11.wav")

    found = find(
        "call_id,file,started_at\nA,a.wav,1795105800\nB,b.wav,2026-11-20T00:30:00+08:00\n"
        "C,c.wav,2026-11-20 00:30:00\n"
        "D,d.wav,2026-11-19T16:30:00Z\n"
    )

    assert {c.call.started_at.replace(tzinfo=None) for c in found.candidates} == {
        datetime(2026, 11, 20, 0, 30)
    }


def test_date_and_time_in_two_columns(put, find):
    put("1.wav")

    assert find("通话ID,录音文件,日期,时间\n1,1.wav,2026-11-20,9:30:05\n").candidates[
        0
    ].call.started_at == datetime(2026, 11, 20, 9, 30, 5)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_titles_above_and_totals_below(put, find, encoding, separator):
    put("1001.wav")
    text = (
        "某某公司通话明细,,\n导出时间：2026-11-20,,\n\n"
        "通话ID,录音文件,坐席工号\n1001,1001.wav,8001\n"
        "合计,,1\n共 1 条,,\n"
    )

    found = find(text.replace(",", separator).encode(encoding))

    assert [(c.call.call_id, c.call.agent_id) for c in found.candidates] == [("1001", "8001")]
    assert [(p.line, "合计" in zh(p.reason)) for p in found.problems] == [(6, True), (7, True)]


def test_headings_in_two_lines(put, find):
    put("1.wav")

    found = find("通话,,客户,,坐席,\n编号,时间,号码,姓名,工号,姓名\n1,2026-11-20 09:30,138,王,8001,陈\n")

    call = found.candidates[0].call
    assert (call.call_id, call.customer_number, call.agent_id, call.agent_name) == ("1", "138", "8001", "陈")
    assert call.started_at == datetime(2026, 11, 20, 9, 30)


def test_a_heading_that_stands_twice(put, find):
    put("1.wav")

    found = find("call_id,file,工号,工号\n1,1.wav,8001,9001\n")

    assert found.candidates[0].call.agent_id == "8001"
    assert "不止一次" in zh(found.problems[0].reason)
