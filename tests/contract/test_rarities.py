"""How rare violations are, on both databases: what reviews teach, and what scores make of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import inspect, select

from pipeline.batch.rescoring import rescore
from pipeline.conversation import Timeline
from pipeline.domain import Finding, Inspection, Outcome, Role, Span, Verdict
from pipeline.inspection.judging import judge, judge_again
from pipeline.inspection.rules import load_rules
from pipeline.review.rarity import CodeRarity
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.rubric import Rubric
from pipeline.rubric.rarity import REFERENCE, RarityRule
from pipeline.rubric.trust import OPEN_GATE, TrustGate, sheet_revision
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.tables import hits
from tests.migrations import tables_at
from tests.nights import bad_call
from tests.people import user

CODE = ITEM = "attitude-impatient"
RULES = load_rules(Settings())
SHEET = RULES.rubric
WEAK = 0.62


def call(number: int, told: float = WEAK) -> Inspection:
    """A call with one weak accusation beside others, as a run under the shipped rules keeps it."""
    one = bad_call()
    name = f"r{number}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    found = [h for h in one.hits if h.code != CODE]
    (_, second) = [h for h in one.hits if h.code == CODE]
    recording = replace(one.recording, call=replace(one.recording.call, call_id=name), sha256=digest)
    heard = replace(
        one,
        recording=recording,
        revisions=replace(one.revisions, audio_sha256=digest),
        hits=(*found, replace(second, confidence=told)),
    )
    return judge(heard, Timeline.of(heard, RULES.matcher.lexicons.words), RULES)


def keep(store: Store, run_id: int, numbers: range, told: float = WEAK) -> None:
    for number in numbers:
        store.inspections.save(call(number, told), run_id=run_id)


def say(store: Store, by: int, numbers: range, verdict: Verdict) -> None:
    for number in numbers:
        store.decisions.decide(f"r{number}", ITEM, verdict, by=by, request=f"{verdict}{number}", seen=99)


def of(store: Store, rubric: Rubric = SHEET) -> CodeRarity:
    return next(one for one in store.trust.rarities(rubric) if one.code == CODE)


def finding_of(store: Store, number: int) -> Finding:
    one = store.inspections.current(f"r{number}")
    assert one is not None and one.scorecard is not None
    return next(f for f in one.scorecard.findings if f.criterion == ITEM)


def stored_hits(store: Store) -> list[float]:
    with store._read() as connection:
        query = select(hits.c.confidence).where(hits.c.code == CODE).distinct()
        return sorted(connection.execute(query).scalars())


def test_settled_places_teach_from_twenty_on(store: Store, run_id: int) -> None:
    keep(store, run_id, range(24))
    ann = user(store, "ann")
    found = of(store)
    assert (found.rate, found.criteria, found.figures.settled) == (REFERENCE["forbidden"], (ITEM,), 0)
    say(store, ann, range(15), Verdict.OVERTURNED)
    say(store, ann, range(15, 19), Verdict.CONFIRMED)
    say(store, ann, range(19, 20), Verdict.UNSURE)  # open: not final
    store.decisions.add(
        "r20", "abuse", Span(1, 2), Role.AGENT, "话", by=ann, request="a"
    )  # not the machine's
    found = of(store)
    assert (found.figures.confirmed, found.figures.overturned, found.due) == (4, 15, False)
    assert {place.told for place in found.figures.places} == {WEAK}
    assert store.trust.decide(SHEET) is OPEN_GATE, "19 are too few"
    say(store, ann, range(20, 21), Verdict.OVERTURNED)
    found = of(store)
    assert found.due and found.factor == 1, "decided at the start of a run, not while people work"
    assert store.trust.in_force(SHEET) is OPEN_GATE and store.trust.rarity_changes() == ()
    foreseen = store.trust.foreseen(SHEET)
    gate = store.trust.decide(SHEET)
    assert gate.learned == foreseen.learned and len(gate.learned) == 1
    (one,) = gate.learned
    assert (one.code, one.confirmed, one.overturned) == (CODE, 4, 16)
    assert 0.1 < one.factor < 0.4
    assert store.audit.entries(action="rarity-learned")[0].subject == CODE
    # deciding again, and with a review more, changes nothing
    say(store, ann, range(21, 22), Verdict.OVERTURNED)
    assert store.trust.decide(SHEET) == gate and len(store.trust.rarity_changes(CODE)) == 1
    revision = gate.revision(SHEET.revision)
    assert sheet_revision(revision) == SHEET.revision
    assert store.trust.gate(revision) == gate, "an old score can be explained"
    # who turns learning off has the rates of the sheet again
    off = SHEET.model_copy(update={"rarity": RarityRule(learn=False)})
    assert store.trust.decide(off).learned == ()
    assert [one.learned.factor for one in store.trust.rarity_changes(CODE)] == [1, one.factor]


def test_only_the_latest_count_and_what_is_taken_back_does_not(store: Store, run_id: int) -> None:
    keep(store, run_id, range(30))
    ann = user(store, "ann")
    say(store, ann, range(8), Verdict.OVERTURNED)
    say(store, ann, range(8, 30), Verdict.CONFIRMED)
    short = SHEET.model_copy(update={"rarity": RarityRule(latest=22)})
    assert (of(store).figures.overturned, of(store, short).figures.overturned) == (8, 0)
    event = store.decisions.history("r3")[-1].id
    store.decisions.undo(event, by=ann, request="u")
    assert of(store).figures.overturned == 7


def test_calls_heard_by_lot_count_by_their_utterances(store: Store, run_id: int) -> None:
    quiet = SHEET.model_copy(update={"flag": ()})
    for number in range(6):
        one = call(number)
        assert one.scorecard is not None
        passed = tuple(
            replace(f, outcome=Outcome.PASSED, points=0, fatal=False) for f in one.scorecard.findings
        )
        card = replace(one.scorecard, flagged=False, alerts=(), findings=passed)
        store.inspections.save(replace(one, scorecard=card), run_id=run_id)
    ann = user(store, "ann")
    day = date(2026, 11, 20)
    for number, which in enumerate((Which.UNFLAGGED, Which.UNFLAGGED, Which.ALL)):
        rule = SampleRule(day, day, count=6, per=Per.ALL, which=which)
        made = store.samples.announce("抽", rule, seed="s", by=ann, request=f"s{number}")
        store.samples.draw(made.id)
    drawn = [one.call.call_id for one in store.samples.calls(1)]
    store.decisions.add(drawn[0], ITEM, Span(1, 2), Role.AGENT, "", by=ann, request="a1")
    for sample in (1, 2):  # the same seed drew the same calls: heard twice, counted once
        for name in drawn[:4]:
            store.samples.hear(sample, name, misses=1 if name == drawn[0] else 0, by=ann)
    agents = sum(u.role is Role.AGENT for u in call(0).transcript.utterances)
    found = of(store, quiet).figures
    assert (found.added, found.heard, found.places) == (1, 4 * agents, ())


def test_stored_calls_judged_again_are_as_fresh_ones(store: Store, run_id: int, url: str) -> None:
    keep(store, run_id, range(30))
    keep(store, run_id, range(30, 32), told=0.95)
    store.runs.finish(run_id, state="finished")
    settings = Settings(store=url, workers=1)
    rescore(settings=settings)
    before = {n: finding_of(store, n) for n in range(32)}
    assert {f.outcome for f in before.values()} == {Outcome.FAILED}
    assert {e.per_1000 for f in before.values() for e in f.evidence} == {None}
    ann = user(store, "ann")
    say(store, ann, range(25), Verdict.OVERTURNED)
    say(store, ann, range(25, 26), Verdict.CONFIRMED)
    dry = rescore(settings=settings, dry_run=True)
    assert dry.gate.learned and store.trust.rarity_changes() == (), "looking decides nothing"
    done = rescore(settings=settings)
    assert done.gate.learned == dry.gate.learned and done.written == dry.outdated > 0
    gate = done.gate
    assert stored_hits(store) == [WEAK, 0.95], "a hit keeps what the evidence told"
    for number in (26, 30):
        one = store.inspections.current(f"r{number}")
        assert one is not None
        told = WEAK if number == 26 else 0.95
        fresh = _fresh(number, told, gate)
        assert one.revisions.rubric == gate.revision(SHEET.revision)
        assert one.scorecard == fresh.scorecard and one.hits == fresh.hits
        again = judge_again(one, RULES.under(gate), earlier=())
        assert again.scorecard == one.scorecard
    weak, strong = finding_of(store, 26), finding_of(store, 30)
    assert (weak.outcome, strong.outcome) == (Outcome.UNDETERMINED, Outcome.FAILED)
    assert all(e.per_1000 and e.per_1000 < 0.55 for e in (*weak.evidence, *strong.evidence))
    assert finding_of(store, 25).outcome is Outcome.FAILED, "what a person confirmed is not taken away"
    # what was said of findings that are none any more still counts: nothing flaps
    assert of(store).figures.overturned == 25
    assert not of(store).due
    assert rescore(settings=settings).outdated == 0
    # taken back, the old judgement comes back
    for number in range(25):
        store.decisions.undo(store.decisions.history(f"r{number}")[-1].id, by=ann, request=f"u{number}")
    store_off = SHEET.model_copy(update={"rarity": RarityRule(learn=False)})
    assert store.trust.decide(store_off).learned == ()
    rescore(settings=settings)
    back = finding_of(store, 26)
    assert (back.outcome, back.evidence) == (before[26].outcome, before[26].evidence)
    assert back.only_flags, "the gate is another matter: it waits for reviews that bear the criterion out"


def _fresh(number: int, told: float, gate: TrustGate) -> Inspection:
    heard = judge_again(call(number, told), RULES, earlier=())
    return judge(heard, Timeline.of(heard, RULES.matcher.lexicons.words), RULES.under(gate))


def test_a_store_of_an_earlier_version_has_learned_nothing(url: str) -> None:
    with tables_at("0014", url) as connection:
        assert not inspect(connection).has_table("rarity_changes")
    with open_store(url) as store:
        assert store.trust.rarity_changes() == () and store.trust.decide(SHEET) is OPEN_GATE
        keep(store, store.runs.start(), range(1))
        assert finding_of(store, 0).evidence[0].per_1000 is None


@pytest.mark.parametrize("rate", [0.05, 5.0])
def test_a_rate_of_the_sheet_moves_what_reviews_are_compared_with(
    store: Store, run_id: int, rate: float
) -> None:
    keep(store, run_id, range(1))
    say(store, user(store, "ann"), range(1), Verdict.CONFIRMED)
    stated = SHEET.model_copy(update={"rarity": RarityRule(per_1000={CODE: rate})})
    (place,) = of(store, stated).figures.places
    assert (place.told > WEAK) is (rate > REFERENCE["forbidden"]) and of(store, stated).stated == rate
