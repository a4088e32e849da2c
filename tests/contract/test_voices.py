"""Voices as long as their run, the roles that they settle, and what is left of them afterwards: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.batch.roles import correct_roles
from pipeline.batch.voices import settle_voices
from pipeline.domain import (
    NO_EVIDENCE,
    Call,
    Inspection,
    Outcome,
    Role,
    RoleEvidence,
    Span,
    Status,
)
from pipeline.inspection.rules import Rules, load_rules
from pipeline.settings import Settings
from pipeline.store import Store, StoredProblem, open_store
from tests.inspections import inspection
from tests.people import user
from tests.stores import empty_store
from tests.voices import heard_call

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(rubric=ROOT / "rubrics" / "service.yaml", lexicons=ROOT / "lexicons" / "zh")
AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER
DUMP = Path("/dump")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(SETTINGS)


@pytest.fixture
def second_store(tmp_path: Path) -> Iterator[Store]:
    with open_store(empty_store(tmp_path / "second.db")) as opened:
        yield opened


def heard(
    rules: Rules, number: int, *, words: float | None = 6.0, claim: float | None = None, agent: int = 1
) -> Inspection:
    """A call whose agent is the first party in truth; ``words`` and ``claim`` are for that."""
    base = inspection(f"c{number}")
    recording = replace(base.recording, call=replace(base.recording.call, agent_channel=None))
    made, persons = base.revisions, (agent, 50 + number)
    return heard_call(recording, made, rules, persons=persons, words=words, claim=claim, seed=number)


def put(store: Store, calls: list[Inspection], *, keep: bool = False) -> int:
    store._lock.release()  # whoever was at work was killed
    run = store.runs.start(dump=DUMP)
    store.voices.begin(run, dump=DUMP, keep=keep)
    for one in calls:
        store.inspections.save(one, run_id=run)
    return run


def settled(store: Store, run: int) -> int:
    failures: list[StoredProblem] = []
    done = settle_voices(store, SETTINGS, run_id=run, failed=failures.append)
    assert not failures
    return done


def current(store: Store, number: int) -> Inspection:
    found = store.inspections.current(f"c{number}")
    assert found is not None
    return found


def accused(one: Inspection) -> set[str]:
    assert one.scorecard is not None
    return {f.criterion for f in one.scorecard.findings if f.outcome is Outcome.FAILED}


def test_voices_come_back_as_they_were(rules: Rules, store: Store) -> None:
    call = heard(rules, 1)
    put(store, [call])
    (found,) = store.voices.all()
    assert (found.call_id, found.agent_id, found.kept) == ("c1", "1001", False)
    assert found.voices == call.voices
    assert current(store, 1).voices is None


def test_what_roles_rest_on_is_stored_with_the_inspection(rules: Rules, store: Store) -> None:
    evidence = RoleEvidence(
        claim=-2.5,
        words=1.0,
        voice=3.25,
        second_agent=(Span(1.5, 20.0), Span(30.0, 60.0)),
        third_voice=True,
        like_voices=True,
        sides_turn=24.5,
        sides_doubtful=True,
    )
    put(store, [replace(heard(rules, 1), role_evidence=evidence), heard(rules, 2)])
    assert current(store, 1).role_evidence == evidence
    ((_, again),) = store.judgements.heard([1])
    assert again.role_evidence == evidence


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_run_that_ends_before_the_others_leaves_its_voices_to_them(
    rules: Rules, store: Store, url: str
) -> None:
    first = put(store, [heard(rules, 1)])
    store._lock.let_others_in()
    store._lock.release()
    with open_store(url) as other:
        last = store.runs.join(dump=DUMP)
        second = other.runs.join(dump=Path("/another/mount"))
        other.voices.begin(second, dump=Path("/another/mount"), keep=False)
        assert not store.voices.all(), "of a run that was killed, and over another folder"
        store.inspections.save(heard(rules, 2), run_id=last)
        other.voices.begin(second, dump=Path("/another/mount"), keep=False)
        store.voices.hand_over(last, second)
        store.runs.finish(last)
    third = store.runs.join(dump=Path("/another/mount"))  # the second was killed
    store.voices.begin(third, dump=Path("/another/mount"), keep=False)
    assert [one.call_id for one in store.voices.all()] == ["c2"] and first < third


def test_swapped_parties_are_put_right(rules: Rules, store: Store) -> None:
    calls = [heard(rules, n) for n in range(4)] + [heard(rules, 4, words=-1.4)]
    run = put(store, calls)
    assert accused(current(store, 4))  # of what the customer said
    assert settled(store, run) >= 1
    call = current(store, 4)
    assert [u.role for u in call.transcript.utterances] == [AGENT, CUSTOMER, AGENT, CUSTOMER, AGENT]
    assert call.role_evidence.voice is not None
    assert call.role_evidence.voice > 2
    assert not call.role_evidence.doubtful
    assert not call.revisions.roles_corrected
    assert "abuse" not in accused(call)
    assert settled(store, run) == 0  # a second time changes nothing
    assert current(store, 4) == call


def test_voice_against_words_accuses_nobody_and_asks_a_person(rules: Rules, store: Store) -> None:
    run = put(store, [*(heard(rules, n) for n in range(4)), heard(rules, 4, words=-8.0)])
    settled(store, run)
    call = current(store, 4)
    assert call.role_evidence.doubtful
    assert accused(call) == set()
    assert call.scorecard is not None
    assert call.scorecard.flagged
    assert "flag.roles" in {reason.code for reason in call.scorecard.flag_reasons}


def test_a_stranger_on_the_account_is_accused_of_nothing(rules: Rules, store: Store) -> None:
    run = put(store, [*(heard(rules, n) for n in range(5)), heard(rules, 5, agent=9)])
    settled(store, run)
    call = current(store, 5)
    assert call.role_evidence.stranger
    assert accused(call) == set()
    assert call.scorecard is not None
    assert "flag.stranger" in {reason.code for reason in call.scorecard.flag_reasons}


def test_the_order_of_writing_and_a_kill_in_between_change_nothing(
    rules: Rules, store: Store, second_store: Store
) -> None:
    calls = [heard(rules, n, words=(6.0, -1.4, -7.0)[n % 3]) for n in range(9)]
    run = put(store, calls)
    settled(store, run)
    put(second_store, calls[::-1][:4])
    again = put(second_store, calls[::-1][4:])  # the first run was killed
    settled(second_store, again)
    settled(second_store, again)
    for number in range(9):
        one, other = current(store, number), current(second_store, number)
        assert (one.transcript, one.role_evidence) == (other.transcript, other.role_evidence)
        assert one.scorecard == other.scorecard


def test_a_kill_while_roles_are_settled_changes_nothing(
    rules: Rules, store: Store, second_store: Store
) -> None:
    calls = [heard(rules, n, words=(6.0, -1.4, -7.0)[n % 3]) for n in range(9)]
    settled(store, put(store, calls))
    run = put(second_store, calls)
    whole = second_store.inspections.save
    saved = 0

    def killed(*given: object, **named: object) -> bool:
        nonlocal saved
        saved += 1
        if saved > 2:
            raise KeyboardInterrupt
        return whole(*given, **named)  # type: ignore[arg-type]

    second_store.inspections.save = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        settled(second_store, run)
    second_store.inspections.save = whole  # type: ignore[method-assign]
    settled(second_store, put(second_store, []))
    for number in range(9):
        assert current(store, number).scorecard == current(second_store, number).scorecard


def test_what_a_person_said_of_roles_stays(rules: Rules, store: Store) -> None:
    run = put(store, [*(heard(rules, n) for n in range(4)), heard(rules, 4, words=-1.4)])
    store.runs.finish(run, state="stopped")
    person = user(store, "qa")
    correct_roles(store, rules, "c4", by=person, request="r1")
    before = current(store, 4)
    assert before.role_evidence == NO_EVIDENCE
    settled(store, put(store, []))
    assert current(store, 4) == before


def test_the_voices_of_an_unfinished_run_stay_until_it_has_finished(rules: Rules, store: Store) -> None:
    run = put(store, [heard(rules, 1)])
    store.runs.finish(run, state="stopped")
    run = put(store, [heard(rules, 2)])
    assert len(store.voices.all()) == 2
    store.voices.finish(run, keep=False)
    assert store.voices.all() == []


def test_a_run_over_another_dump_erases_them(rules: Rules, store: Store) -> None:
    store.runs.finish(put(store, [heard(rules, 1)]), state="stopped")
    run = store.runs.start(dump=Path("/other"))
    store.voices.begin(run, dump=Path("/other"), keep=False)
    assert store.voices.all() == []


def test_voices_that_are_kept_tell_the_agent_of_later_calls(rules: Rules, store: Store) -> None:
    run = put(store, [heard(rules, n) for n in range(4)], keep=True)
    settled(store, run)
    store.voices.finish(run, keep=True)
    store.runs.finish(run)
    run = put(store, [heard(rules, 4, words=-1.4)], keep=True)
    assert settled(store, run) == 1
    assert current(store, 4).transcript.utterances[0].role is AGENT
    store.voices.finish(run, keep=True)
    assert store.voices.counts() == [("1001", 5)]
    store.runs.finish(run)
    put(store, [])  # no longer to be kept
    assert store.voices.counts() == []


def test_the_voices_of_one_agent_are_erased(rules: Rules, store: Store) -> None:
    other = heard(rules, 2)
    call: Call = replace(other.recording.call, agent_id="1002")
    other = replace(other, recording=replace(other.recording, call=call))
    put(store, [heard(rules, 1), other])
    assert store.voices.erase("1001") == 1
    assert store.voices.counts() == [("1002", 1)]
    assert store.voices.erase() == 1
    assert store.voices.counts() == []


def test_a_purge_takes_them_along(rules: Rules, store: Store) -> None:
    store.runs.finish(put(store, [heard(rules, 1)]), state="stopped")
    store.purge(date(2027, 1, 1))
    assert store.voices.counts() == []


def test_nothing_of_a_voice_is_left_in_the_file(rules: Rules, tmp_path: Path) -> None:
    call = heard(rules, 1)
    assert call.voices is not None
    vector = call.voices.pieces[0].vector
    files: list[Path] = []
    with open_store(f"sqlite:///{tmp_path / 's.db'}") as store:
        run = put(store, [call])
        files = [tmp_path / "s.db", tmp_path / "s.db-wal"]
        assert any(vector in path.read_bytes() for path in files if path.exists())
        store.voices.finish(run, keep=False)
        assert not any(vector in path.read_bytes() for path in files if path.exists())
        store.runs.finish(run)
    assert vector not in (tmp_path / "s.db").read_bytes()


def test_voices_never_show_in_words(rules: Rules) -> None:
    call = heard(rules, 1)
    assert call.voices is not None
    assert "vector" not in repr(call)
    assert "vector" not in repr(call.voices)
    assert call.status is Status.INSPECTED
