"""Reading a night from the command line: tables, pages, exports, exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from pipeline.cli.app import COMMANDS
from pipeline.store import open_store
from pipeline.transcription.devices import graphics_cards
from tests.e2e.commands import ROOT, callinspect, here
from tests.nights import fill

GOLDEN = ROOT / "tests" / "golden" / "pages"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    fill(folder / "callinspect.db")
    return folder


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def one_line(text: str) -> str:
    assert len(text.splitlines()) == 1, text
    return text


def test_help_is_chinese_first_and_english_on_request(place: Path) -> None:
    chinese, english = callinspect("--help", cwd=place), here("--lang", "en", "--help", cwd=place)
    assert (chinese.returncode, english.returncode) == (0, 0)
    assert "列出通话" in chinese.stdout
    assert "list calls with score and flags" in english.stdout
    for name in COMMANDS:
        assert f" {name} " in chinese.stdout


@pytest.mark.parametrize("width", [80, 200])
def test_a_call_looks_as_it_always_did(place: Path, width: int) -> None:
    """Compared with a golden page; the titles of codes come from the lexicons, so none are used here."""
    got = here("show", "O02", cwd=place, width=width, CALLINSPECT_LEXICONS=str(place))
    assert (got.returncode, got.stderr) == (0, "")
    assert "\x1b" not in got.stdout
    assert max(map(cell_len, got.stdout.splitlines())) <= width
    assert lines(got.stdout) == (GOLDEN / f"show-{width}.txt").read_text(encoding="utf-8").splitlines()


def test_show_as_json_has_everything(place: Path) -> None:
    call = json.loads(here("show", "O02", "--json", cwd=place).stdout)
    assert (call["call_id"], call["score"], len(call["utterances"]), len(call["hits"])) == ("O02", 75, 5, 5)
    assert sum(entry["points"] for entry in call["scorecard"]["ledger"]) == call["score"]
    assert call["evidence_of_measures"]["silence_total"] == [[7.9, 17.2]]


def test_list(place: Path) -> None:
    got = here("list", cwd=place)
    assert got.returncode == 0
    assert [line.split()[0] for line in got.stdout.splitlines()[1:]] == ["O01", "O02", "O03", "O04"]
    assert "\x1b" not in got.stdout


def test_list_gives_one_record_per_line(place: Path) -> None:
    got = here("list", "--flagged", "--json", cwd=place)
    assert got.returncode == 0
    assert [json.loads(line)["call_id"] for line in got.stdout.splitlines()] == ["O02"]


def test_a_short_list_says_there_is_more(place: Path) -> None:
    got = callinspect("list", "--limit", "2", cwd=place)
    assert "只显示前 2 通" in got.stderr
    assert here("list", "--limit", "2", "-q", cwd=place).stderr == ""


def test_options_work_before_and_after_the_command(place: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{place / 'callinspect.db'}"
    for arguments in (["--store", store, "--lang", "en", "list"], ["list", "--store", store, "--lang", "en"]):
        got = here(*arguments, cwd=tmp_path)
        assert got.returncode == 0
        assert "started" in got.stdout
    assert "started" in here("list", cwd=tmp_path, CALLINSPECT_STORE=store, CALLINSPECT_LANG="en").stdout


def test_the_configuration_file_counts(place: Path, tmp_path: Path) -> None:
    config = tmp_path / "other.toml"
    config.write_text(f'store = "sqlite:///{place / "callinspect.db"}"\nlang = "en"\n')
    got = here("list", "--config", config, cwd=tmp_path)
    assert "started" in got.stdout
    assert here("list", "--config", tmp_path / "none.toml", cwd=tmp_path).returncode == 2


def test_exports_land_in_new_folders(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "calls.jsonl"
    got = here("export", "calls", "--format", "jsonl", "-o", out, cwd=place)
    assert got.returncode == 0
    assert "已导出 4 通电话 ->" in got.stderr
    assert [json.loads(line)["call_id"] for line in out.read_text(encoding="utf-8").splitlines()] == [
        "O01",
        "O02",
        "O03",
        "O04",
    ]


def test_the_format_follows_from_the_file_name(place: Path, tmp_path: Path) -> None:
    assert here("export", "calls", "-o", tmp_path / "c.xlsx", cwd=place).returncode == 0
    assert (tmp_path / "c.xlsx").read_bytes()[:2] == b"PK"
    got = here("export", "calls", "-o", tmp_path / "c", cwd=place)
    assert got.returncode == 2
    assert "--format" in one_line(got.stderr)


def test_export_to_standard_output_is_nothing_but_the_export(place: Path) -> None:
    got = callinspect("export", "violations", "--format", "csv", "-o", "-", cwd=place)
    assert (got.returncode, got.stderr) == (0, "")
    table = list(csv.DictReader(io.StringIO(got.stdout.removeprefix("\ufeff"))))
    assert {row["criterion"] for row in table if row["violations"] != "0"} == {
        "attitude-impatient",
        "shirk",
        "dead-air",
    }


def test_subtitles_of_one_call(place: Path, tmp_path: Path) -> None:
    got = here("export", "transcripts", "-o", tmp_path / "o.vtt", "--call", "O02", cwd=place)
    assert got.returncode == 0
    assert (tmp_path / "o.vtt").read_text(encoding="utf-8").startswith("WEBVTT")


def test_wrong_usage_is_one_line_and_status_2(place: Path) -> None:
    got = callinspect("show", "O99", cwd=place)
    assert (got.returncode, got.stdout) == (2, "")
    assert "没有通话 O99" in one_line(got.stderr)


def test_a_wrong_setting_is_one_line(place: Path) -> None:
    got = here("list", cwd=place, CALLINSPECT_WORKERS="-1")
    assert got.returncode == 2
    assert "workers" in one_line(got.stderr)


def test_a_damaged_database_stops_with_a_remedy_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "callinspect.db").write_bytes(b"this is no database, " * 100)
    got = callinspect("list", cwd=tmp_path)
    assert got.returncode == 2, "an unusable store is a wrong setting"
    assert "Traceback" not in got.stderr
    assert "--store" in one_line(got.stderr)
    assert "Traceback" in here("list", "-v", cwd=tmp_path).stderr


def test_a_reader_that_leaves_early_is_no_error(place: Path) -> None:
    python = shlex.quote(sys.executable)
    command = f"{python} -m pipeline.cli export transcripts --format csv -o - | head -c 3 | wc -c"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    got = subprocess.run(
        ["/bin/sh", "-c", command], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert (got.stdout.strip(), got.stderr) == ("3", "")


def test_colours_only_where_they_are_wanted(place: Path) -> None:
    assert "\x1b[" in callinspect("show", "O02", cwd=place, FORCE_COLOR="1").stdout
    assert "\x1b[3" not in here("show", "O02", cwd=place, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_terminal_without_chinese_gets_question_marks(place: Path) -> None:
    got = callinspect("list", cwd=place, PYTHONIOENCODING="ascii")
    assert got.returncode == 0
    assert "O02" in got.stdout


def test_who_sits_at_a_terminal_is_asked_before_calls_are_deleted(tmp_path: Path) -> None:
    """A timed job has nobody to ask, and goes on."""
    url = fill(tmp_path / "callinspect.db")

    def purge(*more: str, answer: str) -> tuple[str, int]:
        ours, theirs = pty.openpty()
        os.write(ours, answer.encode())
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pipeline.cli", "purge", "--before", "2026-11-30", *more],
                cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=theirs,
                capture_output=True, text=True, check=True,
            )  # fmt: skip
        finally:
            os.close(ours)
            os.close(theirs)
        with open_store(url) as store:
            return done.stdout + done.stderr, store.calls.count()

    said, left = purge(answer="n\n")
    assert "将删除 2026-11-30 之前的 4 通电话" in said and "没有删除" in said
    assert left == 4
    said, left = purge("--dry-run", answer="")
    assert "确定" not in said and left == 4
    assert purge(answer="y\n")[1] == 0
    fill(tmp_path / "again.db")
    said, left = purge(answer="")
    assert "确定" not in said, "nothing to ask about"
    got = callinspect("purge", "--before", "2026-11-30", "--store", "again.db", cwd=tmp_path)
    assert got.returncode == 0 and "通话 4" in got.stdout and "确定" not in got.stderr


def test_doctor_shows_every_setting_and_where_it_comes_from(place: Path) -> None:
    got = here("doctor", "--lang", "en", cwd=place, width=200, CALLINSPECT_WORKERS="3")
    rows = {line.split()[0]: line for line in got.stdout.splitlines() if line.strip()}
    assert "command line" in rows["lang"]
    assert "environment" in rows["workers"]
    assert "default" in rows["device"]
    assert "4 calls" in got.stdout


def test_doctor_names_what_must_be_mended(tmp_path: Path) -> None:
    got = here(
        "doctor",
        cwd=tmp_path,
        width=300,
        CALLINSPECT_MODELS=str(tmp_path),
        CALLINSPECT_LEXICONS=str(tmp_path),
    )
    assert got.returncode == 2
    assert "callinspect models fetch base" in got.stdout
    assert "callinspect models fetch campplus" in got.stdout
    assert "尚未建立" in got.stdout
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        ('templates = ["{agnt}_{call_id}"]', "没有字段 {agnt}"),
        ('templates = ["{started:%Q}_{call_id}"]', "%Q"),
        ('columns = {agent = "坐席编码"}', "没有列“agent”"),
        ('encoding = "gbkk"', "没有编码“gbkk”"),
        ('rules = ["callinspect.toml"]', "callinspect.toml"),
    ],
)
def test_doctor_finds_what_would_stop_a_run_at_the_call_list(calls: str, told: str, tmp_path: Path) -> None:
    config = tmp_path / "callinspect.toml"
    config.write_text(f"[calls]\n{calls}\n", encoding="utf-8")
    got = here("doctor", cwd=tmp_path, width=300)
    assert (got.returncode, told in got.stdout) == (2, True), got.stdout
    config.write_text('[calls]\ntemplates = ["{agent}_{call_id}"]\n', encoding="utf-8")
    fine = here("doctor", cwd=tmp_path, width=300)
    assert "1 个文件名模板，都可用" in fine.stdout


@pytest.mark.skipif(graphics_cards() > 0, reason="there is a graphics card")
@pytest.mark.skipif(
    not (ROOT / "models" / "base" / "model.bin").is_file(), reason="the speech model is missing"
)
def test_a_graphics_card_that_is_not_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    doctor = here("doctor", cwd=tmp_path, width=300, CALLINSPECT_DEVICE="cuda")
    assert doctor.returncode == 2
    assert "没有可用的显卡" in doctor.stdout
    (tmp_path / "dump").mkdir()
    run = here("run", "dump", cwd=tmp_path, width=300, CALLINSPECT_DEVICE="cuda")
    assert (run.returncode, run.stdout) == (2, "")
    assert 'device = "cpu"' in run.stderr
    assert not list(tmp_path.glob("*.db"))
    assert "运行在：cpu" in here("doctor", cwd=tmp_path, width=300, CALLINSPECT_DEVICE="auto").stdout


def test_doctor_never_shows_a_password(tmp_path: Path) -> None:
    store = "postgresql://me:pa55word@127.0.0.1:1/none"
    got = here("doctor", cwd=tmp_path, CALLINSPECT_STORE=store)
    assert "pa55word" not in got.stdout + got.stderr
    assert "***" in got.stdout
