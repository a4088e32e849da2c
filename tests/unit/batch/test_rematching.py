"""After an edit of the lexicons, looking for the edited codes alone gives what looking for all gives."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.batch.rescoring import rescore
from pipeline.batch.rescoring.rematching import Rematcher, edit_between
from pipeline.conversation.wordlists import WORDS_FILE
from pipeline.domain import (
    Call,
    How,
    Inspection,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules
from pipeline.phrases import Lexicons, compile_matcher, load_lexicons
from pipeline.rubric import Rubric, load_rubric
from pipeline.settings import load_settings
from pipeline.store import open_store
from pipeline.store.repositories.rulebook_rows import Rulebook

ROOT = Path(__file__).resolve().parents[3]
FILES = (
    "slots.yaml",
    "contexts.yaml",
    "forbidden-shirk.yaml",
    "forbidden-dismissive.yaml",
    "escalation.yaml",
)
LIKELIER = "没货就是没货，问几遍也变不出来"
"""As a whole it may be shirking, and is likelier coldness."""
NEW_WORDS = """\
codes:
  - code: test-code
    kind: forbidden
    title: 测试
    severity: C
    role: agent
    phrases:
      - phrase: 查.{0,4}通信录
        variants: [先挂电话吧]
        reason: test
        examples: {hit: [查一查通信录]}
"""
HOMOPHONES = dict(zip("归管投诉电话通讯", "鬼馆头述店画同信", strict=True))


def _added(folder: Path) -> None:
    (folder / "new.yaml").write_text(NEW_WORDS, encoding="utf-8")


def _taken_out(folder: Path) -> None:
    path = folder / "forbidden-shirk.yaml"
    text = path.read_text("utf-8")
    assert text.count("      - phrase: ") > 3
    path.write_text("      - phrase: ".join(text.split("      - phrase: ")[:-2]), encoding="utf-8")


def _context_changed(folder: Path) -> None:
    path = folder / "contexts.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("不", "卜").replace("别", "卜").replace("说", "卜"), encoding="utf-8")


def _variant_changed(folder: Path) -> None:
    path = folder / "forbidden-shirk.yaml"
    text = path.read_text("utf-8")
    assert "不归我" in text
    path.write_text(text.replace("不归我", "不归本人", 2), encoding="utf-8")


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    codes = load_lexicons(ROOT / "lexicons" / "zh").codes
    return load_rubric(ROOT / "rubrics" / "service.yaml", codes=codes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lexicons"
    made.mkdir()
    for name in FILES:
        shutil.copy(ROOT / "lexicons" / "zh" / name, made / name)
    return made


def _calls(lexicons: Lexicons) -> Iterator[tuple[Utterance, ...]]:
    dice = random.Random(3)
    texts = [text for p in lexicons.phrases for text in (*p.hit, *p.quiet)]
    texts += 30 * [
        "请您查一下通讯录好吗",
        "先挂电话吧",
        "您先查同信录",
        "这事不归本人管",
        LIKELIER,
        "他说你去投诉吧",
    ]
    for _ in range(160):
        said = []
        for number in range(8):
            text = dice.choice(texts)
            if dice.random() < 0.4:
                text = "".join(HOMOPHONES.get(c, c) if dice.random() < 0.5 else c for c in text)
            role = dice.choice([Role.AGENT, Role.CUSTOMER])
            said.append(Utterance(role, Span(number * 4.0, number * 4.0 + 3), text))
        yield tuple(said)


def _judged(said: tuple[Utterance, ...], lexicons: Lexicons, hits: tuple[PhraseHit, ...]) -> Inspection:
    return Inspection(
        Recording(Call("A1"), (), "0" * 64),
        Status.INSPECTED,
        None,
        Revisions("0" * 64, "engine", "base", lexicons.revision, "rubric", "settings"),
        40.0,
        "stereo",
        Transcript(said),
        hits=hits,
    )


def _kept(folder: Path, lexicons: Lexicons) -> Rulebook:
    files = {p.name: p.read_text("utf-8") for p in folder.glob("*.yaml")}
    return Rulebook(lexicons.revision, "lexicons", json.dumps(files))


@pytest.mark.parametrize("edit", [_added, _taken_out, _context_changed, _variant_changed])
def test_the_edit_alone_gives_the_same_hits(
    folder: Path, edit: Callable[[Path], None], rubric: Rubric
) -> None:
    old = load_lexicons(folder)
    book = _kept(folder, old)
    before = compile_matcher(old)
    edit(folder)
    new = load_lexicons(folder)
    assert new.revision != old.revision
    after = compile_matcher(new)
    changed = edit_between(old, new).codes
    assert changed
    rematcher = Rematcher(Rules(after, rubric), {old.revision: book}.get)
    spared = different = certain = 0
    for said in _calls(old):
        stored = _judged(said, old, before.match(said))
        (stays,) = rematcher.unchanged([stored], [()])
        if stays:
            certain += 1
            assert stored.hits == after.match(said)
        (found,) = rematcher.written([stored])
        if found is not None:
            spared += 1
            assert tuple(found) == after.match(said)
            different += tuple(found) != stored.hits
    assert spared > 10
    assert different > 0
    assert certain > 0


def test_where_a_code_comes_or_goes_all_is_looked_for_again(folder: Path, rubric: Rubric) -> None:
    """A sentence that was likeliest for it may be likeliest for another now."""
    old = load_lexicons(folder)
    book = _kept(folder, old)
    said = (Utterance(Role.AGENT, Span(0, 4), LIKELIER),)
    before = compile_matcher(old).match(said)
    assert [hit.code for hit in before] == ["attitude-dismissive"]
    (folder / "forbidden-dismissive.yaml").unlink()
    now = compile_matcher(load_lexicons(folder))
    assert [hit.code for hit in now.match(said)] == ["shirk"]
    (found,) = Rematcher(Rules(now, rubric), {old.revision: book}.get).written([_judged(said, old, before)])
    assert found is None


def test_what_looked_like_a_phrase_may_have_hidden_a_whole_sentence(folder: Path, rubric: Rubric) -> None:
    """Neither the earlier lexicons nor the present ones find the phrase; the sentence is none of it."""
    (folder / "forbidden-dismissive.yaml").unlink()
    old = load_lexicons(folder)
    book = _kept(folder, old)
    said = (
        Utterance(Role.AGENT, Span(0, 3), "我说了不算，风控说了算"),
        Utterance(Role.AGENT, Span(3.5, 7), LIKELIER),
    )
    stored = _judged(said, old, compile_matcher(old).match(said))
    assert stored.hits == ()
    path = folder / "forbidden-shirk.yaml"
    path.write_text("      - phrase: ".join(path.read_text("utf-8").split("      - phrase: ")[:2]), "utf-8")
    now = compile_matcher(load_lexicons(folder))
    assert [hit.how for hit in now.match(said)] == [How.SENTENCE]
    assert Rematcher(Rules(now, rubric), {old.revision: book}.get).unchanged([stored], [()]) == [False]


def test_a_new_key_word_may_make_a_hit_of_another_code(folder: Path, rubric: Rubric) -> None:
    """Put right by its sound, it gives a pattern that nobody edited the words that it needs."""
    other = NEW_WORDS.replace("test-code", "other-code").replace("查.{0,4}通信录", "通信.{0,3}看")
    (folder / "other.yaml").write_text(
        other.replace("        variants: [先挂电话吧]\n", "").replace("查一查通信录", "通信录看"), "utf-8"
    )
    old = load_lexicons(folder)
    book = _kept(folder, old)
    said = (Utterance(Role.AGENT, Span(0, 2), "同信录看"),)
    stored = _judged(said, old, compile_matcher(old).match(said))
    assert stored.hits == ()
    _added(folder)
    now = compile_matcher(load_lexicons(folder))
    assert [hit.code for hit in now.match(said)] == ["other-code"]
    assert Rematcher(Rules(now, rubric), {old.revision: book}.get).unchanged([stored], [()]) == [False]


@pytest.mark.parametrize(("phrase", "stays"), [("这不归我管", False), ("哪本里都没有", True)])
def test_what_the_sound_confirmed_may_come_back(
    folder: Path, rubric: Rubric, phrase: str, stays: bool
) -> None:
    old = load_lexicons(folder)
    book = _kept(folder, old)
    code = old.codes["shirk"]
    heard = PhraseHit(code.code, code.kind, phrase, Role.AGENT, Span(0.2, 1), "花篮", How.CONFIRMED, 0.9, 0)
    stored = _judged((Utterance(Role.AGENT, Span(0, 2), "花篮里有七个梨"),), old, ())
    _added(folder)
    rules = Rules(compile_matcher(load_lexicons(folder)), rubric)
    assert Rematcher(rules, {old.revision: book}.get).unchanged([stored], [(heard,)]) == [stays]


def test_hits_decide_only_where_the_lists_of_words_stay(folder: Path, rubric: Rubric) -> None:
    lists = folder / WORDS_FILE
    shutil.copy(ROOT / "lexicons" / "zh" / WORDS_FILE, lists)
    old = load_lexicons(folder)
    book = _kept(folder, old)
    stored = _judged((Utterance(Role.AGENT, Span(0, 2), "花篮里有七个梨"),), old, ())
    _added(folder)

    def decides() -> bool:
        rules = Rules(compile_matcher(load_lexicons(folder)), rubric)
        return Rematcher(rules, {old.revision: book}.get).hits_decide(stored)

    assert decides()
    text = lists.read_text("utf-8")
    lists.write_text(text.replace("characters: 嗯", "characters: 嗯嘛"), encoding="utf-8")
    assert not decides()


def test_without_the_old_text_all_is_looked_for_again(folder: Path, rubric: Rubric) -> None:
    old = load_lexicons(folder)
    _added(folder)
    rules = Rules(compile_matcher(load_lexicons(folder)), rubric)
    said = (Utterance(Role.AGENT, Span(0, 2), "先挂电话吧"),)
    stored = _judged(said, old, ())
    assert Rematcher(rules, lambda _: None).written([stored]) == [None]
    garbled = Rulebook(old.revision, "lexicons", "{")
    assert Rematcher(rules, lambda _: garbled).written([stored]) == [None]


@pytest.mark.parametrize(("words", "anew"), [("words: [消协, ", True), ("characters: 嗯", False)])
def test_other_words_in_the_dictionary_may_change_every_hit(
    folder: Path, rubric: Rubric, words: str, anew: bool
) -> None:
    lists = folder / WORDS_FILE
    shutil.copy(ROOT / "lexicons" / "zh" / WORDS_FILE, lists)
    old = load_lexicons(folder)
    book = _kept(folder, old)
    text = lists.read_text("utf-8")
    lists.write_text(text.replace(words, words + ("证监会, " if anew else "嘛")), encoding="utf-8")
    new = load_lexicons(folder)
    assert new.revision != old.revision
    stored = _judged((Utterance(Role.AGENT, Span(0, 2), "先挂电话吧"),), old, ())
    (found,) = Rematcher(Rules(compile_matcher(new), rubric), lambda _: book).written([stored])
    assert (found is None) is anew


def test_what_the_sound_confirmed_stays(folder: Path, rubric: Rubric) -> None:
    from dataclasses import replace

    old = load_lexicons(folder)
    book = _kept(folder, old)
    written = compile_matcher(old).match((Utterance(Role.AGENT, Span(0, 2), "这个不归我管"),))
    heard = replace(written[0], how=How.CONFIRMED)
    _added(folder)
    rules = Rules(compile_matcher(load_lexicons(folder)), rubric)
    said = (Utterance(Role.AGENT, Span(0, 2), "这事儿呢，我们这边也没什么办法"),)
    stored = _judged(said, old, (heard,))
    (found,) = Rematcher(rules, lambda _: book).written([stored])
    assert found == []
    assert heard in judge_again(stored, rules, earlier=(), written=found).hits


def test_calls_together_as_one_by_one(folder: Path, rubric: Rubric) -> None:
    matcher = compile_matcher(load_lexicons(folder))
    calls = list(_calls(matcher.lexicons))
    assert matcher.match_all(calls) == [matcher.match(said) for said in calls]
    assert matcher.match_all([]) == []


def test_what_the_sound_confirmed_comes_back_with_its_lexicons(folder: Path, tmp_path: Path) -> None:
    settings = load_settings(
        store=f"sqlite:///{tmp_path / 'store.db'}",
        lexicons=folder,
        rubric=tmp_path / "rubric.yaml",
        workers=1,
    )
    shutil.copy(ROOT / "rubrics" / "service.yaml", settings.rubric)
    for path in (ROOT / "lexicons" / "zh").glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    first = load_lexicons(folder)
    shirking = next(p for p in first.phrases if p.canonical == "这不归我管")
    said = (Utterance(Role.AGENT, Span(1.0, 3.0), "花篮里有七个梨"),)
    place = Span(1.2, 2.0)
    heard = PhraseHit(
        shirking.code.code,
        shirking.code.kind,
        shirking.canonical,
        Role.AGENT,
        place,
        "花篮",
        How.CONFIRMED,
        0.9,
        0,
    )
    with open_store(settings.store) as store:
        run_id = store.runs.start()
        store.inspections.save(_judged(said, first, (heard,)), run_id=run_id)
        store.runs.finish(run_id)

    def hits() -> list[How]:
        rescore(settings=settings)
        with open_store(settings.store) as store:
            (found,) = store.inspections.all()
            return [hit.how for hit in found.hits if hit.code == heard.code]

    assert hits() == [How.CONFIRMED]
    path = folder / "forbidden-shirk.yaml"
    before = path.read_text("utf-8")
    for words, expected in (("花篮里有七个梨", How.EXACT), ("天上有一朵云", How.CONFIRMED)):
        edited = before.replace("variants:\n", f"variants:\n          - {words}\n", 1)
        path.write_text(edited, encoding="utf-8")
        assert hits() == [expected]
