"""Saving twice, saving anew, choosing among revisions: exactly one is current."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.domain import IdSource, Status
from pipeline.errors import StoreError
from pipeline.messages import verbatim
from pipeline.store import Freshness, Renaming, Store
from tests.inspections import inspection, with_facts


def test_a_second_save_changes_nothing(store: Store, run_id: int) -> None:
    assert store.inspections.save(inspection(), run_id=run_id)
    assert not store.inspections.save(inspection(), run_id=run_id)
    assert store.inspections.revisions("c1") == [inspection()]


def test_the_newest_revision_is_current_and_the_old_one_stays(store: Store, run_id: int) -> None:
    old, new = inspection(rubric="r1", score=90.0), inspection(rubric="r2", score=70.0)
    store.inspections.save(old, run_id=run_id)
    assert store.inspections.save(new, run_id=run_id)
    assert store.inspections.current("c1") == new
    assert store.inspections.revisions("c1") == [old, new]
    assert [row.score for row in store.calls.all()] == [70.0]
    assert store.calls.count() == 1


def test_going_back_to_an_old_rubric_needs_no_second_inspection(store: Store, run_id: int) -> None:
    old, new = inspection(rubric="r1"), inspection(rubric="r2")
    store.inspections.save(old, run_id=run_id)
    store.inspections.save(new, run_id=run_id)
    assert store.inspections.freshness([old.recording], old.revisions)["c1"].freshness is Freshness.KNOWN
    assert store.inspections.choose("c1", old.revisions, run_id=run_id)
    assert store.inspections.current("c1") == old
    assert store.inspections.freshness([old.recording], old.revisions)["c1"].freshness is Freshness.CURRENT
    assert store.inspections.freshness([old.recording], new.revisions)["c1"].freshness is Freshness.KNOWN
    assert not store.inspections.choose("c1", inspection(rubric="r3").revisions, run_id=run_id)


def test_other_audio_under_the_same_call_id_is_another_call(store: Store, run_id: int) -> None:
    store.inspections.save(inspection(), run_id=run_id)
    other = inspection(sha256="f" * 64)
    assert "c1" not in store.inspections.freshness([other.recording], other.revisions)
    assert store.inspections.save(other, run_id=run_id)
    assert store.inspections.current("c1") == inspection()
    assert len(store.inspections.revisions("c1")) == 1
    started = other.recording.call.started_at
    assert started is not None
    beside = store.inspections.current(f"c1@{started.date()}")
    assert beside is not None
    assert beside.recording.sha256 == "f" * 64
    assert store.calls.count() == 2


def test_what_could_never_be_read_takes_on_the_sound_that_comes(store: Store, run_id: int) -> None:
    store.inspections.save(inspection(status=Status.UNREADABLE, sha256="e" * 64), run_id=run_id)
    assert store.inspections.save(inspection(), run_id=run_id)
    assert store.inspections.revisions("c1") == [inspection()]
    assert store.calls.count() == 1


def test_changed_facts_are_noticed_and_replace(store: Store, run_id: int) -> None:
    store.inspections.save(inspection(), run_id=run_id)
    moved = with_facts(inspection(score=50.0), agent_channel="right", team="二组")
    assert (
        store.inspections.freshness([moved.recording], moved.revisions)["c1"].freshness
        is Freshness.FACTS_CHANGED
    )
    found = store.inspections.freshness([moved.recording], moved.revisions)["c1"]
    assert (found.heard, found.listed_otherwise) == (True, "right")
    renamed = with_facts(inspection(), agent_name="李雷")
    assert store.inspections.freshness([renamed.recording], renamed.revisions)["c1"].heard
    assert store.inspections.save(moved, run_id=run_id, replace=True)
    assert store.inspections.revisions("c1") == [moved]


def test_another_rubric_needs_no_second_listening(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a"), run_id=run_id)
    store.inspections.save(inspection("b", status=Status.UNREADABLE), run_id=run_id)
    wanted = inspection(rubric="r2").revisions
    found = store.inspections.freshness([inspection("a").recording, inspection("b").recording], wanted)
    assert {name: (one.freshness, one.heard) for name, one in found.items()} == {
        "a": (Freshness.JUDGED_OTHERWISE, True),
        "b": (Freshness.JUDGED_OTHERWISE, False),
    }
    assert store.inspections.freshness([inspection("a").recording], replace(wanted, model="small")) == {}


def test_a_retry_replaces_what_was_unreadable(store: Store, run_id: int) -> None:
    bad = inspection(status=Status.UNREADABLE)
    store.inspections.save(bad, run_id=run_id)
    known = store.inspections.freshness([bad.recording], bad.revisions)["c1"]
    assert (known.freshness, known.status, known.reason) == (
        Freshness.CURRENT,
        Status.UNREADABLE,
        verbatim("the file is empty"),
    )
    assert store.inspections.save(inspection(), run_id=run_id, replace=True)
    assert store.inspections.revisions("c1") == [inspection()]


def test_files_that_moved(store: Store, run_id: int) -> None:
    one = inspection()
    store.inspections.save(one, run_id=run_id)
    moved = replace(one.recording, paths=(Path("/archive/c1.wav"),))
    (known,) = store.identities.known(sha256s=[moved.sha256])
    assert known.files == (one.recording.paths,)
    there, gone = [(known.key, moved.paths)], [(known.key, one.recording.paths)]
    store.identities.move_files(there=there, gone=gone, run_id=run_id)
    found = store.inspections.current("c1")
    assert found is not None
    assert found.recording == moved


def test_two_digests_of_one_recording_are_refused(store: Store, run_id: int) -> None:
    one = inspection()
    with pytest.raises(ValueError, match="two different digests"):
        store.inspections.save(
            replace(one, revisions=replace(one.revisions, audio_sha256="0" * 64)), run_id=run_id
        )
    assert store.calls.count() == 0


def test_a_failing_save_leaves_nothing(store: Store, run_id: int) -> None:
    """A part that the database refuses takes the whole call with it."""
    one = inspection()
    broken = replace(one, hits=(replace(one.hits[0], utterance=10**30),))
    with pytest.raises((StoreError, OverflowError)):
        store.inspections.save(broken, run_id=run_id)
    assert store.calls.count() == 0
    assert store.inspections.revisions("c1") == []
    assert store.inspections.save(one, run_id=run_id)


def test_the_same_audio_in_two_calls(store: Store, run_id: int) -> None:
    first, second = inspection("a", sha256="1" * 64), inspection("b", sha256="1" * 64)
    assert store.inspections.save(first, run_id=run_id)
    assert store.inspections.save(second, run_id=run_id)
    assert [i.recording.call.call_id for i in store.inspections.all()] == ["a", "b"]


def test_one_run_at_a_time(store: Store, run_id: int, another: Callable[[], Store]) -> None:
    other = another()
    with pytest.raises(StoreError, match=r"another run is at work .*process \d+"):
        other.runs.start()
    store.runs.finish(run_id, summary={"found": 3})
    second = other.runs.start()
    assert [(run.id, run.state) for run in other.runs.latest()] == [(second, "running"), (run_id, "finished")]
    assert other.runs.latest()[1].summary == {"found": 3}


def test_since_when_another_run_is_at_work_is_told_by_the_clock_on_the_wall(
    store: Store, run_id: int, another: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        with pytest.raises(StoreError) as caught:
            another().runs.start()
        (since,) = re.findall(r"自 (\d\d:\d\d:\d\d)）", caught.value.said("zh"))
        shanghai = timezone(timedelta(hours=8))
        began = datetime.strptime(since, "%H:%M:%S").replace(tzinfo=shanghai)
        assert (datetime.now(shanghai) - began) % timedelta(days=1) < timedelta(minutes=10)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_run_that_lost_its_lock_cannot_write(
    store: Store, run_id: int, another: Callable[[], Store]
) -> None:
    """Paused past the loss of its lock, then woken: the newer run has fenced it off."""
    store._lock.release()
    second = another()
    fresh = second.runs.start()
    with pytest.raises(StoreError, match="abandoned and may not write"):
        store.inspections.save(inspection(), run_id=run_id)
    with pytest.raises(StoreError, match="abandoned"):
        store.work.claim([1], owner="a", run_id=run_id, seconds=60)
    assert second.inspections.save(inspection(), run_id=fresh)
    assert store.calls.count() == 1


def test_a_closed_store_frees_the_lock(store: Store, another: Callable[[], Store]) -> None:
    first = another()
    first.runs.start()
    first.close()
    assert store.runs.start() > 0
    assert [run.state for run in store.runs.latest()] == ["running", "abandoned"]


def test_a_finished_run_cannot_write(store: Store, run_id: int) -> None:
    store.runs.finish(run_id)
    with pytest.raises(StoreError, match="finished and may not write"):
        store.inspections.save(inspection(), run_id=run_id)


def test_a_renaming_that_was_planned_before_a_merge_takes_no_id_away(store: Store, run_id: int) -> None:
    """A person may merge calls while a run plans: the run neither ends in that nor undoes it."""
    for name, sound in (("c1", "a" * 64), ("c2", "b" * 64), ("c3", "c" * 64)):
        made = with_facts(inspection(), call_id=name)
        revisions = replace(made.revisions, audio_sha256=sound)
        recording = replace(made.recording, sha256=sound)
        store.inspections.save(replace(made, recording=recording, revisions=revisions), run_id=run_id)
    keys = {one.call_id: one.key for one in store.identities.known(call_ids=["c1", "c2", "c3"])}
    planned = [
        Renaming(keys["c1"], "c1", "c2", IdSource.LIST),
        Renaming(keys["c2"], "c2", "c1", IdSource.LIST),
        Renaming(keys["c3"], "c3", "x", IdSource.LIST),
    ]
    store.merges.merge("c1", "c2", by=None)  # c1 is called c2 now
    store.identities.rename(planned, run_id=run_id)
    now = {one.key: one.call_id for one in store.identities.known(call_ids=["c2", "x"])}
    assert (now[keys["c1"]], now[keys["c3"]]) == ("c2", "x")
    (heir,) = (one for one in store.identities.known(call_ids=["c2"]) if one.call_id == "c2")
    assert heir.sha256 == "a" * 64
