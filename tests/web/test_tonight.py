"""Tonight: the night in numbers, and every number a way to its calls."""

from __future__ import annotations

import re
from html import unescape

import pytest

from pipeline.domain import UserRole
from pipeline.store import Store, StoredProblem
from tests.web.conftest import OTHER_AGENT, OTHER_TEAM, Browser, Client


def links(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="(/queue[^"]*)"', html)]


def test_the_latest_day_is_shown_first(supervisor: Browser) -> None:
    page = supervisor.get("/").text
    assert '<option value="2026-11-21" selected>' in page
    assert "无法读取" in page
    assert "not audio" in page


def test_another_night(supervisor: Browser) -> None:
    page = supervisor.get("/?night=2026-11-20").text
    assert '<option value="2026-11-20" selected>' in page
    assert "客服一组" in page
    assert "当日上报" in page
    assert re.search(r"alert=esc-complaint[^>]*>(我要投诉|[^<]*投诉)", page)


def test_every_number_leads_to_its_calls(supervisor: Browser) -> None:
    found = links(supervisor.get("/?night=2026-11-20").text)
    assert any("severity=B" in link for link in found)
    assert any("score_from=70" in link and "score_below=80" in link for link in found)
    for link in found:
        answer = supervisor.get(link)
        assert answer.status_code == 200, link
        # both calls of that night are agent 8002's or 8001's; a link with a number behind it shows a row
        assert "data-row" in answer.text, link


def test_charts_have_tables_behind_them_and_no_styles(supervisor: Browser) -> None:
    page = supervisor.get("/?night=2026-11-20").text
    assert "<svg" in page and "<details" in page and "<desc>" in page
    assert " style=" not in page and "<style" not in page and "onclick" not in page


@pytest.mark.parametrize("night", ["yesterday", "2026-99-99", "9999-12-31", "1999-01-01", ""])
def test_a_night_that_is_none(supervisor: Browser, night: str) -> None:
    assert supervisor.get("/", params={"night": night}).status_code == 200


def test_people_see_their_own_part(client: Client) -> None:
    stranger = client(UserRole.LEAD, team=OTHER_TEAM)
    page = stranger.get("/?night=2026-11-20").text
    assert "客服一组" not in page
    assert "O02" not in page
    nobody = client(UserRole.AGENT, agent_id=OTHER_AGENT, team=OTHER_TEAM)
    assert nobody.get("/").status_code == 200


def test_a_running_run_is_watched(store: Store, supervisor: Browser) -> None:
    run_id = store.start_run()
    store.expect(run_id, 7)
    page = supervisor.get("/tonight/run").text
    assert 'hx-get="/tonight/run"' in page and "正在运行" in page
    assert "已完成 0 / 7 通" in page and '<progress max="7" value="0"' in page
    store.add_problems(run_id, [])
    store.finish_run(run_id)
    page = supervisor.get("/tonight/run").text
    assert "hx-get" not in page and "已完成" in page


def test_problems_of_the_run(store: Store, supervisor: Browser, agent: Browser) -> None:

    run_id = store.start_run()
    store.add_problems(run_id, [StoredProblem("call-list", "<b>bad</b> row", line=7)])
    store.finish_run(run_id)
    page = supervisor.get("/tonight/problems").text
    assert "&lt;b&gt;bad&lt;/b&gt; row" in page and ">7<" in page
    assert agent.get("/tonight/problems").status_code == 403


def test_an_empty_store(supervisor: Browser, store: Store) -> None:
    from sqlalchemy import delete

    from pipeline.store.desk.tables import cases
    from pipeline.store.tables import calls, inspections

    with store._write() as connection:
        connection.execute(delete(cases))
        connection.execute(delete(inspections))
        connection.execute(delete(calls))
    page = supervisor.get("/").text
    assert "还没有质检过的录音" in page
    assert supervisor.get("/agents").status_code == 200
    assert supervisor.get("/queue").status_code == 200
