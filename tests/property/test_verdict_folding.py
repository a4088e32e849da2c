"""What events add up to: undoing restores, nobody settles alone what two must settle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Decision, DecisionKind, Origin, Outcome, Verdict
from pipeline.review.folding import swapped, taken_back, undo_target, verdicts

AT = datetime(2026, 11, 22, tzinfo=UTC)
BOSS = 9


def event(number: int, by: int, verdict: Verdict, *, grave: bool = False, **more: object) -> Decision:
    details = {"grave": grave, "final": by == BOSS, "swapped": False}
    one = Decision(
        id=number,
        call_id="c",
        kind=DecisionKind.VERDICT,
        by=by,
        at=AT,
        request=str(number),
        criterion="x",
        verdict=verdict,
        outcome=Outcome.FAILED,
        details=details,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def undo(number: int, of: int) -> Decision:
    return event(number, 1, Verdict.UNSURE, kind=DecisionKind.UNDO, undoes=of)


said = st.tuples(st.sampled_from([1, 2, 3, BOSS]), st.sampled_from(Verdict))


def history(steps: list[tuple[int, Verdict]], *, grave: bool) -> list[Decision]:
    return [event(n, by, verdict, grave=grave) for n, (by, verdict) in enumerate(steps, start=1)]


@given(st.lists(said, max_size=8), said, st.booleans())
def test_undoing_the_last_event_restores_what_stood_before(
    steps: list[tuple[int, Verdict]], last: tuple[int, Verdict], grave: bool
) -> None:
    before = history(steps, grave=grave)
    number = len(before) + 1
    after = [*before, event(number, *last, grave=grave)]
    assert verdicts([*after, undo(number + 1, number)]) == verdicts(before)
    twice = [*after, undo(number + 1, number), undo(number + 2, number + 1)]
    assert verdicts(twice) == verdicts(after), "undoing the undo brings it back"
    assert undo_target(twice, number) == number + 2


@given(st.lists(said, min_size=1, max_size=8), st.booleans())
def test_what_stands_is_what_somebody_said(steps: list[tuple[int, Verdict]], grave: bool) -> None:
    found = verdicts(history(steps, grave=grave))["x"]
    assert found.verdict in {verdict for _, verdict in steps}
    assert found.by in {by for by, _ in steps}
    assert found.second != found.by
    assert not (found.disputed and found.settled)
    assert found.disputed == (found.opposed is not None)
    people = {by for by, _ in steps}
    if grave and len(people) == 1:
        assert not found.settled, "one person alone settles nothing grave"
    if len(people) == 1:
        assert found.second is None
        assert found.verdict is steps[-1][1]


@given(st.lists(said, min_size=1, max_size=6), st.sampled_from(Verdict), st.sampled_from([1, 2, BOSS]))
def test_an_appeal_has_the_last_word(steps: list[tuple[int, Verdict]], verdict: Verdict, by: int) -> None:
    events = history(steps, grave=True)
    found = verdicts([*events, event(len(events) + 1, by, verdict, grave=True, origin=Origin.APPEAL)])["x"]
    assert (found.verdict, found.disputed, found.settled) == (verdict, False, True)


def test_only_a_supervisor_or_one_of_the_two_ends_a_dispute() -> None:
    yes, no = Verdict.CONFIRMED, Verdict.OVERTURNED
    two = history([(1, yes), (2, no)], grave=False)
    assert verdicts(two)["x"].disputed
    third = verdicts([*two, event(3, 3, no)])["x"]
    assert (third.disputed, third.verdict) == (True, yes)
    boss = verdicts([*two, event(3, BOSS, no)])["x"]
    assert (boss.disputed, boss.verdict, boss.settled) == (False, no, True)
    gives_in = verdicts([*two, event(3, 2, yes)])["x"]
    assert (gives_in.disputed, gives_in.verdict, gives_in.second) == (False, yes, 2)
    other_way = verdicts([*two, event(3, 1, no)])["x"]
    assert (other_way.disputed, other_way.verdict, other_way.second, other_way.settled) == (
        False,
        no,
        2,
        True,
    )


@given(st.lists(st.sampled_from(["swap", "undo"]), max_size=6))
def test_roles_are_swapped_by_every_second_swap(steps: list[str]) -> None:
    events: list[Decision] = []
    wanted = []
    for step in steps:
        number = len(events) + 1
        if step == "swap":
            events.append(event(number, 1, Verdict.UNSURE, kind=DecisionKind.ROLES))
            wanted.append(number)
        elif wanted:
            events.append(undo(number, wanted.pop()))
    assert swapped(events) == (len(wanted) % 2 == 1)
    assert {e.id for e in events if e.kind is DecisionKind.ROLES} - taken_back(events) == set(wanted)


def test_verdicts_from_before_a_swap_wait_for_its_undoing() -> None:
    before = event(1, 1, Verdict.CONFIRMED)
    swap = event(2, 1, Verdict.UNSURE, kind=DecisionKind.ROLES)
    assert verdicts([before, swap]) == {}
    assert verdicts([before, swap, undo(3, 2)]) == verdicts([before])
