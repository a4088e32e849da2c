"""The table of flips: what judging again turns over, by criterion, agent, score and state."""

from __future__ import annotations

from pipeline.batch.rescoring.changes import AgentChange, CallChange, Changes, compare, step
from pipeline.domain import (
    Call,
    Evidence,
    Finding,
    Inspection,
    Outcome,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Severity,
    Span,
    Status,
)

PASSED, FAILED, NOT_KNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNDETERMINED
OLD_PROOF = Evidence(Span(3.0, 4.5), Role.AGENT, "不归我管", "不归我管")
NEW_PROOF = Evidence(Span(20.0, 26.0), Role.AGENT, "随便你", "随便你")


def judged(
    call_id: str, agent: str | None, score: float | None, *, flagged: bool = False, **outcomes: Outcome
) -> Inspection:
    findings = tuple(
        Finding(
            name,
            f"题目{name}",
            "服务",
            Severity.B,
            outcome,
            0.0,
            (NEW_PROOF if name == "attitude" else OLD_PROOF,) if outcome is FAILED else (),
            f"{name}: {outcome.value}",
        )
        for name, outcome in outcomes.items()
    )
    card = Scorecard(findings, score, None if score is None else score >= 80, False, (), flagged=flagged)
    call = Call(call_id, agent, None if agent is None else f"坐席{agent}")
    return Inspection(
        Recording(call, (), call_id * 8), Status.INSPECTED, None, Revisions(*"123456"), 60.0, scorecard=card
    )


def changes(*pairs: tuple[Inspection, Inspection]) -> Changes:
    made = Changes()
    for before, after in pairs:
        made.add(compare(before, after))
    return made


def test_each_flip_tells_where_to_listen() -> None:
    change = compare(
        judged("A1", "7", 90.0, shirk=FAILED, attitude=PASSED, opening=PASSED),
        judged("A1", "7", 85.0, shirk=PASSED, attitude=FAILED, opening=PASSED),
    )
    told = {flip.criterion: (flip.before, flip.after, flip.evidence) for flip in change.flips}
    assert told == {"shirk": (FAILED, PASSED, (OLD_PROOF,)), "attitude": (PASSED, FAILED, (NEW_PROOF,))}
    assert change.changed
    assert change.difference == -5.0


def test_by_criterion_those_that_accuse_most_first() -> None:
    made = changes(
        (judged("A1", "7", 90, shirk=PASSED, attitude=FAILED), judged("A1", "7", 90, shirk=FAILED)),
        (judged("A2", "7", 90, shirk=NOT_KNOWN), judged("A2", "7", 90, shirk=FAILED)),
        (judged("A3", "8", 90, shirk=FAILED), judged("A3", "8", 90, shirk=PASSED)),
        (judged("A4", "8", 90, shirk=FAILED), judged("A4", "8", 90, shirk=FAILED)),
    )
    first, second = made.criteria
    assert (first.criterion, first.title, first.severity) == ("shirk", "题目shirk", Severity.B)
    assert (first.accused, first.cleared) == (2, 1)
    assert first.turns == {(PASSED, FAILED): 1, (NOT_KNOWN, FAILED): 1, (FAILED, PASSED): 1}
    assert (second.criterion, second.accused, second.cleared) == ("attitude", 0, 1)
    assert second.turns == {(FAILED, None): 1}  # it is not on the sheet any more
    assert made.judged == 4
    assert [call.call_id for call in made.calls] == ["A1", "A2", "A3"]


def test_by_agent_with_mean_scores_over_all_their_calls() -> None:
    made = changes(
        (judged("A1", "7", 90, shirk=PASSED), judged("A1", "7", 70, shirk=FAILED)),
        (judged("A2", "7", 80, shirk=PASSED), judged("A2", "7", 80, shirk=PASSED)),
        (judged("A3", "8", 60, shirk=FAILED), judged("A3", "8", 100, shirk=PASSED)),
        (judged("A4", "9", 60, shirk=FAILED), judged("A4", "9", 60, shirk=FAILED)),
        (judged("A5", None, None, shirk=PASSED), judged("A5", None, 50, shirk=PASSED)),
    )
    assert made.agents == (
        AgentChange("7", "坐席7", 2, 1, 1, 0, 85.0, 75.0),
        AgentChange("8", "坐席8", 1, 1, 0, 1, 60.0, 100.0),
        AgentChange(None, None, 1, 1, 0, 0, None, 50.0),
    )


def test_states_and_sizes_of_changes() -> None:
    made = changes(
        (judged("A1", "7", 90), judged("A1", "7", 70, flagged=True)),
        (judged("A2", "7", 70, flagged=True), judged("A2", "7", 80)),
        (judged("A3", "7", 70), judged("A3", "7", 70.001)),
        (judged("A4", "7", None), judged("A4", "7", 95)),
    )
    assert made.verdicts == {
        "passed": (2, 1),
        "failed": (1, 1),
        "flagged": (1, 1),
        "fatal": (0, 0),
        "scored": (1, 0),
    }
    assert made.differences == {-4: 0, -3: 1, -2: 0, -1: 0, 0: 1, 1: 0, 2: 1, 3: 0, 4: 0}
    assert [step(d) for d in (0.004, 5, 5.1, 10, -20, -20.1)] == [0, 1, 2, 2, -3, -4]


def test_a_call_that_stays_the_same_is_counted_and_not_listed() -> None:
    same = judged("A1", "7", 90, shirk=FAILED)
    made = changes((same, same))
    assert made.judged == 1
    assert made.calls == []
    assert (made.criteria, made.agents) == ((), ())
    assert isinstance(compare(same, same), CallChange)
