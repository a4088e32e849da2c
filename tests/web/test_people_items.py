"""What people answer on the page of a call: a checklist and the questions above the sheet."""

from __future__ import annotations

import pytest

from pipeline.domain import UserRole, Verdict
from pipeline.rubric import parse_rubric
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.contract.test_people_items import WITH, judged
from tests.nights import put
from tests.web.conftest import Browser, Client
from tests.web.markup import Shape

CALL = "/calls/P1"


@pytest.fixture
def asked(store: Store) -> Store:
    store.rulebooks.keep([Rulebook(parse_rubric(WITH).revision, "rubric", WITH)])
    put(store, judged())
    return store


def test_the_reviewer_sees_what_is_left_and_fills_it(reviewer: Browser, asked: Store) -> None:
    html = reviewer.get(CALL).text
    assert html.count("没有人看过") >= 3 and "待人填写 3 项，必填 1 项" in html
    assert "机器没有提示" in html
    answer = reviewer.htmx(f"{CALL}/items", {"criterion": "wrong", "said": "passed", "seen": "9"})
    shape = Shape(answer.text)
    assert (answer.status_code, shape.open) == (200, [])
    assert {"review", "checklist", "call-head"} <= set(shape.ids)
    assert "待人填写 2 项，必填 0 项" in answer.text
    assert asked.decisions.verdicts("P1")["wrong"].verdict is Verdict.OVERTURNED
    refused = reviewer.htmx(f"{CALL}/items", {"criterion": "ticket", "said": "failed"})
    assert refused.status_code == 400 and "不合格要指出在哪一段" in refused.text
    place = {"start": "1", "end": "3", "comment": "工单没写", "quote": "明天"}
    failed = reviewer.htmx(f"{CALL}/items", {"criterion": "ticket", "said": "failed", **place})
    assert "由人判定" in failed.text and "工单没写" in failed.text
    reviewer.htmx(f"{CALL}/items", {"criterion": "fake", "said": "not-applicable"})
    assert reviewer.user is not None
    assert not asked.decisions.verdicts("P1", eyes=reviewer.user.id)["fake"].applies


def test_a_question_is_answered_and_taken_back(reviewer: Browser, client: Client, asked: Store) -> None:
    answer = reviewer.htmx(f"{CALL}/answers", {"question": "feeling", "said": "calm"})
    shape = Shape(answer.text)
    assert (answer.status_code, shape.open) == (200, [])
    assert {"questions", "account", "undo"} <= set(shape.ids)
    assert 'id="review"' not in answer.text and "人工：平静" in " ".join(answer.text.split())
    told = reviewer.get(f"/api/v1{CALL}").json()["questions"]
    said = {one["id"]: one["said"] for one in told}
    assert said == {"solved": None, "feeling": "calm", "harm": None}
    supervisor = client(UserRole.SUPERVISOR)
    event = str(asked.decisions.history("P1")[-1].id)
    back = supervisor.htmx(f"{CALL}/undo", {"event": event})
    assert 'id="questions"' in back.text and asked.decisions.answers("P1") == {}
    lead = client(UserRole.LEAD)
    assert lead.post(f"{CALL}/answers", {"question": "feeling", "said": "calm"}).status_code in (403, 404)
