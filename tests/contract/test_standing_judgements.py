"""Judgements that stand under new lexicons: which may be taken over at all, and what taking over leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.domain import Inspection, Role, Utterance
from pipeline.errors import StoreError
from pipeline.store import JUDGING, KeptJudgement, Store
from tests.inspections import inspection, with_facts

PROGRAM = "this program"


def night(store: Store, *inspections: Inspection, judging: str | None = PROGRAM) -> None:
    run_id = store.runs.start()
    for one in inspections:
        store.inspections.save(one, run_id=run_id)
    store.runs.finish(run_id, summary=None if judging is None else {"found": 1, JUDGING: judging})


@pytest.fixture
def writing(store: Store) -> Iterator[int]:
    run_id = store.runs.start(kind="rescore")
    yield run_id
    store.runs.finish(run_id)


def keys(store: Store, lexicons: str = "l2", rubric: str = "r1") -> list[int]:
    return store.judgements.outdated(lexicons=lexicons, rubric=rubric)


def standing(store: Store, rubric: str = "r1", program: str = PROGRAM) -> dict[str, Inspection]:
    found = store.judgements.standing(keys(store), rubric=rubric, program=program)
    return {one.recording.call.call_id: one for _, one in found}


def current(store: Store, call_id: str) -> Inspection:
    found = store.inspections.current(call_id)
    assert found is not None
    return found


def under(one: Inspection, lexicons: str) -> Inspection:
    return replace(one, revisions=replace(one.revisions, lexicons=lexicons))


def test_what_may_stand_is_read_without_what_nobody_needs(store: Store) -> None:
    old = inspection("a", flagged=True)
    night(store, old)
    found = standing(store)["a"]
    said = old.transcript.utterances[0]
    assert found.transcript.utterances == (Utterance(Role.AGENT, said.span, said.text),)
    assert (found.hits, found.revisions, found.duration) == (old.hits, old.revisions, old.duration)
    assert found.recording.call == old.recording.call
    assert (old.scorecard, found.scorecard) != (None, None)
    assert found.scorecard is not None
    assert (found.scorecard.score, found.scorecard.passed, found.scorecard.flagged) == (90.0, True, True)


def test_only_what_this_program_judged_by_this_sheet_in_a_run_that_ended_may_stand(store: Store) -> None:
    night(store, inspection("other sheet", rubric="r2"), inspection("mine"))
    night(store, inspection("other program"), judging="another program")
    night(store, inspection("nobody says"), judging=None)
    assert set(standing(store)) == {"mine"}
    assert set(standing(store, rubric="r2")) == {"other sheet"}
    run_id = store.runs.start()
    store.inspections.save(inspection("not ended"), run_id=run_id)
    store.runs.expect(run_id, 1)
    assert set(standing(store)) == {"mine"}


def test_a_revision_that_was_taken_up_again_is_judged(store: Store) -> None:
    """Since it was judged, something else may have become known of the call."""
    first = inspection("a")
    night(store, first)
    night(store, under(first, "l2"))
    night(store, first)
    assert current(store, "a").revisions.lexicons == "l1"
    assert standing(store) == {}


def test_a_merged_call_is_judged(store: Store) -> None:
    """Its facts change by themselves."""
    night(store, inspection("new"), inspection("old"))
    assert set(standing(store)) == {"new", "old"}
    store.merges.merge("new", "old", by=None)
    assert standing(store) == {}


def test_what_stands_is_there_under_the_new_lexicons_with_all_its_parts(store: Store) -> None:
    old, other = inspection("a", flagged=True), inspection("b")
    night(store, old, other)
    before = [(row.call.call_id, row.score, row.flagged, row.review) for row in store.calls.all()]
    run_id = store.runs.start(kind="rescore")
    kept = [KeptJudgement(key, "l2") for key in keys(store)]
    assert store.judgements.save(kept, run_id=run_id) == 2
    assert store.judgements.save(kept, run_id=run_id) == 0
    store.runs.finish(run_id)
    assert current(store, "a") == under(old, "l2")
    assert current(store, "b") == under(other, "l2")
    assert store.inspections.revisions("a") == [old, under(old, "l2")]
    rows = [(row.call.call_id, row.score, row.flagged, row.review) for row in store.calls.all()]
    assert rows == before == [("a", 90.0, True, "open"), ("b", 90.0, False, "none")]
    assert keys(store) == []


def test_back_under_the_old_lexicons_the_old_revision_counts_again(store: Store, writing: int) -> None:
    old = inspection("a")
    store.inspections.save(old, run_id=writing)
    for lexicons in ("l2", "l1", "l2"):
        (key,) = keys(store, lexicons)
        assert store.judgements.save([KeptJudgement(key, lexicons)], run_id=writing) == 1
    assert store.inspections.revisions("a") == [old, under(old, "l2")]
    assert current(store, "a") == under(old, "l2")


def test_another_judgement_by_the_same_rules_gives_way(store: Store, writing: int) -> None:
    old = inspection("a")
    store.inspections.save(under(inspection("a", score=11.0), "l2"), run_id=writing)
    store.inspections.save(old, run_id=writing)
    (key,) = keys(store)
    store.judgements.save([KeptJudgement(key, "l2")], run_id=writing)
    assert store.inspections.revisions("a") == [old, under(old, "l2")]


def test_a_call_that_changed_meanwhile_is_left_alone(store: Store, writing: int) -> None:
    store.inspections.save(inspection("a"), run_id=writing)
    (key,) = keys(store)
    newer = with_facts(inspection("a", rubric="r2"), team="二组")
    store.inspections.save(newer, run_id=writing)
    assert store.judgements.save([KeptJudgement(key, "l2")], run_id=writing) == 0
    assert current(store, "a") == newer


def test_nothing_is_taken_over_for_a_run_that_is_over(store: Store) -> None:
    night(store, inspection("a"))
    run_id = store.runs.start(kind="rescore")
    store.runs.finish(run_id)
    with pytest.raises(StoreError, match="may not write"):
        store.judgements.save([KeptJudgement(key, "l2") for key in keys(store)], run_id=run_id)
    assert current(store, "a") == inspection("a")
