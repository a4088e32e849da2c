"""Announcing, drawing, verifying and counting in a sample, on plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.errors import Conflict, Refused
from pipeline.review.sample_rules import (
    MissCount,
    check_announcement,
    check_count,
    check_period,
    draw_sample,
    drawn_at,
    stratum_of,
    verify,
)
from pipeline.review.sampling import NoticeGrade, Per, Sample, SampleRule, SamplingUnit, draw

RULE = SampleRule(date(2026, 11, 20), date(2026, 11, 21), count=2)
POPULATION = [SamplingUnit(f"C{n:03}", f"agent {n % 3}") for n in range(30)]
ANNOUNCED = Sample(
    1,
    "周抽检",
    "seed",
    RULE,
    "2026-11-19T08:00:00+00:00",
    None,
    None,
    None,
    None,
    0,
    0,
    NoticeGrade.DAY_BEFORE,
)
ANN, BOB = 2, 3


def code(act: Callable[[], object]) -> str | None:
    with pytest.raises((Refused, Conflict)) as refused:
        act()
    return refused.value.code


def test_a_sample_needs_title_and_seed() -> None:
    assert check_announcement(" 周抽检 ", " 42 ") == ("周抽检", "42")
    assert code(lambda: check_announcement("周抽检", " ")) == "sample-empty"
    assert code(lambda: check_announcement("", "42")) == "sample-empty"


def test_calls_of_nobody_are_one_stratum() -> None:
    facts = {"agent_id": "1001", "team": None}
    assert [stratum_of(per, **facts) for per in (Per.AGENT, Per.TEAM, Per.ALL)] == ["1001", "", ""]


def test_when_a_sample_may_be_drawn() -> None:
    check_period(ANNOUNCED, datetime(2026, 11, 23, tzinfo=UTC))
    assert code(lambda: check_period(ANNOUNCED, datetime(2026, 11, 20, tzinfo=UTC))) == "sample-period"
    assert draw_sample(ANNOUNCED, POPULATION) == draw("seed", RULE, POPULATION)
    assert code(lambda: draw_sample(ANNOUNCED, [])) == "sample-population"
    assert code(lambda: drawn_at(ANNOUNCED)) == "sample-not-drawn"


def test_a_draw_holds_for_the_calls_of_now_or_of_then() -> None:
    found = draw_sample(ANNOUNCED, POPULATION)
    sample = replace(ANNOUNCED, drawn_at="2026-11-23", population_sha256=found.population_sha256)

    def never() -> list[SamplingUnit]:
        raise AssertionError("asked for without need")

    assert verify(sample, found.calls, now=POPULATION, then=never).holds
    fewer = [one for one in POPULATION if one.call_id != found.calls[0].call_id]
    assert verify(sample, found.calls, now=fewer, then=lambda: POPULATION).holds
    wrong = verify(sample, found.calls, now=fewer, then=lambda: fewer[1:])
    assert not wrong.same_population
    assert wrong.population == len(fewer), "what does not hold is told about now"
    assert found.calls[0].call_id in wrong.only_stored
    moved = verify(sample, found.calls[1:], now=POPULATION, then=lambda: POPULATION)
    assert (moved.same_population, moved.holds) == (True, False)
    assert moved.only_again == (found.calls[0].call_id,)


def test_a_count_is_one_persons() -> None:
    def never() -> str:
        raise AssertionError("asked for without need")

    assert check_count(MissCount(1, ANN), None, added=1, who=never)
    assert check_count(MissCount(2, ANN), MissCount(1, ANN), added=1, who=never), "the own one is corrected"
    assert not check_count(MissCount(1, BOB), MissCount(1, ANN), added=0, who=never)
    assert code(lambda: check_count(MissCount(0, ANN), None, added=1, who=never)) == "sample-misses"
    other = MissCount(2, ANN)
    assert code(lambda: check_count(MissCount(1, BOB), other, added=0, who=lambda: "ann")) == "sample-heard"
