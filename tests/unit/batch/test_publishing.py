"""An edit becomes files whole, whatever happens in between, and goes again."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from pipeline.batch.publishing import abandon, pairs, present_basis, publish, roll_back
from pipeline.batch.rule_edits import (
    LEXICON_FILE,
    SENTENCE_FILE,
    SHEET_FILE,
    EditContent,
    standing_content,
    with_edit,
)
from pipeline.errors import Conflict, Refused
from pipeline.files import replace_file
from pipeline.phrases import load_lexicons
from pipeline.phrases.layer import AddedPhrase, PhraseChange
from pipeline.phrases.lexicon_file import CodeEntry, PhraseExamples
from pipeline.phrases.own_sentences import OwnSentence
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.layer import SheetChange, SheetLayer
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.repositories.rule_edit_rows import EditState, RuleEdit
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


def killed_after_one_file(
    store: Store, settings: Settings, edit: EditContent = EDIT, request: str = "r"
) -> RuleEdit:
    """An edit whose publication was killed once its lexicon was written."""
    layer, number = layer_of(settings), tried(store, settings, edit, request)
    files = pairs(layer, edit, "")
    replace_file(layer / LEXICON_FILE, files[LEXICON_FILE][1].encode())
    return store.rule_edits.begin_publishing(number, files, reason="r", seen=1, by=None)


def readable(settings: Settings) -> Rubric:
    lexicons = load_lexicons(settings.lexicons, settings.layer)
    return load_rubric(settings.rubric, codes=lexicons.codes, layer=settings.layer)


def test_what_was_killed_is_given_up(store: Store, settings: Settings) -> None:
    layer, began = layer_of(settings), killed_after_one_file(store, settings)
    with pytest.raises(Conflict, match="changed this edit"):
        abandon(store, settings, began.id, by=None, seen=began.version - 1)
    assert abandon(store, settings, began.id, by=None, seen=began.version) == ()
    assert not (layer / LEXICON_FILE).exists() and not (layer / SHEET_FILE).exists()
    found = store.rule_edits.edit(began.id)
    assert (found.state, found.content, found.files) == (EditState.DRAFT, EDIT.dumped(), {})
    assert (found.report, found.basis, found.reason, found.published_at) == (None, None, "", None)
    with pytest.raises(Refused, match="not being published"):
        abandon(store, settings, began.id, by=None, seen=found.version)
    store.rule_edits.drop(began.id, seen=found.version, by=None)


def killed(store: Store, settings: Settings, act: Callable[[Store], object], step: int) -> bool:
    """Whether an act in a process of its own was killed before a change of the layer, counted from 0."""
    layer, child = str(layer_of(settings)), os.fork()
    if child == 0:
        steps = count()

        def change(event: str, arguments: tuple[object, ...]) -> None:
            place = {"os.rename": 1, "os.remove": 0}.get(event)
            if place is not None and str(arguments[place]).startswith(layer) and next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(change)
        with suppress(BaseException), open_store(store.url) as own:
            act(own)
            os._exit(0)
        os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_killed_at_any_moment_there_is_a_way_on_and_a_way_back(store: Store, settings: Settings) -> None:
    layer, before = layer_of(settings), b"pass_mark: 70\r\n"
    replace_file(layer / SHEET_FILE, before)

    def publishing(one: Store) -> RuleEdit:
        found = one.rule_edits.edit(number)
        return publish(one, settings, number, by=None, reason="r", seen=found.version)

    def abandoning(one: Store) -> tuple[str, ...]:
        return abandon(one, settings, number, by=None, seen=one.rule_edits.edit(number).version)

    def rolling_back(one: Store) -> RuleEdit:
        found = one.rule_edits.edit(number)
        return roll_back(one, settings, number, by=None, reason="r", seen=found.version)

    for step in range(6):
        number = tried(store, settings, NEW_CODE, f"r{step}")
        if not killed(store, settings, publishing, step):
            break
        readable(settings)
        assert store.rule_edits.edit(number).state is EditState.PUBLISHING
        for again in range(6):
            if not killed(store, settings, publishing if step % 2 else abandoning, again):
                break
            readable(settings)
        if step % 2:
            assert store.rule_edits.edit(number).state is EditState.PUBLISHED
            while killed(store, settings, rolling_back, 1):
                readable(settings)
        readable(settings)
        ended = EditState.ROLLED_BACK if step % 2 else EditState.DRAFT
        assert store.rule_edits.edit(number).state is ended
        assert (layer / SHEET_FILE).read_bytes() == before and not (layer / LEXICON_FILE).exists()
    assert step == 4, "two files, each written beside and put in its place"


def test_a_file_written_by_hand_while_it_was_unfinished_stays(store: Store, settings: Settings) -> None:
    layer, began = layer_of(settings), killed_after_one_file(store, settings)
    replace_file(layer / SHEET_FILE, b"pass_mark: 70\n")
    with pytest.raises(Conflict, match="by hand"):
        publish(store, settings, began.id, by=None, reason="r", seen=began.version)
    assert abandon(store, settings, began.id, by=None, seen=began.version) == (SHEET_FILE,)
    assert (layer / SHEET_FILE).read_bytes() == b"pass_mark: 70\n"
    assert not (layer / LEXICON_FILE).exists(), "what nobody changed goes back"
    assert store.rule_edits.edit(began.id).state is EditState.DRAFT


NEW_CODE = EditContent(
    codes=(
        CodeEntry.model_validate(
            {
                "code": "own-1", "kind": "forbidden", "title": "推给系统", "severity": "D", "role": "agent",
                "phrases": [{"phrase": "系统就这样", "reason": "r", "examples": {"hit": ["系统就这样"]}}],
            }
        ),
    ),
    sheet=EDIT.sheet,
)  # fmt: skip
NAMES_IT = """phrases:
  - code: own-1
    phrase: 系统就这么规定
    reason: r
    examples: {hit: [系统就这么规定]}
"""


def test_what_somebody_names_by_hand_stays_when_it_is_given_up(store: Store, settings: Settings) -> None:
    layer, began = layer_of(settings), killed_after_one_file(store, settings, NEW_CODE)
    replace_file(layer / "lexicons" / "zzz.yaml", NAMES_IT.encode())
    readable(settings)
    assert abandon(store, settings, began.id, by=None, seen=began.version) == (LEXICON_FILE,)
    readable(settings)
    assert store.rule_edits.edit(began.id).state is EditState.DRAFT


def test_given_up_also_where_the_rules_cannot_be_read_anyway(store: Store, settings: Settings) -> None:
    layer, began = layer_of(settings), killed_after_one_file(store, settings)
    replace_file(layer / "lexicons" / "zzz.yaml", b"- broken\n")
    with pytest.raises(Conflict, match="other rules"):
        publish(store, settings, began.id, by=None, reason="r", seen=began.version)
    assert abandon(store, settings, began.id, by=None, seen=began.version) == ()
    assert not (layer / LEXICON_FILE).exists()
    (layer / "lexicons" / "zzz.yaml").unlink()
    readable(settings)


def test_it_is_not_finished_over_rules_that_were_changed_since(store: Store, settings: Settings) -> None:
    """Somebody takes the item out by hand that the edit changes."""
    layer = layer_of(settings)
    (layer / "rubric").mkdir()
    hand = layer / "rubric" / "house.yaml"
    hand.write_text(
        f"items:\n  - criterion: {readable(settings).criteria[0].id}\n    reason: x\n"
        "    item: {id: station, title: 驿站, severity: D, deduct: 2, check: {phrase: {codes: [shirk]}}}\n",
        encoding="utf-8",
    )
    change = SheetChange.model_validate({"item": "station", "deduct": 3, "reason": "轻"})
    edit = EDIT.model_copy(update={"sheet": SheetLayer(changes=(change,))})
    began = killed_after_one_file(store, settings, edit)
    hand.unlink()
    with pytest.raises(Conflict, match="since it was tried"):
        publish(store, settings, began.id, by=None, reason="r", seen=began.version)
    readable(settings)
    assert not (layer / SHEET_FILE).exists()
    abandon(store, settings, began.id, by=None, seen=began.version)
    readable(settings)


def test_what_is_written_already_is_finished_whatever_was_changed_since(
    store: Store, settings: Settings
) -> None:
    layer, began = layer_of(settings), killed_after_one_file(store, settings)
    replace_file(layer / SHEET_FILE, began.files[SHEET_FILE][1].encode())
    replace_file(layer / "lexicons" / "house.yaml", b"codes: []\n")
    done = publish(store, settings, began.id, by=None, reason="r", seen=began.version)
    assert done.state is EditState.PUBLISHED


def test_nothing_else_is_published_or_rolled_back_while_one_is_unfinished(
    store: Store, settings: Settings
) -> None:
    first = publish(store, settings, tried(store, settings), by=None, reason="r", seen=1)
    other = EditContent(sheet=SheetLayer(pass_mark=70))
    third = tried(store, settings, other, "third")
    began = killed_after_one_file(store, settings, NEW_CODE, "second")
    with pytest.raises(Conflict, match=f"edit {began.id} is being published"):
        publish(store, settings, third, by=None, reason="r", seen=1)
    with pytest.raises(Conflict, match=f"edit {began.id} is being published"):
        roll_back(store, settings, first.id, by=None, reason="r", seen=first.version)
    abandon(store, settings, began.id, by=None, seen=began.version)
    assert publish(store, settings, third, by=None, reason="r", seen=1).state is EditState.PUBLISHED


def test_what_would_leave_rules_that_cannot_be_read_is_not_rolled_back(
    store: Store, settings: Settings
) -> None:
    layer, number = layer_of(settings), tried(store, settings, NEW_CODE)
    done = publish(store, settings, number, by=None, reason="r", seen=1)
    hand = layer / "lexicons" / "zzz.yaml"
    replace_file(hand, NAMES_IT.encode())
    with pytest.raises(Refused, match=r"layer|own") as refused:
        roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    assert refused.value.code == "rules-would-break"
    assert str(hand) in str(refused.value), "the file that is there, not the copy that was read"
    readable(settings)
    assert store.rule_edits.edit(number).state is EditState.PUBLISHED
    hand.unlink()
    learnt = layer / "sentences" / "house.jsonl"
    replace_file(learnt, b'{"text": "x", "role": "agent", "codes": ["own-1"]}\n')
    with pytest.raises(Refused, match="own-1"):
        roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    replace_file(learnt, b"{broken\n")  # no fault of rolling back
    roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    assert not (layer / LEXICON_FILE).exists()


def unwritable(path: Path) -> Path:
    """A folder in the place of what a file is first written as: nobody can write the file, root neither."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    beside.mkdir(parents=True)
    return beside


def test_where_a_file_cannot_be_written_all_is_as_it_was(store: Store, settings: Settings) -> None:
    """The sheet is the last file when it is published: by then the lexicon is written."""
    layer, number = layer_of(settings), tried(store, settings)
    beside = unwritable(layer / SHEET_FILE)
    with pytest.raises(Refused, match="rubric") as refused:
        publish(store, settings, number, by=None, reason="r", seen=1)
    assert refused.value.code == "layer-files"
    assert not (layer / LEXICON_FILE).exists(), "what was written is taken back"
    found = store.rule_edits.edit(number)
    assert (found.state, found.version, found.files) == (EditState.TRIED, 3, {})
    beside.rmdir()
    assert publish(store, settings, number, by=None, reason="r", seen=3).state is EditState.PUBLISHED


def test_where_a_file_cannot_be_written_nothing_is_rolled_back(store: Store, settings: Settings) -> None:
    """The lexicon is the last file when it goes back."""
    layer = layer_of(settings)
    publish(store, settings, tried(store, settings), by=None, reason="r", seen=1)
    other = NEW_CODE.model_copy(update={"sheet": SheetLayer(pass_mark=70)})
    done = publish(store, settings, tried(store, settings, other, "2"), by=None, reason="r", seen=1)
    beside = unwritable(layer / LEXICON_FILE)
    with pytest.raises(Refused, match="lexicons"):
        roll_back(store, settings, done.id, by=None, reason="r", seen=done.version)
    assert (layer / SHEET_FILE).read_text(encoding="utf-8") == done.files[SHEET_FILE][1]
    assert store.rule_edits.edit(done.id).state is EditState.PUBLISHED
    beside.rmdir()
    roll_back(store, settings, done.id, by=None, reason="r", seen=done.version)
    assert standing_content(layer) == EDIT


def test_what_cannot_be_written_yet_can_still_be_given_up(store: Store, settings: Settings) -> None:
    layer, number = layer_of(settings), tried(store, settings)
    files = pairs(layer, EDIT, "")
    began = store.rule_edits.begin_publishing(number, files, reason="r", seen=1, by=None)
    unwritable(layer / LEXICON_FILE)
    with pytest.raises(Refused, match="lexicons"):
        publish(store, settings, number, by=None, reason="r", seen=began.version)
    assert store.rule_edits.edit(number).state is EditState.PUBLISHING
    assert abandon(store, settings, number, by=None, seen=began.version) == ()


def test_a_folder_that_cannot_be_made_is_told(store: Store, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    nowhere = settings.model_copy(update={"layer": tmp_path / "file" / "own"})
    number = tried(store, settings)
    with pytest.raises(Refused, match="file/own") as refused:
        publish(store, nowhere, number, by=None, reason="r", seen=1)
    assert refused.value.code == "layer-files"


@pytest.mark.parametrize("standing", [b"pass_mark: 70\r\n# mine\r\n", b"\xef\xbb\xbfpass_mark: 70\r# mine\n"])
def test_it_goes_back_to_the_byte(store: Store, settings: Settings, standing: bytes) -> None:
    path = layer_of(settings) / SHEET_FILE
    replace_file(path, standing)
    number = tried(store, settings)
    done = publish(store, settings, number, by=None, reason="r", seen=1)
    assert path.read_bytes() != standing
    roll_back(store, settings, number, by=None, reason="r", seen=done.version)
    assert path.read_bytes() == standing


@pytest.mark.parametrize("broken", [b"{not json\n", b"1\n", b'"x"\n', b"\xff\n"])
def test_sentences_that_were_broken_by_hand_are_told(settings: Settings, broken: bytes) -> None:
    replace_file(layer_of(settings) / SENTENCE_FILE, broken)
    with pytest.raises(Refused, match=SENTENCE_FILE) as refused:
        with_edit(layer_of(settings), EDIT)
    assert refused.value.code == "room-file"


def test_more_examples_than_a_file_takes_are_refused_when_they_come_together() -> None:
    def change(start: int) -> EditContent:
        hit = [f"甲{n}" for n in range(start, start + 60)]
        told = {"code": "shirk", "phrase": "甲", "reason": "r", "examples": {"hit": hit}}
        return EditContent(changes=(PhraseChange.model_validate(told),))

    with pytest.raises(Refused, match="too much") as refused:
        change(0).merged(change(60))
    assert refused.value.code == "edit-form"


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
