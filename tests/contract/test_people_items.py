"""What people answer: kept as events like every verdict, counted like every violation, asked until said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pipeline.domain import CaseState, Inspection, Outcome, Role, Scope, Severity, Span, UserRole, Verdict
from pipeline.errors import Conflict, Refused
from pipeline.reports import KINDS, export
from pipeline.reports.settlement_sheet import settlement_report
from pipeline.review.questions import AskedQuestion, asked_questions
from pipeline.rubric import dialogue, parse_rubric, score
from pipeline.settlement import Month, Standing, load_settlement
from pipeline.store import CallFilter, Store
from pipeline.store.errors_found import errors_found
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.judged import OPENING, SHEET
from tests.nights import night_call, put
from tests.people import user

PEOPLES = """      - id: handling
        title: 处理
        points: 0
        by_people: 10
        items:
          - {id: wrong, title: 信息错误, severity: B, deduct: 8, person: {required: true}}
          - {id: ticket, title: 工单错误, severity: C, deduct: 4, person: {}}
          - {id: fake, title: 伪造工单, severity: A, fatal: sheet, person: {}}
flag:"""
WITH = SHEET.replace("flag:", PEOPLES)
YES, NO, UNSURE = Verdict.CONFIRMED, Verdict.OVERTURNED, Verdict.UNSURE


def judged(call_id: str = "P1", text: str = WITH, *said: str) -> Inspection:
    rubric = parse_rubric(text)
    lines = said or ("坐席: [promise|保证您赚]", "客户: 好的谢谢")
    made = night_call(call_id, card=score(rubric, dialogue(*OPENING, *lines, direction="inbound")))
    return replace(made, revisions=replace(made.revisions, rubric=rubric.revision))


@pytest.fixture
def room(store: Store) -> Store:
    for text in (SHEET, WITH):
        store.rulebooks.keep([Rulebook(parse_rubric(text).revision, "rubric", text)])
    put(store, judged())
    return store


def fail(room: Store, item: str, by: int, request: str) -> None:
    room.decisions.add(
        "P1", item, Span(1, 3), Role.AGENT, "明天下午三点", by=by, request=request, comment="其实是后天"
    )


def exported(room: Store) -> dict[str, str]:
    return {one["criterion"]: one["outcome"] for one in KINDS["findings"].records(room, CallFilter())}


def test_nobody_has_looked_and_nothing_is_taken(room: Store) -> None:
    case = room.cases.case("P1")
    assert case is not None
    assert (case.score, case.score_low, case.pending) == (94.0, 94.0, 2), (
        "the promise, and what must be answered"
    )
    found = {f.criterion: f for f in room.inspections.current("P1").scorecard.findings}  # type: ignore[union-attr]
    assert found["wrong"].outcome is Outcome.NOT_APPLICABLE and found["wrong"].required
    assert found["ticket"].asked and not found["ticket"].required


def test_a_review_is_done_when_what_must_be_answered_is(room: Store) -> None:
    ann, boss = user(room, "ann"), user(room, "boss", UserRole.SUPERVISOR)
    with pytest.raises(Refused) as raised:
        room.decisions.finish("P1", by=ann, request="f1", incomplete=True)
    assert (raised.value.code, raised.value.facts["count"]) == ("unanswered", 1)
    room.decisions.decide("P1", "wrong", NO, by=ann, request="r1", seen=9)
    used = room.rule_usage.criteria(Scope())["wrong"]
    assert (used.passed, used.failed) == (1, 0), "the rules page counts what people answered"
    assert room.decisions.finish("P1", by=ann, request="f2", incomplete=True).state is CaseState.DONE
    assert (
        room.decisions.undo(room.decisions.history("P1")[0].id, by=boss, request="u1").state is CaseState.OPEN
    )
    put(room, judged(text=SHEET))
    assert "ticket" not in room.decisions.verdicts("P1")


def test_it_fails_at_a_place_and_counts_like_any_violation(room: Store) -> None:
    ann, bob = user(room, "ann"), user(room, "bob")
    with pytest.raises(Refused) as raised:
        room.decisions.decide("P1", "wrong", YES, by=ann, request="r0", seen=9)
    assert raised.value.code == "place-needed"
    fail(room, "wrong", ann, "r1")
    fail(room, "wrong", ann, "r1")
    case = room.cases.case("P1")
    assert case is not None and len(room.decisions.history("P1")) == 1
    assert (case.score, case.worst) == (86.0, Severity.B)
    counts = {c.criterion: c for c in room.calls.criterion_counts(CallFilter())}
    assert (counts["wrong"].added, counts["wrong"].confirmed, counts["wrong"].eligible_calls) == (1, 1, 1)
    assert (counts["ticket"].added, counts["ticket"].eligible_calls) == (0, 0), "nobody looked"
    with room._read() as connection:
        errors = {row.criterion: row for row in connection.execute(errors_found([]))}
    assert (errors["wrong"].standing, errors["wrong"].stands) == (Standing.CONFIRMED.value, 1)
    assert errors.keys() == {"wrong", "promise"}
    assert room.decisions.decide("P1", "wrong", NO, by=bob, request="r2", seen=9).causes, "two disagree"


def test_what_only_people_find_is_no_miss_of_the_machine(room: Store) -> None:
    fail(room, "wrong", user(room, "ann"), "r1")
    with room._read() as connection:
        rows = connection.exec_driver_sql("SELECT criterion, state, added FROM verdicts").all()
    assert [tuple(row) for row in rows] == [("wrong", "confirmed", 0)]


def test_not_applicable_is_neither_passed_nor_failed(room: Store) -> None:
    ann = user(room, "ann")
    room.decisions.decide("P1", "wrong", NO, by=ann, request="r1", seen=9, applies=False)
    assert not room.decisions.verdicts("P1")["wrong"].applies
    assert exported(room)["wrong"] == "not-applicable"
    with pytest.raises(Conflict):
        room.decisions.decide("P1", "wrong", NO, by=ann, request="r1", seen=9)
    counts = {c.criterion: c.eligible_calls for c in room.calls.criterion_counts(CallFilter())}
    assert counts["wrong"] == 0
    room.decisions.decide("P1", "wrong", NO, by=ann, request="r2", seen=9)
    assert room.decisions.verdicts("P1")["wrong"].applies and exported(room)["wrong"] == "passed"
    assert {c.criterion: c.eligible_calls for c in room.calls.criterion_counts(CallFilter())}["wrong"] == 1
    with pytest.raises(Refused, match="sheet says"):
        room.decisions.decide("P1", "promise", NO, by=ann, request="r3", seen=9, applies=False)


def test_the_gravest_take_two_people_and_an_appeal_ends_it(room: Store) -> None:
    ann, bob = user(room, "ann"), user(room, "bob")
    fail(room, "fake", ann, "r1")
    case = room.cases.case("P1")
    assert case is not None and (case.final, case.score_low) == (False, 0.0)
    fail(room, "fake", bob, "r2")
    assert (case := room.cases.case("P1")) is not None and case.score == 0.0
    appeal = room.appeals.file("P1", "fake", "没有这回事", by=None, request="a1")
    assert (appeal.criterion, appeal.severity) == ("fake", Severity.A)


def test_judging_again_keeps_what_people_said(room: Store) -> None:
    ann = user(room, "ann")
    fail(room, "wrong", ann, "r1")
    room.decisions.decide("P1", "ticket", NO, by=ann, request="r2", seen=9)
    changed = WITH.replace("deduct: 8", "deduct: 10")
    room.rulebooks.keep([Rulebook(parse_rubric(changed).revision, "rubric", changed)])
    put(room, judged(text=changed))
    case = room.cases.case("P1")
    assert case is not None and case.score == 84.0
    assert {n: v.state.value for n, v in room.decisions.verdicts("P1").items()} == {
        "wrong": "confirmed", "ticket": "overturned",
    }  # fmt: skip


# Questions


def questions(room: Store, call_id: str = "P1") -> dict[str, AskedQuestion]:
    found = room.inspections.current(call_id)
    assert found is not None
    rubric = room.rulebooks.rubric(found.revisions.rubric)
    asked = asked_questions(rubric, found, room.decisions.history(call_id), room.decisions.verdicts(call_id))
    return {one.id: one for one in asked}


def test_peoples_answer_wins_and_moves_nothing(room: Store) -> None:
    ann, before = user(room, "ann"), room.cases.case("P1")
    assert before is not None and questions(room)["solved"].said is None
    for said, request in (("solved", "q1"), ("unsolved", "q2"), ("unsolved", "q2")):
        after = room.decisions.answer("P1", "solved", said, by=ann, request=request)
    assert (after.score, after.pending, after.state) == (before.score, before.pending, before.state)
    assert questions(room)["solved"].said == "unsolved" and len(room.decisions.history("P1")) == 2
    room.decisions.undo(room.decisions.history("P1")[-1].id, by=ann, request="u1")
    assert questions(room)["solved"].said == "solved"
    with pytest.raises(Conflict):
        room.decisions.answer("P1", "solved", "follow-up", by=ann, request="q1")
    for question, said, code in (("weather", "fine", "no-question"), ("solved", "fine", "no-answer")):
        with pytest.raises(Refused) as raised:
            room.decisions.answer("P1", question, said, by=ann, request=f"{question}-{said}")
        assert raised.value.code == code


def test_a_hint_says_where_it_was_heard_and_a_cleared_one_is_gone(room: Store) -> None:
    put(room, judged("P2", WITH, "坐席: [abuse|闭嘴]"))
    heard = questions(room, "P2")["harm"]
    assert (heard.hint, heard.said, len(heard.signs)) == ("risk", None, 1)
    assert heard.signs[0].places[0].quote == "闭嘴"
    for name in ("ann", "bob"):
        room.decisions.decide("P2", "abuse", NO, by=user(room, name), request=name, seen=9)
    assert questions(room, "P2")["harm"].hint is None


# What is forwarded and paid by


def test_one_failure_among_calls_that_passed_is_a_share_of_all(room: Store, tmp_path: Path) -> None:
    """In reports, goals, workbook and settlement alike; a call that nobody answered is in no share."""
    ann = user(room, "ann")
    for name in ("P2", "P3", "P4"):
        put(room, judged(name))
    for name in ("P2", "P3"):
        room.decisions.decide(name, "wrong", NO, by=ann, request=name, seen=9)
    fail(room, "wrong", ann, "r1")
    facts = room.period_facts.read(CallFilter(), Scope()).criteria["wrong"]
    assert (int(facts.standing.sum()), int(facts.eligible.sum()), int(facts.asked.sum())) == (1, 3, 3)
    goal = room.goals.set(
        "8001",
        "wrong",
        by=None,
        request="g1",
        due=date(2026, 12, 31),
        today=date(2026, 11, 30),
        scope=Scope(),
    )
    before = room.goals.recheck(goal, scope=Scope()).before
    assert (before.broken, before.applied) == (1, 3)
    export("violations", "xlsx", room, tmp_path / "v.xlsx")
    book = openpyxl.load_workbook(tmp_path / "v.xlsx", data_only=True)
    counts = list(book["违规明细"].iter_rows(values_only=True))
    row = dict(zip(counts[0], next(each for each in counts if each[5] == "wrong"), strict=True))
    assert (row["可判通话"], row["现有违规通话"], row["人工确认"]) == (3, 1, 1)
    assert "信息错误" in str(book["违规通话"]["M2"].value)
    assert "B 信息错误" in [cell.value for cell in book["坐席×质检项"][1]]
    rules = load_settlement(Path("rubrics/settlement.yaml"))
    settled = settlement_report(room, Month(2026, 11), rules, Scope())
    assert [(each.criterion, each.call_id) for each in settled.errors()] == [("wrong", "P1")]
