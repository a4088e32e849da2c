"""What people said stands in the records beside what the machine found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.domain import OpenCause, Outcome, Role, Span, Verdict
from pipeline.reports import KINDS
from pipeline.reports.kinds import findings, violations
from pipeline.reports.whole_call import whole_call
from pipeline.store import CallFilter, Store, open_store
from tests.e2e.commands import callinspect
from tests.inspections import finding, inspection
from tests.people import user
from tests.stores import empty_store

YES, NO, UNSURE = Verdict.CONFIRMED, Verdict.OVERTURNED, Verdict.UNSURE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(empty_store(tmp_path / "s.db")) as found:
        run_id = found.runs.start()
        for name in ("a", "b", "c", "d", "e"):
            fails = (finding("rude", Outcome.FAILED, places=2), finding("greeting"))
            found.inspections.save(inspection(name, findings=fails, flagged=True), run_id=run_id)
        found.runs.finish(run_id)
        yield found


def reviewed(store: Store) -> None:
    ann, bob = user(store, "ann"), user(store, "bob")
    decisions = store.decisions
    decisions.decide("a", "rude", YES, by=ann, request="1", seen=1, comment="听到了")
    decisions.decide("b", "rude", NO, by=ann, request="2", seen=1)
    decisions.decide("c", "rude", UNSURE, by=ann, request="3", seen=1)
    case = decisions.decide("d", "rude", YES, by=ann, request="4", seen=1)
    decisions.decide("d", "rude", NO, by=bob, request="5", seen=case.version)
    decisions.add("e", "greeting", Span(0.5, 1.5), Role.AGENT, "喂", by=bob, request="6", comment="没有问候")


def test_nobody_said_anything(store: Store) -> None:
    rude, greeting = (
        violations.record(one)
        for one in sorted(store.calls.criterion_counts(), key=lambda c: c.criterion != "rude")
    )
    assert (rude["confirmed"], rude["overturned"], rude["pending"], rude["added"]) == (0, 0, 5, 0)
    assert (greeting["pending"], greeting["calls_with_violation"]) == (0, 0)


def test_findings_say_who_said_what(store: Store) -> None:
    reviewed(store)
    found = list(KINDS["findings"].records(store, CallFilter()))
    rude = {f["call_id"]: f for f in found if f["criterion"] == "rude"}
    assert {f["outcome"] for f in rude.values()} == {"failed"}, "the machine's word stays"
    assert [(rude[c]["review"], rude[c]["open_cause"], rude[c]["verdict"]) for c in "abcde"] == [
        ("confirmed", None, "confirmed"),
        ("overturned", None, "overturned"),
        ("open", "unheard", "unsure"),
        ("open", "disputed", "confirmed"),
        ("unreviewed", None, None),
    ]
    assert (rude["a"]["reviewer"], rude["a"]["comment"]) == ("ann", "听到了")
    machine, human = (f for f in found if (f["call_id"], f["criterion"]) == ("e", "greeting"))
    assert (machine["outcome"], machine["review"]) == ("passed", "unreviewed")
    assert (human["outcome"], human["review"], human["points"]) == ("failed", "confirmed", None)
    assert human["evidence"] == [
        {
            "role": "agent",
            "start": 0.5,
            "end": 1.5,
            "quote": "喂",
            "phrase": None,
            "how": findings.ADDED,
            "confidence": None,
            "kind": None,
            "matched": None,
        }
    ]


def test_counts_of_violations_are_the_machines_with_peoples_beside_them(store: Store) -> None:
    before = {c.criterion: c for c in store.calls.criterion_counts()}
    reviewed(store)
    after = {c.criterion: c for c in store.calls.criterion_counts()}
    rude, greeting = after["rude"], after["greeting"]
    assert (rude.violations, rude.calls_with_violation) == (10, 5)
    assert (rude.confirmed, rude.overturned, rude.pending, rude.added) == (1, 1, 3, 0)
    assert (greeting.confirmed, greeting.overturned, greeting.pending, greeting.added) == (1, 0, 0, 1)
    assert before["greeting"].calls_with_violation == greeting.calls_with_violation == 0
    for one in (rude, greeting):
        assert one.confirmed - one.added + one.overturned + one.pending == one.calls_with_violation
    only = {c.criterion: c for c in store.calls.criterion_counts(CallFilter(call_id="a"))}
    assert (only["rude"].confirmed, only["rude"].pending) == (1, 0)


def test_a_call_shows_its_score_or_the_range_it_lies_in(store: Store) -> None:
    reviewed(store)
    rows = {record["call_id"]: record for record in KINDS["calls"].records(store, CallFilter())}
    figures = {
        name: tuple(row[key] for key in ("score_low", "score", "score_high", "final", "passed"))
        for name, row in rows.items()
    }
    assert figures["a"] == (90.0, 90.0, 90.0, True, True)
    assert figures["b"] == (None, None, None, False, None), "that rubric is not kept"
    assert figures["c"] == figures["d"] == (90.0, 90.0, 100.0, False, None), "doubt settles nothing"
    assert {row["machine_score"] for row in rows.values()} == {90.0}
    assert [(rows[c]["open_causes"], rows[c]["pending"]) for c in "acd"] == [
        ([], 0),
        (["unheard"], 1),
        (["disputed"], 1),
    ]
    one = store.inspections.current("e")
    assert one is not None
    whole = whole_call(one, case=store.cases.case("e"), said=store.decisions.verdicts("e"))
    assert [(f["criterion"], f["review"]) for f in whole["findings"]] == [
        ("rude", "unreviewed"),
        ("greeting", "unreviewed"),
        ("greeting", "confirmed"),
    ]


def test_the_shell_finds_each_kind_of_doubt(store: Store) -> None:
    reviewed(store)
    for cause, names in ((OpenCause.DISPUTED, ["d"]), (OpenCause.UNHEARD, ["c"]), (OpenCause.SECOND, [])):
        assert [row.call.call_id for row in store.calls.all(CallFilter(cause=cause))] == names


@pytest.mark.parametrize(("doubt", "names"), [("disputed", ["d"]), ("unheard", ["c"]), ("sound", [])])
def test_list_takes_the_doubt(store: Store, tmp_path: Path, doubt: str, names: list[str]) -> None:
    reviewed(store)
    done = callinspect("--store", store.url, "list", "--doubt", doubt, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["call_id"] for one in found] == names
    assert all(one["passed"] is None and one["open_causes"] == [doubt] for one in found)
