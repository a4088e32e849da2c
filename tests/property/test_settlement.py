"""What holds of any month: sums are sums, the unsettled costs nothing, and no order matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Severity
from pipeline.settlement import AgentMonth, ErrorCount, SettlementTable, load_settlement, settle
from pipeline.settlement.formula import Names, number_of
from pipeline.settlement.settling import totals
from pipeline.settlement.table import Counts
from tests.examples import examples

CRITERIA = ("abuse", "shirk", "attitude-impatient", "dead-air", "greeting-missing", "other")
few = st.integers(0, 40)


@cache
def table(counts: Counts | None = None) -> SettlementTable:
    found = load_settlement(Path("rubrics/settlement.yaml"))
    return found if counts is None else found.model_copy(update={"counts": counts})


errors = st.builds(
    ErrorCount,
    st.sampled_from(CRITERIA), st.just("标题"), st.sampled_from(Severity), few, few, few, few, few, few,
)  # fmt: skip


@st.composite
def agent_months(draw: st.DrawFn) -> list[AgentMonth]:
    """Some agents, and perhaps calls of which nobody knows whose they are."""
    numbers = draw(st.lists(st.none() | st.integers(1, 50).map(str), unique=True, max_size=6))
    found = []
    for number in numbers:
        calls = draw(st.integers(1, 400))
        scored = draw(st.integers(0, calls))
        passing = draw(st.integers(0, scored))
        found.append(
            AgentMonth(
                number,
                None,
                draw(st.sampled_from([None, "一组", "二组", "10组"])),
                calls,
                draw(st.integers(1, 31)),
                scored,
                scored * 90.0,
                passing,
                draw(st.integers(passing, scored)),
                tuple(draw(st.lists(errors, max_size=5, unique_by=lambda e: (e.criterion, e.severity)))),
            )
        )
    return found


@settings(max_examples=examples(80))
@given(months=agent_months())
def test_totals_are_sums_of_rows(months: Sequence[AgentMonth]) -> None:
    found = settle(months, table())
    assert len(found.rows) == len(months)
    for name in ("calls", "critical", "non_critical", "pending", "amount", "penalty", "bonus"):
        assert getattr(found.total, name) == sum(getattr(row, name) for row in found.rows), name
        assert getattr(found.total, name) == sum(getattr(total, name) for _, total in found.teams), name
    assert found.total == totals(found.rows)
    assert found.total.critical + found.total.non_critical == sum(found.total.by_class.values())
    assert found.total.qualified <= found.total.counted <= found.total.agents
    assert found.total.surely <= found.total.qualified
    for row in found.rows:
        assert row.counted == (row.agent_id is not None and row.days > 5)
        assert row.qualified is None or row.counted
        assert row.penalty <= 500 and row.bonus <= 300


@settings(max_examples=examples(80))
@given(months=agent_months())
def test_what_is_not_settled_costs_nothing(months: Sequence[AgentMonth]) -> None:
    def settled_only(error: ErrorCount) -> ErrorCount:
        return replace(error, appealed=0, open=0, unreviewed=0, flagged=0, overturned=0)

    bare = [replace(m, errors=tuple(settled_only(e) for e in m.errors)) for m in months]
    with_all, without = settle(months, table()), settle(bare, table())
    for a, b in zip(with_all.rows, without.rows, strict=True):
        assert replace(a, pending=0, surely=None) == replace(b, pending=0, surely=None)


@settings(max_examples=examples(80))
@given(months=agent_months(), chances=st.randoms(use_true_random=False))
def test_no_order_matters(months: list[AgentMonth], chances: object) -> None:
    shuffled = [replace(m, errors=tuple(reversed(m.errors))) for m in months]
    chances.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settle(shuffled, table()) == settle(months, table())


@settings(max_examples=examples(40))
@given(months=agent_months(), more=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_what_the_centre_lets_count_only_adds(
    months: Sequence[AgentMonth], more: tuple[bool, bool, bool]
) -> None:
    counts = Counts(appealed=more[0], open=more[1], unreviewed=more[2])
    strict, lax = settle(months, table()), settle(months, table(counts))
    for a, b in zip(strict.rows, lax.rows, strict=True):
        assert b.critical >= a.critical and b.amount >= a.amount and b.surely == a.surely
        assert a.errors + a.pending == b.errors + b.pending  # nothing appears and nothing disappears
        assert not (b.qualified and a.qualified is False)
    flagged = sum(error.flagged for month in months for error in month.errors)
    assert lax.total.pending >= flagged  # what only flags never counts before it is confirmed


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, Fraction | None]:
    """An expression beside what it comes to, None where it divides by nothing."""
    if depth == 0 or draw(st.booleans()):
        number = draw(st.decimals(0, 1000, places=2))
        return str(number), Fraction(number)
    (a, x), (b, y) = draw(sums(depth=depth - 1)), draw(sums(depth=depth - 1))
    sign = draw(st.sampled_from("+-*/"))
    if x is None or y is None or (sign == "/" and y == 0):
        return f"({a} {sign} {b})", None
    return f"({a} {sign} {b})", {"+": x + y, "-": x - y, "*": x * y, "/": x / (y or 1)}[sign]


@settings(max_examples=examples(150))
@given(made=sums())
def test_a_formula_is_arithmetic(made: tuple[str, Fraction | None]) -> None:
    text, expected = made
    found = number_of(text, Names(()))({})
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert abs(Fraction(found) - expected) <= abs(expected) * Fraction(1, 10**15) + Fraction(1, 10**15)
        assert isinstance(found, Decimal)
