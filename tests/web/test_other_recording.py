"""A page that is old: its call's id belongs to another recording by now. Nothing said there lands on that."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.batch.roles import correct_roles, follow_list
from pipeline.domain import Recording, UserRole, Verdict
from pipeline.errors import Conflict
from pipeline.inspection.rules import load_rules
from pipeline.settings import Settings
from pipeline.store import Store
from tests.nights import bad_call, put
from tests.web.conftest import Browser, Client

CALL, CORRECTED = "O02", "NEWER"


@pytest.fixture
def two(store: Store) -> Store:
    """A second call by the same agent, that fails in the same way: the corrected file of the first."""
    base, sound = bad_call(), "c" * 64
    call = replace(base.recording.call, call_id=CORRECTED)
    revisions = replace(base.revisions, audio_sha256=sound)
    put(store, replace(base, recording=Recording(call, base.recording.paths, sound), revisions=revisions))
    return store


def opened(who: Browser, path: str = f"/calls/{CALL}") -> str:
    """The digest that every form of the page carries."""
    found = set(re.findall(r'name="sound" value="([0-9a-f]{64})"', who.get(path).text))
    assert len(found) == 1, found
    return found.pop()


FORMS = {
    "verdicts": {"criterion": "shirk", "verdict": "confirmed", "seen": "99"},
    "additions": {"criterion": "shirk", "start": "1", "end": "2"},
    "items": {"criterion": "shirk", "said": "passed", "seen": "99"},
    "answers": {"question": "solved", "said": "solved"},
    "comments": {"comment": "听过"},
    "roles": {},
    "finish": {"incomplete": "true"},
    "reopen": {},
}


def test_what_is_said_on_an_old_page_does_not_land_on_other_sound(client: Client, two: Store) -> None:
    reviewer, agent = client(UserRole.REVIEWER), client(UserRole.AGENT)
    sound = opened(reviewer)
    asked = opened(agent, f"/appeals/new?call={CALL}&criterion=shirk")
    two.merges.merge(CORRECTED, CALL, by=None)
    assert opened(reviewer) != sound
    for act, form in FORMS.items():
        for headers in ({}, {"HX-Request": "true"}):
            answer = reviewer.post(f"/calls/{CALL}/{act}", {**form, "sound": sound}, headers=headers)
            assert answer.status_code == 409, act
            assert "另一条录音" in answer.text, act
            if headers:
                assert answer.headers["HX-Retarget"] == "#messages", "nothing of it comes into the old page"
    reason = {"call_id": CALL, "criterion": "shirk", "reason": "没有推诿", "sound": asked}
    assert agent.post("/appeals", reason).status_code == 409
    assert two.decisions.history(CALL) == ()
    assert two.appeals.of_call(CALL) == ()
    said = {"kind": "verdict", "criterion": "shirk", "verdict": "confirmed", "seen": 99, "request": "j1"}
    path, token = f"/api/v1/calls/{CALL}/decisions", {"X-CSRF-Token": reviewer.csrf}
    refused = reviewer.http.post(path, json={**said, "audio_sha256": sound}, headers=token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "other-recording")
    now = reviewer.get(f"/api/v1/calls/{CALL}").json()["call"]["audio_sha256"]
    assert reviewer.http.post(path, json={**said, "audio_sha256": now}, headers=token).status_code == 200


def test_every_form_about_a_call_says_what_it_showed(client: Client, two: Store) -> None:
    reviewer = client(UserRole.REVIEWER)
    pages = [reviewer.get(f"/calls/{CALL}").text]
    two.decisions.finish(CALL, by=None, request="f", incomplete=True)
    pages.append(reviewer.get(f"/calls/{CALL}").text)
    for text in pages:
        for action, form in re.findall(r'<form[^>]*action="/calls/O02/(\w+)"[^>]*>(.*?)</form>', text, re.S):
            if action not in ("claim", "undo"):  # a claim says nothing; an undo names its event
                assert 'name="sound"' in form, action


def test_roles_are_not_swapped_in_another_recording(two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging anew takes a second or two, in which the id may go to other sound."""
    write = two.decisions.correct_roles

    def late(*args: object, **options: object) -> object:
        two.merges.merge(CORRECTED, CALL, by=None)
        return write(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(type(two.decisions), "correct_roles", lambda _self, *a, **o: late(*a, **o))
    before = two.inspections.current(CORRECTED)
    with pytest.raises(Conflict, match="another recording"):
        correct_roles(two, load_rules(Settings(store=two.url)), CALL, by=None, request="r")
    after = two.inspections.current(CALL)
    assert before is not None and after is not None
    assert (after.transcript, after.recording.sha256) == (before.transcript, before.recording.sha256)


def test_a_verdict_without_a_digest_is_taken_as_before(two: Store) -> None:
    case = two.decisions.decide(CALL, "shirk", Verdict.CONFIRMED, by=None, request="v", seen=99)
    assert case.event is not None


def test_a_list_that_says_the_other_channel_does_not_wait_for_who_has_the_call_open(
    client: Client, two: Store
) -> None:
    """A run would end in this, and the next one would know of no change any more."""
    reviewer = client(UserRole.REVIEWER)
    assert reviewer.post(f"/calls/{CALL}/claim").status_code == 303
    settings, before = Settings(store=two.url), two.inspections.current(CALL)
    assert before is not None
    assert follow_list(two, settings, [(CALL, "d" * 64, "right")]) == 0, "the id is another recording's"
    assert follow_list(two, settings, [(CALL, before.recording.sha256, "right")]) == 1
    after = two.inspections.current(CALL)
    assert after is not None
    assert [u.role for u in after.transcript.utterances] != [u.role for u in before.transcript.utterances]
    case = two.cases.case(CALL)
    assert case is not None and reviewer.user is not None
    assert case.claimed == reviewer.user.id
