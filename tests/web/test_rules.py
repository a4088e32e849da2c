"""The rules: read by everybody, tried out by those who write them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.rulebook.book import read_book
from pipeline.web.rulebook.keeping import keep_present_rules
from pipeline.web.rulebook.what_if import Trials
from tests.web.conftest import Browser


def test_the_sheet_shows_every_item_with_its_cost(agent: Browser) -> None:
    text = agent.get("/rules").text
    assert "未报开头语" in text and "一票否决" in text


def test_phrases_lead_to_their_reasons_and_examples(agent: Browser) -> None:
    assert "/rules/phrases/abuse" in agent.get("/rules/phrases").text
    text = agent.get("/rules/phrases/abuse").text
    assert "说客户脑子有问题是人身侮辱" in text and "您的网络有问题吗" in text
    assert agent.get("/rules/phrases/no-such").status_code == 404


def test_a_sentence_is_tried_in_either_mouth(agent: Browser) -> None:
    assert "attitude-dismissive" in agent.get("/rules/try", params={"text": "随便你吧"}).text
    silent = agent.get("/rules/try", params={"text": "今天天气不错"}, headers={"HX-Request": "true"}).text
    assert "没有命中" in silent and "<html" not in silent
    hostile = agent.get("/rules/try", params={"text": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in hostile


def test_an_edit_is_tried_without_changing_anything(supervisor: Browser, settings: Settings) -> None:
    text = settings.rubric.read_text(encoding="utf-8").replace("pass_mark: 80", "pass_mark: 100")
    page = finished(supervisor, {"file": settings.rubric.name, "text": text, "period": "all"})
    assert "通结果改变" in page or "没有一通" in page
    assert "pass_mark: 80" in settings.rubric.read_text(encoding="utf-8")


def test_a_broken_edit_is_told_with_its_line(supervisor: Browser, settings: Settings) -> None:
    page = finished(
        supervisor, {"file": settings.rubric.name, "text": "rubric: x\ntitle: [", "period": "all"}
    )
    assert "改过的文件不能使用" in page and f"{settings.rubric.name}:" in page


def test_only_authors_try_edits(agent: Browser, reviewer: Browser) -> None:
    for browser in (agent, reviewer):
        assert browser.get("/rules/what-if").status_code == 403
        assert browser.post("/rules/what-if", {"file": "x", "text": ""}).status_code == 403


def test_nobody_sees_the_trial_of_another(client: pytest.FixtureRequest, supervisor: Browser) -> None:
    assert supervisor.get("/rules/what-if/0000").status_code == 404


def finished(browser: Browser, fields: dict[str, str]) -> str:
    answer = browser.post("/rules/what-if", fields)
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        page = browser.get(answer.headers["location"]).text
        if "<progress" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the trial did not end")


def test_serving_keeps_the_present_rules(settings: Settings, store: Store, tmp_path: Path) -> None:
    book = read_book(settings)
    revisions = [book.rubric.revision, book.lexicons.revision]
    broken = tmp_path / "broken.yaml"
    broken.write_text("sections: [", encoding="utf-8")
    keep_present_rules(settings.model_copy(update={"rubric": broken}), store)
    assert store.desk.rules.missing(revisions) == set(revisions)
    for _ in range(2):
        keep_present_rules(settings, store)
        assert store.desk.rules.missing(revisions) == set()


def test_a_server_that_stops_leaves_no_trial_behind(settings: Settings) -> None:
    text = settings.rubric.read_text(encoding="utf-8")
    before = set(Path(tempfile.gettempdir()).glob("callinspect-what-if-*"))
    room = Trials()
    trial = room.start(settings, user=1, edits={settings.rubric.name: text}, since=None, lang="en")
    while trial.process is None and trial.running:
        time.sleep(0.01)
    room.stop()
    assert trial.process is not None and trial.process.returncode == -9
    assert set(Path(tempfile.gettempdir()).glob("callinspect-what-if-*")) <= before
