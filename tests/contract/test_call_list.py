"""Rows of the call list, what rules found in them, and call-backs, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from pipeline.domain import ListedCall, Recorded, Satisfaction, Scope
from pipeline.errors import Conflict, Missing, Refused
from pipeline.list_rules import ListRules
from pipeline.store import CallFilter, Store
from pipeline.store.repositories.callbacks import CallbackGroup, CallbackStep
from pipeline.store.repositories.listed_call_rows import hidden
from pipeline.store.repositories.listed_calls import ListFilter
from tests.inspections import inspection

DAY = date(2026, 11, 20)
NUMBER = "13800138000"
EVERY, EVERYWHERE = ListFilter(), Scope()
RULES = ListRules.model_validate(
    {
        "name": "催收",
        "rules": [
            {
                "id": "night",
                "title": "夜间",
                "title_en": "night",
                "check": "hours",
                "from": "22:00",
                "to": "08:00",
            },
            {"id": "tries", "title": "次数", "check": "attempts", "most": 2},
        ],
    }
)


def tried(name: str, hour: int, **facts: object) -> ListedCall:
    row = ListedCall(
        name, row_id=name, agent_id="8001", agent_name="陈思雨", team="客服一组", queue="催收",
        direction="outbound", customer_number=NUMBER, started_at=datetime(2026, 11, 20, hour), answered=False,
        talk_seconds=0.0, case_id="CASE-77", recorded=Recorded.MISSING,
    )  # fmt: skip
    return replace(row, **facts)  # type: ignore[arg-type]


def test_rows_are_judged_again_when_the_list_is_corrected(store: Store) -> None:
    rows = [tried("a", 10), tried("b", 11), tried("c", 23)]
    assert store.listed.save(rows).days == (DAY, DAY)
    assert store.listed.save(rows).days is None, "nothing changed"
    store.listed.judge([RULES], DAY, DAY)
    counts = store.listed.counts(EVERY, EVERYWHERE)
    assert [(one[0], one[3]) for one in counts.rules] == [("night", 1), ("tries", 1)]
    assert (counts.hours, counts.agents, counts.rows) == ({23: 2}, (("8001", "陈思雨", 2),), 3)
    tries = next(one for one in store.listed.findings(EVERY, EVERYWHERE) if one.rule == "tries")
    assert [(row.at.hour, row.over) for row in tries.rows] == [(10, False), (11, False), (23, True)]
    assert tries.number_end == "8000"
    later = [tried("c", 9, answered=None, customer_number=None), tried("b", 11, answered=True)]
    changed = store.listed.save(later).days
    assert changed is not None
    store.listed.judge([RULES], *changed)
    assert store.listed.counts(EVERY, EVERYWHERE).total == 0
    assert not list(store.listed.findings(EVERY, EVERYWHERE))


def test_a_lead_reads_of_their_own_team_and_an_agent_of_nobody(store: Store) -> None:
    store.listed.save([tried("a", 23), tried("b", 23, team="客服二组", customer_number="13900139000")])
    store.listed.judge([RULES], DAY, DAY)
    assert store.listed.counts(EVERY, Scope(team="客服一组")).total == 1
    assert [one.team for one in store.listed.findings(EVERY, Scope(team="客服二组"))] == ["客服二组"]
    assert store.listed.counts(EVERY, Scope(agent_id="8001")).rows == 0


def test_no_number_and_no_case_is_kept_and_a_purge_takes_the_rows(store: Store) -> None:
    store.listed.save([tried("a", 23)])
    store.listed.judge([RULES], DAY, DAY)
    with store._read() as connection:
        (row,) = connection.execute(text("SELECT * FROM listed_calls")).mappings()
    kept = " ".join(str(value) for value in row.values())
    assert NUMBER not in kept and "CASE-77" not in kept and row["number_end"] == "8000"
    store.purge(DAY + timedelta(days=1))
    counts = store.listed.counts(EVERY, EVERYWHERE)
    assert (counts.rows, counts.total) == (0, 0)


@pytest.mark.parametrize(
    ("number", "is_hidden"),
    [
        (NUMBER, False),
        ("+86 138-0013-8000", False),
        ("138****8000", True),
        ("95588", True),
        ("138XXXX8000", True),
        ("00000000000", True),
    ],
)
def test_a_masked_number_is_nobodys(number: str, is_hidden: bool) -> None:
    assert hidden(number) is is_hidden


def test_one_number_however_it_is_written_is_one(store: Store) -> None:
    store.listed.save(
        [
            tried("a", 10),
            tried("b", 11, customer_number="+8613800138000"),
            tried("c", 12, customer_number="0" + NUMBER),
        ]
    )
    store.listed.judge([RULES], DAY, DAY)
    assert [one[0] for one in store.listed.counts(EVERY, EVERYWHERE).rules] == ["tries"]


def test_an_id_that_begins_anew_every_day_takes_nothing_from_the_call_before(store: Store) -> None:
    store.listed.save([tried("1", 23)])
    tomorrow = tried("1", 23, started_at=datetime(2026, 11, 21, 9), customer_number=None, queue=None)
    store.listed.save([tomorrow])
    with store._read() as connection:
        (row,) = connection.execute(text("SELECT number, queue, day FROM listed_calls")).all()
    assert tuple(row) == (None, None, "2026-11-21")


def rated(store: Store, run_id: int, name: str, rating: Satisfaction | None, *, day: int = 20) -> None:
    one = inspection(name, started_at=datetime(2026, 11, day, 10))
    call = replace(one.recording.call, satisfaction=rating)
    store.inspections.save(replace(one, recording=replace(one.recording, call=call)), run_id=run_id)


def test_a_very_dissatisfied_customer_is_called_back(store: Store, run_id: int) -> None:
    rated(store, run_id, "bad", Satisfaction.VERY_DISSATISFIED)
    rated(store, run_id, "good", Satisfaction.SATISFIED)
    back = store.callbacks
    (one,) = back.page(today=date(2026, 11, 21)).rows
    assert (one.call_id, one.due, one.late) == ("bad", date(2026, 11, 21), False)
    assert back.counts(today=date(2026, 11, 22)).late == 1
    assert store.calls.count(CallFilter(satisfaction=Satisfaction.SATISFIED)) == 1
    with pytest.raises(Refused):
        back.step("bad", CallbackStep.DONE, by=None, request="r0")
    done = back.step("bad", CallbackStep.DONE, by=None, request="r1", remark="已致歉", seen=0)
    assert done == back.step("bad", CallbackStep.DONE, by=None, request="r1", remark="已致歉", seen=0)
    assert (done.version, done.remark, back.counts().open) == (1, "已致歉", 0)
    assert [one.call_id for one in back.page(CallbackGroup.DONE).rows] == ["bad"]
    with pytest.raises(Conflict):
        back.step("bad", CallbackStep.REOPEN, by=None, request="r2", seen=0)
    with pytest.raises(Missing):
        back.step("good", CallbackStep.TAKE, by=None, request="r3")


def test_a_rating_that_is_corrected_takes_an_untouched_task_away(store: Store, run_id: int) -> None:
    rated(store, run_id, "bad", Satisfaction.VERY_DISSATISFIED)
    rated(store, run_id, "moved", Satisfaction.VERY_DISSATISFIED)
    store.callbacks.step("moved", CallbackStep.DUE, by=None, request="r1", due=date(2026, 12, 1))
    for name in ("bad", "moved"):
        rated(store, run_id, name, Satisfaction.NEUTRAL)
    assert [(one.call_id, one.due) for one in store.callbacks.page().rows] == [("moved", date(2026, 12, 1))]
