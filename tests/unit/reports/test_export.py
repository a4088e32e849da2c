"""Exports are whole files, or they are not there."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import UsageError
from pipeline.reports import FORMATS, KINDS, ExportError, export, formats_of
from pipeline.reports.fields import columns
from pipeline.reports.files import file_name, whole_file
from pipeline.reports.writers.csv import guarded
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.store import CallFilter, Store, open_store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.nights import bad_call, fill


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(fill(tmp_path_factory.mktemp("store") / "night.db")) as opened:
        sheet = Settings().rubric  # the kind `trust` tells of the criteria of the sheet that is kept
        opened.rulebooks.keep([Rulebook(load_rubric(sheet).revision, "rubric", sheet.read_text("utf-8"))])
        yield opened


@pytest.mark.parametrize(("what", "format"), [(w, f) for w in KINDS for f in formats_of(w)])
def test_every_kind_in_every_format(store: Store, tmp_path: Path, what: str, format: str) -> None:
    out = tmp_path / "new" / "folder" / f"{what}-out"
    done = export(what, format, store, out)
    assert done.records > 0
    files = list(out.iterdir()) if out.is_dir() else [out]
    assert len(files) == done.files
    assert any(file.stat().st_size for file in files)  # an SRT file of a call without words is empty
    assert not list(tmp_path.rglob(".*")), "no temporary file is left"


@pytest.mark.parametrize("what", ["calls", "transcripts"])
def test_a_name_that_is_no_text_is_written_out(tmp_path: Path, what: str) -> None:
    """A recorder on Windows wrote the name in GBK."""
    one, path = bad_call(), os.fsdecode("/dump/通话.wav".encode("gbk"))
    name = os.fsdecode("张三".encode("gbk"))
    call = replace(one.recording.call, call_id=name, agent_name=name)
    with open_store(f"sqlite:///{tmp_path / 'gbk.db'}") as store:
        run = store.runs.start()
        recording = replace(one.recording, call=call, paths=(Path(path),))
        store.inspections.save(replace(one, recording=recording), run_id=run)
        store.runs.finish(run)
        for format in formats_of(what):
            assert export(what, format, store, tmp_path / format).records == 1
    written = (tmp_path / "jsonl").read_text("utf-8")
    assert json.loads(written)["call_id"] == "\\udcd5\\udcc5\\udcc8\\udcfd"


def test_the_same_calls_give_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for format in ("csv", "jsonl", "xlsx", "parquet"):
        for name in ("a", "b"):
            export("calls", format, store, tmp_path / name)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes(), format


def test_excel_sees_utf_8_and_a_frozen_header(store: Store, tmp_path: Path) -> None:
    export("calls", "csv", store, tmp_path / "calls.csv")
    assert (tmp_path / "calls.csv").read_bytes().startswith(b"\xef\xbb\xbfcall_id,")
    export("calls", "xlsx", store, tmp_path / "calls.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx").active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [column.name for column in columns(KINDS["calls"].fields)]
    assert sheet["C3"].value == "刘志远"
    assert sheet["A1"].font.bold


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM", "\tx", "\rx", "\n=1", "＝1", "'=1"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    ("cell", "written"), [(-5.0, "-5.0"), (None, ""), (True, "true"), ("您好", "您好"), (3, "3")]
)
def test_numbers_and_plain_text_are_left_alone(cell: float | bool | str | None, written: str) -> None:
    assert guarded(cell) == written


def test_subtitles_one_file_per_call(store: Store, tmp_path: Path) -> None:
    export("transcripts", "vtt", store, tmp_path / "subs")
    assert sorted(p.name for p in (tmp_path / "subs").iterdir()) == [
        "O01.vtt",
        "O02.vtt",
        "O03.vtt",
        "O04.vtt",
    ]
    text = (tmp_path / "subs" / "O02.vtt").read_text(encoding="utf-8")
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n<v 坐席>您好")
    export("transcripts", "srt", store, tmp_path / "one.srt", wanted=CallFilter(call_id="O02"))
    assert "\n\n2\n00:00:04,000 --> 00:00:07,900\n客户: 我的快递" in (tmp_path / "one.srt").read_text(
        encoding="utf-8"
    )


def test_one_subtitle_file_does_not_take_two_calls(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="one srt file holds one call"):
        export("transcripts", "srt", store, tmp_path / "all.srt")
    with pytest.raises(ExportError, match="no call matches"):
        export("transcripts", "srt", store, tmp_path / "none.srt", wanted=CallFilter(call_id="?"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("what", "format"), [("call", "csv"), ("calls", "vtt"), ("calls", "doc")])
def test_what_does_not_go_together_is_refused(store: Store, tmp_path: Path, what: str, format: str) -> None:
    with pytest.raises(ExportError, match="one of"):
        export(what, format, store, tmp_path / "x")


def test_parquet_without_pyarrow_says_how_to_get_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'callinspect\[parquet\]'") as caught:
        export("calls", "parquet", store, tmp_path / "calls.parquet")
    assert list(tmp_path.iterdir()) == []
    assert "扩展 callinspect[parquet]" in caught.value.said("zh")
    assert "the extra callinspect[parquet]" in caught.value.said("en")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_the_extra_that_parquet_needs(readme: str) -> None:
    text = (Path(__file__).parents[3] / readme).read_text(encoding="utf-8")
    assert "`callinspect[parquet]`" in text and "pip install -e '.[parquet]'" in text


def test_what_nobody_broke_is_written_only_where_all_rows_are_wanted(store: Store, tmp_path: Path) -> None:
    every = list(KINDS["violations"].records(store, CallFilter()))
    some, whole = tmp_path / "some.jsonl", tmp_path / "whole.jsonl"
    done = export("violations", "jsonl", store, some)
    written = [json.loads(line) for line in some.read_text(encoding="utf-8").splitlines()]
    assert {row["criterion"] for row in written} == {"attitude-impatient", "shirk", "dead-air"}
    assert all(row["violations"] for row in written)
    assert (done.records, done.left_out) == (len(written), len(every) - len(written))
    done = export("violations", "jsonl", store, whole, all_rows=True)
    assert (done.records, done.left_out) == (len(every), 0)
    assert [json.loads(line) for line in whole.read_text(encoding="utf-8").splitlines()] == every


@pytest.mark.parametrize("name", ["violations", "confirmed", "overturned", "pending", "added"])
def test_what_somebody_found_or_suspects_is_never_left_out(store: Store, name: str) -> None:
    says_nothing = KINDS["violations"].says_nothing
    quiet = next(row for row in KINDS["violations"].records(store, CallFilter()) if says_nothing(row))
    assert not says_nothing({**quiet, name: 1})


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "calls.csv"
    out.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(out) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert out.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["calls.csv"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"), whole_file(tmp_path):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="choose another place"), whole_file(tmp_path / "file" / "calls.csv"):
        pass


def test_names_of_calls_become_safe_and_different_file_names() -> None:
    assert file_name("O02", "vtt") == "O02.vtt"
    odd = [file_name(name, "vtt") for name in ("../a", "a/b", "a:b", ".a", "长" * 200, "长" * 201, "")]
    assert len(set(odd)) == len(odd)
    for name in odd:
        assert "/" not in name
        assert not name.startswith(".")
        assert len(name.encode()) < 255


def test_csv_keeps_lists_as_json(store: Store, tmp_path: Path) -> None:
    export("findings", "csv", store, tmp_path / "f.csv")
    table = csv.DictReader(io.StringIO((tmp_path / "f.csv").read_text(encoding="utf-8-sig"), newline=""))
    row = next(r for r in table if r["criterion"] == "shirk" and r["outcome"] == "failed")
    assert json.loads(row["evidence"])[0]["quote"] == "这不归我管"
    assert row["points"] == "-12.0"


def test_every_format_is_reachable() -> None:
    assert {f for what in KINDS for f in formats_of(what)} == set(FORMATS)
