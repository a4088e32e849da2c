"""Accounts, audit and retention on their screens."""

from __future__ import annotations

import re

import pytest

from pipeline.domain.people import UserRole
from pipeline.store import Store
from tests.web.conftest import OTHER_TEAM, Browser, Client


def test_a_new_account_gets_a_link_that_works(administrator: Browser, client: Client, store: Store) -> None:
    fields = {"name": "Zhao", "display_name": "赵<b>云", "role": "lead", "team": OTHER_TEAM, "agent_id": ""}
    answer = administrator.post("/admin/users", fields)
    assert answer.status_code == 200
    assert "赵&lt;b&gt;云" in answer.text
    link = re.search(r"http://127\.0\.0\.1(/invitation/[\w-]+)", answer.text)
    assert link is not None
    assert client().get(link[1]).status_code == 200
    user = store.desk.people.named("zhao")
    assert user is not None and (user.role, user.team, user.agent_id) == (UserRole.LEAD, OTHER_TEAM, None)
    assert [row.action for row in store.desk.people.audit()][:2] == ["invite", "user-add"]
    again = administrator.post("/admin/users", fields)
    assert again.status_code == 400 and "zhao" in again.text and "赵&lt;b&gt;云" in again.text


def test_an_account_is_changed_and_disabled(administrator: Browser, client: Client, store: Store) -> None:
    other = client(UserRole.REVIEWER)
    assert other.user is not None
    place = f"/admin/users/{other.user.id}"
    assert administrator.get(place).status_code == 200
    assert administrator.post(place, {"role": "agent", "agent_id": "8002"}).status_code == 303
    assert other.get("/admin").status_code == 403
    changed = store.desk.people.user(other.user.id)
    assert changed is not None and (changed.role, changed.agent_id) == (UserRole.AGENT, "8002")
    assert administrator.post(f"{place}/disable", {"disabled": "true"}).status_code == 303
    assert other.get("/account").status_code == 303, "their session has ended"
    assert administrator.post(f"{place}/disable", {"disabled": "false"}).status_code == 303
    actions = [row.action for row in store.desk.people.audit()]
    assert actions[:3] == ["user-enable", "user-disable", "user-change"]


def test_the_last_administrator_cannot_leave(administrator: Browser) -> None:
    assert administrator.user is not None
    place = f"/admin/users/{administrator.user.id}"
    assert administrator.post(f"{place}/disable", {"disabled": "true"}).status_code == 400
    assert administrator.post(place, {"role": "agent"}).status_code == 400
    assert administrator.get("/admin/users").status_code == 200


@pytest.mark.parametrize("number", ["999", "0", "-1", "99999999999999999999"])
def test_no_such_account(administrator: Browser, number: str) -> None:
    assert administrator.get(f"/admin/users/{number}").status_code == 404


def test_teams_tell_who_sees_them(administrator: Browser, client: Client) -> None:
    client(UserRole.LEAD, display_name="李班长")
    client(UserRole.LEAD, display_name="迷路", team=None)
    client(UserRole.REVIEWER, display_name="远方", team="没有的组")
    text = administrator.get("/admin/teams").text
    row = re.search(r"<tr><th scope=\"row\">客服一组.*?</tr>", text, re.DOTALL)
    assert row is not None and "李班长" in row[0] and "远方" not in row[0]
    warnings = re.findall(r'notice-warning">(.*?)</div>', text, re.DOTALL)
    assert len(warnings) == 2
    assert "迷路" in warnings[0] and "远方" in warnings[1]


def test_the_audit_is_filtered_and_paged(supervisor: Browser, store: Store) -> None:
    assert supervisor.get("/admin").headers["location"] == "/admin/audit"
    for number in range(250):
        store.desk.people.note("export", subject=f"file-{number}")
    store.desk.people.note("purge", subject="2026-01-01")
    first = supervisor.get("/admin/audit?action=export").text
    assert first.count("file-") == 100 and "file-249" in first and "2026-01-01" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = supervisor.get(older[1].replace("&amp;", "&")).text
    assert second.count("file-") == 100 and "file-149" in second and "file-150" not in second
    for odd in ("user=x", "user=1", "from=2026", "from=2026-01-01&to=2026-01-02", "action=%00"):
        assert supervisor.get(f"/admin/audit?{odd}").status_code == 200


def test_old_calls_are_shown_then_deleted(administrator: Browser, store: Store) -> None:
    shown = administrator.get("/admin/retention?before=2026-11-21").text
    assert re.search(r'<dd class="number">2</dd>', shown)
    assert store.count() == 4
    answer = administrator.post("/admin/retention", {"before": "2026-11-21"})
    assert answer.status_code == 200
    assert store.count() == 2
    newest = store.desk.people.audit()[0]
    assert (newest.action, newest.subject, newest.details["calls"]) == ("purge", "2026-11-21", 2)


@pytest.mark.parametrize("day", ["9999-12-31", "yesterday", ""])
def test_only_days_that_have_been_can_be_purged(administrator: Browser, store: Store, day: str) -> None:
    assert administrator.post("/admin/retention", {"before": day}).status_code == 400
    assert store.count() == 4
