"""How far criteria can be trusted: drawn for everybody, decided by supervisors, said wherever it matters."""

from __future__ import annotations

import pytest

from pipeline.batch.rescoring import rescore
from pipeline.domain import UserRole
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import ROLE_PERMISSIONS, Permission
from tests.web.conftest import AGENT, Browser

ITEM = "shirk"


def row(html: str, criterion: str = ITEM) -> str:
    part = html[html.index(f'id="trust-{criterion}"') :]
    return part[: part.index("</tr>")]


def test_every_criterion_is_drawn_with_its_bar(agent: Browser) -> None:
    text = agent.get("/rules/trust").text
    assert text.count("trust-bar") >= 20 and "可信度" in text
    assert "尚未复核" in row(text) and "照常扣分" in row(text)
    assert "<form" not in row(text), "agents read"
    agent.http.cookies.set("lang", "en")
    english = agent.get("/rules/trust").text
    assert "takes points" in row(english) and "Miss rate" in english
    assert agent.post(f"/rules/trust/{ITEM}", {"act": "only-flag", "reason": "x"}).status_code == 403


def test_a_supervisor_decides_with_a_reason_and_takes_it_back(
    supervisor: Browser, agent: Browser, store: Store
) -> None:
    assert supervisor.user is not None
    where, name = f"/rules/trust/{ITEM}", supervisor.user.display_name
    assert supervisor.post(where, {"act": "only-flag", "reason": " "}).status_code == 400
    assert supervisor.post("/rules/trust/no-such", {"act": "only-flag", "reason": "x"}).status_code == 404
    answer = supervisor.post(where, {"act": "only-flag", "reason": "<b>误听</b>多"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rules/trust#trust-{ITEM}")
    text = supervisor.get("/rules/trust").text
    assert "只提示，不扣分" in row(text) and "误听" in row(text) and name in row(text)
    assert "<b>" not in row(text)
    seen = row(agent.get("/rules/trust").text)
    assert "误听" in seen and name not in seen and "质检主管" in seen, "agents read the role"
    sheet = agent.get("/rules").text
    assert "1 个质检项只提示" in sheet
    twin = agent.get("/rules/trust?format=json").json()
    (line,) = [one for one in twin["lines"] if one["criterion"] == ITEM]
    assert line["only_flags"] and twin["only_flag"] == 1 and name not in str(twin)
    assert supervisor.post(where, {"act": "undo"}).status_code == 303
    assert "照常扣分" in row(supervisor.get("/rules/trust").text)
    assert supervisor.post(where, {"act": "undo"}).status_code == 409
    assert [one.kind for one in store.trust.changes()] == ["undo", "only-flag"]


def test_programs_read_and_say_the_same(supervisor: Browser, agent: Browser) -> None:
    before = agent.get("/api/v1/trust").json()
    assert all(one["takes_points"] for one in before) and len(before) >= 20
    headers = {"X-CSRF-Token": supervisor.csrf}
    word = {"act": "only-flag", "reason": "误听", "request": "r1"}
    for _ in range(2):
        answer = supervisor.http.post(f"/api/v1/trust/{ITEM}", json=word, headers=headers)
        assert answer.status_code == 200 and not answer.json()["takes_points"]
    after = {one["criterion"]: one for one in agent.get("/api/v1/trust").json()}
    assert not after[ITEM]["takes_points"] and "误听" in after[ITEM]["since"]
    missing = supervisor.http.post("/api/v1/trust/no-such", json={**word, "request": "r2"}, headers=headers)
    assert missing.status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_calls_and_agents_say_what_took_no_points(
    supervisor: Browser, reviewer: Browser, settings: Settings, lang: str
) -> None:
    supervisor.post(f"/rules/trust/{ITEM}", {"act": "only-flag", "reason": "误听"})
    rescore(settings=settings.model_copy(update={"workers": 1}))
    reviewer.http.cookies.set("lang", lang)
    call = reviewer.get("/calls/O02").text
    finding = call[call.index(f'id="finding-{ITEM}"') :]
    finding = finding[: finding.index("</article>")]
    told = {"zh": "这次评判时该项只提示、不扣分", "en": "in this judgement the criterion only flagged"}
    assert told[lang] in finding
    found = reviewer.get("/calls/O02?format=json").json()["view"]["findings"]
    assert [one["only_flags"] for one in found if one["criterion"] == ITEM] == [True]
    assert {"zh": "只提示", "en": "only flags"}[lang] in reviewer.get(f"/agents/{AGENT}").text


def test_who_may_say_it() -> None:
    may = {role for role in UserRole if Permission.TRUST in ROLE_PERMISSIONS[role]}
    assert may == {UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}
