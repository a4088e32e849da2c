"""The table of states is whole: one line for every part in which somebody can act, never two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.domain import Next, Phase, Verdict
from pipeline.review.states import (
    SETTLED,
    TABLE,
    UNSPOKEN,
    VOTES,
    Act,
    Effect,
    Who,
    matching,
    parts_in,
)

ROOT = Path(__file__).parents[3]


def every_case() -> Iterator[tuple[Phase, Act, Who, bool, Verdict | None]]:
    for phase in Phase:
        words: tuple[Verdict | None, ...] = (Verdict.CONFIRMED, Verdict.OVERTURNED)
        words = (None,) if phase in UNSPOKEN else words
        for stands in words:
            for act in Act:
                for who in parts_in(phase):
                    for grave in (False, True):
                        yield phase, act, who, grave, stands


def test_every_act_of_everybody_has_one_line() -> None:
    wrong = {
        (phase, act, who, grave, stands): len(found)
        for phase, act, who, grave, stands in every_case()
        if len(found := list(matching(phase, act, who, grave=grave, stands=stands))) != 1
    }
    assert not wrong


def test_every_line_is_of_use() -> None:
    used = {id(row) for p, a, w, g, s in every_case() for row in matching(p, a, w, grave=g, stands=s)}
    assert [row for row in TABLE if id(row) not in used] == []


@pytest.mark.parametrize("phase", Phase)
def test_what_is_open_waits_for_somebody_and_what_is_settled_for_nobody(phase: Phase) -> None:
    assert (phase.next is Next.NOBODY) == (phase in SETTLED)
    assert (phase.cause is None) == (phase in SETTLED or phase is Phase.UNREVIEWED)


def test_doubt_never_settles_and_the_one_who_is_next_can_always_speak() -> None:
    asked = {
        Next.REVIEWER: Who.ANOTHER,
        Next.ANOTHER: Who.ANOTHER,
        Next.SUPERVISOR: Who.SUPERVISOR,
    }
    for phase, act, who, grave, stands in every_case():
        (row,) = matching(phase, act, who, grave=grave, stands=stands)
        if act is Act.UNSURE and row.to in SETTLED:
            assert phase in SETTLED, "only one of two who agreed takes a word back"
        if act in (*VOTES, Act.UNSURE) and asked.get(phase.next) is who:
            assert row.effect is not Effect.REFUSED, "whose turn it is"
        if act is Act.FILE and who is Who.AGENT and phase not in SETTLED:
            assert row.effect is Effect.STAYS, "doubt takes no right away"
