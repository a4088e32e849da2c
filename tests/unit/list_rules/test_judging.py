"""Rules over rows of the call list: what goes too far is found once, and what is in doubt accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RubricError
from pipeline.list_rules import JudgedList, ListRules, Reason, StoredRow, judge, load_list_rules

DAY = date(2026, 11, 20)
NIGHT = {"id": "night", "title": "夜间", "check": "hours", "from": "22:00", "to": "08:00"}
TRIES = {"id": "tries", "title": "次数", "check": "attempts", "most": 6}
PAUSE = {"id": "pause", "title": "间隔", "check": "pause", "minutes": 30}
THIRD = {"id": "third", "title": "第三人", "check": "third-party"}
SOUND = {"id": "sound", "title": "录音", "check": "recording"}


def row(key: int, at: str | None = "10:00:00", **facts: Any) -> StoredRow:
    started = None if at is None else datetime.fromisoformat(at if "T" in at else f"{DAY}T{at}")
    given: dict[str, Any] = {
        "agent_id": "8001", "direction": "outbound", "number": "n1", "answered": False, "day": str(DAY),
    }  # fmt: skip
    return StoredRow(key, started_at=started, **{**given, **facts})


def judged(rule: dict[str, Any], *rows: StoredRow, **more: Any) -> JudgedList:
    return judge(rows, ListRules.model_validate({"name": "x", "rules": [rule], **more}), DAY, DAY)


def reasons(found: JudgedList) -> dict[Reason, int]:
    return {doubt.reason: count for doubt, count in found.doubts.items()}


@pytest.mark.parametrize(("at", "bad"), [("21:59:59", 0), ("22:00:00", 1), ("07:59:59", 1), ("08:00:00", 0)])
def test_hours_over_midnight(at: str, bad: int) -> None:
    assert len(judged(NIGHT, row(1, at)).found) == bad


def test_nobody_is_accused_by_a_time_that_is_none_or_of_no_known_zone() -> None:
    world = datetime(2026, 11, 20, 15, tzinfo=UTC)  # 23:00 in Shanghai
    rows = [
        row(1, None), row(2, "00:00:00", clock=False), row(3, world.isoformat()),
        row(4, "23:00", direction=None), row(5, "23:00", damaged=True),
    ]  # fmt: skip
    found = judged(NIGHT, *rows)
    assert not found.found
    assert set(reasons(found)) == {
        Reason.NO_TIME, Reason.NO_CLOCK, Reason.NO_ZONE, Reason.NO_DIRECTION, Reason.DAMAGED,
    }  # fmt: skip
    known = judged(NIGHT, rows[2], timezone="Asia/Shanghai")
    assert [one.hour for one in known.found] == [23]


def test_the_seventh_unanswered_try_of_a_day_is_one_finding_of_all_of_them() -> None:
    rows = [row(n, f"1{n}:00:00") for n in range(7)]
    (found,) = judged(TRIES, *rows).found
    assert (found.rows, found.over, found.measured) == (tuple(range(7)), (False,) * 6 + (True,), 7.0)
    assert found.one_agent
    assert not judged(TRIES, *rows[:6]).found
    shared = [*rows[:6], row(6, "16:00:00", agent_id="8002")]
    assert not judged(TRIES, *shared).found[0].one_agent, "none of them need know of the other's tries"


def test_what_may_be_a_try_or_somebody_else_is_no_violation() -> None:
    rows = [row(n, f"1{n}:00:00") for n in range(6)]
    unsure = judged(TRIES, *rows, row(6, "16:00:00", answered=None))
    assert not unsure.found and reasons(unsure) == {Reason.NO_ANSWER_STATE: 1}
    masked = judged(TRIES, *(row(n, f"1{n}:00:00", number=None) for n in range(7)))
    assert not masked.found and reasons(masked) == {Reason.NO_NUMBER: 7}
    legs = judged(TRIES, *rows, row(6, "15:00:00", agent_id="8002"))
    assert not legs.found, "the same second is another leg of the same call"


def test_a_call_that_is_passed_on_is_one_call_of_whoever_made_it() -> None:
    talk: dict[str, Any] = {"answered": True, "talk_seconds": 1500.0}
    legs = [row(1, "21:50:00", **talk), row(2, "22:05:00", agent_id="8002", **talk)]
    later = row(3, "22:28:00", agent_id="8003", **talk)
    assert not judged(NIGHT, *legs, later).found, "it began in time, and went on from leg to leg"
    rang = [row(2 * n, f"1{n}:00:00") for n in range(7)]
    picked_up = [row(2 * n + 1, f"1{n}:00:00", agent_id="8002", **talk) for n in range(7)]
    assert not judged(TRIES, *rang, *picked_up).found, "several rang, and one answered"


def test_a_direction_in_the_list_s_own_words_is_listed_as_doubt() -> None:
    found = judged(NIGHT, row(1, "23:00", direction="预测外呼"), row(2, "23:00", direction="internal"))
    assert not found.found and reasons(found) == {Reason.NO_DIRECTION: 1}


def test_a_day_alone_that_was_written_in_world_time_is_no_midnight_call() -> None:
    found = judged(NIGHT, row(1, "2026-11-19T16:00:00+00:00"), timezone="Asia/Shanghai")
    assert not found.found and reasons(found) == {Reason.NO_CLOCK: 1}


def test_a_pause_that_was_too_short() -> None:
    found = judged(PAUSE, row(1, "10:00:00"), row(2, "10:29:59"), row(3, "11:00:00")).found
    assert [(one.rows, one.measured) for one in found] == [((1, 2), 29.9)]
    talking = row(1, "10:00:00", answered=True, talk_seconds=300.0)
    assert not judged(PAUSE, talking, row(2, "10:04:00")).found, "a transfer is no further try"


def test_a_third_party_is_wrong_only_while_the_person_themself_can_be_reached() -> None:
    earlier = str(DAY - timedelta(days=3))
    own = row(1, f"{earlier}T10:00", relation="self", case="c", answered=True, day=earlier)
    missed = row(2, "09:00", relation="self", case="c")
    third = row(3, "10:00", relation="third-party", case="c", answered=True, number="n2")
    assert [one.rows for one in judged(THIRD, own, third).found] == [(1, 3)]
    assert not judged(THIRD, own, missed, third).found, "contact may be lost since"
    assert judged({**THIRD, "lost_tries": 2}, own, missed, third).found
    assert not judged({**THIRD, "reached_days": 2}, own, third).found
    robot = row(2, "09:00", relation="self", case="c", queue="机器人")
    of_queue = {**THIRD, "where": {"queue": ["催收"]}}
    in_queue = [replace(one, queue="催收") for one in (own, third)]
    assert judged(of_queue, *in_queue).found and not judged(of_queue, *in_queue, robot).found
    assert not judged(THIRD, own, replace(missed, relation=None, answered=None), third).found
    at_home = judged(THIRD, own, replace(third, number="n1"))
    assert not at_home.found and reasons(at_home) == {Reason.NO_RELATION: 1}, "the person's own number"
    assert reasons(judged(THIRD, third)) == {Reason.NO_HISTORY: 1}
    assert reasons(judged(THIRD, row(3, relation=None, answered=True))) == {Reason.NO_RELATION: 1}


def test_a_recording_is_missing_only_where_the_others_of_the_day_are_there() -> None:
    talk = {"answered": True, "talk_seconds": 60.0}
    there, gone = row(1, recorded="found", **talk), row(2, recorded="missing", **talk)
    (found,) = judged(SOUND, there, gone).found
    assert found.rows == (2,) and not found.one_agent, "nobody who talks can lose a recording"
    assert not judged(SOUND, there, row(2, recorded="missing", answered=True, talk_seconds=5.0)).found
    partly = judged(
        SOUND, there, gone, row(3, recorded="missing", **talk), row(4, recorded="unclear", **talk)
    )
    assert not partly.found
    assert reasons(partly) == {Reason.FOLDER_INCOMPLETE: 2, Reason.UNCLEAR_FILE: 1}


@pytest.mark.parametrize(
    ("changed", "line", "says"),
    [
        ("    mos: 6", 5, "most"),
        ("    most: 0", 5, "most"),
        ("    most: 6\n    where: {queues: [x]}", 6, "queue"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, changed: str, line: int, says: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"name: x\nrules:\n  - id: tries\n    title: 次数\n{changed}\n    check: attempts\n")
    with pytest.raises(RubricError) as caught:
        load_list_rules(path)
    assert caught.value.line == line and says in caught.value.said("en")


def test_a_queue_that_says_it_is_none_is_none() -> None:
    where = {"where": {"queue": ["催收"]}}
    found = judged(
        NIGHT | where, row(1, "23:00", queue="非催收"), row(2, "23:00", number="n2", queue="贷后催收")
    )
    assert [one.rows for one in found.found] == [(2,)]
    assert len(judged(NIGHT | {"where": {"queue": ["非催收"]}}, row(1, "23:00", queue="非催收")).found) == 1


def test_a_masked_call_that_was_passed_on_is_one_call() -> None:
    masked: dict[str, Any] = {"number": None, "number_end": "1234", "case": "c", "answered": True}
    legs = [
        row(1, "21:58:00", talk_seconds=600.0, **masked),
        row(2, "22:03:00", talk_seconds=60.0, agent_id="8002", **masked),
        row(3, "22:30:00", talk_seconds=60.0, **masked),
    ]
    assert [one.rows for one in judged(NIGHT, *legs).found] == [(3,)]
    assert reasons(judged(TRIES, *legs)) == {Reason.NO_NUMBER: 2}
