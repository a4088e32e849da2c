"""The list of what there is to do: claimed once, renewed, taken over, and stored by whoever holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command

from pipeline.batch.sharing import check_same
from pipeline.domain import Inspection, Revisions, Status
from pipeline.errors import LeaseLost, StoreError, StoreUnusable, UsageError
from pipeline.inspection.program import judging_revision
from pipeline.messages import verbatim
from pipeline.store import Lease, Store, WorkItem, WorkState, open_store
from pipeline.store.lock import FileRunLock
from tests.inspections import inspection
from tests.migrations import configuration, tables_at

LONG, OVER = 60.0, -1.0
"""Seconds of a lease that lasts, and of one that has run out."""
on_a_server = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def call(name: str) -> Inspection:
    """Each with a sound of its own."""
    made, sound = inspection(name), hashlib.sha256(name.encode()).hexdigest()
    recording = replace(made.recording, sha256=sound)
    return replace(made, recording=recording, revisions=replace(made.revisions, audio_sha256=sound))


def enter(store: Store, run_id: int, *names: str) -> list[int]:
    recordings = [call(name).recording for name in names]
    return store.work.enter(recordings, store.work.of_sounds(recordings), run_id=run_id)


def claim(
    store: Store, run_id: int, items: list[int], owner: str, seconds: float = LONG, *, overdue: bool = False
) -> list[Lease]:
    return store.work.claim(items, owner=owner, run_id=run_id, seconds=seconds, overdue=overdue)


def item(store: Store, number: int) -> WorkItem:
    (found,) = store.work.items([number])
    return found


def test_what_is_claimed_is_nobody_elses_until_its_lease_runs_out(store: Store, run_id: int) -> None:
    items = enter(store, run_id, "a", "b")
    (mine,) = claim(store, run_id, items[:1], "one")
    assert [lease.item for lease in claim(store, run_id, items, "two", overdue=True)] == items[1:]
    assert store.work.renew("one", seconds=OVER) == {items[0]}
    assert claim(store, run_id, items[:1], "two") == [], "not before there is nothing else to do"
    assert store.work.another_at_work("two") is None and store.work.another_at_work("one") == run_id
    (theirs,) = claim(store, run_id, items[:1], "two", overdue=True)
    assert (theirs.item, theirs.attempt) == (mine.item, mine.attempt + 1)
    assert store.work.renew("one", seconds=LONG) == set()


def test_a_result_is_stored_by_its_holder_alone_and_once(store: Store, run_id: int) -> None:
    """Paused past its lease, woken: what it heard meanwhile is dropped."""
    items = enter(store, run_id, "a", "b")
    (late,) = claim(store, run_id, items[:1], "one", OVER)
    (holder,) = claim(store, run_id, items[:1], "two", overdue=True)
    with pytest.raises(LeaseLost):
        store.inspections.save(call("a"), run_id=run_id, lease=late)
    assert store.calls.count() == 0, "the result goes with its claim"
    with pytest.raises(LeaseLost):
        store.work.crash(late, verbatim("signal 9"), run_id=run_id)
    assert store.inspections.save(call("a"), run_id=run_id, lease=holder)
    assert not store.inspections.save(call("a"), run_id=run_id, lease=holder), "only the answer was lost"
    for owner in ("one", "two"):
        with pytest.raises(LeaseLost):
            store.inspections.save(call("a"), run_id=run_id, lease=replace(late, owner=owner))
    assert (item(store, items[0]).state, store.calls.count()) == (WorkState.DONE, 1)
    (again,) = claim(store, run_id, items[1:], "one")
    (anew,) = claim(store, run_id, items[1:], "one")
    assert anew.attempt == again.attempt + 1, "the answer to a claim may be lost too"
    store.work.give_back("one", ended_well=True)
    with pytest.raises(LeaseLost):
        store.inspections.save(call("b"), run_id=run_id, lease=anew)


def test_what_failed_stays_with_its_reason_until_it_is_tried_again(store: Store, run_id: int) -> None:
    (number,) = enter(store, run_id, "a")
    (lease,) = claim(store, run_id, [number], "one")
    assert [store.work.crash(lease, verbatim("signal 11"), run_id=run_id) for _ in range(3)] == [1, 2, 3]
    reason = verbatim("given up")
    failed = replace(
        call("a"), status=Status.UNREADABLE, reason=reason, reason_code="gave-up", scorecard=None
    )
    store.inspections.save(failed, run_id=run_id, lease=lease)
    found = item(store, number)
    assert (found.state, found.reason, found.reason_code) == (WorkState.FAILED, reason, "gave-up")
    store.runs.finish(run_id)
    later = store.runs.join()
    assert item(store, number).state is WorkState.FAILED
    assert enter(store, later, "a") == [number]
    tried = item(store, number)
    assert (tried.state, tried.crashes, tried.reason, tried.suspect) == (WorkState.TODO, 0, None, False)


def test_what_another_run_has_done_meanwhile_is_not_planned_anew(store: Store, run_id: int) -> None:
    recordings = [call("a").recording]
    (number,) = enter(store, run_id, "a")
    before = store.work.of_sounds(recordings)
    (lease,) = claim(store, run_id, [number], "one")
    store.inspections.save(call("a"), run_id=run_id, lease=lease)
    assert store.work.enter(recordings, before, run_id=run_id) == [number]
    assert item(store, number).state is WorkState.DONE
    done = store.work.of_sounds(recordings)
    assert enter(store, run_id, "a") == [number], "whoever knows that it is done and wants it again gets it"
    assert item(store, number).state is WorkState.TODO
    (lease,) = claim(store, run_id, [number], "one")
    store.inspections.save(call("a"), run_id=run_id, lease=lease)
    store.work.enter(recordings, done, run_id=run_id)
    assert item(store, number).state is WorkState.DONE, "it was wanted again, and has been done again"


def test_what_was_begun_outlives_a_killed_run(
    store: Store, run_id: int, another: Callable[[], Store]
) -> None:
    items = enter(store, run_id, "a", "b", "planned", "done")
    leases = {lease.item: lease for lease in claim(store, run_id, items, "one")}
    store.work.begin([leases[n] for n in items[:2]], run_id=run_id)
    assert store.work.crash(leases[items[0]], verbatim("signal 11"), run_id=run_id) == 1
    store.inspections.save(call("done"), run_id=run_id, lease=leases[items[3]])
    store._lock.release()
    later = another()
    next_run = later.runs.join()
    known = later.work.of_sounds([call(name).recording for name in ("a", "b", "planned", "done")])
    assert [
        (w.call_id, w.state, w.crashes, w.suspect, w.leased) for found in known.values() for w in found
    ] == [
        ("a", WorkState.TODO, 1, True, False),
        ("b", WorkState.TODO, 0, True, False),
    ]
    renamed = replace(call("a").recording, call=replace(call("a").recording.call, call_id="a2"))
    assert later.work.enter([renamed], known, run_id=next_run) == items[:1]
    (lease,) = claim(later, next_run, items[:1], "two")
    assert lease.begun
    assert later.work.crash(lease, verbatim("signal 9"), run_id=next_run) == 2
    with pytest.raises(StoreError, match="abandoned"):
        claim(store, run_id, items, "one")


@on_a_server
def test_runs_share_a_night_and_nobody_else_comes_in(store: Store, another: Callable[[], Store]) -> None:
    first, second = store.runs.join(), another()
    other = second.runs.join()
    assert [run.state for run in store.runs.latest()] == ["running", "running"]
    alone = another()
    with pytest.raises(StoreError, match="another run is at work"):
        alone.runs.start(kind="rescore")
    items = enter(store, first, "a", "b")
    assert len(claim(store, first, items[:1], "one")) == len(claim(second, other, items, "two")) == 1
    store._lock.release()  # killed
    assert second.runs.free_abandoned("two") and item(second, items[0]).state is WorkState.TODO
    second.runs.finish(other)
    assert [run.state for run in second.runs.latest()] == ["finished", "abandoned"]
    assert alone.runs.start(kind="rescore")
    with pytest.raises(StoreError, match="another run is at work"):
        second.runs.join()


@on_a_server
def test_one_run_after_the_other_plans(store: Store, another: Callable[[], Store]) -> None:
    store.runs.join()
    second = another()
    second.runs.join()
    asked: list[bool] = []
    busy = pytest.raises(StoreError, match="another run is at work")
    with store.runs.step(waits=lambda: False), busy, second.runs.step(waits=lambda: bool(asked.append(True))):
        pytest.fail("two are inside")
    assert asked == [True]
    with second.runs.step(waits=lambda: False):
        pass


@on_a_server
def test_a_run_that_would_judge_otherwise_is_told_what_differs(
    store: Store, another: Callable[[], Store]
) -> None:
    made = Revisions("", engine="e", model="m", lexicons="l", rubric="r+gate", settings="s")
    first = store.runs.join()
    store.runs.judge_by(first, made, program=judging_revision())
    second = another()
    night = second.runs.night(second.runs.join())
    assert night is not None and night.run.id == first
    check_same(night, made)
    with pytest.raises(UsageError) as refused:
        check_same(night, replace(made, lexicons="l2", model="m2"))
    assert "语音模型、词库" in refused.value.said("zh") and "process" in refused.value.said("en")
    with pytest.raises(UsageError, match="version of the program"):
        check_same(replace(night, program="older"), made)


def test_what_an_older_store_had_begun_is_on_the_list_and_goes_back_to_it(url: str) -> None:
    sound = call("a").recording.sha256
    with tables_at("0019", url) as connection:
        connection.exec_driver_sql(
            "INSERT INTO runs (kind, state, host, pid, started_at) VALUES "
            "('run', 'running', 'h', 1, '2026-01-01')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO attempts (call_id, audio_sha256, run, crashes) VALUES ('a', '{sound}', 1, 2)"
        )
    with open_store(url) as store:
        (found,) = store.work.of_sounds([call("a").recording])[sound]
        assert (found.state, found.begun, found.crashes) == (WorkState.TODO, True, 2)
        with store._write() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.downgrade(config, "0019")
            back = connection.exec_driver_sql("SELECT call_id, audio_sha256, run, crashes FROM attempts")
            assert [tuple(row) for row in back] == [("a", sound, 1, 2)]
    run = FileRunLock(Path(url.removeprefix("sqlite:///") + ".run-lock"))
    if url.startswith("sqlite"):
        assert run.acquire()
        with pytest.raises(StoreUnusable, match="a run is at work on this store with tables at 0019"):
            open_store(url)
        run.release()
    open_store(url).close()
