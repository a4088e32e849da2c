"""By when an alert is to be reported: the end of the working day, by the clock of the call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.review.alerts import AlertStanding, AlertState, AlertTerms, ReportMade, TimeLimit, is_late
from pipeline.settings import AlertSettings

HALF_HOUR = TimeLimit.read("30m")
CHINA = timezone(timedelta(hours=8))


def at(text: str, zone: timezone = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("terms", "started", "found", "due"),
    [
        (AlertTerms(), "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-21T00:00"),
        # found by the run of the night after: the day of the finding counts
        (AlertTerms(), "2026-11-20T23:50", "2026-11-21T02:00", "2026-11-22T00:00"),
        (AlertTerms(day_ends=18), "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-20T18:00"),
        # after hours: until the next working day ends
        (AlertTerms(day_ends=18), "2026-11-20T18:00", "2026-11-20T18:00", "2026-11-21T18:00"),
        # a Friday evening, where nobody works at the weekend
        (
            AlertTerms(day_ends=18, working=frozenset(range(1, 6))),
            "2026-11-20T19:00", "2026-11-20T19:00", "2026-11-23T18:00",
        ),
        (AlertTerms({"x": TimeLimit(days=1)}), "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-22T00:00"),
        (
            AlertTerms({"x": TimeLimit(days=1)}, working=frozenset(range(1, 6))),
            "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-24T00:00",
        ),
        (AlertTerms({"x": HALF_HOUR}), "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-20T10:30"),
        (AlertTerms({"y": HALF_HOUR}), "2026-11-20T09:05", "2026-11-20T10:00", "2026-11-21T00:00"),
    ],
)  # fmt: skip
def test_the_day_ends_by_the_clock_of_the_call(terms: AlertTerms, started: str, found: str, due: str) -> None:
    assert terms.due("x", at(started), at(found).astimezone(UTC)) == at(due)


def test_another_zone_has_another_midnight() -> None:
    tokyo = timezone(timedelta(hours=9))
    found = datetime(
        2026, 11, 20, 15, 30, tzinfo=UTC
    )  # 00:30 of the 21st in Tokyo, 23:30 of the 20th in China
    assert AlertTerms().due("x", at("2026-11-20T22:00", tokyo), found) == at("2026-11-22T00:00", tokyo)
    assert AlertTerms().due("x", at("2026-11-20T22:00"), found) == at("2026-11-21T00:00")


def test_a_call_of_unknown_time_goes_by_the_clock_here() -> None:
    found = datetime(2026, 11, 20, 12, tzinfo=UTC)
    due = AlertTerms().due("x", None, found)
    assert (
        due > found and due - found <= timedelta(days=1) and due.astimezone().time().isoformat() == "00:00:00"
    )
    assert AlertTerms().due("x", datetime(2026, 11, 20, 9), found) == due


def test_settings_make_terms() -> None:
    terms = AlertTerms.of(
        AlertSettings(within={"a": "30m", "b": "4h", "c": "2d"}, day_ends=20, working_days=(1, 2))
    )
    assert terms.limits == {
        "a": TimeLimit(after=timedelta(minutes=30)),
        "b": TimeLimit(after=timedelta(hours=4)),
        "c": TimeLimit(days=2),
    }
    assert (terms.day_ends, terms.working, terms.first) == (20, {1, 2}, ("esc-self-harm",))


def test_late_is_what_was_not_reported_in_time() -> None:
    due, now = at("2026-11-21T00:00"), at("2026-11-22T00:00")
    in_time, too_late = (
        ReportMade(at(text), 1, "王芳", "主管") for text in ("2026-11-20T20:00", "2026-11-21T00:01")
    )
    open_, taken = AlertStanding(), AlertStanding(AlertState.TAKEN)
    assert (
        is_late(open_, due, due)
        and is_late(taken, due, now)
        and not is_late(open_, due, due - timedelta(seconds=1))
    )
    assert not is_late(AlertStanding(AlertState.REPORTED, report=in_time), due, now)
    assert is_late(AlertStanding(AlertState.CLOSED, report=too_late), due, now)
    assert not is_late(AlertStanding(AlertState.OVERTURNED), due, now)
