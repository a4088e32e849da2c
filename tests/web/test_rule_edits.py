"""Rules are edited in the browser: sentences become a draft, which is tried, published and rolled back."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI

from pipeline.batch.publishing import present_basis
from pipeline.batch.rescoring import rescore
from pipeline.batch.rule_edits import LEXICON_FILE, SHEET_FILE
from pipeline.domain import Finding, Outcome, Verdict
from pipeline.domain.people import Scope, scope_of
from pipeline.inspection.rules import load_rules
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.proposals import ProposalKind, ProposalState
from pipeline.store.repositories.rule_edits import EditState
from tests.web.conftest import Browser, Client

HAND = "# 手写的，不许动\nphrases: []\n"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of the centre's own, in which somebody has written by hand."""
    layer = tmp_path / "layer"
    (layer / "lexicons").mkdir(parents=True)
    (layer / "lexicons" / "house.yaml").write_text(HAND, encoding="utf-8")
    return settings.model_copy(update={"layer": layer})


def layer_of(settings: Settings) -> Path:
    assert settings.layer is not None
    return settings.layer


def draft(browser: Browser, title: str = "驿站") -> str:
    made = browser.post("/rules/edits", {"title": title})
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def tried(browser: Browser, place: str, store: Store) -> EditState:
    """The state after checking and trying."""
    assert browser.post(f"{place}/try", {"period": "all"}).status_code == 303
    while "<progress" in browser.get(place).text:  # pytest's own limit ends what never does
        time.sleep(0.5)
    found = store.rule_edits.edit(int(place.rsplit("/", 1)[1]))
    assert found.report is not None
    return found.state


def version(store: Store, place: str) -> str:
    return str(store.rule_edits.edit(int(place.rsplit("/", 1)[1])).version)


def test_sentences_become_a_rule_and_go_again(supervisor: Browser, settings: Settings, store: Store) -> None:
    layer, before = layer_of(settings), load_rules(settings).revisions
    place = draft(supervisor)
    criterion = load_rules(settings).rubric.criteria[0].id
    said = {
        "seen": version(store, place), "sentences": "这边确实是比较慢的\n系统就是这样子的", "quiet": "",
        "reason": "应当替客户核实", "code": "", "title": "推给系统", "severity": "D",
        "criterion": criterion, "deduct": "1",
    }  # fmt: skip
    added = supervisor.post(f"{place}/phrases", said)
    assert added.status_code == 303, added.text
    page = supervisor.get(place).text
    assert "推给系统" in page and "系统就是这样子" in page
    assert (
        supervisor.post(f"{place}/publish", {"seen": version(store, place), "reason": "x"}).status_code == 400
    )
    assert tried(supervisor, place, store) is EditState.TRIED, store.rule_edits.edit(1).report
    assert not (layer / LEXICON_FILE).exists(), "trying writes nothing"
    published = supervisor.post(f"{place}/publish", {"seen": version(store, place), "reason": "客户总投诉"})
    assert published.status_code == 303, published.text
    assert load_rules(settings).revisions != before
    assert (layer / "lexicons" / "house.yaml").read_text(encoding="utf-8") == HAND
    text = (layer / LEXICON_FILE).read_text(encoding="utf-8")
    assert yaml.safe_load(text)["codes"][0]["title"] == "推给系统"
    assert (
        yaml.safe_load((layer / SHEET_FILE).read_text(encoding="utf-8"))["items"][0]["criterion"] == criterion
    )
    assert rescore(settings=settings, dry_run=True).outdated > 0
    page = supervisor.get(place).text
    assert "已发布" in page and "客户总投诉" in page
    back = supervisor.post(f"{place}/roll-back", {"seen": version(store, place), "reason": "写宽了"})
    assert back.status_code == 303, back.text
    assert load_rules(settings).revisions == before
    assert not (layer / LEXICON_FILE).exists() and not (layer / SHEET_FILE).exists()
    assert "写宽了" in supervisor.get(place).text


def test_two_supervisors_at_once(
    client: Client, supervisor: Browser, settings: Settings, store: Store
) -> None:
    place, seen = draft(supervisor), "1"
    change = {"seen": seen, "item": "shirk", "deduct": "3", "reason": "轻一点"}
    assert supervisor.post(f"{place}/sheet", change).status_code == 303
    late = client(supervisor.user.role).post(f"{place}/sheet", change)  # type: ignore[union-attr]
    assert late.status_code == 409 and "有人在您之前改过" in late.text


def as_tried(store: Store, settings: Settings, place: str) -> None:
    """As trying leaves it that found nothing wrong; the trial itself is in the other tests."""
    number = int(place.rsplit("/", 1)[1])
    report = {"error": "", "issues": [], "weights": ""}
    seen = store.rule_edits.edit(number).version
    assert store.rule_edits.keep_report(number, report, basis=present_basis(settings), seen=seen)


def test_what_was_tried_on_other_rules_is_not_published(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    first, second = draft(supervisor, "一"), draft(supervisor, "二")
    for place, points in ((first, "3"), (second, "4")):
        change = {"seen": "1", "item": "shirk", "deduct": points, "up_to": "12", "reason": "轻"}
        assert supervisor.post(f"{place}/sheet", change).status_code == 303
        as_tried(store, settings, place)
    good = {"seen": version(store, first), "reason": "r"}
    assert supervisor.post(f"{first}/publish", good).status_code == 303
    late = supervisor.post(f"{second}/publish", {"seen": version(store, second), "reason": "r"})
    assert late.status_code == 409 and "再试算一次" in late.text
    as_tried(store, settings, second)
    again = supervisor.post(f"{second}/publish", {"seen": version(store, second), "reason": "r"})
    assert again.status_code == 303
    shirk = next(i for i in load_rules(settings).rubric.items if i.id == "shirk")
    assert shirk.deduct == 4
    below = supervisor.post(f"{first}/roll-back", {"seen": version(store, first), "reason": "r"})
    assert below.status_code == 409 and "后来的改动" in below.text


def test_a_phrase_that_ordinary_people_say_is_warned_of(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {"seen": "1", "sentences": "请问有什么可以帮您", "reason": "试", "code": "abuse"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    tried(supervisor, place, store)
    report = store.rule_edits.edit(1).report
    assert report is not None and report["accused"] > 0, report
    assert "平常的话里会多冤枉" in supervisor.get(place).text


def test_wordings_that_are_not_ticked_go_and_what_was_found_wrong_is_shown(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {"seen": "1", "sentences": "系统就是这样子\n这个系统就这样了", "reason": "r", "code": "shirk"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert phrase["variants"] == ["系统就这样"]
    kept = {"seen": "2", "part": "phrases", "number": "0", "kept": []}
    assert supervisor.post(f"{place}/wordings", kept).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert "variants" not in phrase
    wrong = {"place": "zz-room.yaml:3", "level": "error", "message": "example is not hit"}
    for report in (
        {"error": "", "issues": [wrong], "ordinary": [], "accused": 0},
        {"error": "x", "issues": []},
    ):
        assert store.rule_edits.keep_report(1, report, basis="b", seen=3)
        page = supervisor.get(place)
        assert page.status_code == 200
        assert all(issue["message"] in page.text for issue in report["issues"])
        assert "publish-reason" not in page.text, "what was found wrong is not published"


HOSTILE = "<script>alert(1)</script>{{7*7}}.*随便(你|我){0,9}: [&a *b] !!python/object:x 我就这样"


def test_hostile_sentences_are_inert(supervisor: Browser, settings: Settings, store: Store) -> None:
    place = draft(supervisor, HOSTILE[:100])
    said = {"seen": "1", "sentences": HOSTILE, "reason": HOSTILE[:300], "code": "abuse"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    page = supervisor.get(place).text
    assert "<script>alert" not in page
    assert HOSTILE[:100] in html.unescape(page), "shown as it was written, nothing worked out"
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    for template in (phrase["phrase"], *phrase.get("variants", ())):
        assert re.fullmatch(r"[\w()?{}]+", template) and ".*" not in template


def test_without_a_folder_nothing_is_edited(
    client: Client, app: FastAPI, supervisor: Browser, settings: Settings
) -> None:
    app.state.settings = settings.model_copy(update={"layer": None})
    assert "layer" in supervisor.get("/rules/edits").text
    assert supervisor.post("/rules/edits", {"title": "x"}).status_code == 400


def test_only_those_who_may_edit(agent: Browser, reviewer: Browser, lead: Browser) -> None:
    for browser in (agent, reviewer, lead):
        assert browser.get("/rules/edits").status_code == 403
        assert browser.post("/rules/edits", {"title": "x"}).status_code == 403
        assert browser.get("/rules/proposals").status_code == 403


def with_words(store: Store) -> tuple[str, Finding]:
    """A finding of the night with words behind it, which one person's verdict settles."""
    found = store.inspections.current("O02")
    assert found is not None and found.scorecard is not None
    for finding in found.scorecard.findings:
        said = any(place.how is not None and place.phrase for place in finding.evidence)
        if said and finding.outcome is Outcome.FAILED and finding.severity in ("C", "D", "E"):
            return "O02", finding
    raise AssertionError("no finding of the night has words behind it")


def test_a_reviewer_proposes_with_one_key_and_a_supervisor_takes_it(
    reviewer: Browser, supervisor: Browser, settings: Settings, store: Store
) -> None:
    call, finding = with_words(store)
    assert reviewer.user is not None
    where = f"/calls/{call}/proposals"
    early = reviewer.post(where, {"criterion": finding.criterion})
    assert early.status_code == 400, "nothing is settled yet"
    store.decisions.decide(
        call, finding.criterion, Verdict.OVERTURNED, by=reviewer.user.id, request="v", seen=99
    )
    assert "提作例句" in reviewer.get(f"/calls/{call}").text
    told = reviewer.htmx(where, {"criterion": finding.criterion})
    assert told.status_code == 200 and "已提" in told.text
    assert "以前提过" in reviewer.htmx(where, {"criterion": finding.criterion}).text
    one = store.proposals.all(_scope(supervisor))[0]
    assert one.sentence.kind is ProposalKind.QUIET and one.sentence.code
    page = supervisor.get("/rules/proposals").text
    assert "不应当抓到" in page and one.sentence.text in page
    refused = supervisor.post(f"/rules/proposals/{one.id}", {"do": "refuse"})
    assert refused.status_code == 400 and "理由" in refused.text
    taken = supervisor.post(f"/rules/proposals/{one.id}", {"do": "accept", "text": one.sentence.text + "12"})
    assert taken.status_code == 303, taken.text
    place = taken.headers["location"]
    content = store.rule_edits.edit(int(place.rsplit("/", 1)[1])).content
    assert content["changes"][0]["examples"]["quiet"] == [one.sentence.text + "00"], "digits are masked"
    assert content["sentences"][0]["not"] == [one.sentence.code]
    found = store.proposals.proposal(one.id, _scope(supervisor))
    assert found.state is ProposalState.EDITED and found.edit is not None
    again = supervisor.post(f"/rules/proposals/{one.id}", {"do": "accept"})
    assert again.status_code == 409


def _scope(browser: Browser) -> Scope:
    assert browser.user is not None
    return scope_of(browser.user)
