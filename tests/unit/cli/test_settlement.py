"""``callinspect report settlement``: shown, and as a file."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from pipeline.cli.main import Exit, status
from tests.nights import fill

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fill(tmp_path / "callinspect.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_shown_with_what_counts_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["report", "settlement", "--month", "2026-11"]) == Exit.DONE
    said = capsys.readouterr().out
    assert said.index("只计人工确认") < said.index("刘志远") < said.index("2026-11")
    assert "待复核 3 个" in said.replace("\n", "")
    assert status(["report", "settlement", "--lang", "en"]) == Exit.DONE  # the latest month with calls
    assert "Only errors count" in capsys.readouterr().out


def test_the_ending_of_the_file_decides(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    for ending in ("html", "xlsx", "json", "csv"):
        out = place / "made" / f"十月.{ending}"
        assert status(["report", "settlement", "--month", "2026-11", "-o", str(out)]) == Exit.DONE
        assert "质检合格率" in capsys.readouterr().err and out.stat().st_size > 200
    assert json.loads((place / "made" / "十月.json").read_text("utf-8"))["total"]["calls"] == 2
    assert openpyxl.load_workbook(place / "made" / "十月.xlsx")["坐席结算"].max_row == 4
    assert status(["report", "settlement", "--format", "csv"]) == Exit.DONE
    assert capsys.readouterr().out.lstrip("\ufeff").startswith("month,agent_id")


def test_a_folder_gets_one_of_the_month_and_an_index(place: Path) -> None:
    ours = ["report", "settlement", "--month", "2026-11", "-o", "out/"]
    for team in ([], ["--team", "客服一组"]):
        assert status([*ours, "-f", "html", "-f", "xlsx", "-f", "csv", *team]) == Exit.DONE
    names = sorted(path.name for path in (place / "out" / "2026-11").iterdir())
    both = ("settlement", "settlement-客服一组")
    assert names == sorted(f"{stem}.{ending}" for stem in both for ending in ("csv", "html", "xlsx"))
    index = (place / "out" / "index.html").read_text("utf-8")
    assert all(
        f"2026-11/{name}" in index for name in ("settlement.html", "settlement.xlsx", "settlement.csv")
    )
    assert status([*ours[:-1], "x.html", "-f", "html", "-f", "csv"]) == Exit.USAGE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--month", "2026-13"], "2026-13"),
        (["--month", "2020-01"], "2020-01 没有通话"),
        (["-o", "x.docx"], "html, xlsx, json, csv"),
        (["--format", "pdf"], "html, xlsx, json, csv"),
        (["--table", "none.yaml"], "none.yaml"),
    ],
)
def test_what_cannot_be(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["report", "settlement", *arguments]) == Exit.USAGE
    assert said in capsys.readouterr().err


def test_a_wrong_table_is_told_with_its_line(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    text = (ROOT / "rubrics" / "settlement.yaml").read_text("utf-8")
    (place / "ours.yaml").write_text(text.replace("amount: 2000", "amont: 2000"), "utf-8")
    assert status(["report", "settlement", "--table", "ours.yaml"]) == Exit.USAGE
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "amount: 2000" in one)
    told = capsys.readouterr().err
    assert f"ours.yaml:{line}: " in told and "amount" in told
