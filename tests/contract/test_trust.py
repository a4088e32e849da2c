"""How far a criterion can be trusted, on both databases: figures, gate, acts, and what scores make of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.batch.rescoring import rescore
from pipeline.domain import Inspection, Outcome, Role, Span, UserRole, Verdict
from pipeline.domain.inspection import sheet_revision
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.review.trust import TrustChangeKind
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.trust import OPEN_GATE
from pipeline.settings import Settings
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.inspections import finding, inspection
from tests.nights import bad_call
from tests.people import user

SHEET = Path("rubrics/service.yaml")
ITEM, OTHER = "greeting-missing", "closing-missing"
FLAG, POINTS = TrustChangeKind.ONLY_FLAG, TrustChangeKind.TAKE_POINTS


@pytest.fixture
def rubric() -> Rubric:
    return load_rubric(SHEET)


def keep(store: Store, run_id: int, calls: int) -> None:
    """Calls on which one criterion failed."""
    for number in range(calls):
        found = (finding(ITEM, Outcome.FAILED), finding(OTHER))
        store.inspections.save(inspection(f"t{number}", findings=found, flagged=True), run_id=run_id)


def say(store: Store, by: int, *, first: int, count: int, verdict: Verdict) -> None:
    for number in range(first, first + count):
        request = f"{verdict}-{number}"
        store.decisions.decide(f"t{number}", ITEM, verdict, by=by, request=request, seen=99)


def bad(call_id: str) -> Inspection:
    """A call with several violations, under this name."""
    one = bad_call()
    digest = hashlib.sha256(call_id.encode()).hexdigest()
    recording = replace(one.recording, call=replace(one.recording.call, call_id=call_id), sha256=digest)
    return replace(one, recording=recording, revisions=replace(one.revisions, audio_sha256=digest))


def of(store: Store, rubric: Rubric, criterion: str = ITEM):  # type: ignore[no-untyped-def]
    return next(one for one in store.trust.criteria(rubric) if one.criterion == criterion)


def test_precision_counts_settled_findings_of_the_machine(store: Store, run_id: int, rubric: Rubric) -> None:
    keep(store, run_id, 6)
    ann = user(store, "ann")
    assert of(store, rubric).figures.precision.value is None
    say(store, ann, first=0, count=3, verdict=Verdict.CONFIRMED)
    say(store, ann, first=3, count=1, verdict=Verdict.OVERTURNED)
    say(store, ann, first=4, count=1, verdict=Verdict.UNSURE)  # open: not final
    store.decisions.add("t5", OTHER, Span(1, 2), Role.AGENT, "话", by=ann, request="a")  # not the machine's
    found = of(store, rubric)
    assert (found.figures.precision.count, found.figures.precision.total) == (3, 4)
    assert found.figures.precision.low == pytest.approx(0.3006, abs=1e-4)  # Wilson, by hand
    assert of(store, rubric, OTHER).figures.precision.total == 0
    # taken back, it counts no longer
    event = store.decisions.history("t3")[-1].id
    store.decisions.undo(event, by=ann, request="u")
    assert of(store, rubric).figures.precision.total == 3


def test_only_the_latest_count(store: Store, run_id: int, rubric: Rubric) -> None:
    keep(store, run_id, 30)
    ann = user(store, "ann")
    say(store, ann, first=0, count=8, verdict=Verdict.OVERTURNED)
    say(store, ann, first=8, count=22, verdict=Verdict.CONFIRMED)
    short = rubric.model_copy(update={"trust": rubric.trust.model_copy(update={"latest": 22})})
    assert of(store, rubric).figures.overturned == 8
    assert (of(store, short).figures.overturned, of(store, short).figures.precision.total) == (0, 22)


def test_the_miss_rate_is_of_unflagged_calls_heard_by_lot(store: Store, run_id: int, rubric: Rubric) -> None:
    for number in range(8):
        store.inspections.save(
            inspection(f"q{number}", findings=(finding(ITEM), finding(OTHER))), run_id=run_id
        )
    ann = user(store, "ann")
    day = date(2026, 11, 2)
    rules = [(Which.UNFLAGGED, 4), (Which.UNFLAGGED, 4), (Which.ALL, 8)]
    for number, (which, count) in enumerate(rules):
        rule = SampleRule(day, day, count=count, per=Per.ALL, which=which)
        made = store.samples.announce("抽", rule, seed="s", by=ann, request=f"s{number}")
        store.samples.draw(made.id)
    drawn = [one.call.call_id for one in store.samples.calls(1)]
    store.decisions.add(drawn[0], ITEM, Span(1, 2), Role.AGENT, "", by=ann, request="a1")
    undrawn = next(one for one in (f"q{n}" for n in range(8)) if one not in drawn)
    store.decisions.add(undrawn, ITEM, Span(1, 2), Role.AGENT, "", by=ann, request="a2")
    for sample in (1, 2):  # the same seed drew the same calls: heard twice, counted once
        for call in drawn[:3]:
            store.samples.hear(sample, call, misses=1 if call == drawn[0] else 0, by=ann)
    store.samples.hear(3, undrawn, misses=1, by=ann)
    missed = of(store, rubric).figures.missed
    assert (missed.count, missed.total) == (1, 3)
    assert missed.low is not None and missed.high is not None and missed.low < 1 / 3 < missed.high
    assert of(store, rubric, OTHER).figures.missed.count == 0


def test_the_gate_closes_and_opens_with_the_reviews(store: Store, run_id: int, rubric: Rubric) -> None:
    keep(store, run_id, 60)
    ann = user(store, "ann")
    say(store, ann, first=0, count=19, verdict=Verdict.OVERTURNED)
    assert store.trust.decide(rubric) is OPEN_GATE, "19 reviews are too few"
    say(store, ann, first=19, count=1, verdict=Verdict.CONFIRMED)
    due = of(store, rubric)
    assert due.due and not due.only_flags, "decided at the start of a run, not while people work"
    assert store.trust.in_force(rubric) is OPEN_GATE
    assert store.trust.foreseen(rubric).only_flag == {ITEM}
    gate = store.trust.decide(rubric)
    assert gate.only_flag == {ITEM} and gate.withheld[0].overturned == 19
    (closed,) = store.trust.changes(ITEM)
    assert (closed.kind, closed.confirmed, closed.overturned) == (TrustChangeKind.CLOSED, 1, 19)
    assert store.audit.entries(action="trust-closed")[0].subject == ITEM
    # deciding again changes nothing, and more reviews do not change what a judgement is called
    say(store, ann, first=20, count=1, verdict=Verdict.CONFIRMED)
    assert store.trust.decide(rubric) == gate and len(store.trust.changes()) == 1
    revision = gate.revision(rubric.revision)
    assert sheet_revision(revision) == rubric.revision
    assert store.trust.gate(revision) == gate, "an old score can be explained"
    store.rulebooks.keep([Rulebook(rubric.revision, "rubric", SHEET.read_text("utf-8"))])
    found = store.rulebooks.rubric(revision)
    assert found is not None and found.revision == rubric.revision
    # the overturned are taken back and confirmed: it comes back by itself
    for number in range(19):
        events = store.decisions.history(f"t{number}")
        store.decisions.undo(events[-1].id, by=ann, request=f"u{number}")
        store.decisions.decide(f"t{number}", ITEM, Verdict.CONFIRMED, by=ann, request=f"c{number}", seen=99)
    assert store.trust.decide(rubric) is OPEN_GATE
    assert [one.kind for one in store.trust.changes()] == [TrustChangeKind.OPENED, TrustChangeKind.CLOSED]


def test_a_supervisor_goes_before_the_reviews_until_it_is_taken_back(store: Store, rubric: Rubric) -> None:
    boss = user(store, "boss", UserRole.SUPERVISOR)
    trust = store.trust
    with pytest.raises(Refused) as refused:
        trust.act(rubric, ITEM, FLAG, reason=" ", by=boss, request="r0")
    assert refused.value.code == "trust-reason"
    with pytest.raises(Missing):
        trust.act(rubric, "no-such", FLAG, reason="x", by=boss, request="r0")
    with pytest.raises(Conflict):
        trust.undo(rubric, ITEM, by=boss, request="r0")
    found = trust.act(rubric, ITEM, FLAG, reason="换了开头语", by=boss, request="r1")
    assert found.only_flags and not found.due
    assert found.change is not None and (found.change.by_name, found.change.reason) == ("boss", "换了开头语")
    assert trust.act(rubric, ITEM, FLAG, reason="换了开头语", by=boss, request="r1") == found
    assert len(trust.changes()) == 1, "sent twice, it counts once"
    assert trust.decide(rubric).withheld[0].by_person
    assert not trust.act(rubric, ITEM, POINTS, reason="已改", by=boss, request="r2").only_flags
    assert trust.undo(rubric, ITEM, by=boss, request="r3").only_flags, "what held before holds again"
    assert not trust.undo(rubric, ITEM, by=boss, request="r4").only_flags
    with pytest.raises(Conflict):
        trust.undo(rubric, ITEM, by=boss, request="r5")
    assert trust.decide(rubric) is OPEN_GATE
    for action in ("trust-undo", "trust-act"):
        assert len(store.audit.entries(action=action)) == 2


def test_rescoring_moves_open_calls_and_leaves_settled_ones(
    store: Store, run_id: int, url: str, rubric: Rubric
) -> None:
    for name in ("OPEN", "SETTLED"):
        store.inspections.save(bad(name), run_id=run_id)
    store.runs.finish(run_id, state="finished")
    settings = Settings(store=url, workers=1)
    rescore(settings=settings)
    before = {row.call.call_id: row for row in store.calls.all(CallFilter())}
    card = store.inspections.current("SETTLED")
    assert card is not None and card.scorecard is not None
    failed = [f.criterion for f in card.scorecard.findings if f.outcome is Outcome.FAILED]
    call_id, settled, criterion = "OPEN", "SETTLED", OTHER
    assert criterion in failed and len(failed) > 1
    ann, bob = user(store, "ann"), user(store, "bob")
    for k in failed:
        for by in (ann, bob):
            store.decisions.decide(settled, k, Verdict.CONFIRMED, by=by, request=f"{k}{by}", seen=99)
    assert next(r for r in store.calls.all(CallFilter(call_id=settled))).final
    store.trust.act(rubric, criterion, FLAG, reason="待查", by=None, request="r1")
    dry = rescore(settings=settings, dry_run=True)
    assert dry.gate.only_flag == {criterion}
    done = rescore(settings=settings)
    assert done.written == dry.outdated >= 1 and rescore(settings=settings).outdated == 0
    after = {row.call.call_id: row for row in store.calls.all(CallFilter())}
    assert after[settled].score == before[settled].score
    assert after[settled].revisions == before[settled].revisions, "settled scores do not move"
    moved, was = after[call_id], before[call_id]
    assert moved.score is not None and was.score is not None and moved.score > was.score
    assert (moved.score_low, moved.final, moved.flagged) == (was.score_low, False, True)
    card = store.inspections.current(call_id)
    assert card is not None and card.scorecard is not None
    found = next(f for f in card.scorecard.findings if f.criterion == criterion)
    assert (found.outcome, found.points, found.only_flags) == (Outcome.FAILED, 0, True)
    assert any(e.criterion == criterion and e.note is not None for e in card.scorecard.ledger)
    assert store.trust.gate(card.revisions.rubric).only_flag == {criterion}
    # what a person confirms takes its points
    for by in (ann, bob):
        store.decisions.decide(call_id, criterion, Verdict.CONFIRMED, by=by, request=f"x{by}", seen=99)
    confirmed = next(r for r in store.calls.all(CallFilter(call_id=call_id)))
    assert confirmed.score == was.score
    # and back: the earlier judgement becomes current again
    store.trust.undo(rubric, criterion, by=None, request="r2")
    rescore(settings=settings)
    again = {row.call.call_id: row for row in store.calls.all(CallFilter())}
    assert {c: r.machine_score for c, r in again.items()} == {c: r.machine_score for c, r in before.items()}
