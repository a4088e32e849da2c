"""Whatever people do with an alert, in whatever order: it is in one state; an undo gives back what was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.people import User, UserRole
from pipeline.errors import ReviewError
from pipeline.review.alert_rules import FROM, JUDGING, OFFERED, check_step, standing_of, steps_for, waits_for
from pipeline.review.alerts import OPEN, AlertEvent, AlertStanding, AlertState, AlertStep, Degree, Liability

START = datetime(2026, 11, 20, tzinfo=UTC)
PEOPLE = (
    User(1, "agent", "坐席", UserRole.AGENT, agent_id="8002"),
    User(2, "rev", "王芳", UserRole.REVIEWER),
    User(3, "rev2", "刘洋", UserRole.REVIEWER),
    User(4, "lead", "赵敏", UserRole.LEAD, team="一组"),
    User(5, "lead2", "钱琳", UserRole.LEAD, team="二组"),
    User(6, "chief", "陈静", UserRole.SUPERVISOR),
    User(7, "rev3", "自己", UserRole.REVIEWER, agent_id="8002"),
)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(OFFERED), st.sampled_from(PEOPLE), st.sampled_from(Degree), st.sampled_from(Liability)
    ),
    max_size=14,
)


def standing(events: list[AlertEvent]) -> AlertStanding:
    return standing_of(events, agent_id="8002", team="一组")


def without_last(found: AlertStanding) -> AlertStanding:
    return replace(found, last=None)


def played(
    acts: list[tuple[AlertStep, User, Degree, Liability]],
) -> list[tuple[AlertStanding, list[AlertEvent]]]:
    """What was after each step that the rules let through; the first is the beginning."""
    events: list[AlertEvent] = []
    out = [(standing(events), list(events))]
    for number, (kind, by, degree, liability) in enumerate(acts, start=1):
        now = out[-1][0]
        try:
            check_step(kind, now, by)
        except ReviewError:
            continue
        undoes = now.last.id if kind is AlertStep.UNDO and now.last else None
        events = [replace(one, undone=True) if one.id == undoes else one for one in events]
        at = START + timedelta(minutes=number)
        event = AlertEvent(number, kind, by.id, by.display_name, at, "话", degree=degree, liability=liability,
                           reported_to="主管", undoes=undoes)  # fmt: skip
        events.append(event)
        out.append((standing(events), list(events)))
    return out


@given(ACTS)
def test_a_step_leads_from_a_state_that_allows_it(
    acts: list[tuple[AlertStep, User, Degree, Liability]],
) -> None:
    ways = played(acts)
    for (before, _), (after, events) in pairwise(ways):
        kind, by = events[-1].kind, next(one for one in PEOPLE if one.id == events[-1].by)
        assert before.state in FROM[kind]
        assert by.role is not UserRole.AGENT and by.agent_id != "8002" and by.team != "二组"
        if kind is AlertStep.LIABILITY:
            assert by.role in JUDGING
        assert (after.state is AlertState.NEW) == (
            after.owner is None
        ) or after.state is AlertState.OVERTURNED
        if after.state in (AlertState.REPORTED, AlertState.CLOSED):
            assert after.report is not None
        if after.state is AlertState.CLOSED:
            assert after.liability is not None and after.reason
        assert (after.ended_at is None) == (after.state in OPEN)


@given(ACTS)
def test_an_undo_gives_back_what_was(acts: list[tuple[AlertStep, User, Degree, Liability]]) -> None:
    """After an undo stands what the events without the one that was taken back add up to: what stood before
    it, where nothing but words came between."""
    ways = played(acts)
    stood = {0: standing([])}
    for before, after in pairwise(ways):
        event = after[1][-1]
        if event.kind is AlertStep.UNDO:
            assert event.undoes is not None
            assert without_last(after[0]) == without_last(stood[event.undoes])
        elif event.kind is not AlertStep.COMMENT:
            stood[event.id] = before[0]
        else:
            assert after[0] == before[0]


@given(ACTS, st.sampled_from(PEOPLE))
def test_what_is_offered_is_allowed_and_somebody_can_always_go_on(
    acts: list[tuple[AlertStep, User, Degree, Liability]], who: User
) -> None:
    now = played(acts)[-1][0]
    offered = steps_for(now, who)
    for step in offered:
        check_step(step, now, who)
    if who.role is UserRole.AGENT or who.agent_id == "8002" or who.team == "二组":
        assert offered == frozenset()
    if now.open:
        chief = PEOPLE[5]
        assert steps_for(now, chief) & {
            AlertStep.TAKE,
            AlertStep.REPORT,
            AlertStep.LIABILITY,
            AlertStep.CLOSE,
        }
        assert any(waits_for(now, one) for one in PEOPLE)
    else:
        assert not any(waits_for(now, one) for one in PEOPLE)
