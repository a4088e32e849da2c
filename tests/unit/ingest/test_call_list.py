"""Call lists as they really are: every bad row is named, and every good one counts."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.errors import CallListError, UsageError
from pipeline.ingest.columns import COLUMNS, plain
from tests.texts import zh

FULL = "call_id,file,agent_id,agent_name,team,queue,direction,customer_number,started_at,agent_channel\n"


def lines(discovery, kind="call-list"):
    return [(p.line, p.call_id) for p in discovery.problems if p.kind == kind]


def test_all_columns(put, find):
    put("audio/1.wav")

    found = find(
        FULL + "C1,audio/1.wav,8001,陈思雨,客服一组,话费,呼入,19900005678,2026-11-20T08:32:11+08:00,左声道\n"
    )

    assert found.problems == ()
    call = found.candidates[0].call
    assert (call.call_id, call.agent_id, call.agent_name, call.team) == ("C1", "8001", "陈思雨", "客服一组")
    assert (call.queue, call.direction, call.customer_number) == ("话费", "inbound", "19900005678")
    assert call.started_at == datetime(2026, 11, 20, 8, 32, 11, tzinfo=timezone(timedelta(hours=8)))
    assert call.agent_channel == "left"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
def test_encodings_and_separators(put, find, encoding, separator):
    put("1.wav")
    text = "通话ID,录音文件,坐席工号,坐席姓名\r\nC1,1.wav,8001,陈思雨\r\n".replace(",", separator)

    found = find(text.encode(encoding))

    assert found.problems == ()
    assert (found.candidates[0].call.call_id, found.candidates[0].call.agent_name) == ("C1", "陈思雨")


def test_excel_separator_line(put, find):
    put("1.wav")

    assert find("sep=;\r\ncall_id;file\r\nC1;1.wav\r\n").candidates[0].call.call_id == "C1"


def test_configured_headings_and_encoding(put, find):
    put("1.wav")

    found = find(
        "编号;Datei;员工\nC1;1.wav;8001\n".encode("gbk"),
        columns={"call_id": "编号", "file": "Datei", "agent_id": "员工"},
        encoding="gbk",
    )

    assert found.candidates[0].call.agent_id == "8001"
    assert found.problems == ()


@pytest.mark.parametrize(
    "heading",
    [
        "坐席", "座席", "客服", "员工", "话务员", "工号", "坐席工号", "座席工号", "客服工号", "员工工号",
        "员工号", "坐席编号", "坐席号", "坐席（工号）", "坐席ID", "* 坐席 工号", "分机", "分机号",
        "坐席分机", "agent_no", "Agent ID", "agentNumber", "Staff ID", "Extension",
    ],
)  # fmt: skip
def test_who_spoke_is_known_by_the_usual_headings(put, find, heading):
    put("1.wav")

    found = find(f"通话编号,录音文件,{heading}\nC1,1.wav,8001\n")

    assert found.problems == ()
    assert found.candidates[0].call.agent_id == "8001"


@pytest.mark.parametrize(
    "heading", ["坐席姓名", "客服姓名", "员工姓名", "坐席名", "坐席（姓名）", "Agent Name"]
)
def test_the_name_is_not_taken_for_the_number(put, find, heading):
    put("1.wav")

    call = find(f"通话编号,录音文件,{heading},客服\nC1,1.wav,陈思雨,8001\n").candidates[0].call

    assert (call.agent_name, call.agent_id) == ("陈思雨", "8001")


@pytest.mark.parametrize("other", ["分机", "坐席", "员工"])
def test_the_number_goes_before_what_may_be_something_else(put, find, other):
    put("1.wav")

    found = find(f"通话编号,录音文件,{other},工号\nC1,1.wav,301,8001\n")

    assert (found.candidates[0].call.agent_id, found.candidates[0].call.agent_name) == ("8001", None)
    assert other in zh(found.problems[0].reason)


@pytest.mark.parametrize("heading", ["编号", "号码", "名称", "被叫号码", "ID", "用户", "账号", "被叫"])
def test_a_heading_that_can_mean_two_things_is_told_and_not_guessed(put, find, heading):
    put("1.wav")

    found = find(f"{heading},录音文件\n8001,1.wav\n")

    assert heading in zh(found.problems[0].reason)
    call = found.candidates[0].call
    assert (call.call_id, call.agent_id, call.customer_number) == ("1", None, None)


def test_the_line_of_the_centre_is_no_customer_of_its_outbound_calls(put, find):
    rows = "1.wav,呼出,02188880000,13800138000\n2.wav,呼入,13900139000,02188880000\n"
    put("1.wav")
    put("2.wav")

    both = find(f"录音文件,方向,主叫号码,被叫号码\n{rows}")
    alone = find("录音文件,方向,主叫号码\n1.wav,呼出,02188880000\n")

    assert [row.customer_number for row in both.listed] == ["13800138000", "13900139000"]
    assert both.problems == ()
    assert [row.customer_number for row in alone.listed] == [None]


def test_every_heading_means_one_column():
    known = [
        plain(heading) for name, others in COLUMNS.items() for heading in {plain(name), *map(plain, others)}
    ]
    assert sorted(known) == sorted(set(known))


def test_unused_and_missing_columns_are_mentioned(put, find):
    put("1.wav")

    found = find("call_id,file,备注\nC1,1.wav,5\n", columns={"team": "班"})

    assert len(found.candidates) == 1
    assert "备注" in zh(found.problems[0].reason)
    assert "班" in zh(found.problems[1].reason)


def test_bad_rows_are_named_and_the_rest_goes_on(put, find):
    put("1.wav", "2.wav", "3.wav", "4.wav", "5.wav", "6.wav")
    rows = [
        "C1,1.wav,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 2: fine
        "C2,2.wav,8001",  # 3: fields missing
        "C3,3.wav,8001,陈,一组,话费,inbound,1,yesterday,left",  # 4: no date
        "C4,4.wav,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,middle",  # 5: no channel
        "C1,5.wav,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 6: id again
        "C9,gone.wav,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 7: no file
        ",6.wav,8006,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 8: no id
        ",,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 9: neither
        "",
        "C10,../../etc/passwd,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 11: escapes
        "C11,/etc/passwd,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 12: not in the dump
        "C12,1.wav;2.wav;3.wav,8001,陈,一组,话费,inbound,1,2026-11-20 08:00:00,left",  # 13: three files
    ]

    found = find(FULL + "\n".join(rows) + "\n")

    assert [(c.call.call_id, c.call.agent_id) for c in found.candidates] == [
        ("C1", "8001"),
        ("C2", "8001"),
        ("C3", "8001"),
        ("C4", "8001"),
        ("6", "8006"),
        ("5", None),
    ]
    assert lines(found) == [(3, "C2"), (4, "C3"), (5, "C4"), (8, None), (9, None), (13, "C12")]
    assert lines(found, "duplicate") == [(6, "C1")]
    assert lines(found, "missing-file") == [(7, "C9"), (12, "C11")]
    assert lines(found, "outside") == [(11, "C10")]
    assert found.candidates[2].call.started_at is None
    assert found.candidates[3].call.agent_channel is None


def test_a_second_leg_under_the_same_id_is_no_call_and_happened_all_the_same(put, find):
    put("1.wav")
    told = "呼出,19900005678,2026-11-20 08:00:00,left\n"
    found = find(
        FULL
        + f"C1,1.wav,8001,陈,一组,话费,{told}"
        + f"C1,1.wav,8002,李,一组,话费,{told.replace('08:00', '08:05')}"
        + f"C1,1.wav,8001,陈,一组,话费,{told.replace('08:00', '08:01')}"  # the same, corrected: counted once
    )
    assert [c.call.call_id for c in found.candidates] == ["C1"]
    assert lines(found, "duplicate") == [(3, "C1"), (4, "C1")]
    assert [(one.agent_id, one.call_id) for one in found.listed] == [("8001", "C1"), ("8002", None)]


def test_an_open_quote_costs_one_row(put, find):
    put("1.wav", "2.wav", "3.wav")

    found = find('call_id,file\nC1,1.wav\n"C2,2.wav\nC3,3.wav\n')

    assert [c.call.call_id for c in found.candidates] == ["C1", "C3", "2"]
    assert lines(found) == [(3, None)]


def test_quoted_line_breaks_keep_the_count(put, find):
    put("1.wav", "2.wav")

    found = find('call_id,file,agent_name\nC1,1.wav,"陈\n思雨"\nC2,2.wav,刘,x\n')

    assert len(found.candidates) == 2
    assert lines(found) == [(4, "C2")]


def test_one_recording_may_be_two_calls(put, find):
    path = put("1.wav")

    found = find("call_id,file\nC1,1.wav\nC2,1.wav\n")

    assert [(c.call.call_id, c.paths) for c in found.candidates] == [("C1", (path,)), ("C2", (path,))]


@pytest.mark.parametrize(
    "written",
    [
        "20261120/1.wav",
        "20261120\\1.wav",
        "./20261120/1.wav",
        "/var/spool/asterisk/monitor/20261120/1.wav",
        "D:\\rec\\20261120\\1.wav",
        "1.wav",
        "1.mp3",
        "https://oss.example.com/20261120/1.wav",
    ],
)
def test_paths_of_other_machines(put, find, written):
    path = put("20261120/1.wav")

    found = find(f"call_id,file\nC1,{written}\n")

    assert found.problems == ()
    assert [(c.call.call_id, c.paths) for c in found.candidates] == [("C1", (path,))]


def test_the_longest_common_end_decides(put, find):
    put("a/x/1.wav", "b/x/1.wav", "c/1.wav")

    found = find("call_id,file\nC1,/data/b/x/1.wav\nC2,1.wav\n")

    assert found.candidates[0].paths[0].parent.parent.name == "b"
    assert lines(found) == [(3, "C2")]
    assert "3 个文件" in zh(found.problems[0].reason)


def test_the_same_name_of_another_day_is_not_taken(put, find):
    """It would put another agent's call on this agent's account."""
    put("20261121/0001.wav")

    found = find("call_id,file,agent_id\nC1,20261120/0001.wav,8001\nC2,/rec/20261120/0001.mp3,8002\n")

    assert lines(found, "missing-file") == [(2, "C1"), (3, "C2")]
    assert [(c.call.call_id, c.call.agent_id) for c in found.candidates] == [("20261121/0001", None)]


def test_two_guesses_at_one_file_are_both_dropped(put, find):
    put("0001.wav", "0002.wav")

    found = find("call_id,file\nC1,/rec/20/0001.wav\nC2,/rec/21/0001.wav\nC3,0002.wav\nC4,/rec/21/0002.wav\n")

    assert [c.call.call_id for c in found.candidates] == ["C3", "0001"]
    assert lines(found) == [(2, "C1"), (3, "C2"), (5, "C4")]


def test_beside_the_list(dump, put, find):
    """The list lies in the dump's parent and writes paths from there."""
    put("1.wav")

    assert find("call_id,file\nC1,dump/1.wav\n").candidates[0].call.call_id == "C1"


def test_without_a_file_column_the_id_is_the_name(put, find):
    put("sub/C1.wav")

    found = find("call_id,agent_id\nC1,8001\nC2,8002\n")

    assert [(c.call.call_id, c.call.agent_id) for c in found.candidates] == [("C1", "8001")]
    assert lines(found, "missing-file") == [(3, "C2")]


def test_links_in_the_list_do_not_leave_the_dump(dump, put, find, tmp_path):
    (tmp_path / "secret.wav").write_bytes(put("1.wav").read_bytes())
    (dump / "link.wav").symlink_to(tmp_path / "secret.wav")

    found = find("call_id,file\nC1,link.wav\n")

    assert ("C1", "outside") in [(p.call_id, p.kind) for p in found.problems]
    assert [c.call.call_id for c in found.candidates] == ["1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 08:32:11", datetime(2026, 11, 20, 8, 32, 11)),
        ("2026/11/20 8:32", datetime(2026, 11, 20, 8, 32)),
        ("2026年11月20日 08:32:11", datetime(2026, 11, 20, 8, 32, 11)),
        ("20261120083211", datetime(2026, 11, 20, 8, 32, 11)),
        ("1795134731", datetime.fromtimestamp(1795134731, UTC)),
        ("1795134731000", datetime.fromtimestamp(1795134731, UTC)),
        ("2026-11-20T00:32:11Z", datetime(2026, 11, 20, 0, 32, 11, tzinfo=UTC)),
    ],
)
def test_times(put, find, text, expected):
    put("1.wav")

    found = find(f"call_id,file,开始时间\nC1,1.wav,{text}\n")

    assert found.candidates[0].call.started_at == expected
    assert found.problems == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04" + bytes(100), "Excel"),
        (b"a,b,c\n1,2,3\n", "no column names the call"),
        (b"call_id,file\nC1,\xff\xff\xff\x81\n", "neither UTF-8"),
    ],
)
def test_unreadable_list(put, find, content, message):
    put("1.wav")

    with pytest.raises(CallListError, match=message):
        find(content)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"columns": {"agnet": "x"}}, "agnet"),
        ({"encoding": "klingon"}, "klingon"),
        ({"templates": ("{nobody}",)}, "nobody"),
    ],
)
def test_wrong_settings(put, find, settings, message):
    put("1.wav")

    with pytest.raises(UsageError, match=message):
        find("call_id,file\nC1,1.wav\n", **settings)


def test_missing_list(dump, tmp_path):
    from pipeline.ingest import discover
    from pipeline.settings import CallListSettings

    with pytest.raises(CallListError, match=r"no such call list; check --calls"):
        discover(dump, calls=tmp_path / "none.csv", settings=CallListSettings())


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_that_the_file_system_stores_apart_are_the_same_name(put, find, form):
    names = [unicodedata.normalize(form, "Zoë/café.wav"), unicodedata.normalize(form, "Noël.wav")]
    put(*names)
    other = "NFD" if form == "NFC" else "NFC"
    rows = unicodedata.normalize(other, "call_id,file\n1,Zoë/café.wav\nNoël,\n")
    found = find(rows)
    assert found.problems == ()
    assert [c.paths[0].name for c in found.candidates] == [name.rpartition("/")[2] for name in names]
