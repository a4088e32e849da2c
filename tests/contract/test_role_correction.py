"""Agent and customer the other way round: judged anew, kept by later runs, and taken back whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.roles import correct_roles, keep_roles, undo_roles
from pipeline.batch.rulebooks import keep_rules
from pipeline.domain import (
    Inspection,
    Measurement,
    Measures,
    Outcome,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
    Verdict,
)
from pipeline.errors import Refused
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules, load_rules
from pipeline.settings import Settings
from pipeline.store import Freshness, Store
from tests.inspections import inspection
from tests.people import user

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(rubric=ROOT / "rubrics" / "service.yaml", lexicons=ROOT / "lexicons" / "zh")
LINES = [
    (Role.CUSTOMER, "您好，客服中心，工号八零零一，请问有什么可以帮您？"),
    (Role.AGENT, "我的快递三天了还没有到，你们怎么回事？"),
    (Role.CUSTOMER, "非常抱歉给您带来不便，我马上帮您查询一下，请问您的单号是多少？"),
    (Role.AGENT, "你烦不烦啊，神经病，我说了三遍了。"),
    (Role.CUSTOMER, "好的，已经为您登记了，请问您还需要其他帮助吗？感谢您的来电，再见。"),
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(SETTINGS)


def heard(rules: Rules) -> Inspection:
    """A call in which the machine took the customer for the agent."""
    said = tuple(
        Utterance(role, Span(n * 10.0, n * 10.0 + 6.0), text) for n, (role, text) in enumerate(LINES)
    )
    turns = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    measures = Measures(
        (
            Measurement("speech_agent", 12.0, "s", turns[Role.AGENT]),
            Measurement("speech_customer", 18.0, "s", turns[Role.CUSTOMER]),
            Measurement("talk_share_agent", 0.4, "0..1"),
            Measurement("longest_turn_agent", 6.0, "s"),
            Measurement("pitch_range_agent_semitones", 5.0, "semitones"),
            Measurement("silence_total", 20.0, "s"),
        )
    )
    base = inspection("a")
    return judge_again(
        replace(
            base,
            transcript=Transcript(said),
            measures=measures,
            hits=(),
            scorecard=None,
            revisions=replace(base.revisions, lexicons=""),
        ),
        rules,
        earlier=(),
    )


def outcomes(one: Inspection | None) -> dict[str, Outcome]:
    assert one is not None
    assert one.scorecard is not None
    return {f.criterion: f.outcome for f in one.scorecard.findings}


def test_a_correction_judges_anew_and_is_taken_back(store: Store, run_id: int, rules: Rules) -> None:
    wrong = heard(rules)
    store.inspections.save(wrong, run_id=run_id)
    ann = user(store, "ann")
    accused = [name for name, outcome in outcomes(wrong).items() if outcome is Outcome.FAILED]
    assert accused
    decisions = store.decisions
    decisions.decide("a", accused[0], Verdict.CONFIRMED, by=ann, request="0", seen=9)
    case = correct_roles(store, rules, "a", by=ann, request="1")
    assert correct_roles(store, rules, "a", by=ann, request="1") == case
    right = store.inspections.current("a")
    assert right is not None
    assert right.revisions.roles_corrected
    assert [u.role for u in right.transcript.utterances] == [role.other for role, _ in LINES]
    assert right.measures.as_dict() == {
        "speech_agent": 18.0,
        "speech_customer": 12.0,
        "talk_share_agent": 0.6,
        "longest_turn_agent": 6.0,
        "pitch_range_agent_semitones": None,
        "silence_total": 20.0,
    }
    assert outcomes(right) != outcomes(wrong)
    assert decisions.verdicts("a", held=False) == {}, "it was about the other party's words"
    assert decisions.corrected_calls() == ["a"]
    assert case.event is not None
    with pytest.raises(Refused, match="judged anew"):
        decisions.undo(case.event, by=ann, request="2")
    undone = undo_roles(store, rules, case.event, by=ann, request="3")
    assert undo_roles(store, rules, case.event, by=ann, request="3") == undone
    assert store.inspections.current("a") == wrong
    assert decisions.verdicts("a")[accused[0]].verdict is Verdict.CONFIRMED
    assert decisions.corrected_calls() == []


def test_runs_and_new_rules_keep_a_correction(store: Store, run_id: int, rules: Rules) -> None:
    wrong = heard(rules)
    store.inspections.save(wrong, run_id=run_id)
    correct_roles(store, rules, "a", by=None, request="1")
    right = store.inspections.current("a")
    (known,) = store.inspections.freshness([wrong.recording], wrong.revisions).values()
    assert (known.freshness, known.heard) == (Freshness.CURRENT, True)
    other = replace(wrong.revisions, rubric="another")
    (known,) = store.inspections.freshness([wrong.recording], other).values()
    assert (known.freshness, known.heard) == (Freshness.JUDGED_OTHERWISE, True)
    assert keep_roles(store, SETTINGS, run_id=run_id) == 0
    newer = replace(wrong, revisions=replace(wrong.revisions, model="better"))
    store.inspections.save(newer, run_id=run_id)
    assert keep_roles(store, SETTINGS, run_id=run_id) == 1
    again = store.inspections.current("a")
    assert again is not None
    assert again.revisions.model == "better"
    assert outcomes(again) == outcomes(right)
    knows = replace(
        newer,
        transcript=again.transcript,
        scorecard=again.scorecard,
        revisions=replace(wrong.revisions, model="best"),
    )
    store.inspections.save(knows, run_id=run_id)
    assert keep_roles(store, SETTINGS, run_id=run_id) == 0, "the engine says so itself now"


def test_nothing_heard_has_no_roles(store: Store, run_id: int, rules: Rules) -> None:
    store.inspections.save(inspection("a", status=Status.UNREADABLE), run_id=run_id)
    with pytest.raises(Refused, match="nothing was heard"):
        correct_roles(store, rules, "a", by=None, request="1")


def test_the_effective_score_needs_the_text_of_the_rules(store: Store, run_id: int, rules: Rules) -> None:
    one = heard(rules)
    store.inspections.save(one, run_id=run_id)
    card = one.scorecard
    assert card is not None
    assert card.score is not None
    failed = next(f for f in card.findings if f.outcome is Outcome.FAILED)
    case = store.decisions.decide("a", failed.criterion, Verdict.OVERTURNED, by=None, request="1", seen=1)
    assert (case.score, case.passed) == (None, None)
    found = store.decisions.effective("a")
    assert found is not None
    assert (found.score, found.reason) == (None, "no-rules")
    keep_rules(store, SETTINGS, lexicons=rules.revisions.lexicons, rubric=rules.revisions.rubric)
    keep_rules(store, SETTINGS, lexicons="edited meanwhile", rubric="edited meanwhile")
    assert store.rulebooks.missing([*rules.revisions, "edited meanwhile"]) == {"edited meanwhile"}
    found = store.decisions.effective("a")
    assert found is not None
    assert found.score is not None
    assert found.score >= card.score
    kept = store.cases.case("a")
    assert kept is not None
    assert (kept.score, kept.version) == (found.score, case.version + 1), "the queue has it too, at once"
    case = store.decisions.comment("a", "听过了", by=None, request="2")
    assert case.score == found.score
