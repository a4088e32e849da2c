"""Who may do what to an appeal, and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.people import User, UserRole
from pipeline.domain.review import AppealState
from pipeline.errors import Refused
from pipeline.review.appeal_rules import check_step, steps_for
from pipeline.review.appeals import OPEN, AppealStanding, Seat, Step, Terms, overdue, sees_opinions

AGENT = User(1, "a", "A", UserRole.AGENT, agent_id="1001")
STRANGER = User(2, "s", "S", UserRole.AGENT, agent_id="1002")
LEAD = User(3, "l", "L", UserRole.LEAD, team="一组")
OTHER_LEAD = User(4, "o", "O", UserRole.LEAD, team="二组")
REVIEWER = User(5, "r", "R", UserRole.REVIEWER)
SUPERVISOR = User(6, "v", "V", UserRole.SUPERVISOR)
ALL = frozenset(Seat)
FILED = AppealStanding(AppealState.FILED, "1001", "一组", excluded=frozenset({5}))
ACCEPTED = replace(FILED, state=AppealState.ACCEPTED)


def code(step: Step, appeal: AppealStanding, user: User | None, *, without_panel: bool = False) -> str:
    with pytest.raises(Refused) as refused:
        check_step(step, appeal, user, without_panel=without_panel)
    return refused.value.code


@pytest.mark.parametrize(
    ("appeal", "user", "steps"),
    [
        (FILED, AGENT, {Step.WITHDRAW, Step.COMMENT}),
        (FILED, STRANGER, set()),
        (FILED, LEAD, {Step.ACCEPT, Step.RETURN, Step.COMMENT}),
        (FILED, OTHER_LEAD, set()),
        (FILED, REVIEWER, {Step.COMMENT}),
        (FILED, SUPERVISOR, {Step.ACCEPT, Step.RETURN, Step.WITHDRAW, Step.COMMENT}),
        (replace(FILED, state=AppealState.EXPIRED), LEAD, {Step.COMMENT}),
        (replace(FILED, state=AppealState.EXPIRED), SUPERVISOR,
         {Step.ACCEPT, Step.RETURN, Step.WITHDRAW, Step.COMMENT}),
        (ACCEPTED, LEAD, {Step.OPINION, Step.COMMENT}),
        (ACCEPTED, REVIEWER, {Step.COMMENT}),  # it is this reviewer's verdict
        (replace(ACCEPTED, excluded=frozenset()), REVIEWER, {Step.OPINION, Step.COMMENT}),
        (ACCEPTED, SUPERVISOR, {Step.OPINION, Step.DECIDE, Step.WITHDRAW, Step.COMMENT}),
        (replace(ACCEPTED, excluded=frozenset({6})), SUPERVISOR, {Step.WITHDRAW, Step.COMMENT}),
        (replace(ACCEPTED, heard=frozenset({3})), LEAD, {Step.COMMENT}),
        (FILED, replace(LEAD, agent_id="1001"), {Step.COMMENT}),  # nobody judges their own call
        (ACCEPTED, replace(LEAD, agent_id="1001"), {Step.COMMENT}),
        (ACCEPTED, replace(REVIEWER, id=9, agent_id="1001"), {Step.COMMENT}),
        (ACCEPTED, replace(SUPERVISOR, agent_id="1001"), {Step.WITHDRAW, Step.COMMENT}),
        (replace(FILED, state=AppealState.UPHELD), SUPERVISOR, {Step.COMMENT}),
        (replace(FILED, state=AppealState.RETURNED), LEAD, {Step.COMMENT}),
    ],
)  # fmt: skip
def test_who_can_do_what(appeal: AppealStanding, user: User, steps: set[Step]) -> None:
    assert steps_for(appeal, user) == steps


def test_a_decision_needs_the_whole_panel_or_the_word_that_it_does_not() -> None:
    assert code(Step.DECIDE, ACCEPTED, SUPERVISOR) == "appeal-panel"
    assert code(Step.DECIDE, replace(ACCEPTED, seats=ALL - {Seat.LEAD}), SUPERVISOR) == "appeal-panel"
    check_step(Step.DECIDE, replace(ACCEPTED, seats=ALL), SUPERVISOR)
    check_step(Step.DECIDE, ACCEPTED, SUPERVISOR, without_panel=True)


def test_the_shell_keeps_to_the_states_too() -> None:
    assert code(Step.DECIDE, FILED, None, without_panel=True) == "appeal-state"
    check_step(Step.ACCEPT, FILED, None)


def test_a_decided_appeal_stays_decided() -> None:
    for state in set(AppealState) - OPEN:
        done = replace(FILED, state=state, seats=ALL)
        for step in set(Step) - {Step.COMMENT, Step.FILE}:
            assert code(step, done, None) == "appeal-state"


def test_members_hear_each_other_after_they_spoke() -> None:
    assert not sees_opinions(ACCEPTED, LEAD)
    assert sees_opinions(replace(ACCEPTED, heard=frozenset({3})), LEAD)
    assert not sees_opinions(replace(ACCEPTED, heard=frozenset({3})), AGENT)
    assert sees_opinions(replace(ACCEPTED, state=AppealState.UPHELD), AGENT)


def test_days() -> None:
    terms, start = Terms(), datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert terms.file_by(start, None, start + timedelta(days=2)) == start + timedelta(days=9)
    assert terms.lead_by(start) == start + timedelta(days=3)
    due = terms.panel_by(start)
    assert not overdue(AppealState.ACCEPTED, due, due - timedelta(seconds=1))
    assert overdue(AppealState.ACCEPTED, due, due)
    assert not overdue(AppealState.UPHELD, due, due)
