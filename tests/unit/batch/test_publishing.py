"""An edit becomes files whole, whatever happens in between, and goes again."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.batch.publishing import pairs, present_basis, publish, roll_back
from pipeline.batch.rule_edits import LEXICON_FILE, SHEET_FILE, EditContent, standing_content
from pipeline.errors import Conflict, Refused
from pipeline.files import replace_file
from pipeline.phrases import load_lexicons
from pipeline.phrases.layer import AddedPhrase, PhraseChange
from pipeline.phrases.lexicon_file import PhraseExamples
from pipeline.phrases.own_sentences import OwnSentence
from pipeline.rubric import load_rubric
from pipeline.rubric.layer import SheetChange, SheetLayer
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.repositories.rule_edits import EditState
from tests.stores import empty_store

EDIT = EditContent(
    phrases=(
        AddedPhrase(
            code="shirk", phrase="系统就这样", reason="推给系统", examples=PhraseExamples(hit=("系统就这样",))
        ),
    ),
    sheet=SheetLayer(changes=(SheetChange.model_validate({"item": "shirk", "deduct": 3, "reason": "轻"}),)),
)
GOOD = {"error": "", "issues": [], "weights": ""}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    empty_store(tmp_path / "store.db")
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "own").mkdir()
    return Settings(layer=tmp_path / "own")


def layer_of(settings: Settings) -> Path:
    assert settings.layer is not None
    return settings.layer


def tried(store: Store, settings: Settings, edit: EditContent = EDIT, request: str = "r") -> int:
    made = store.rule_edits.create("改", by=None, request=request, content=edit.dumped())
    store.rule_edits.keep_report(made.id, GOOD, basis=present_basis(settings), seen=1)
    return made.id


def test_published_rules_are_read_and_rolled_back_to_the_byte(store: Store, settings: Settings) -> None:
    layer, number = layer_of(settings), tried(store, settings)
    done = publish(store, settings, number, by=None, reason="r", seen=1)
    assert done.state is EditState.PUBLISHED
    lexicons = load_lexicons(settings.lexicons, layer)
    assert any(p.canonical == "系统就这样" for p in lexicons.phrases)
    sheet = load_rubric(settings.rubric, codes=lexicons.codes, layer=layer)
    assert next(i for i in sheet.items if i.id == "shirk").deduct == 3
    assert standing_content(layer) == EDIT, "what is written is read as what it was"
    roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    assert [p for p in layer.rglob("*") if p.is_file() and p.suffix != ".lock"] == []


def test_killed_after_one_file_it_is_finished(store: Store, settings: Settings) -> None:
    layer, number = layer_of(settings), tried(store, settings)
    files = pairs(layer, EDIT, "")
    began = store.rule_edits.begin_publishing(number, files, reason="r", seen=1, by=None)
    replace_file(layer / LEXICON_FILE, files[LEXICON_FILE][1].encode())
    load_rubric(settings.rubric, codes=load_lexicons(settings.lexicons, layer).codes, layer=layer)
    assert not (layer / SHEET_FILE).exists()
    done = publish(store, settings, number, by=None, reason="", seen=began.version)
    assert done.state is EditState.PUBLISHED and (layer / SHEET_FILE).exists()


def test_a_file_edited_by_hand_since_is_not_overwritten(store: Store, settings: Settings) -> None:
    layer, number = layer_of(settings), tried(store, settings)
    done = publish(store, settings, number, by=None, reason="r", seen=1)
    path = layer / LEXICON_FILE
    path.write_text(path.read_text(encoding="utf-8") + "# 手写\n", encoding="utf-8")
    with pytest.raises(Conflict, match="changed since"):
        roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    assert "手写" in path.read_text(encoding="utf-8")


def test_rules_that_changed_since_are_not_published_over(store: Store, settings: Settings) -> None:
    number = tried(store, settings)
    (layer_of(settings) / "lexicons").mkdir()
    (layer_of(settings) / "lexicons" / "house.yaml").write_text("codes: []\n", encoding="utf-8")
    with pytest.raises(Conflict, match="since it was tried"):
        publish(store, settings, number, by=None, reason="r", seen=1)


def test_without_a_folder_it_is_refused(store: Store) -> None:
    with pytest.raises(Refused, match="layer"):
        publish(store, Settings(), 1, by=None, reason="r", seen=1)


def test_later_says_win_and_opposites_replace_each_other() -> None:
    def change(**values: object) -> EditContent:
        told = {"code": "shirk", "phrase": "甲", "reason": "r", **values}
        return EditContent(changes=(PhraseChange.model_validate(told),))

    both = change(exceptions=["甲乙"], examples={"hit": ["甲丙"]}).merged(
        change(examples={"quiet": ["甲丙"]})
    )
    (one,) = both.changes
    assert (one.exceptions, one.examples.hit, one.examples.quiet) == (("甲乙",), (), ("甲丙",))
    learnt = EditContent(sentences=(OwnSentence(text="甲", role="agent", codes=("shirk",)),))
    other = EditContent(sentences=(OwnSentence(text="甲", role="agent", not_codes=("shirk",)),))
    assert learnt.merged(other) == other
    sheet = EditContent(sheet=SheetLayer(pass_mark=85)).merged(EDIT).sheet
    assert sheet.pass_mark == 85 and len(sheet.changes) == 1


def test_a_file_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "f.yaml"
    replace_file(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    replace_file(path, b"two")
    assert path.read_bytes() == b"two" and stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["f.yaml"]
