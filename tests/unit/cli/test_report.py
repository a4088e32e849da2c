"""``callinspect report``: files, dated folders with an index, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.main import Exit, status
from tests.nights import fill


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    fill(tmp_path / "callinspect.db")
    return tmp_path


def run(*arguments: str, code: int = Exit.DONE) -> None:
    assert status(["report", *arguments]) == code


def test_a_file(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("night", "-o", "night.html", "--room", "https://qa.example/")
    text = (night / "night.html").read_text(encoding="utf-8")
    assert "昨夜质检报告" in text
    assert 'href="https://qa.example/queue?' in text
    assert "昨夜质检报告 写到 night.html" in capsys.readouterr().err
    before = (night / "night.html").read_bytes()
    run("night", "-o", "night.html", "--room", "https://qa.example/", "--lang", "en")
    assert "Night report" in (night / "night.html").read_text(encoding="utf-8")
    assert before != (night / "night.html").read_bytes()


def test_a_file_that_leads_nowhere_says_so(night: Path) -> None:
    run("day", "-o", "day.html")
    text = (night / "day.html").read_text(encoding="utf-8")
    assert "--room" in text and "/queue?" not in text


def test_standard_output(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("month", "-o", "-", "-f", "json", "--month", "2026-11")
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"]) == ("2026-11-01", "2026-11-30")
    assert found["sections"][0]["headlines"][0]["value"] == 4


def test_dated_folders_with_an_index(night: Path) -> None:
    run("month", "-o", "reports/", "-f", "html", "-f", "xlsx", "--month", "2026-11")
    run("agent", "--agent", "8002", "--week", "2026-W47", "-o", "reports")
    run("day", "--from", "2026-11-20", "--to", "2026-11-20", "-o", "reports/", "-f", "json")
    made = {str(path.relative_to(night / "reports")) for path in (night / "reports").rglob("*.*")}
    assert made == {
        "index.html",
        "2026-11/month.html",
        "2026-11/month.xlsx",
        "2026-W47/agent-8002.html",
        "2026-11-20/day.json",
    }
    index = (night / "reports" / "index.html").read_text(encoding="utf-8")
    assert all(name in index for name in made - {"index.html"})
    assert "坐席报告" in index
    again = index
    run("month", "-o", "reports/", "-f", "xlsx", "--month", "2026-11")
    assert (night / "reports" / "index.html").read_text(encoding="utf-8") == again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["agent", "-o", "x.html"], "--agent"),
        (["night", "-o", "x.doc"], "html, pdf, xlsx, json"),
        (["night", "-o", "x.html", "-f", "html", "-f", "pdf"], "html, pdf, xlsx, json"),
        (["night", "-o", "x.html", "--month", "2026-11", "--week", "2026-W47"], "--from/--to"),
        (["night", "-o", "x.html", "--month", "11"], "2026-11"),
        (["night", "-o", "x.html", "--week", "x"], "2026-W47"),
        (["criterion", "--criterion", "no-such", "-o", "x.html"], "no-such"),
        (["night"], "night.html"),
    ],
)
def test_what_is_refused(
    night: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    run(*arguments, code=Exit.USAGE)
    assert said in capsys.readouterr().err
    assert not (night / "x.html").exists()


def test_without_chromium_it_says_what_to_do(
    night: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.web.reporting.pdf.find_browser", lambda: None)
    run("night", "-o", "night.pdf", code=Exit.USAGE)
    assert ".html" in capsys.readouterr().err
    assert not (night / "night.pdf").exists()


def test_what_was_asked_wrongly_is_told(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("month", "-o", "m.html", "--from", "2026-11-10", "--to", "2026-11-01", code=Exit.USAGE)
    assert "2026-11-10" in capsys.readouterr().err
    run("month", "-o", "m.xlsx", "-f", "html", code=Exit.USAGE)
    assert "m.xlsx" in capsys.readouterr().err
    run("team", "--team", "没有这个班组", "-o", "t.html")
    assert "没有符合条件的通话" in capsys.readouterr().err
    assert not (night / "m.html").exists() and (night / "t.html").exists()
