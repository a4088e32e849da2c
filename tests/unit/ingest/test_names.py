"""What file names tell: templates, the switches' own names, one file per party, unique ids."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePath

import pytest

from pipeline.domain import IdSource
from pipeline.errors import UsageError
from pipeline.ingest import Template
from pipeline.ingest.templates import read_name


def test_template(put, find):
    put("8001_20261120-083211_C7.wav", "other.wav")

    found = find(templates=("{agent}_{started:%Y%m%d-%H%M%S}_{call_id}",))

    call = found.candidates[0].call
    assert (call.agent_id, call.started_at, call.call_id) == ("8001", datetime(2026, 11, 20, 8, 32, 11), "C7")
    assert found.candidates[1].call.call_id == "other"
    assert found.candidates[1].call.agent_id is None


def test_template_with_folders(put, find):
    put("night/客服一组/8001-C7.wav")

    call = find(templates=("{team}/{agent}-{call_id}",)).candidates[0].call

    assert (call.team, call.agent_id, call.call_id) == ("客服一组", "8001", "C7")


def test_first_matching_template_wins_and_a_wrong_date_is_no_match():
    templates = [Template("{agent}_{started:%Y%m%d}"), Template("{agent}_{call_id}")]

    assert read_name(PurePath("8001_20261120.wav"), templates).started_at == datetime(2026, 11, 20)
    assert read_name(PurePath("8001_20261399.wav"), templates).values["call_id"] == "20261399"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{agnet}", "unknown field"),
        ("{agent", "expected '}'"),
        ("{agent}{call_id}", "touch"),
        ("{agent}-{agent}", "twice"),
        ("{started:%Q}", "directive"),
        ("{started:%}", "directive"),
        ("recording", "names no field"),
        ("{agent!r}", "!r"),
        ("{agent:5}", "unknown field"),
    ],
)
def test_wrong_template(text, message):
    with pytest.raises(UsageError, match=message):
        Template(text)


def test_matching_takes_linear_time():
    template = Template("-".join(["{}"] * 40) + "-{call_id}-end")
    started = time.thread_time()

    assert template.match(PurePath("-" * 250)) is None
    assert time.thread_time() - started < 5, "backtracking would take for ever"


@pytest.mark.parametrize(
    ("name", "values", "started"),
    [
        (
            "force-8906060-13900001111-20261120-083211-1795134731.12.wav",
            {"customer_number": "13900001111", "call_id": "1795134731.12"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "force-8906060-unknown-20261120-083211-1795134731.12.wav",
            {"call_id": "1795134731.12"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "external-8001-13900001111-20261120-083211-1795134731.12.wav",
            {"call_id": "1795134731.12"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "internal-8002-8001-20261120-083211-1795134731.12.wav",
            {"call_id": "1795134731.12", "direction": "internal"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "OUT8001-20261120-083211-1795134731.12.wav",
            {"agent_id": "8001", "call_id": "1795134731.12", "direction": "outbound"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "20261120-083211_13900001111_8001-all.mp3",
            {"agent_id": "8001", "customer_number": "13900001111"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        ("auto-1795134731-8001-13900001111.wav", {}, datetime.fromtimestamp(1795134731, UTC)),
        (
            "out-13900001111-8001-20261120-083211-1795134731.13.wav",
            {
                "agent_id": "8001",
                "customer_number": "13900001111",
                "call_id": "1795134731.13",
                "direction": "outbound",
            },
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "q-600-13900001111-20261120-083211-1795134731.14.WAV",
            {
                "queue": "600",
                "customer_number": "13900001111",
                "call_id": "1795134731.14",
                "direction": "inbound",
            },
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "in-95500-13900001111-20261120-083211-1795134731.15.wav",
            {"customer_number": "13900001111", "call_id": "1795134731.15", "direction": "inbound"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        (
            "exten-8001-13900001111-20261120-083211-1795134731.16.wav",
            {"agent_id": "8001", "customer_number": "13900001111", "call_id": "1795134731.16"},
            datetime(2026, 11, 20, 8, 32, 11),
        ),
        ("1795134731.17.wav", {}, datetime.fromtimestamp(1795134731, UTC)),
        ("2026-11-20-08-32-11_95500_13900001111.wav", {}, datetime(2026, 11, 20, 8, 32, 11)),
        ("9f1c2c1e-3a4b-4f7e-8a55-0d5b8f0f9d11.wav", {}, None),
        # no switch's own form: the moment alone, which belongs to a day
        ("8001_13900001111_20261120083211.wav", {}, datetime(2026, 11, 20, 8, 32, 11)),
        ("20261120083211-8001-13900001111-IN.wav", {}, datetime(2026, 11, 20, 8, 32, 11)),
        ("CID_69_2026-11-20_08-32-11_Agent 8001.wav", {}, datetime(2026, 11, 20, 8, 32, 11)),
        ("录音 2026年11月20日 08时32分11秒.wav", {}, datetime(2026, 11, 20, 8, 32, 11)),
        (
            "20261120T083211+0800_8001.wav",
            {},
            datetime(2026, 11, 20, 8, 32, 11, tzinfo=timezone(timedelta(hours=8))),
        ),
        ("20261120083211_20261120083911_8001.wav", {}, None),
        ("20261399083211_8001.wav", {}, None),
        ("814123000012345.wav", {}, None),
    ],
)
def test_names_of_switches(name, values, started):
    facts = read_name(PurePath(name), [])

    assert (facts.values, facts.started_at) == (values, started)


@pytest.mark.parametrize(
    ("agent", "customer", "call_id", "channel"),
    [
        ("call7_agent.wav", "call7_customer.wav", "call7", "left"),
        ("call7_agent.wav", "call7_caller.wav", "call7", "left"),
        ("call7-L.wav", "call7-R.wav", "call7", None),
        ("call7-坐席.wav", "call7-客户.wav", "call7", "left"),
        ("1795134731.17-out.wav", "1795134731.17-in.wav", "1795134731.17", None),
        ("s.v1.agent.wav", "s.v1.customer.wav", "s.v1", "left"),
        ("call7_callee.wav", "call7_caller.wav", "call7", None),
        ("call_20261120_uplink.wav", "call_20261120_downlink.wav", "call_20261120", None),
        ("7-tx.wav", "7-rx.wav", "7", None),
        ("tx-7.wav", "rx-7.wav", "7", None),
        ("7_被叫.wav", "7_主叫.wav", "7", None),
        ("7-local.wav", "7-remote.wav", "7", None),
        ("7_ch0.wav", "7_ch1.wav", "7", None),
        ("7_ch1.wav", "7_ch2.wav", "7", None),
        ("7.leg1.wav", "7.leg2.wav", "7", None),
        ("agent/7.wav", "customer/7.wav", "7", "left"),
        ("20261120/坐席/7.wav", "20261120/客户/7.wav", "20261120/7", "left"),
    ],
)
def test_two_files_of_one_call(put, find, dump, agent, customer, call_id, channel):
    put(customer, agent)

    [candidate] = find().candidates

    assert candidate.paths == (dump / agent, dump / customer)
    assert (candidate.call.call_id, candidate.call.agent_channel) == (call_id, channel)


@pytest.mark.parametrize(
    "names", [("in/0001.wav", "out/0001.wav"), ("in-0001.wav", "out-0001.wav"), ("left/1.wav", "right/1.wav")]
)
def test_calls_of_two_directions_are_two(put, find, names):
    put(*names)

    assert len(find().candidates) == 2


@pytest.mark.parametrize("mix", ["7.wav", "7-mix.wav", "7_all.wav"])
def test_the_mix_beside_two_legs_is_told_and_no_further_call(put, find, dump, mix):
    put("7-in.wav", "7-out.wav", mix)

    found = find()

    assert [c.paths for c in found.candidates] == [(dump / "7-out.wav", dump / "7-in.wav")]
    assert [(p.path, p.kind) for p in found.problems] == [(dump / mix, "duplicate")]


def test_a_party_without_the_other_stays_alone(put, find):
    put("a_agent.wav", "sub/a_customer.wav", "b_in.wav", "b_customer.wav")

    assert [c.call.call_id for c in find().candidates] == ["a_agent", "b_customer", "b_in", "sub/a_customer"]


def test_listed_pairs(put, find, dump):
    put("x_agent.wav", "x_caller.wav", "1.wav", "2.wav")

    found = find("call_id,file\nC1,1.wav;2.wav\nC2,x.wav\n")

    assert found.problems == ()
    assert [(c.call.call_id, c.call.agent_channel, [p.name for p in c.paths]) for c in found.candidates] == [
        ("C1", "left", ["1.wav", "2.wav"]),
        ("C2", None, ["x_agent.wav", "x_caller.wav"]),
    ]


def test_a_pair_of_the_same_file_is_refused(put, find):
    put("1.wav")

    found = find("call_id,file\nC1,1.wav;1.wav\n")

    assert [p.kind for p in found.problems] == ["call-list"]


def test_the_id_of_a_file_is_its_path_whatever_else_lies_there(put, find):
    put("a/1.wav")
    assert [c.call.call_id for c in find().candidates] == ["a/1"]

    put("b/1.wav", "c/2.wav", "c/3.wav", "c/3.mp3")  # one name for two: their sound tells them apart

    found = [(c.call.call_id, c.source) for c in find().candidates]
    assert found == [(name, IdSource.PATH) for name in ("a/1", "b/1", "c/2", "c/3", "c/3")]


def test_an_id_fits_the_database_however_deep_the_file_lies(put, find):
    put("/".join(["目录" * 30] * 10) + "/1.wav")

    [candidate] = find().candidates

    assert len(candidate.call.call_id.encode()) < 900
    assert candidate.call.call_id.partition("~")[0].endswith("/1")


def test_who_named_a_call(put, find):
    put("a.wav", "b.wav", "exten-8001-13900001111-20261120-083211-1795134731.16.wav")

    found = find("call_id,file,agent_id\nC1,a.wav,8001\n,b.wav,8002\n")

    assert [(c.call.call_id, c.source, c.listed) for c in found.candidates] == [
        ("C1", IdSource.LIST, True),
        ("b", IdSource.PATH, True),
        ("1795134731.16", IdSource.TEMPLATE, False),
    ]
