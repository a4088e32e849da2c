"""What a settlement counts, on both databases: calls, working days, and errors by how certain they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest

from pipeline.domain import (
    Inspection,
    Outcome,
    Role,
    Scope,
    Scorecard,
    Severity,
    Span,
    Status,
    User,
    UserRole,
    Verdict,
)
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import AlertStep, Liability
from pipeline.review.appeals import Terms
from pipeline.settlement import AgentMonth, ErrorCount, Standing, load_settlement, settle
from pipeline.settlement.month import LIABILITIES
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.settlements import ErrorFilter
from tests.inspections import finding
from tests.nights import night_call
from tests.people import user

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
EVERYWHERE = Scope()
FAILED = Outcome.FAILED


def call(
    name: str,
    day: int,
    *broken: str,
    agent: tuple[str, str, str] | None = ("8001", "陈思雨", "客服一组"),
    month: int = 10,
    severity: Severity = Severity.D,
    only_flags: bool = False,
    status: Status = Status.INSPECTED,
) -> Inspection:
    """An inspected call of a day, with these criteria broken and one that is not."""
    found = [replace(finding(one, FAILED, severity=severity), only_flags=only_flags) for one in broken]
    card = Scorecard(
        findings=(*found, finding("fine")),
        score=90.0,
        passed=True,
        fatal=False,
        ledger=(),
        flagged=bool(broken),
    )
    started = f"2026-{month:02}-{day:02}T09:00:00+08:00"
    inspected = status in (Status.INSPECTED, Status.PARTIAL)
    return night_call(name, agent=agent, card=card if inspected else None, status=status, started=started)


def keep(store: Store, run_id: int, *inspections: Inspection) -> None:
    for one in inspections:
        store.inspections.save(one, run_id=run_id)


def say(store: Store, name: str, criterion: str, verdict: Verdict, by: int) -> None:
    request = f"{name}-{criterion}-{verdict}-{by}"
    store.decisions.decide(name, criterion, verdict, by=by, request=request, seen=99)


def october(store: Store, scope: Scope = EVERYWHERE, **given: str) -> dict[str | None, AgentMonth]:
    return {one.agent_id: one for one in store.settlements.months(*OCTOBER, scope, **given)}


def test_whoever_changes_teams_is_settled_with_the_last_one(store: Store, run_id: int) -> None:
    moved = [("8001", "陈思雨", team) for team in ("甲组", "甲组", "乙组")]  # 乙 comes before 甲
    keep(store, run_id, *(call(f"c{day}", day, agent=agent) for day, agent in enumerate(moved, start=1)))
    assert (october(store)["8001"].team, october(store)["8001"].calls) == ("乙组", 3)
    assert october(store, team="甲组")["8001"].calls == 2


def test_each_error_has_one_standing(store: Store, run_id: int) -> None:
    names = ("confirmed", "overturned", "unsure", "unreviewed")
    keep(store, run_id, *(call(name, 1 + n, "rude") for n, name in enumerate(names)))
    keep(
        store,
        run_id,
        call("flagged", 8, "rude", only_flags=True),
        call("added", 9),
        call("appealed", 10, "rude"),
    )
    ann = user(store, "ann")
    say(store, "confirmed", "rude", Verdict.CONFIRMED, ann)
    say(store, "overturned", "rude", Verdict.OVERTURNED, ann)
    say(store, "unsure", "rude", Verdict.UNSURE, ann)
    say(store, "appealed", "rude", Verdict.CONFIRMED, ann)
    store.decisions.add("added", "fine", Span(1, 2), Role.AGENT, "话", by=ann, request="add")
    agent = user(store, "agent", UserRole.AGENT, team="客服一组", agent_id="8001")
    filer = User(agent, "agent", "agent", UserRole.AGENT, team="客服一组", agent_id="8001")
    store.appeals.file("appealed", "rude", "不是", by=filer, request="appeal", terms=Terms())
    month = october(store)["8001"]
    assert (month.calls, month.days) == (7, 7)
    assert month.errors == (
        ErrorCount("fine", "fine 标题", Severity.D, confirmed=1),
        ErrorCount(
            "rude", "rude 标题", Severity.D,
            confirmed=1, appealed=1, open=1, unreviewed=1, flagged=1, overturned=1,
        ),
    )  # fmt: skip
    found = settle([month], load_settlement(Path("rubrics/settlement.yaml")))
    assert (found.rows[0].non_critical, found.rows[0].amount, found.rows[0].pending) == (2, 200, 4)
    for standing in Standing:
        listed = list(store.settlements.errors(*OCTOBER, EVERYWHERE, ErrorFilter(standings=(standing,))))
        assert len(listed) == found.standings[standing], standing
    confirmed = store.settlements.errors(*OCTOBER, EVERYWHERE)
    assert [(one.call_id, one.criterion, one.day.day) for one in confirmed] == [
        ("confirmed", "rude", 1),
        ("added", "fine", 9),
    ]


def test_a_working_day_is_a_day_with_an_inspected_call(store: Store, run_id: int) -> None:
    keep(store, run_id, call("a", 1), call("b", 1), call("c", 3))
    keep(store, run_id, call("d", 4, status=Status.NOT_APPLICABLE), call("e", 5, month=11))
    month = october(store)["8001"]
    assert (month.calls, month.days) == (3, 2)


def test_taking_back_takes_it_out_again(store: Store, run_id: int) -> None:
    keep(store, run_id, call("a", 1, "rude"))
    ann = user(store, "ann")
    say(store, "a", "rude", Verdict.CONFIRMED, ann)
    assert october(store)["8001"].errors[0].confirmed == 1
    store.decisions.undo(store.decisions.history("a")[-1].id, by=ann, request="undo")
    found = october(store)["8001"].errors[0]
    assert (found.confirmed, found.unreviewed) == (0, 1)


def test_the_order_of_calls_does_not_matter(store: Store, run_id: int) -> None:
    calls = [call(f"c{n}", 1 + n % 3, *(["rude"] if n % 2 else []), agent=WHO[n % 3]) for n in range(9)]
    keep(store, run_id, *reversed(calls))
    table = load_settlement(Path("rubrics/settlement.yaml"))
    found = settle(store.settlements.months(*OCTOBER, EVERYWHERE), table)
    assert [row.agent_id for row in found.rows] == [
        "8002",
        "8001",
        None,
    ]  # by team; unknown last
    keep(store, run_id, *calls)  # a second run changes nothing
    assert settle(store.settlements.months(*OCTOBER, EVERYWHERE), table) == found
    assert found.total.calls == 9 and found.total.pending == 4


WHO: tuple[tuple[str, str, str] | None, ...] = (
    ("8001", "陈思雨", "客服二组"),
    ("8002", "刘志远", "客服一组"),
    None,
)


def test_scopes_and_filters(store: Store, run_id: int) -> None:
    keep(store, run_id, call("a", 1, "rude", agent=WHO[0]), call("b", 2, "rude", "late", agent=WHO[1]))
    assert set(october(store, Scope(team="客服一组"))) == {"8002"}
    assert set(october(store, Scope(agent_id="8001"))) == {"8001"}
    assert set(october(store, Scope(sealed=frozenset({"b"})))) == {"8001"}
    assert set(october(store, team="客服一组")) == {"8002"}
    wanted = ErrorFilter(agent="8002", criterion="late", standings=tuple(Standing))
    assert [one.call_id for one in store.settlements.errors(*OCTOBER, EVERYWHERE, wanted)] == ["b"]
    hidden = store.settlements.errors(*OCTOBER, Scope(agent_id="8001"), wanted)
    assert list(hidden) == []


def test_violating_calls_are_those_that_are_counted(store: Store, run_id: int) -> None:
    keep(store, run_id, *(call(f"c{n}", 1 + n, "rude", *(["late"] if n % 2 else [])) for n in range(6)))
    ann = user(store, "ann")
    say(store, "c1", "late", Verdict.OVERTURNED, ann)
    say(store, "c2", "rude", Verdict.OVERTURNED, ann)
    store.decisions.add("c4", "fine", Span(1, 2), Role.AGENT, "话", by=ann, request="add")
    counts = store.calls.criterion_counts()
    now = sum(one.calls_with_violation - one.overturned + one.added for one in counts)
    found = list(store.violations.calls())
    assert sum(len(one.violations) for one in found) == now == 8
    assert [one.call_id for one in found] == ["c0", "c1", "c3", "c4", "c5"]
    late = store.violations.calls(CallFilter(criterion="late"))
    assert [(one.call_id, len(one.violations)) for one in late] == [("c3", 1), ("c5", 1)]
    coverage = store.violations.coverage(CallFilter(date_from=date(2026, 10, 2), criterion="late"))
    assert (coverage.calls, coverage.stored, coverage.judged) == (5, 6, 5)
    assert (coverage.first, coverage.last) == (date(2026, 10, 2), date(2026, 10, 6))


@pytest.mark.parametrize("limit", [1, 3])
def test_a_limit_chooses_calls(store: Store, run_id: int, limit: int) -> None:
    keep(store, run_id, *(call(f"c{n}", 1 + n, "rude") for n in range(4)))
    assert len(list(store.violations.calls(CallFilter(limit=limit)))) == limit
    assert store.violations.coverage(CallFilter(limit=limit)).calls == limit


def test_a_complaint_costs_by_its_gravest_final_verdict_once(store: Store, run_id: int) -> None:
    names = ("two-bodies", "light", "judged", "overturned", "unjudged", "november")
    keep(store, run_id, *(call(n, d, month=11 if n == "november" else 10) for d, n in enumerate(names, 1)))
    boss = store.accounts.add("boss", role=UserRole.SUPERVISOR)
    took = count()

    def complaint(name: str, code: str, *steps: NewStep) -> None:
        number = f"{name}-{code}"
        made = store.alerts.add(name, code, Span(1, 2), by=boss, request=number)
        for step in steps:
            store.alerts.step(made.id, step, by=boss, request=f"s{next(took)}")

    def judged(liability: Liability, *more: NewStep) -> tuple[NewStep, ...]:
        when = datetime(2026, 12, 1, 9).astimezone()
        report = NewStep(AlertStep.REPORT, reported_to="值班", reported_at=when)
        return (NewStep(AlertStep.TAKE), report, NewStep(AlertStep.LIABILITY, liability=liability), *more)

    close = NewStep(AlertStep.CLOSE, comment="办结")
    complaint("two-bodies", "esc-media", *judged(Liability.LIGHT, close))
    complaint("two-bodies", "esc-12315", *judged(Liability.GRAVE, close))
    complaint("light", "esc-media", *judged(Liability.LIGHT, close))
    complaint("judged", "esc-media", *judged(Liability.GRAVE))
    complaint("overturned", "esc-media", *judged(Liability.GRAVE, NewStep(AlertStep.OVERTURN, comment="无")))
    complaint("unjudged", "esc-media", NewStep(AlertStep.TAKE))
    complaint("november", "esc-media", *judged(Liability.GRAVE, close))

    month = october(store)["8001"]
    assert (dict(month.liabilities), month.unclosed) == ({"grave": 1, "light": 1}, 1)
    table = load_settlement(Path("rubrics/settlement.yaml"))
    off = settle([month], table).rows[0]
    assert (off.complaints, off.unclosed, off.liability, off.amount) == (0, 0, 0, 0)  # as it is shipped
    prices = {one.value: each for one, each in zip(Liability, (0, 1000, 5000, 10000), strict=True)}
    on = settle([month], table.model_copy(update={"liability": prices}))
    assert (on.rows[0].complaints, on.rows[0].unclosed, on.rows[0].liability) == (2, 1, 11000)
    assert (on.total.liability, on.total.amount, on.total.penalty) == (11000, 0, 0)
    assert tuple(one.value for one in Liability) == LIABILITIES


def test_inspected_calls_are_the_calls_that_the_list_shows(store: Store, run_id: int) -> None:
    keep(
        store,
        run_id,
        call("a", 1),
        call("b", 2, status=Status.PARTIAL),
        call("c", 3, status=Status.UNREADABLE),
    )
    where = CallFilter(date_from=OCTOBER[0], date_to=OCTOBER[1], judged=True)
    assert october(store)["8001"].calls == store.calls.count(where) == 2
    assert store.calls.count(replace(where, judged=False)) == 1
