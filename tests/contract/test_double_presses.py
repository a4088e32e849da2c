"""A button that is pressed twice at once makes one thing; a press of somebody else's name makes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.domain import UserRole
from pipeline.errors import Conflict, Refused, ReviewError, StoreError
from pipeline.review.sampling import SampleRule
from pipeline.review.trust import TrustChangeKind
from pipeline.rubric import Rubric, load_rubric
from pipeline.store import Store
from tests.inspections import inspection
from tests.people import user

RULE = SampleRule(date(2026, 11, 20), date(2026, 11, 20))
SHEET = Path("rubrics/service.yaml")
Press = Callable[[int, str], object]


def at_once(act: Callable[[], object], times: int = 2) -> list[object]:
    """What came of it, of each: the answer or the error."""
    ready, came = threading.Barrier(times), []

    def press() -> None:
        ready.wait()
        try:
            came.append(act())
        except (ReviewError, StoreError) as error:
            came.append(error)

    presses = [threading.Thread(target=press) for _ in range(times)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    return came


@pytest.fixture
def presses(store: Store, run_id: int) -> dict[str, Press]:
    """Buttons by name: each takes who presses it, and the name of the press."""
    store.inspections.save(inspection("c1"), run_id=run_id)
    scorers = [user(store, "ann"), user(store, "ben")]
    sheet: Rubric = load_rubric(SHEET)
    criterion = sheet.items[0].id
    return {
        "sample": lambda by, name: store.samples.announce("抽", RULE, seed="s", by=by, request=name),
        "calibration": lambda by, name: store.calibrations.open(
            "校", call_ids=["c1"], scorers=scorers, expert=None, by=by, request=name
        ),
        "note": lambda by, name: store.coaching.write("1001", "好", by=by, request=name),
        "edit": lambda by, name: store.rule_edits.create("改", by=by, request=name),
        "trust": lambda by, name: store.trust.act(
            sheet, criterion, TrustChangeKind.ONLY_FLAG, reason="换了", by=by, request=name
        ),
    }


def test_two_presses_at_once_make_one_thing(store: Store, presses: dict[str, Press]) -> None:
    boss = user(store, "boss", UserRole.SUPERVISOR)
    for button, press in presses.items():
        before = len(store.audit.entries(limit=500))
        for number in range(6):
            one, other = at_once(lambda p=press, n=f"{button}-{number}": p(boss, n))
            assert not isinstance(one, Exception) and one == other, (button, one, other)
        assert len(store.audit.entries(limit=500)) == before + 6, f"{button}: each is one row of the log"


def test_a_press_of_somebody_elses_name_is_told(store: Store, presses: dict[str, Press]) -> None:
    boss, other = (user(store, name, UserRole.SUPERVISOR) for name in ("boss", "other"))
    for button, press in presses.items():
        made = press(boss, button)
        with pytest.raises(Conflict) as told:
            press(other, button)
        assert told.value.code == "request-reused", button
        assert press(boss, button) == made


def test_of_two_accounts_of_one_name_one_is_refused(store: Store) -> None:
    for number in range(6):
        came = at_once(lambda n=f"neu-{number}": store.accounts.add(n, role=UserRole.AGENT))
        (refused,) = (one for one in came if isinstance(one, Exception))
        assert isinstance(refused, Refused) and refused.code == "user-exists"
    store.accounts.add("sso", role=UserRole.AGENT, subject="provider|1")
    with pytest.raises(Refused):
        store.accounts.add("sso-2", role=UserRole.AGENT, subject="provider|1")
