"""What reviewers finished, how long it took and what they hold, from the log of acts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.domain.people import Scope, UserRole
from pipeline.store import Store
from pipeline.store.people_tables import audit
from tests.inspections import inspection

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12).astimezone(UTC)


@pytest.fixture
def desk(store: Store, run_id: int) -> Store:
    """Ann: three calls in 4, 6 and 300 minutes, one given back and taken again for 5; Ben: one on the day
    after, of another team, and one that is open now."""
    for number in range(6):
        team = "二组" if number == 5 else "一组"
        store.inspections.save(inspection(f"c{number}", agent_id="1001", team=team), run_id=run_id)
    ann, ben = (store.accounts.add(name, role=UserRole.REVIEWER).id for name in ("ann", "ben"))
    acts = [
        (ann, "c0", "claim", 0), (ann, "c0", "finish", 4), (ann, "c1", "claim", 5), (ann, "c1", "finish", 11),
        (ann, "c2", "claim", 12), (ann, "c2", "finish", 312), (ann, "c3", "claim", 320),
        (ann, "c3", "release", 321), (ann, "c3", "claim", 330), (ann, "c3", "finish", 335),
        (ann, "c3", "finish", 336), (ben, "c5", "claim", 24 * 60), (ben, "c5", "finish", 24 * 60 + 2),
    ]  # fmt: skip
    for by, call, action, minute in acts:
        store.audit.note(action, by=by, call_id=call)
        newest = store.audit.entries(limit=1)[0].id
        at = (NOON + timedelta(minutes=minute)).isoformat()
        with store._write() as connection:
            connection.execute(update(audit).where(audit.c.id == newest).values(at=at))
    store.cases.claim("c4", ben)
    return store


def test_finished_timed_and_open(desk: Store) -> None:
    ann, ben = desk.reviewer_paces.of(DAY, DAY + timedelta(days=1), Scope())
    assert (ann.name, dict(ann.finished), ann.open) == ("ann", {DAY: 4}, 0)  # twice finished is once
    assert (ann.minutes, ann.median) == ((4.0, 5.0, 6.0), 5.0)  # 300 minutes were no listening
    assert (dict(ben.finished), ben.minutes, ben.open) == ({DAY + timedelta(days=1): 1}, (2.0,), 1)


def test_days_scope_and_one_reviewer(desk: Store) -> None:
    paces = desk.reviewer_paces
    assert [(one.name, sum(one.finished.values())) for one in paces.of(DAY, DAY, Scope())] == [
        ("ann", 4),
        ("ben", 0),
    ]
    second = DAY + timedelta(days=1)
    assert [one.name for one in paces.of(DAY, second, Scope(team="二组"))] == ["ben"]
    ben = paces.of(DAY, second, Scope(team="二组"))[0]
    assert (sum(ben.finished.values()), ben.open) == (1, 0)
    assert [one.name for one in paces.of(DAY, second, Scope(), user=ben.user)] == ["ben"]
    assert paces.of(second + timedelta(days=1), second + timedelta(days=1), Scope(), user=99) == ()
