"""Whole runs with a tiny inspector that obeys the recordings; where it may die, in real worker processes."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.batch.faults import FAULT_REASON
from pipeline.batch.pool import WorkerPool
from pipeline.batch.run import run
from pipeline.batch.summary import Progress, RunSummary
from pipeline.batch.work import Limits
from pipeline.batch.worker import InspectorFactory
from pipeline.domain import DecisionKind, Revisions, Role, Scope, Severity
from pipeline.errors import CallinspectError, ModelError, StoreError, UsageError
from pipeline.messages import Message, render
from pipeline.settings import CallListSettings, Settings
from pipeline.store import open_store
from pipeline.store.repositories.listed_calls import ListFilter
from tests.contract.worlds import LocalPool, did_nothing
from tests.stores import empty_store
from tests.unit.batch.tiny import (
    REVISIONS,
    cannot_load,
    dies_loading,
    loads_once,
    overstated,
    remodelled,
    revised,
    tiny,
    without_model,
)

SETTLED = 1_700_000_000
"""A time of change long enough ago for digests to be remembered."""


def said(reason: Message | None) -> str:
    return "" if reason is None else render(reason, "en")


class Night:
    """A dump folder and a store."""

    def __init__(self, folder: Path) -> None:
        self.dump = folder / "dump"
        self.dump.mkdir()
        self.settings = Settings(store=empty_store(folder / "store.db"), workers=1)
        self.pool: type[WorkerPool] = WorkerPool

    def add(self, name: str, order: str = "ok", *, mtime: float = SETTLED) -> Path:
        path = self.dump / f"{name}.wav"
        path.write_text(f"{order}\n{name}\n")
        os.utime(path, (mtime, mtime))
        return path

    def run(
        self,
        *,
        inspector: InspectorFactory = tiny,
        revisions: Revisions = REVISIONS,
        calls: Path | None = None,
        limit: int | None = None,
        since: date | None = None,
        retry: bool = False,
        expect: int | None = None,
        allow_empty: bool = False,
        report: Callable[[Progress], None] | None = None,
        limits: Limits | None = None,
    ) -> RunSummary:
        return run(
            self.dump,
            settings=self.settings,
            inspector=inspector,
            revisions=revisions,
            calls=calls,
            limit=limit,
            since=since,
            retry=retry,
            expect=expect,
            allow_empty=allow_empty,
            report=report,
            limits=limits,
            pool=self.pool,
        )

    def stored(self) -> dict[str, tuple[str, str | None]]:
        with open_store(self.settings.store) as store:
            return {
                row.call.call_id: (row.status.value, said(row.reason) or None) for row in store.calls.all()
            }


def kinds(summary: RunSummary) -> list[str]:
    return [problem.kind for problem in summary.problems]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


@pytest.fixture
def in_this_process(night: Night) -> None:
    """For what is found, remembered and counted: it takes several runs, and each would start a process."""
    night.pool = LocalPool


def test_a_night_with_everything_in_it(night: Night) -> None:
    """Good and bad files, crashes, faults, files that grow or go: all are accounted for, once."""
    night.settings = Settings(store=night.settings.store, workers=2)
    for number in range(6):
        night.add(f"good{number}")
    night.add("bad", "bad")
    night.add("cut", "partial")
    night.add("poison", "die")
    night.add("fault", "fault")
    night.add("silent", "silent")
    night.add("grow", "grow")
    night.add("leave", "leave")
    steps: list[Progress] = []

    summary = night.run(report=steps.append)

    assert (summary.found, summary.inspected, summary.partial, summary.left) == (13, 6, 1, 0)
    reasons = {one.call_id: said(one.reason) for one in summary.unreadable}
    assert reasons.keys() == {"bad", "poison", "fault", "silent"}
    assert reasons["bad"] == "the header says nothing"
    assert "after 3 attempts: its worker process died: signal 11 (SIGSEGV)" in reasons["poison"]
    assert reasons["fault"] == reasons["silent"] == said(FAULT_REASON)
    assert {one.reason_code for one in summary.unreadable if one.call_id in ("fault", "silent")} == {"fault"}
    technical = {p.call_id: said(p.reason) for p in summary.problems if p.kind == "fault"}
    assert technical.keys() == {"fault", "silent"}
    assert "ZeroDivisionError: somebody divided (tiny.py:" in technical["fault"]
    assert "gave no result" in technical["silent"]
    others = {(p.kind, p.call_id) for p in summary.problems if p.kind != "fault"}
    assert others == {("changed", "grow"), ("vanished", "leave")}
    assert summary.exit_status == 1
    assert summary.audio_seconds == 7 * 60.0
    assert (summary.flagged, summary.scored, summary.mean_score) == (7, 7, 95.0)
    assert summary.severities == {Severity.D: 7}
    stored = night.stored()
    assert len(stored) == 11
    assert stored["cut"] == ("partial", "cut short")
    assert stored["poison"][0] == "unreadable"
    assert [step.stage for step in steps[:2]] == ["discover", "identify"]
    assert (steps[-1].calls_done, steps[-1].calls_total, steps[-1].audio_seconds) == (13, 13, 420.0)


def test_progress_is_told_while_a_long_call_is_heard(night: Night) -> None:
    night.add("long", "sleep 3")
    steps: list[Progress] = []
    night.run(report=steps.append)
    waiting = [step for step in steps if step.stage == "inspect" and not step.calls_done]
    at_work = [step.wall_seconds for step in waiting if step.calls_in_work == 1]
    assert len(at_work) >= 2
    assert at_work == sorted(at_work)
    assert (steps[-1].calls_done, steps[-1].calls_in_work) == (1, 0)


def test_a_second_run_has_nothing_to_do(night: Night) -> None:
    for number in range(3):
        night.add(f"good{number}")
    night.add("bad", "bad")
    first = night.run()
    assert (first.inspected, first.exit_status, did_nothing(first)) == (3, 1, False)
    second = night.run(inspector=dies_loading)  # would fail if a worker were started
    assert did_nothing(second)
    assert (second.inspected, second.up_to_date, second.workers) == (0, 3, 0)
    assert [said(one.reason) for one in second.unreadable] == ["the header says nothing"]
    assert second.exit_status == 1
    assert second.flagged == 3


@pytest.mark.usefixtures("in_this_process")
def test_empty_files_are_no_copies_of_each_other(night: Night) -> None:
    """After a night with a full disk each of them is a call that was lost."""
    for name in ("a", "b", "c"):
        (night.dump / f"{name}.wav").touch()
        os.utime(night.dump / f"{name}.wav", (SETTLED, SETTLED))
    for _ in range(2):
        summary = night.run()
        assert {one.call_id for one in summary.unreadable} == {"a", "b", "c"}
        assert not summary.problems
    night.add("b")
    assert night.run().inspected == 1
    assert {name: status for name, (status, _) in night.stored().items()} == {
        "a": "unreadable", "b": "inspected", "c": "unreadable",
    }  # fmt: skip


@pytest.mark.usefixtures("in_this_process")
def test_files_are_not_read_again_unless_they_changed(night: Night) -> None:
    path = night.add("a")
    night.run()
    status = path.stat()
    path.write_text("ok\nA\n")  # other bytes, same size: only the time of change can tell
    os.utime(path, (SETTLED, SETTLED))
    assert path.stat().st_size == status.st_size
    assert night.run().up_to_date == 1
    os.utime(path, (SETTLED + 5, SETTLED + 5))
    assert night.run().inspected == 1


def test_what_could_be_read_in_part_only_is_listed_every_time(night: Night) -> None:
    night.add("fine")
    night.add("cut", "partial")
    first = night.run()
    assert [(one.call_id, said(one.reason)) for one in first.incomplete] == [("cut", "cut short")]
    assert (first.inspected, first.partial, first.exit_status) == (1, 1, 1)
    second = night.run(inspector=dies_loading)
    assert (second.incomplete, second.up_to_date, second.exit_status) == (first.incomplete, 1, 1)
    judged = night.run(inspector=revised, revisions=replace(REVISIONS, rubric="r2"))
    assert ([one.call_id for one in judged.incomplete], judged.inspected, judged.rejudged) == (["cut"], 1, 2)
    with open_store(night.settings.store) as store:
        assert [run.summary["partial"] for run in store.runs.latest() if run.summary] == [1, 1, 1]


def test_retry_tries_bad_and_partial_calls_again(night: Night, tmp_path: Path) -> None:
    night.add("fine")
    night.add("cut", "partial")
    night.add("bad", "bad")
    night.add("flaky", f"die-twice-then-fine {tmp_path / 'marks'}")
    first = night.run(limits=Limits(crashes=2))
    assert {one.call_id for one in first.unreadable} == {"bad", "flaky"}
    again = night.run(retry=True)
    assert (again.up_to_date, again.inspected, again.partial) == (1, 1, 1)
    assert [one.call_id for one in again.unreadable] == ["bad"]
    assert night.stored()["flaky"] == ("inspected", None)


def test_a_worker_killed_once_costs_nothing(night: Night, tmp_path: Path) -> None:
    for number in range(4):
        night.add(f"n{number}", f"die-once {tmp_path / f'mark{number}'}")
    summary = night.run()
    assert (summary.inspected, summary.unreadable) == (4, ())
    assert summary.exit_status == 0


def test_a_new_rubric_judges_again_without_listening_and_the_old_one_comes_back_for_nothing(
    night: Night,
) -> None:
    night.add("a", "say heard")
    night.add("bad", "bad")
    night.run()
    other = replace(REVISIONS, rubric="r2")
    again = night.run(inspector=revised, revisions=other)
    assert (again.inspected, again.rejudged, again.audio_seconds) == (1, 1, 0.0)
    assert [one.call_id for one in again.unreadable] == ["bad"]
    assert kinds(again) == ["other-rules"]
    back = night.run(inspector=dies_loading)
    assert (back.up_to_date, back.inspected, back.rejudged, did_nothing(back)) == (0, 1, 1, True)
    assert kinds(back) == ["other-rules"], "a score changed: whoever forgot an option is told"
    with open_store(night.settings.store) as store:
        old, new = store.inspections.revisions("a")
        assert (old.revisions.rubric, new.revisions.rubric) == ("r1", "r2")
        assert new.transcript == old.transcript
        assert new.transcript.utterances[0].text == "heard"
        assert store.inspections.current("a") == old
        assert [p.kind for p in store.runs.problems(back.run_id)] == ["other-rules"]
    third = night.run(inspector=dies_loading)
    assert (third.up_to_date, third.rejudged, third.problems) == (1, 0, ())


@pytest.mark.usefixtures("in_this_process")
def test_a_new_model_listens_again(night: Night) -> None:
    night.add("a")
    night.run()
    other = replace(REVISIONS, model="m2")
    again = night.run(inspector=remodelled, revisions=other)
    assert (again.inspected, again.rejudged, again.audio_seconds) == (1, 0, 60.0)


@pytest.mark.usefixtures("in_this_process")
def test_what_the_call_list_corrects_is_judged_again(night: Night, tmp_path: Path) -> None:
    """Its roles are swapped where it puts the agent on the other channel; nothing is listened to again."""
    for name in "abc":
        night.add(name)
    listed = tmp_path / "calls.csv"
    heading = "call_id,file,agent_id,agent_channel\n"
    listed.write_text(heading + "a,a.wav,1,left\nb,b.wav,1,left\nc,c.wav,1,left\nd,d.wav,1,left\n")
    first = night.run(calls=listed)
    assert [(p.kind, p.line) for p in first.problems] == [("missing-file", 5)]
    assert first.exit_status == 0
    listed.write_text(heading + "a,a.wav,1,right\nb,b.wav,2,left\nc,c.wav,1,left\n")
    second = night.run(calls=listed)
    assert (second.inspected + second.not_applicable, second.rejudged) == (2, 2)
    assert (second.up_to_date, second.audio_seconds, second.problems) == (1, 0.0, ())
    with open_store(night.settings.store) as store:
        assert [p.kind for p in store.runs.problems(first.run_id)] == ["missing-file"]
        facts = {row.call.call_id: (row.call.agent_id, row.call.agent_channel) for row in store.calls.all()}
        assert facts == {"a": ("1", "right"), "b": ("2", "left"), "c": ("1", "left")}
        # The third of "a": roles are swapped by the rules of the settings, the inspector here has its own.
        assert [len(store.inspections.revisions(name)) for name in "abc"] == [3, 1, 1]
        corrected = store.inspections.current("a")
        assert corrected is not None
        assert corrected.revisions.roles_corrected
        assert {u.role for u in corrected.transcript.utterances} == {Role.CUSTOMER}
        (event,) = store.decisions.history("a")
        assert (event.kind, event.by, event.comment) == (DecisionKind.ROLES, None, "call list: right")


def test_a_moved_dump_is_not_inspected_again(night: Night, tmp_path: Path) -> None:
    night.add("a")
    night.run()
    night.dump.rename(tmp_path / "archive")
    night.dump = tmp_path / "archive"
    assert night.run(inspector=dies_loading).up_to_date == 1
    with open_store(night.settings.store) as store:
        found = store.inspections.current("a")
        assert found is not None
        assert found.recording.paths == (tmp_path / "archive" / "a.wav",)


@pytest.mark.usefixtures("in_this_process")
def test_limit_and_since(night: Night) -> None:
    for number in range(5):
        night.add(f"old{number}", mtime=SETTLED)
    night.add("new", mtime=SETTLED + 10 * 86_400)
    first = night.run(limit=2)
    assert (first.found, first.inspected, first.left, first.exit_status) == (6, 2, 4, 0)
    day = date.fromtimestamp(SETTLED + 9 * 86_400)
    late = night.run(since=day)
    assert late.found == 1
    rest = night.run(limit=10)
    assert rest.inspected + rest.up_to_date == 6
    assert len(night.stored()) == 6


def test_a_hanging_call_is_ended_in_time(night: Night) -> None:
    night.add("fine")
    night.add("hang", "hang")
    began = time.monotonic()
    summary = night.run(limits=Limits(patience_seconds=2.0, patience_per_second=0.0, crashes=2))
    assert time.monotonic() - began < 300, "it would have hung for a thousand seconds"
    assert [(one.call_id, said(one.reason)) for one in summary.unreadable] == [
        ("hang", "given up after 2 attempts: it took too long")
    ]
    assert summary.inspected == 1


def test_worn_workers_are_replaced(night: Night) -> None:
    for number in range(6):
        night.add(f"n{number}", "pid")
    summary = night.run(limits=Limits(calls_per_worker=2, group_calls=1))
    assert summary.inspected == 6
    with open_store(night.settings.store) as store:
        pids = [i.transcript.utterances[0].text for i in store.inspections.all()]
    assert len(set(pids)) >= 3
    assert max(pids.count(pid) for pid in pids) <= 3  # one more may be queued when the second is done


def test_workers_get_one_thread_each(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    night.add("a", "env OMP_NUM_THREADS")
    night.run()
    with open_store(night.settings.store) as store:
        assert [i.transcript.utterances[0].text for i in store.inspections.all()] == ["1"]
    assert "OMP_NUM_THREADS" not in os.environ


def test_tools_that_cannot_be_loaded_end_the_run_with_their_message(night: Night) -> None:
    night.add("a")
    with pytest.raises(ModelError, match="no such model; fetch it first"):
        night.run(inspector=without_model)
    with pytest.raises(CallinspectError, match="cannot be loaded: RuntimeError: libfoo"):
        night.run(inspector=cannot_load)
    with open_store(night.settings.store) as store:
        assert [row.state for row in store.runs.latest()] == ["failed", "failed"]
    assert night.run().inspected == 1


def test_tools_that_load_no_more_stop_the_run_with_a_summary(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_MARK", str(tmp_path / "mark"))
    for number in range(4):
        night.add(f"n{number}")
    summary = night.run(inspector=loads_once, limits=Limits(calls_per_worker=1))
    assert said(summary.trouble) == "the tools cannot be loaded any more: the model went away"
    assert (summary.exit_status, summary.inspected + summary.left) == (3, 4)
    assert summary.inspected >= 1
    assert night.run().exit_status == 0


def test_workers_that_never_live_stop_the_run_with_a_summary(night: Night) -> None:
    night.add("a")
    summary = night.run(inspector=dies_loading)
    assert summary.trouble is not None
    assert re.search(r"3 worker processes in a row died .*exit status 7", said(summary.trouble))
    assert (summary.exit_status, summary.stopped, summary.left, summary.inspected) == (3, True, 1, 0)
    assert [problem.kind for problem in summary.problems] == ["machine"]
    with open_store(night.settings.store) as store:
        assert [row.state for row in store.runs.latest()] == ["stopped"]
    assert night.run().inspected == 1


def test_our_own_faults_are_their_calls_reason_and_never_the_nights_end(night: Night) -> None:
    """The bad ones come first: they seem longer, and each stands before every good one."""
    for number in range(30):
        night.add(f"bad{number:02}", "fault" + " " * 100)
    for number in range(3):
        night.add(f"good{number}")
    summary = night.run()
    assert (summary.exit_status, summary.inspected, summary.left, summary.trouble) == (1, 3, 0, None)
    assert [one.call_id for one in summary.unreadable] == [f"bad{number:02}" for number in range(30)]
    assert {(one.reason_code, one.reason) for one in summary.unreadable} == {("fault", FAULT_REASON)}
    assert [p.call_id for p in summary.problems] == [f"bad{number:02}" for number in range(30)]
    assert all("ZeroDivisionError: somebody divided (tiny.py:" in said(p.reason) for p in summary.problems)
    again = night.run(inspector=dies_loading)
    assert (again.up_to_date, len(again.unreadable)) == (3, 30)


def test_an_exception_is_not_tried_again(night: Night, tmp_path: Path) -> None:
    night.add("a", f"fault {tmp_path / 'tried'}")
    night.run()
    assert len((tmp_path / "tried").read_text()) == 1


def test_memory_that_ran_out_once_costs_nothing(night: Night, tmp_path: Path) -> None:
    night.add("a", f"memory-once {tmp_path / 'mark'}")
    assert night.run().inspected == 1


@pytest.mark.parametrize("order", ["memory", "kill"])
def test_when_memory_runs_out_for_every_call_it_is_the_machine(night: Night, order: str) -> None:
    night.add("a")
    night.run()
    for number in range(12):
        night.add(f"n{number:02}", order)
    summary = night.run(limits=Limits(crashes=1))
    assert summary.trouble is not None
    assert "this looks like the machine" in said(summary.trouble)
    assert (summary.exit_status, summary.left, len(summary.unreadable)) == (3, 4, 8)
    assert len(night.stored()) == 9


def test_when_every_worker_dies_of_its_first_call_it_is_the_machine(night: Night) -> None:
    for number in range(12):
        night.add(f"n{number:02}", "die")
    summary = night.run(limits=Limits(crashes=1))
    assert (summary.exit_status, summary.left, len(summary.unreadable)) == (3, 4, 8)


def test_calls_that_kill_their_workers_do_not_end_a_night_in_which_others_go_well(night: Night) -> None:
    for number in range(12):
        night.add(f"n{number:02}", "die")
    night.add("a", "ok" + " " * 100)  # it seems longer, and comes first
    summary = night.run(limits=Limits(crashes=1))
    assert (summary.exit_status, summary.inspected, summary.left) == (1, 1, 0)
    assert len(summary.unreadable) == 12


def test_what_cannot_be_stored_is_its_calls_reason(night: Night) -> None:
    for number in range(4):
        night.add(f"good{number}")
    night.add("odd", "unstorable")
    summary = night.run()
    assert (summary.exit_status, summary.inspected) == (1, 4)
    assert [(one.call_id, one.reason_code) for one in summary.unreadable] == [("odd", "fault")]


def test_an_inspector_that_calls_itself_otherwise_is_noticed(night: Night) -> None:
    night.add("a")
    night.add("b")
    summary = night.run(inspector=overstated)
    assert [p.kind for p in summary.problems] == ["revisions"]
    assert summary.inspected == 2


def test_a_second_run_at_once_is_refused(night: Night) -> None:
    night.add("a")
    with open_store(night.settings.store) as store:
        store.runs.start()
        with pytest.raises(StoreError, match="another run is at work"):
            night.run()
    assert night.run().inspected == 1


@pytest.mark.usefixtures("in_this_process")
def test_fewer_recordings_than_expected_are_told_and_the_rest_is_inspected(night: Night) -> None:
    night.add("a")
    night.add("b", "bad")
    short = night.run(expect=3)
    assert (short.inspected, short.exit_status) == (1, 1)
    told = [problem.reason for problem in short.problems if problem.kind == "too-few"]
    assert told == [Message("dump.too-few", expected=3, found=2)]
    assert not any(problem.kind == "too-few" for problem in night.run(expect=2).problems)


def test_an_empty_dump_is_a_mistake_unless_it_is_allowed(night: Night) -> None:
    (night.dump / "README.txt").write_text("no recording")
    with pytest.raises(UsageError) as refused:
        night.run()
    assert "没有录音" in refused.value.said("zh") and "--allow-empty" in refused.value.said("en")
    summary = night.run(allow_empty=True)
    assert (summary.found, summary.exit_status, did_nothing(summary)) == (0, 0, True)


def test_the_rows_of_the_list_are_judged_with_the_run_and_a_later_list_brings_the_rating(
    night: Night, in_this_process: None, tmp_path: Path
) -> None:
    rules, listed = tmp_path / "rules.yaml", tmp_path / "calls.csv"
    rules.write_text(
        'name: x\nrules: [{id: night, title: 夜间, check: hours, from: "22:00", to: "23:40"},'
        " {id: pause, title: 间隔, check: pause, minutes: 30}]\n"
    )
    only = CallListSettings(rules=(rules,), settle_seconds=0)
    night.settings = night.settings.model_copy(update={"calls": only})
    night.add("a")
    head = "call_id,started_at,direction,customer_number,是否接通,满意度\n"
    late = "b,2026-11-20 23:30:00,呼出,13800138000,未接,\nd,2026-11-21 00:20:00,呼出,13900139000,未接,\n"
    before = "c,2026-11-20 23:55:00,呼出,13900139000,未接,\n"
    listed.write_text(head + "a,2026-11-20 10:00:00,呼出,13800138000,是,\n" + late + before)
    assert not night.run(calls=listed).problems
    with open_store(night.settings.store) as store:
        assert store.listed.counts(ListFilter(rule="pause"), Scope()).total == 1
    before = before.replace("23:55", "23:45")
    listed.write_text(head + "a,2026-11-20 22:00:00,呼出,13800138000,是,非常不满意\n" + late + before)
    night.run(calls=listed)
    with open_store(night.settings.store) as store:
        found = list(store.listed.findings(ListFilter(), Scope()))
        assert [[row.call_id for row in one.rows] for one in found] == [["a"], [None]], (
            "a correction clears the day after, too"
        )
        assert [one.call_id for one in store.callbacks.page().rows] == ["a"]
