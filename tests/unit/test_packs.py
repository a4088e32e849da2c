"""The packs: each finds what its calls say, accuses nobody who talks of something else, and changes nothing
while it is off."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from pipeline.batch.pack_calls import read_calls, wrong_calls
from pipeline.batch.rescoring import rescore
from pipeline.batch.rulebooks import keep_rules, kept_lexicons
from pipeline.errors import UsageError
from pipeline.inspection.rules import Rules, load_rules
from pipeline.messages import render
from pipeline.packs import Layers, Pack, read_packs, shipped_packs
from pipeline.phrases import Matcher, compile_matcher, load_lexicons
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.linter import issues_of
from pipeline.phrases.ordinary import read_ordinary_talk
from pipeline.rubric import check_rubric, load_rubric
from pipeline.rubric.dialogue import dialogue
from pipeline.rubric.judge import judge
from pipeline.settings import Settings, data_root, load_settings
from pipeline.store import CallFilter, open_store
from tests.nights import fill, night

NAMES = shipped_packs(data_root())
SHEET = data_root() / "rubrics" / "service.yaml"
LEXICONS = data_root() / "lexicons" / "zh"


@cache
def matcher() -> Matcher:
    """Of the codes of all packs at once: to compile them one by one takes far longer."""
    lexicons = load_lexicons(LEXICONS, Layers(None, read_packs(NAMES, data_root())))
    return compile_matcher(lexicons, only=lexicons.codes.keys() - load_lexicons(LEXICONS).codes.keys())


def pack_of(name: str, *queues: str) -> Pack:
    return read_packs({name: queues}, data_root())[0]


def test_all_lexicons_of_packs_hold_their_examples_and_accuse_no_ordinary_talk() -> None:
    own = {p.code.code for p in matcher().lexicons.phrases} - load_lexicons(LEXICONS).codes.keys()
    issues = issues_of(matcher().lexicons, matcher(), read_ordinary_talk(LEXICONS), only=own)
    assert [str(issue) for issue in issues] == []
    accusing = [c for c in own if matcher().lexicons.codes[c].kind in ACCUSING]
    assert len(accusing) >= 15
    assert all(matcher().lexicons.codes[c].severity is not None for c in accusing)


@pytest.mark.parametrize("name", NAMES)
def test_the_calls_of_a_pack_come_out_as_they_say(name: str) -> None:
    pack = pack_of(name)
    layers = Layers(None, (pack,))
    codes = load_lexicons(LEXICONS, layers).codes
    rubric = load_rubric(SHEET, codes=codes, layer=layers)
    shipped = {item.id for item in load_rubric(SHEET).items}
    items = [item.id for item in rubric.items if item.id not in shipped]
    calls = read_calls(pack.calls)
    wrong = wrong_calls(calls, Rules(matcher(), rubric), items)
    assert [render(problem, "en") for problem in wrong] == []
    assert any(not call.fails for call in calls) and any(call.fails for call in calls)
    said = {str(i.text) for i in check_rubric(SHEET, load_lexicons(LEXICONS).codes)}
    new = [i for i in check_rubric(SHEET, codes, layer=layers) if str(i.text) not in said]
    assert [str(issue) for issue in new] == []


def test_every_accusation_of_a_pack_is_shown_by_a_call_or_a_test() -> None:
    for name in NAMES:
        pack = pack_of(name)
        rubric = load_rubric(SHEET, layer=Layers(None, (pack,)))
        shipped = {item.id for item in load_rubric(SHEET).items}
        failing = {item for call in read_calls(pack.calls) for item in call.fails}
        proven = failing | {i.id for i in rubric.items if any(t.expect == "failed" for t in i.tests)}
        by_phrase = {
            i.id for i in rubric.items if i.check and i.check.kind == "phrase"
        }  # the lexicon's examples
        assert {i.id for i in rubric.items} - shipped - proven - by_phrase == set()


def test_a_pack_that_is_off_changes_nothing_and_one_that_is_on_changes_both_revisions() -> None:
    off, none = load_rules(Settings()), load_rules(Settings(packs=()))
    on = load_rules(Settings(packs=["collections"]))
    assert off.revisions == none.revisions
    assert on.revisions.lexicons != off.revisions.lexicons
    assert on.revisions.rubric != off.revisions.rubric
    assert load_lexicons(LEXICONS, Layers(None, ())).revision == load_lexicons(LEXICONS).revision


def test_a_pack_holds_in_its_queues_only() -> None:
    rubric = load_rubric(SHEET, layer=Layers(None, (pack_of("collections", "催收", "贷后"),)))
    lines = ("坐席: 你那个钱逾期了。", "客户: 啊？", "坐席: [collect-borrow|去别的平台借]先还上。")

    def outcome(queue: str | None) -> str:
        facts = dialogue(*lines, direction="outbound", queue=queue)
        return next(str(j.result.outcome) for j in judge(rubric, facts) if j.item.id == "collect-borrow")

    assert outcome("华南贷后二组") == "failed"
    assert outcome("售后热线") == "not-applicable"
    assert outcome(None) == "undetermined"


def test_packs_are_named_by_list_table_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "callinspect.toml"
    config.write_text('packs = ["collections", "fund-sales"]\n', encoding="utf-8")
    assert [(p.name, p.queues) for p in load_settings(config).packs] == [
        ("collections", ()),
        ("fund-sales", ()),
    ]
    config.write_text('[packs]\ncollections = ["催收"]\n', encoding="utf-8")
    assert load_settings(config).packs[0].queues == ("催收",)
    config.write_text('packs = ["collections"]\n', encoding="utf-8")
    monkeypatch.setenv("CALLINSPECT_PACKS", '{"telecom-sales": ["外呼"]}')
    assert [(p.name, p.queues) for p in load_settings(config).packs] == [("telecom-sales", ("外呼",))]
    config.write_text('packs = ["colections"]\n', encoding="utf-8")
    monkeypatch.delenv("CALLINSPECT_PACKS")
    with pytest.raises(UsageError, match="colections"):
        load_settings(config)


def test_stored_calls_are_judged_again_when_a_pack_is_switched_on(tmp_path: Path) -> None:
    url = fill(tmp_path / "s.db", night())
    off = Settings(store=url)
    rescore(settings=off, wanted=CallFilter(), dry_run=False)
    assert rescore(settings=off, wanted=CallFilter(), dry_run=True).outdated == 0
    on = Settings(store=url, packs=["service-hotline"])
    done = rescore(settings=on, wanted=CallFilter(), dry_run=False)
    assert done.written > 0
    rules = load_rules(on)
    assert (done.lexicons, done.rubric) == (rules.revisions.lexicons, rules.revisions.rubric)
    with open_store(url) as store:
        kept = store.rulebooks.rubric(done.rubric)
        assert kept is not None and any(i.id == "svc-deadline-missing" for i in kept.items)
        keep_rules(store, on, lexicons=done.lexicons, rubric=done.rubric)
        book = store.rulebooks.book(done.lexicons)
    assert book is not None
    text = book.content
    again = kept_lexicons(text, None)
    assert again is not None and again.revision == done.lexicons
    assert any(name.startswith("pack/service-hotline/") for name in json.loads(text))
