"""A call whose recording was corrected: both are shown before, both can be read after; it can be undone."""

from __future__ import annotations

import re

import pytest

from pipeline.domain import UserRole
from pipeline.store import Store
from pipeline.web.render import call_url
from tests.web.conftest import Browser, Client


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that does it."""
    form = page[page.index("/corrects") :]
    return dict(re.findall(r'<input type="hidden" name="(call|sound|old_sound)" value="([^"]*)">', form))


def correct(by: Browser, new: str = "O01", old: str = "O02") -> str:
    """Through the pages, as people do; the id that the replaced call has then."""
    asked = by.get(call_url(new, "/corrects", call=old))
    assert asked.status_code == 200
    done = by.post(call_url(new, "/corrects"), fields(asked.text))
    assert (done.status_code, done.headers["location"]) == (303, call_url(old))
    links = re.findall(r'href="/calls/(O02%40[0-9a-f]{8})"', by.get(call_url(old)).text)
    assert links, "the new one links back"
    return links[0].replace("%40", "@")


def test_the_way_begins_on_the_call_and_shows_both(supervisor: Browser, store: Store) -> None:
    assert "/calls/O01/corrects" in supervisor.get("/calls/O01").text
    store.decisions.comment("O02", "听过了", by=None, request="one")
    page = supervisor.get("/calls/O01/corrects?call=O02").text
    assert page.index("原通话（将被取代）") < page.index("更正录音（将取代它）")
    assert 'href="/calls/O01"' in page and 'href="/calls/O02"' in page
    assert store.inspections.current("O02") is not None, "nothing is done by looking"


@pytest.mark.parametrize("role", [UserRole.REVIEWER, UserRole.LEAD, UserRole.AGENT])
def test_others_are_not_offered_it(client: Client, role: UserRole) -> None:
    page = client(role).get("/calls/O02").text
    assert "/corrects" not in page


def test_an_id_that_is_not_there_is_said_beside_the_field(supervisor: Browser) -> None:
    found = supervisor.get("/calls/O01/corrects?call=O99")
    assert found.status_code == 404
    assert "没有编号为 O99 的通话" in found.text and 'value="O99"' in found.text


def test_the_replaced_call_can_be_read_and_leads_to_the_one_that_replaced_it(
    supervisor: Browser, reviewer: Browser, store: Store
) -> None:
    shirk = next(f for f in store.inspections.current("O02").scorecard.findings if f.criterion == "shirk")  # type: ignore[union-attr]
    aside = correct(supervisor)
    for reader in (supervisor, reviewer):
        page = reader.get(call_url(aside))
        assert page.status_code == 200
        assert shirk.title in page.text, "what was found in it"
        assert 'href="/calls/O02"' in page.text, "and where the call is now"
        assert 'name="verdict"' not in page.text and "data-claimable" not in page.text
        assert reader.get(call_url("O02")).status_code == 200
    by_json = supervisor.get(f"/api/v1{call_url(aside)}")
    assert by_json.status_code == 200 and by_json.json()["replaced_by"] == "O02"
    assert supervisor.get("/api/v1/calls/O02").json()["replaces"] == [aside]


def test_nothing_can_be_said_of_a_replaced_call(supervisor: Browser, client: Client, store: Store) -> None:
    aside = correct(supervisor)
    said = supervisor.post(
        call_url(aside, "/verdicts"), {"criterion": "shirk", "verdict": "confirmed", "seen": "0"}
    )
    assert said.status_code in (400, 404, 409)
    agent = client(UserRole.AGENT)
    assert "/appeals/new" not in agent.get(call_url(aside)).text
    filed = agent.post("/appeals", {"call_id": aside, "criterion": "shirk", "reason": "不对"})
    assert filed.status_code in (400, 404, 409)
    for act in ("claim", "comments", "finish", "reopen", "roles", "keep", "release", "next"):
        answer = supervisor.post(call_url(aside, f"/{act}"), {"comment": "x"})
        assert answer.status_code < 500, act
    assert not store.decisions.history(aside), "nothing was written"


def test_it_can_be_undone_from_either_side(supervisor: Browser, store: Store) -> None:
    for side in ("replaced", "replacing"):
        aside = correct(supervisor)
        undone = supervisor.post(call_url(aside if side == "replaced" else "O02", "/corrects/undo"))
        assert (undone.status_code, undone.headers["location"]) == (303, "/calls/O02")
        assert "取代" not in supervisor.get("/calls/O02").text
        assert {"O01", "O02"} <= {row.call.call_id for row in store.calls.all()}


def test_what_was_shown_is_what_is_replaced(supervisor: Browser, store: Store) -> None:
    """Another merge between the question and the answer lets the ids mean other sounds."""
    asked = fields(supervisor.get("/calls/O01/corrects?call=O02").text)
    correct(supervisor, new="O03", old="O02")
    late = supervisor.post("/calls/O01/corrects", asked)
    assert late.status_code == 409
    assert store.inspections.current("O01") is not None, "nothing was done"


def test_why_not_is_said_above_the_two_calls(supervisor: Browser, agent: Browser) -> None:
    agent.post("/appeals", {"call_id": "O02", "criterion": "shirk", "reason": "不对", "late": "1"})
    asked = supervisor.get("/calls/O01/corrects?call=O02").text
    refused = supervisor.post("/calls/O01/corrects", fields(asked))
    assert refused.status_code == 400
    assert "有未决的申诉" in refused.text and "确认取代" in refused.text


def test_who_is_still_to_score_a_call_blind_does_not_see_it_beside_another(
    supervisor: Browser, reviewer: Browser, store: Store
) -> None:
    user, second = supervisor.user, reviewer.user
    assert user is not None and second is not None
    store.calibrations.open(
        "十一月", call_ids=["O02"], scorers=[second.id], expert=user.id, by=user.id, request="open"
    )
    assert supervisor.get("/calls/O01/corrects?call=O02").status_code == 403
    token = {"X-CSRF-Token": supervisor.csrf}
    refused = supervisor.http.post("/api/v1/calls/O01/corrects", json={"call": "O02"}, headers=token)
    assert refused.status_code == 403
