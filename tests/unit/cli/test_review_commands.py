"""Appeals, samples and calibrations from the shell, in this process to save time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.main import Exit, status
from pipeline.domain import Outcome
from pipeline.domain.people import UserRole
from pipeline.review.calibration import ScoreEntry
from pipeline.store import open_store
from tests.nights import fill


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    url = fill(tmp_path / "callinspect.db")
    with open_store(url) as store:
        for name, role in (("sun", UserRole.SUPERVISOR), ("zhao", UserRole.REVIEWER)):
            store.accounts.add(name, display_name=name.title(), role=role)
        store.accounts.add("li", role=UserRole.LEAD, team="客服一组")
    return url


def run(*arguments: str, code: int = Exit.DONE) -> None:
    assert status(list(arguments)) == code


def test_an_appeal_from_the_shell(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("appeal", "list")
    assert "没有申诉" in capsys.readouterr().err
    run("appeal", "file", "O02", "--criterion", "shirk", "--reason", "给了电话")
    assert capsys.readouterr().out.strip() == "1"
    run("appeal", "accept", "1", "--as", "li")
    run("appeal", "decide", "1", "--uphold", "--comment", "是", code=Exit.USAGE)
    assert "质检员、班组长、主管；等他们听审，或加 --without-panel" in capsys.readouterr().err
    for name in ("li", "zhao", "sun"):
        run("appeal", "opinion", "1", "--uphold", "--comment", "听过", "--as", name)
    run("appeal", "decide", "1", "--uphold", "--comment", "是", "--as", "sun", "--lang", "en")
    assert "appeal 1: upheld" in capsys.readouterr().err
    run("appeal", "show", "1", "--json")
    record = json.loads(capsys.readouterr().out)
    assert (record["state"], record["events"][-1]["by"]) == ("upheld", "Sun")
    run("appeal", "list", "--state", "decided")
    assert "申诉成立" in capsys.readouterr().out
    run("show", "O02", "--json")
    with open_store(url) as store:
        assert store.decisions.verdicts("O02")["shirk"].verdict == "overturned"


def test_what_cannot_be_done_is_said_in_the_readers_language(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["appeal", "show", "9"], "没有申诉 9"),
        (["appeal", "show", "9", "--lang", "en"], "There is no appeal 9"),
        (["appeal", "file", "O01", "--criterion", "shirk", "--reason", "x"], "不能申诉"),
        (["appeal", "file", "NO", "--criterion", "shirk", "--reason", "x"], "没有通话 NO"),
        (["appeal", "file", "O02", "--criterion", "shirk", "--reason", "x", "--as", "no"], "no"),
        (["sample", "draw", "9"], "没有抽检 9"),
        (["sample", "announce", "x", "--from", "2026-11-20", "--to", "2026-11-19"], "结束日期早于开始日期"),
        (["sample", "announce", "x", "--from", "tomorrow", "--to", "2026-11-19"], "tomorrow"),
        (["calibrate", "show", "9"], "没有这个校准"),
    ):
        run(*arguments, code=Exit.USAGE)
        assert said in capsys.readouterr().err
    run("appeal", "file", "O02", "--criterion", "shirk", "--reason", "x")
    run("appeal", "return", "1", "--comment", "不受理")
    capsys.readouterr()
    run("appeal", "list", "--state", "all", "--json")
    assert json.loads(capsys.readouterr().out)["state"] == "returned"


def test_a_sample_from_the_shell(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    days = ["--from", "2026-11-20", "--to", "2026-11-21"]
    run("sample", "announce", "晨间", *days, "--which", "all", "--seed", "s1", "--count", "1")
    told = capsys.readouterr()
    assert told.out.strip() == "1" and "种子 s1" in told.err and "不能证明没有挑选" in told.err
    run("sample", "verify", "1", code=Exit.USAGE)
    run("sample", "draw", "1", "--json")
    drawn = json.loads(capsys.readouterr().out)
    assert [(c["stratum"], c["call_id"]) for c in drawn["calls"]] == [("8001", "O01"), ("8002", "O02")]
    run("sample", "verify", "1")
    assert drawn["population_sha256"] in capsys.readouterr().out
    with open_store(url) as store:
        store.samples.hear(1, "O01", misses=1, by=None)
    run("sample", "show", "1", "--lang", "en")
    assert "miss rate, all: 100.0%" in capsys.readouterr().out
    run("sample", "list")
    assert "每名坐席 1 通" in capsys.readouterr().out
    with open_store(url) as store, store._write() as connection:
        connection.exec_driver_sql("UPDATE samples SET seed = 's2', rule = replace(rule, 'all', 'flagged')")
    run("sample", "verify", "1", code=Exit.SOME_UNREADABLE)


def test_a_calibration_from_the_shell(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("calibrate", "list")
    people = ["--scorer", "zhao", "--expert", "sun"]
    run("calibrate", "open", "十一月", "--call", "O02", "--call", "O01", *people)
    assert capsys.readouterr().out.strip() == "1"
    with open_store(url) as store:
        ids = {name: store.accounts.named(name) for name in ("zhao", "sun")}
        for name, outcome in (("zhao", Outcome.PASSED), ("sun", Outcome.FAILED)):
            user = ids[name]
            assert user is not None
            said = {"shirk": ScoreEntry(outcome), "dead-air": ScoreEntry(Outcome.FAILED)}
            store.calibrations.score(1, "O02", said, user=user.id)
    run("calibrate", "show", "1")
    assert "打分中" in capsys.readouterr().out
    run("calibrate", "close", "1")
    assert "Zhao: 通过" in capsys.readouterr().out
    run("calibrate", "show", "1", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["percent"] == 0.5 and found["fleiss_kappa"] == pytest.approx(-1 / 3)
    assert found["against_expert"] == [
        {"scorer": "Zhao", "items": 2, "percent": 0.5, "cohen_kappa": 0.0},
    ]
    assert found["differences"][0]["criterion"] == "shirk"


def test_the_corrected_file_of_a_call(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("merge", "O01", code=Exit.USAGE)
    run("merge", "O01", "O02", "--as", "sun")
    with open_store(url) as store:
        (aside,) = store.merges.replaced("O02")
        (entry,) = store.audit.entries(action="merge")
    assert entry.user is not None
    assert (entry.user.name, entry.subject) == ("sun", "O02")
    capsys.readouterr()
    run("list", "--json")
    assert [json.loads(line)["call_id"] for line in capsys.readouterr().out.splitlines()] == [
        "O02", "O03", "O04",
    ]  # fmt: skip
    run("show", aside, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["replaced_by"], found["replaces"], found["paths"]) == ("O02", [], ["/dump/O02.wav"])
    run("show", "O02")
    assert f"更正了以下录音：{aside}" in capsys.readouterr().out
    run("merge", "--undo", aside)
    assert "已撤销：O02 恢复，更正录音为 O01" in capsys.readouterr().out


def test_how_far_criteria_can_be_trusted(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("rubric", "trust")
    assert "照常扣分" in capsys.readouterr().out
    for wrong in (
        ["--only-flag", "--reason", "x"],
        ["shirk", "--only-flag", "--undo"],
        ["shirk", "--only-flag"],
        ["shirk", "--undo"],
        ["no-such"],
        ["shirk", "--only-flag", "--reason", "x", "--as", "zhao"],
    ):
        run("rubric", "trust", *wrong, code=Exit.USAGE)
    said = capsys.readouterr().err
    assert "请写明理由" in said and "没有人工设定可以撤回" in said and "zhao 无权设定" in said
    run("rubric", "trust", "shirk", "--only-flag", "--reason", "误听", "--as", "sun")
    assert "只提示，不扣分" in capsys.readouterr().out
    run("rubric", "explain", "shirk")
    explained = capsys.readouterr().out
    assert "Sun设定：误听" in explained and "尚无复核结论；满 20 条复核" in explained
    run("rescore", "--lang", "en")
    assert "only flag and take no points: Shirked" in capsys.readouterr().err
    run("show", "O02", "--lang", "en")
    assert "only flags" in capsys.readouterr().out
    run("export", "trust", "--format", "jsonl", "-o", "-")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["criterion"] for one in records if not one["takes_points"]] == ["shirk"]
    run("rubric", "trust", "shirk", "--undo", "--json")
    assert json.loads(capsys.readouterr().out)["takes_points"] is True
