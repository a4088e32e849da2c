"""How rare violations are taken to be: said at each criterion, drawn beside what is usual, logged."""

from __future__ import annotations

import pytest

from pipeline.domain import UserRole
from pipeline.review.rarity import RarityChange
from pipeline.rubric.rarity import LearnedRarity
from pipeline.store import Store
from pipeline.store.repositories import rarity_rows
from pipeline.web.access import ROLE_PERMISSIONS, Permission
from tests.web.conftest import Browser

CODE = ITEM = "shirk"
AT = "2026-11-20T20:00:00+00:00"


def learn(store: Store, factor: float) -> None:
    one = LearnedRarity(CODE, 0.55, factor, 4, 16, 1, 900)
    with store.trust._write() as connection:
        rarity_rows.append(connection, RarityChange(0, one, AT))


def test_the_rate_stands_at_each_criterion_that_phrases_tell(agent: Browser) -> None:
    twin = agent.get("/rules?format=json").json()
    items = {i["id"]: i for s in twin["rubric"]["sections"] for c in s["criteria"] for i in c["items"]}
    assert "0.55" in str(items[ITEM]["rarity"]) and items["greeting-missing"]["rarity"] == []
    assert "每千句话约 0.55 次" in agent.get("/rules").text
    page = agent.get("/rules/trust").text
    assert page.count('id="rarity-') >= 12 and "都按通常的发生率衡量" in page
    agent.http.cookies.set("lang", "en")
    assert "are weighed at the usual rate" in agent.get("/rules/trust").text


@pytest.mark.parametrize("role", [r for r in UserRole if Permission.RULES in ROLE_PERMISSIONS[r]])
def test_what_reviews_made_of_it_is_drawn_and_logged(client, role: UserRole, store: Store) -> None:  # type: ignore[no-untyped-def]
    learn(store, 0.25)
    who = client(role)
    twin = who.get("/rules/trust?format=json").json()
    (line,) = [one for one in twin["rates"] if one["code"] == CODE]
    assert line["per_1000"] == pytest.approx(0.1375, abs=0.001) and line["at"] < 100
    assert len(twin["rate_events"]) == 1
    page = who.get("/rules/trust").text
    row = page[page.index(f'id="rarity-{CODE}"') :].split("</tr>")[0]
    assert "推翻 16" in row and "0.25 倍" in row and "1 类按更少见" in page
    assert "按复核得出的发生率" in who.get("/rules").text
    learn(store, 1.0)
    assert "不再按复核调整" in who.get("/rules/trust").text
    assert "都按通常的发生率衡量" in who.get("/rules/trust").text
