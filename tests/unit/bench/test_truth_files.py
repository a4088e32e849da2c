"""Truth in the formats that people have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.bench.accuracy import Text, assess
from pipeline.bench.breakdown import shares
from pipeline.bench.job import BenchmarkCall
from pipeline.bench.labels import labelled, read_truth
from pipeline.domain import Role
from pipeline.errors import UsageError

STM = """;; a comment
call1 1 agent 0.10 2.00 <o,f0,male> 您好
call1 2 customer 2.50 4.00 <o,f0,female> 我要查话费 <noise>
call1 1 agent 4.20 5.00 请稍等
call1 2 inter_segment_gap 5.00 6.00 <o,,> ignore_time_segment_in_scoring
"""
CTM = "call1 A 0.10 0.3 您好 0.9\ncall1 B 2.50 0.5 我要\ncall1 B 3.00 0.5 查话费\ncall1 A 4.20 0.5 请稍等\n"
SRT = """1
00:00:00,100 --> 00:00:02,000
坐席：您好

2
00:00:02,500 --> 00:00:04,000
客户: <i>我要查话费</i>

3
00:00:04,200 --> 00:00:05,000
[坐席] ：请稍等
"""
LONG_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "agent"
        xmin = 0
        xmax = 5
        intervals: size = 3
        intervals [1]:
            xmin = 0.1
            xmax = 2
            text = "您好"
        intervals [2]:
            xmin = 2
            xmax = 4.2
            text = ""
        intervals [3]:
            xmin = 4.2
            xmax = 5
            text = "请稍等"
    item [2]:
        class = "IntervalTier"
        name = "customer"
        xmin = 0
        xmax = 5
        intervals: size = 1
        intervals [1]:
            xmin = 2.5
            xmax = 4
            text = "我要查话费"
"""
SHORT_GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n5\n<exists>\n2\n'
    '"IntervalTier"\n"agent"\n0\n5\n3\n0.1\n2\n"您好"\n2\n4.2\n""\n4.2\n5\n"请稍等"\n'
    '"IntervalTier"\n"customer"\n0\n5\n1\n2.5\n4\n"我要查话费"\n'
)
TURNS = [
    {"role": "agent", "start": 0.1, "text": "您好"},
    {"speaker": "customer", "start_time": 2.5, "text": "我要查话费"},
    {"role": "agent", "start": 4.2, "text": "请稍等"},
]
LINES = "\n".join(
    json.dumps({"audio_filepath": "/data/call1.wav", **turn}, ensure_ascii=False) for turn in TURNS
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("night.stm", STM),
        ("call1.srt", SRT),
        ("call1.TextGrid", LONG_GRID),
        ("call1.textgrid", SHORT_GRID),
        ("call1.json", json.dumps(TURNS)),
        ("call1.json", json.dumps({"segments": TURNS})),
        ("night.json", json.dumps([{"call_id": "call1", "utterances": TURNS}])),
        ("night.jsonl", LINES),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_parties_and_their_words(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    (tmp_path / name).write_text(text, encoding=encoding)

    found = read_truth(tmp_path)["call1"]

    assert found.whole == "您好我要查话费请稍等"
    assert (found.by(Role.AGENT), found.by(Role.CUSTOMER)) == ("您好请稍等", "我要查话费")
    assert found.roles_known


def test_channels_without_roles_count_for_the_better_way(tmp_path: Path) -> None:
    (tmp_path / "night.ctm").write_text(CTM, encoding="utf-8")

    truth = read_truth(tmp_path / "night.ctm")

    assert not truth["call1"].roles_known
    heard = Text("", {Role.CUSTOMER: "您好请稍等", Role.AGENT: "我要查花费"})
    found = assess(truth, {"call1": heard})
    assert (found.characters, found.errors, found.errors_any_role) == (10, 1, 1)


def test_kaldi(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("u1 您 好\nu2 我 要 查 话 费\nu3 请 稍 等\n", encoding="utf-8")
    (tmp_path / "segments").write_text("u1 call1 0.1 2.0\nu3 call1 4.2 5.0\nu2 call1 2.5 4.0\n")
    (tmp_path / "utt2spk").write_text("u1 call1-agent\nu2 call1-customer\nu3 call1-agent\n")

    found = read_truth(tmp_path)["call1"]

    assert found.by(Role.AGENT).replace(" ", "") == "您好请稍等"
    assert found.whole.replace(" ", "") == "您好我要查话费请稍等"


def test_kaldi_of_whole_recordings(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("BAC009S0002W0122 而对楼市成交\n", encoding="utf-8")

    truth = read_truth(tmp_path)
    found = assess(truth, {"BAC009S0002W0122": Text("", {Role.AGENT: "而对楼市成交"})})

    assert not truth["BAC009S0002W0122"].roles_known
    assert found.characters == 6


def test_one_file_per_party(tmp_path: Path) -> None:
    for party, text in (("agent", "您好"), ("customer", "喂")):
        (tmp_path / f"0001.{party}.srt").write_text(
            f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n", encoding="utf-8"
        )

    found = read_truth(tmp_path)["0001"]

    assert (found.by(Role.AGENT), found.by(Role.CUSTOMER)) == ("您好", "喂")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.stm", "call1 1 agent\n", "STM line"),
        ("a.stm", "call1 1 agent x 2.0 您好\n", "no time"),
        ("a.ctm", "call1 1 0.5\n", "CTM line"),
        ("a.textgrid", "nothing", "no TextGrid"),
        ("a.json", "{", "not the truth"),
        ("a.json", "[1, 2]", "not the truth"),
        ("a.jsonl", '{"speaker": "agent"}', "has no text"),
    ],
)
def test_what_is_no_truth_is_told_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=message) as caught:
        read_truth(tmp_path)
    assert caught.value.path == tmp_path / name


def test_calls_are_found_by_the_names_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "night.stm").write_text(STM, encoding="utf-8")
    calls = [
        BenchmarkCall("20/call1", ("/x/20/call1.wav",), 2, 5.0, codec="pcm_mulaw", speech_over_noise=12.0),
        BenchmarkCall("20/other", ("/x/20/other.wav",), 1, 5.0),
    ]

    truths = labelled(read_truth(tmp_path), calls)
    texts = {
        "20/call1": Text("您好我要查花费请稍等", {Role.AGENT: "您好请稍等", Role.CUSTOMER: "我要查花费"})
    }

    assert list(truths) == ["20/call1"]
    found = {(s.dimension, s.value): (s.calls, s.characters, s.errors) for s in shares(truths, texts, calls)}
    assert found == {
        ("party", "agent"): (1, 5, 0),
        ("party", "customer"): (1, 5, 1),
        ("codec", "pcm_mulaw"): (1, 10, 1),
        ("channels", "2"): (1, 10, 1),
        ("noise", "noisy"): (1, 10, 1),
    }
