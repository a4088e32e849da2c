"""Judging again: new revisions beside the old ones, sharing what was heard; nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from pipeline.domain import Inspection, Outcome, Status
from pipeline.errors import StoreError
from pipeline.store import CallFilter, Store, judgement
from pipeline.store.tables import hearings, utterances
from tests.inspections import finding, inspection


def counted(store: Store) -> tuple[int, int]:
    """Hearings and utterances in the store."""
    with store._read() as connection:
        heard, said = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (hearings, utterances)
        )
    return heard, said


def judged(store: Store, rubric: str, *, score: float = 55.0) -> list[tuple[int, Inspection]]:
    """All outdated calls, judged by another rubric."""
    out = []
    for key, before in store.judgements.heard(store.judgements.outdated(lexicons="l1", rubric=rubric)):
        again = inspection(before.recording.call.call_id, score=score, rubric=rubric)
        card = again.scorecard
        assert card is not None
        out.append((key, replace(before, revisions=again.revisions, scorecard=replace(card, score=score))))
    return out


def write(store: Store, made: Sequence[tuple[int, Inspection]], run_id: int) -> int:
    return store.judgements.save([judgement(key, one) for key, one in made], run_id=run_id)


def test_a_new_judgement_shares_what_was_heard(store: Store, run_id: int) -> None:
    old = [inspection("a"), inspection("b"), inspection("c", status=Status.UNREADABLE)]
    for one in old:
        store.inspections.save(one, run_id=run_id)
    before = counted(store)
    made = judged(store, "r2")
    assert [one.recording.call.call_id for _, one in made] == ["a", "b"]
    assert write(store, made, run_id) == 2
    assert counted(store) == before == (2, 2)
    current = store.inspections.current("a")
    assert current is not None
    assert current.scorecard is not None
    assert (current.scorecard.score, current.revisions.rubric) == (55.0, "r2")
    assert current.transcript == old[0].transcript
    assert store.inspections.revisions("a") == [old[0], current]
    assert store.judgements.outdated(lexicons="l1", rubric="r2") == []


def test_judging_by_old_rules_again_revives_the_old_revision(store: Store, run_id: int) -> None:
    old = inspection("a")
    store.inspections.save(old, run_id=run_id)
    write(store, judged(store, "r2"), run_id)
    (key,) = store.judgements.outdated(lexicons="l1", rubric="r1")
    ((_, stored),) = store.judgements.heard([key])
    same = replace(stored, revisions=old.revisions, scorecard=old.scorecard, hits=old.hits)
    assert write(store, [(key, same)], run_id) == 1
    assert store.inspections.current("a") == old
    assert len(store.inspections.revisions("a")) == 2


def test_what_the_old_rules_say_now_replaces_what_they_said_then(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a"), run_id=run_id)
    write(store, judged(store, "r2"), run_id)
    write(store, judged(store, "r1", score=11.0), run_id)
    assert [row.score for row in store.calls.all()] == [11.0]
    assert len(store.inspections.revisions("a")) == 2


def test_a_share_written_twice_changes_nothing(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a"), run_id=run_id)
    made = judged(store, "r2")
    assert write(store, made, run_id) == 1
    assert write(store, made, run_id) == 0
    assert len(store.inspections.revisions("a")) == 2


def test_nobody_writes_judgements_for_a_run_that_is_over(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a"), run_id=run_id)
    made = judged(store, "r2")
    store.runs.finish(run_id)
    with pytest.raises(StoreError, match="may not write"):
        write(store, made, run_id)
    assert [row.score for row in store.calls.all()] == [90.0]


def test_filters_and_words(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", team="一组"), run_id=run_id)
    store.inspections.save(inspection("b", team="二组"), run_id=run_id)
    keys = store.judgements.outdated(CallFilter(team="二组"), lexicons="l2", rubric="r1")
    ((_, found),) = store.judgements.heard(keys)
    assert found.recording.call.call_id == "b"
    assert found.transcript == inspection("b").transcript
    assert list(found.transcript.utterances[0].words) == list(inspection("b").transcript.utterances[0].words)
    card = found.scorecard
    assert card is not None
    assert [bool(f.evidence) for f in card.findings] == [f.outcome is Outcome.FAILED for f in card.findings]


def test_lines_of_the_sheet_and_reason_codes_are_kept(store: Store, run_id: int) -> None:
    grouped = replace(finding("rude", Outcome.FAILED), group="manners", group_title="礼貌")
    store.inspections.save(inspection("a", findings=(grouped,)), run_id=run_id)
    bad = replace(inspection("b", status=Status.UNREADABLE), reason_code="empty")
    store.inspections.save(bad, run_id=run_id)
    kept = store.inspections.current("a")
    assert kept is not None
    assert kept.scorecard is not None
    assert kept.scorecard.findings == (grouped,)
    assert store.inspections.current("b") == bad
    assert [(row.reason_code, row.worst) for row in store.calls.all()] == [
        (None, grouped.severity),
        ("empty", None),
    ]
