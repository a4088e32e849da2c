"""Accounts, audit and retention on their screens."""

from __future__ import annotations

import re
from datetime import date

import pytest
from fastapi import FastAPI

from pipeline.domain.people import UserRole
from pipeline.store import Store
from pipeline.web import purges
from tests.nights import night_call, put
from tests.web.conftest import OTHER_TEAM, Browser, Client


def test_a_new_account_gets_a_link_that_works(administrator: Browser, client: Client, store: Store) -> None:
    fields = {"name": "Zhao", "display_name": "赵<b>云", "role": "lead", "team": OTHER_TEAM, "agent_id": ""}
    answer = administrator.post("/admin/users", fields)
    assert answer.status_code == 200
    assert "赵&lt;b&gt;云" in answer.text
    link = re.search(r"http://127\.0\.0\.1(/invitation/[\w-]+)", answer.text)
    assert link is not None
    assert client().get(link[1]).status_code == 200
    user = store.accounts.named("zhao")
    assert user is not None and (user.role, user.team, user.agent_id) == (UserRole.LEAD, OTHER_TEAM, None)
    assert [row.action for row in store.audit.entries()][:2] == ["invite", "user-add"]
    again = administrator.post("/admin/users", fields)
    assert again.status_code == 400 and "zhao" in again.text and "赵&lt;b&gt;云" in again.text


def test_an_account_is_changed_and_disabled(administrator: Browser, client: Client, store: Store) -> None:
    other = client(UserRole.REVIEWER)
    assert other.user is not None
    place = f"/admin/users/{other.user.id}"
    assert administrator.get(place).status_code == 200
    assert administrator.post(place, {"role": "agent", "agent_id": "8002"}).status_code == 303
    assert other.get("/admin").status_code == 403
    changed = store.accounts.user(other.user.id)
    assert changed is not None and (changed.role, changed.agent_id) == (UserRole.AGENT, "8002")
    assert administrator.post(f"{place}/disable", {"disabled": "true"}).status_code == 303
    assert other.get("/account").status_code == 303, "their session has ended"
    assert administrator.post(f"{place}/disable", {"disabled": "false"}).status_code == 303
    actions = [row.action for row in store.audit.entries()]
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
        store.audit.note("export", subject=f"file-{number}")
    store.audit.note("purge", subject="2026-01-01")
    first = supervisor.get("/admin/audit?action=export").text
    assert first.count("file-") == 100 and "file-249" in first and "2026-01-01" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = supervisor.get(older[1].replace("&amp;", "&")).text
    assert second.count("file-") == 100 and "file-149" in second and "file-150" not in second
    for odd in ("user=x", "user=1", "from=2026", "from=2026-01-01&to=2026-01-02", "action=%00"):
        assert supervisor.get(f"/admin/audit?{odd}").status_code == 200


def token_in(text: str) -> str:
    """The token of the form on a page of retention."""
    found = re.search(r'name="token" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def preview(browser: Browser, before: str) -> str:
    return token_in(browser.get(f"/admin/retention?before={before}").text)


def test_old_calls_are_shown_then_deleted(administrator: Browser, store: Store) -> None:
    shown = administrator.get("/admin/retention?before=2026-11-21").text
    assert re.search(r'<dd class="number">2</dd>', shown)
    asked = administrator.post("/admin/retention/check", {"token": token_in(shown), "calls": "2"})
    assert asked.status_code == 200 and "2026-11-21" in asked.text
    assert store.calls.count() == 4, "asked again before anything goes"
    answer = administrator.post("/admin/retention", {"token": token_in(asked.text)})
    assert answer.status_code == 200
    assert store.calls.count() == 2
    newest, before = store.audit.entries()[:2]
    assert (newest.action, newest.subject, newest.details["calls"]) == ("purge", "2026-11-21", 2)
    assert (before.action, before.user) == ("purge-begin", administrator.user)
    assert administrator.post("/admin/retention", {"token": token_in(asked.text)}).status_code == 400


def test_nothing_goes_without_both_questions(administrator: Browser, client: Client, store: Store) -> None:
    assert administrator.post("/admin/retention", {"before": "2026-11-21"}).status_code == 400, "one click"
    token = preview(administrator, "2026-11-21")
    assert administrator.post("/admin/retention", {"token": token}).status_code == 400, "the first of two"
    for typed in ("", "3", "all"):
        token = preview(administrator, "2026-11-21")
        wrong = administrator.post("/admin/retention/check", {"token": token, "calls": typed})
        assert wrong.status_code == 400
        again = administrator.post("/admin/retention/check", {"token": token, "calls": "2"})
        assert again.status_code == 400, "a preview is good for one answer"
    other, token = client(UserRole.ADMINISTRATOR), preview(administrator, "2026-11-21")
    assert other.post("/admin/retention/check", {"token": token, "calls": "2"}).status_code == 400
    assert store.calls.count() == 4
    assert "purge" not in {row.action for row in store.audit.entries()}


def test_what_has_changed_since_is_looked_at_again(administrator: Browser, store: Store) -> None:
    token = preview(administrator, "2026-11-21")
    asked = administrator.post("/admin/retention/check", {"token": token, "calls": "2"})
    put(store, night_call("LATE"))
    answer = administrator.post("/admin/retention", {"token": token_in(asked.text)})
    assert answer.status_code == 409 and store.calls.count() == 5


def test_all_there_is_takes_a_word_too(administrator: Browser, store: Store, today: date) -> None:
    calls = str(store.purge(today, dry_run=True).calls)
    assert calls == str(store.calls.count())

    def asked() -> str:
        token = preview(administrator, today.isoformat())
        return administrator.post("/admin/retention/check", {"token": token, "calls": calls}).text

    text = asked()
    assert "全部删除" in text
    for word in ("", "删除", calls):
        assert (
            administrator.post("/admin/retention", {"token": token_in(text), "word": word}).status_code == 400
        )
        assert store.calls.count() == int(calls)
        text = asked()
    assert (
        administrator.post("/admin/retention", {"token": token_in(text), "word": "全部删除"}).status_code
        == 200
    )
    assert store.calls.count() == 0


def test_an_old_preview_ends(app: FastAPI, administrator: Browser) -> None:
    now = [0.0]
    app.state.purges = purges.Purges(timer=lambda: now[0])
    token = preview(administrator, "2026-11-21")
    now[0] = purges.SECONDS + 1
    assert administrator.post("/admin/retention/check", {"token": token, "calls": "2"}).status_code == 400


@pytest.mark.parametrize("day", ["9999-12-31", "yesterday", ""])
def test_only_days_that_have_been_can_be_purged(administrator: Browser, store: Store, day: str) -> None:
    answer = administrator.get("/admin/retention", params={"before": day})
    assert 'name="token"' not in answer.text and answer.status_code == (400 if day else 200)
    assert store.calls.count() == 4
