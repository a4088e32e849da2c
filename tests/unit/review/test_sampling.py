"""A draw that anybody can repeat, with what everybody has: a shell."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ReviewError
from pipeline.review.sampling import (
    NoticeGrade,
    Per,
    SampleRule,
    SamplingUnit,
    Which,
    announced_in_advance,
    draw,
    notice_of,
    period_is_over,
    ticket,
)
from pipeline.review.turns import DailyTurn, turn_of

RULE = SampleRule(date(2026, 11, 20), date(2026, 11, 21), count=2)
POPULATION = [SamplingUnit(f"C{n:03}", f"agent {n % 3}") for n in range(30)]

FROZEN = ["C009", "C024", "C007", "C010", "C011", "C005"]
FROZEN_DIGEST = "ae1c6c202b0c03a560329fa42d0e1563017af12b3300885e8f9cafb6f874a8bb"


def test_the_calls_that_were_drawn_once_are_drawn_always() -> None:
    """Written down on the day the algorithm was: whoever changes it invalidates every announced sample."""
    found = draw("2026-11-20 morning", RULE, POPULATION)
    assert [c.call_id for c in found.calls] == FROZEN
    assert found.population == 30
    assert found.population_sha256 == FROZEN_DIGEST


def test_the_shell_draws_the_same() -> None:
    script = """
    for n in $(seq 0 29); do
        id=$(printf 'C%03d' $n)
        ticket=$(printf '%s' "2026-11-20 morning:$id" | sha256sum | cut -d' ' -f1)
        printf '%s agent%s %s\\n' $ticket $((n % 3)) $id
    done | LC_ALL=C sort | awk 'count[$2]++ < 2 {print $2, $3}' | LC_ALL=C sort -s -k1,1 | cut -d' ' -f2
    """
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [c.call_id for c in draw("2026-11-20 morning", RULE, POPULATION).calls]


@given(st.permutations(POPULATION), st.text())
def test_order_does_not_matter(shuffled: list[SamplingUnit], seed: str) -> None:
    assert draw(seed, RULE, shuffled) == draw(seed, RULE, POPULATION)


def test_every_call_has_the_same_chance() -> None:
    """2 of 10 in each stratum: over 500 seeds each call is drawn about 100 times (5 deviations: 45)."""
    counts = dict.fromkeys((c.call_id for c in POPULATION), 0)
    for seed in range(500):
        for call in draw(str(seed), RULE, POPULATION).calls:
            counts[call.call_id] += 1
    assert sum(counts.values()) == 500 * 6
    assert all(55 < count < 145 for count in counts.values())


def test_a_small_stratum_gives_what_it_has() -> None:
    few = [SamplingUnit("only", "new agent"), *POPULATION]
    found = draw("s", RULE, few)
    assert [c.call_id for c in found.calls if c.stratum == "new agent"] == ["only"]
    assert len(found.calls) == 7
    assert draw("s", RULE, []).calls == ()


def test_names_that_are_no_text() -> None:
    assert len(ticket("s\udc80", "\ud800")) == 64


def test_a_rule_comes_back_as_it_was() -> None:
    rule = SampleRule(
        date(2026, 1, 1), date(2026, 1, 31), 3, Per.TEAM, Which.ALL, min_duration=30.5, hour_from=11
    )
    assert SampleRule.from_json(rule.as_json()) == rule
    turning = replace(rule, turns=(DailyTurn(2, 60.0, 11), DailyTurn(3)))
    assert SampleRule.from_json(turning.as_json()) == turning
    before = rule.as_json().replace(', "turns": []', "")  # as it was kept before there were turns
    assert "turns" not in before and SampleRule.from_json(before) == rule


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"date_to": date(2026, 11, 19)}, "sample-days"),
        ({"date_from": date.min}, "sample-days"),
        ({"date_to": date.max}, "sample-days"),
        ({"count": 0}, "sample-count"),
        ({"count": 1001}, "sample-count"),
        ({"hour_from": 12, "hour_to": 12}, "sample-hours"),
        ({"hour_to": 25}, "sample-hours"),
        ({"min_duration": -1.0}, "sample-duration"),
        ({"min_duration": float("nan")}, "sample-duration"),
        ({"turns": (DailyTurn(1),) * 10}, "sample-turns"),
    ],
)
def test_rules_that_make_no_sense(change: dict[str, object], code: str) -> None:
    values: dict[str, object] = {"date_from": date(2026, 11, 20), "date_to": date(2026, 11, 20), **change}
    with pytest.raises(ReviewError) as refused:
        SampleRule(**values)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_announced_before_the_first_hour() -> None:
    rule = SampleRule(date(2026, 11, 20), date(2026, 11, 20), hour_from=11)
    assert announced_in_advance(datetime(2026, 11, 20, 10, 59, tzinfo=UTC), rule, UTC)
    assert not announced_in_advance(datetime(2026, 11, 20, 11, 0, tzinfo=UTC), rule, UTC)


def test_a_day_before_or_late() -> None:
    rule = SampleRule(date(2026, 11, 20), date(2026, 11, 20), hour_from=11)
    said = {
        datetime(2026, 11, 19, 23, 59, tzinfo=UTC): NoticeGrade.DAY_BEFORE,
        datetime(2026, 11, 20, 0, 0, tzinfo=UTC): NoticeGrade.SAME_DAY,
        datetime(2026, 11, 20, 11, 0, tzinfo=UTC): NoticeGrade.AFTER,
    }
    assert {moment: notice_of(moment, rule, UTC) for moment in said} == said


@pytest.mark.parametrize("text", ["0", "100", "two", "2/x", "2/60/24", "2/-1", "2/inf", "2/60/11/5", ""])
def test_turns_that_make_no_sense(text: str) -> None:
    with pytest.raises(ReviewError):
        DailyTurn.from_text(text)


def test_the_nth_call_of_each_day() -> None:
    """The second of a minute or more from eleven on; who has fewer gives none."""
    calls = [
        ("early", "a", "2026-11-20T10:59:59", 90.0),
        ("first", "a", "2026-11-20T11:00:00", 60.0),
        ("short", "a", "2026-11-20T11:05:00", 59.9),
        ("tie-2", "a", "2026-11-20T11:10:00", 61.0),
        ("tie-1", "a", "2026-11-20T11:10:00", 61.0),
        ("next-1", "a", "2026-11-21T12:00:00", 61.0),
        ("next-2", "a", "2026-11-21T13:00:00", 61.0),
        ("lonely", "b", "2026-11-20T12:00:00", 61.0),
        ("nobody-says", "b", "", 61.0),
    ]
    rule = replace(RULE, turns=(DailyTurn.from_text("2/60/11"),))
    found = draw("s", rule, [SamplingUnit(*one) for one in calls])
    assert [(c.stratum, c.place, c.call_id) for c in found.calls] == [("a", 1, "tie-1"), ("a", 2, "next-2")]
    assert draw("another seed", rule, [SamplingUnit(*one) for one in reversed(calls)]) == found


def test_the_shell_tells_whose_turn_it_is() -> None:
    turns = (DailyTurn(1), DailyTurn(2), DailyTurn(3))
    days = [f"2026-12-{day:02}" for day in range(1, 15)]
    one = "echo $(( 0x$(printf '%s' \"seed:$day\" | sha256sum | cut -c1-8) % 3 ))"
    script = f"for day in {' '.join(days)}; do {one}; done"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    told = [turns[int(place)] for place in done.stdout.split()]
    assert told == [turn_of("seed", day, turns) for day in days] and set(told) == set(turns)


def test_the_period_ends_with_its_last_day() -> None:
    assert not period_is_over(datetime(2026, 11, 21, 23, 59, tzinfo=UTC), RULE, UTC)
    assert period_is_over(datetime(2026, 11, 22, 0, 0, tzinfo=UTC), RULE, UTC)
