"""How rare violations are, on both databases: what reviews teach, and what scores make of it."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import inspect, select, update

from pipeline.batch.rescoring import rescore
from pipeline.batch.roles import correct_roles, undo_roles
from pipeline.batch.rulebooks import rules_in_force
from pipeline.batch.run import run
from pipeline.batch.work import Task
from pipeline.batch.worker import inspections_of
from pipeline.conversation import Timeline
from pipeline.domain import Finding, How, Inspection, Outcome, Recording, ReviewState, Role, Span, Verdict
from pipeline.domain.inspection import sheet_revision
from pipeline.errors import StoreError
from pipeline.inspection.judging import judge, judge_again
from pipeline.inspection.rules import load_rules
from pipeline.inspection.spine import CallInspector
from pipeline.review.rarity import CodeRarity
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.rubric import Rubric
from pipeline.rubric.rarity import REFERENCE, RarityRule
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.review_tables import verdicts
from pipeline.store.tables import calls, hits
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


class Hears(CallInspector):
    """Hears what it is told to, as an engine that never heard the call."""

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for one in recordings:
            heard = call(int(one.call.call_id[1:]))
            known = replace(heard.revisions, lexicons=self.rules.revisions.lexicons)  # its hits stay as told
            heard = replace(heard, revisions=known)
            fresh = replace(judge_again(heard, self.rules, earlier=()), recording=one)
            assert fresh.scorecard is not None
            found = next(f for f in fresh.scorecard.findings if f.criterion == ITEM)
            assert found.outcome is Outcome.UNDETERMINED, "by the rate alone"
            yield fresh


def edited(layer: Path, text: str) -> None:
    """A centre's own phrase, which no call has."""
    folder = layer / "lexicons"
    folder.mkdir(parents=True, exist_ok=True)
    phrase = f"code: praise, phrase: {text}, reason: r, examples: {{hit: [{text}]}}"
    (folder / "own.yaml").write_text(f"phrases:\n  - {{{phrase}}}\n", "utf-8")


def outcome_of(store: Store, number: int) -> tuple[Outcome, ReviewState | None]:
    """What the machine says, and what stands of what people said of it."""
    with store._read() as connection:
        v, c = verdicts.c, calls.c
        query = select(v.state).join(calls, c.id == v.call).where(c.call_id == f"r{number}")
        state = connection.execute(query.where(v.criterion == ITEM)).scalar()
    return finding_of(store, number).outcome, state and ReviewState(state)


def test_no_rate_undoes_what_a_person_said(store: Store, run_id: int, url: str, tmp_path: Path) -> None:
    """Neither is what they confirmed put in doubt, nor does what they heard of change under their word."""
    confirmed = (Outcome.FAILED, ReviewState.CONFIRMED)
    heard_of = (Outcome.UNDETERMINED, ReviewState.CONFIRMED)
    keep(store, run_id, range(30))
    store.runs.finish(run_id, state="finished")
    settings = Settings(store=url, workers=1, layer=tmp_path)
    ann = user(store, "ann")
    say(store, ann, range(4), Verdict.CONFIRMED)
    say(store, ann, range(4, 22), Verdict.OVERTURNED)
    assert rescore(settings=settings).gate.learned[0].factor < 0.5
    assert outcome_of(store, 0) == confirmed and finding_of(store, 25).outcome is Outcome.UNDETERMINED
    rules = rules_in_force(store, settings)
    correct_roles(store, rules, "r0", by=ann, request="swap")
    undo_roles(store, rules, store.decisions.history("r0")[-1].id, by=ann, request="swap back")
    assert outcome_of(store, 0) == confirmed, "nor do roles that are put right"
    say(store, ann, range(26, 27), Verdict.CONFIRMED)
    edited(tmp_path, "天上有一朵紫色的云")
    dry = rescore(settings=settings, dry_run=True)
    assert (dry.outdated, dry.changes.judged) == (30, 30)
    assert rescore(settings=settings).changes.calls == dry.changes.calls
    assert outcome_of(store, 0) == confirmed and outcome_of(store, 26) == heard_of
    assert finding_of(store, 25).outcome is Outcome.UNDETERMINED, "of others the rate decides"
    # a call at a time it comes to the same: by a run that meets it again
    before = store.inspections.current("r0")
    assert before is not None
    rules = rules_in_force(store, settings)
    words = store.judgements.words_of(before.recording)
    assert judge_again(before, rules, earlier=(), words=words).scorecard == before.scorecard
    task = Task(before.recording, heard=True)
    inspector = CallInspector(cast("Any", None), rules, before.revisions)
    assert [one.scorecard for one in inspections_of(inspector, [task], settings)] == [before.scorecard]
    anew = Hears(cast("Any", None), rules, before.revisions)
    task = Task(before.recording, heard=False, words=dict(words))
    assert pickle.loads(pickle.dumps(task)) == task, "it is sent to another process"
    (fresh,) = inspections_of(anew, [task], settings)
    assert fresh.scorecard == before.scorecard, "nor does it hang on who heard it"
    # the rate goes back: what a person spoke of stays what they spoke of
    for number in range(4, 22):
        store.decisions.undo(store.decisions.history(f"r{number}")[-1].id, by=ann, request=f"u{number}")
    edited(tmp_path, "地上有一条绿色的河")
    assert rescore(settings=settings).gate.learned == ()
    assert outcome_of(store, 0) == confirmed and outcome_of(store, 26) == heard_of
    assert finding_of(store, 25).outcome is Outcome.FAILED
    # who takes the word back takes it from there
    store.decisions.undo(store.decisions.history("r26")[-1].id, by=ann, request="u26")
    edited(tmp_path, "水里有一只会唱歌的鱼")
    rescore(settings=settings)
    assert finding_of(store, 26).outcome is Outcome.FAILED


def test_people_take_a_rate_back(store: Store, run_id: int) -> None:
    keep(store, run_id, range(30))
    ann = user(store, "ann")
    say(store, ann, range(20), Verdict.OVERTURNED)
    assert store.trust.decide(SHEET).learned
    for number in range(20):
        store.decisions.undo(store.decisions.history(f"r{number}")[-1].id, by=ann, request=f"u{number}")
        assert of(store).next_factor <= 1
    assert (of(store).figures.settled, of(store).due, of(store).next_factor) == (0, True, 1)
    assert store.trust.decide(SHEET).learned == () and not of(store).due


def test_what_people_say_of_what_a_rate_left_undetermined_counts(store: Store, run_id: int, url: str) -> None:
    keep(store, run_id, range(46))
    keep(store, run_id, range(46, 48), told=0.45)  # undetermined by its evidence
    store.runs.finish(run_id, state="finished")
    ann = user(store, "ann")
    say(store, ann, range(20), Verdict.OVERTURNED)
    settings = Settings(store=url, workers=1)
    rescore(settings=settings)
    learned = of(store).factor
    assert {finding_of(store, n).outcome for n in range(48)} == {Outcome.UNDETERMINED}
    say(store, ann, range(20, 48), Verdict.CONFIRMED)
    assert (of(store).figures.confirmed, of(store).figures.overturned) == (26, 20)
    assert of(store).next_factor > learned * 2


def test_while_another_run_is_at_work_nothing_is_decided(
    store: Store, run_id: int, url: str, tmp_path: Path
) -> None:
    keep(store, run_id, range(22))
    say(store, user(store, "ann"), range(20), Verdict.OVERTURNED)
    settings, asked = Settings(store=url, workers=1), list[object]()
    with pytest.raises(StoreError):
        rescore(settings=settings)
    with pytest.raises(StoreError):
        run(tmp_path, settings=settings, inspector=cast("Any", None), revisions=call(0).revisions,
            decide=cast("Any", lambda *told: asked.append(told)))  # fmt: skip
    assert asked == [] and store.trust.rarity_changes() == () and store.trust.changes() == ()
    store.runs.finish(run_id, state="finished")
    assert rescore(settings=settings).gate.learned and store.trust.rarity_changes()


def test_reviews_are_compared_with_what_people_were_told(store: Store, run_id: int) -> None:
    """What only the sentence told gets no surer where violations are common, and nobody is told so."""
    keep(store, run_id, range(2))
    say(store, user(store, "ann"), range(2), Verdict.CONFIRMED)
    with store.trust._write() as connection:
        connection.execute(update(hits).where(hits.c.code == CODE).values(how=How.SENTENCE.value))
    stated = SHEET.model_copy(update={"rarity": RarityRule(per_1000={CODE: 5.5})})
    assert {place.told for place in of(store, stated).figures.places} == {WEAK}


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
