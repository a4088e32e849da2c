"""An edit is tried on ordinary talk, also on what a centre collected itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch.checking_edits import ORDINARY, check
from pipeline.batch.publishing import write_edited
from pipeline.batch.rule_edits import EditContent
from pipeline.phrases.layer import AddedPhrase
from pipeline.phrases.lexicon_file import PhraseExamples
from pipeline.settings import Settings
from tests.unit.phrases.conversations import LEXICON

EDIT = AddedPhrase(
    code="shirk", phrase="您去问平台", reason="推给平台", examples=PhraseExamples(hit=("您去问平台",))
)


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    folder = tmp_path / "lexicons"
    (folder / "sentences").mkdir(parents=True)
    (folder / "small.yaml").write_text(LEXICON, encoding="utf-8")
    (folder / "ordinary.jsonl").write_text('{"role": "agent", "text": "请您稍等"}\n', encoding="utf-8")
    return folder


def checked(folder: Path) -> dict[str, Any]:
    """What comes of adding a phrase to the rules of the folder."""
    layer = folder.parent / "layer"
    layer.mkdir()
    write_edited(layer, EditContent(phrases=(EDIT,)))
    return check(lexicons=folder, rubric=Settings().rubric, old=None, new=layer, lang="en")


def ordinary(folder: Path, *lines: str) -> None:
    (folder / ORDINARY).write_text("\n".join(lines) + "\n", encoding="utf-8")


def line(text: str, **more: Any) -> str:
    return json.dumps({"role": "agent", "text": text, "codes": [], **more}, ensure_ascii=False)


def test_what_the_centre_collected_is_tried_and_empty_lines_are_passed_over(lexicons: Path) -> None:
    ordinary(lexicons, line("发票的事您去问平台也可以"), "", line("您去问平台吧", codes=["shirk"]))
    found = checked(lexicons)
    assert (found["error"], found["codes"], found["accused"]) == ("", ["shirk"], 1)
    assert [one["text"] for one in found["ordinary"]] == ["发票的事您去问平台也可以"]


def test_a_line_that_is_no_sentence_is_told_with_its_place(lexicons: Path) -> None:
    ordinary(lexicons, line("请您稍等"), '{"role": "robot", "text": "您去问平台"}')
    found = checked(lexicons)
    assert f"{lexicons / ORDINARY}:2" in found["error"]
    assert found["accused"] == 0
