"""What events add up to: undoing restores, nobody settles alone what two must settle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import (
    Decision,
    DecisionKind,
    Next,
    OpenCause,
    Origin,
    Outcome,
    Phase,
    ReviewState,
    Verdict,
)
from pipeline.review.folding import swapped, taken_back, undo_target, verdicts

AT = datetime(2026, 11, 22, tzinfo=UTC)
BOSS = 9
VOTES = (Verdict.CONFIRMED, Verdict.OVERTURNED)


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
    assert found.settled == (found.next is Next.NOBODY)
    said_by = {voice.by: voice.verdict for voice in found.voices}
    assert said_by[found.by] is found.verdict
    people = {by for by, _ in steps}
    if len(people) == 1:
        assert found.second is None
        assert found.verdict is steps[-1][1]
        assert not (grave and found.settled), "one person alone settles nothing grave"
    if found.disputed:
        assert {said_by[found.by], said_by[found.second]} == {Verdict.CONFIRMED, Verdict.OVERTURNED}
    if found.settled:
        assert found.verdict is not Verdict.UNSURE, "who cannot tell has not voted"
    if found.settled and grave and found.phase is not Phase.ENDED:
        assert list(said_by.values()).count(found.verdict) >= 2


@given(st.lists(said, min_size=1, max_size=6), st.sampled_from(VOTES), st.sampled_from([1, 2, BOSS]))
def test_an_appeal_has_the_last_word(steps: list[tuple[int, Verdict]], verdict: Verdict, by: int) -> None:
    events = history(steps, grave=True)
    decided = [*events, event(len(events) + 1, by, verdict, grave=True, origin=Origin.APPEAL)]
    found = verdicts(decided)["x"]
    assert (found.verdict, found.disputed, found.settled) == (verdict, False, True)
    for late in Verdict:
        again = verdicts([*decided, event(len(decided) + 1, BOSS, late, grave=True)])["x"]
        assert again == found, "it is final"


def test_only_a_supervisor_or_one_of_the_two_ends_a_dispute() -> None:
    yes, no = Verdict.CONFIRMED, Verdict.OVERTURNED
    two = history([(1, yes), (2, no)], grave=False)
    assert verdicts(two)["x"].disputed
    third = verdicts([*two, event(3, 3, no)])["x"]
    assert (third.disputed, third.verdict) == (True, yes)
    boss = verdicts([*two, event(3, BOSS, no)])["x"]
    assert (boss.disputed, boss.verdict, boss.settled) == (False, no, True)
    cannot_tell = verdicts([*two, event(3, BOSS, Verdict.UNSURE)])["x"]
    assert (cannot_tell.disputed, cannot_tell.next) == (True, Next.SUPERVISOR)
    gives_in = verdicts([*two, event(3, 2, yes)])["x"]
    assert (gives_in.disputed, gives_in.verdict, gives_in.second) == (False, yes, 2)
    other_way = verdicts([*two, event(3, 1, no)])["x"]
    assert (other_way.disputed, other_way.verdict, other_way.settled) == (False, no, True)
    assert {other_way.by, other_way.second} == {1, 2}


def test_who_cannot_tell_has_not_voted() -> None:
    yes, unsure = Verdict.CONFIRMED, Verdict.UNSURE
    one = verdicts(history([(1, unsure)], grave=False))["x"]
    assert (one.state, one.cause, one.next) == (ReviewState.OPEN, OpenCause.UNHEARD, Next.ANOTHER)
    told = verdicts(history([(1, unsure), (2, yes)], grave=False))["x"]
    assert (told.state, told.by) == (ReviewState.CONFIRMED, 2)
    grave = verdicts(history([(1, unsure), (2, yes)], grave=True))["x"]
    assert (grave.cause, grave.next) == (OpenCause.SECOND, Next.ANOTHER)
    two = verdicts(history([(1, unsure), (2, unsure)], grave=False))["x"]
    assert (two.cause, two.next) == (OpenCause.UNHEARD, Next.SUPERVISOR)
    settled = verdicts(history([(1, yes), (2, unsure)], grave=False))["x"]
    assert (settled.state, settled.by) == (ReviewState.CONFIRMED, 1), "a doubt takes no verdict away"
    withdrawn = verdicts(history([(1, yes), (1, unsure)], grave=False))["x"]
    assert withdrawn.cause is OpenCause.UNHEARD, "but whose verdict it was can take it away"


@given(st.lists(said, min_size=1, max_size=4), st.booleans())
def test_what_may_be_about_other_sound_settles_nothing(steps: list[tuple[int, Verdict]], grave: bool) -> None:
    old = [replace(one, sound_in_doubt=True) for one in history(steps, grave=grave)]
    found = verdicts(old)["x"]
    assert (found.state, found.cause, found.next) == (ReviewState.OPEN, OpenCause.SOUND, Next.REVIEWER)
    fresh = event(len(old) + 1, 1, Verdict.CONFIRMED, grave=grave)
    assert verdicts([*old, fresh])["x"].phase == verdicts([fresh])["x"].phase, "a reviewer begins anew"


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
