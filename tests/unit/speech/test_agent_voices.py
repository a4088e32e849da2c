"""The voice that returns is the agent's: on vectors made up for the purpose."""

from __future__ import annotations

import pytest

from pipeline.domain import NO_EVIDENCE, CallVoices, Role, RoleEvidence, Span
from pipeline.speech.agent_voices import middle_of, settle
from tests.voices import voices_of_call

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def agents(calls: list[CallVoices]) -> list[int | None]:
    """Which party is the agent, as the voices settle it."""
    found = settle(calls, middle_of(calls))
    return [None if one is None else one.roles.index(AGENT) for one in found]


def night(sides: list[int], evidence: list[RoleEvidence] | None = None) -> list[CallVoices]:
    """Calls of agent 1 with a new customer each; ``sides``: the agent's party."""
    given = evidence or [NO_EVIDENCE] * len(sides)
    return [
        voices_of_call(*((1, 50 + n) if side == 0 else (50 + n, 1)), given[n], seed=n)
        for n, side in enumerate(sides)
    ]


@pytest.mark.parametrize("count", [3, 9, 30])
def test_the_voice_that_returns_is_the_agents(count: int) -> None:
    sides = [n % 3 % 2 for n in range(count)]
    words = [RoleEvidence(words=2.0 if side == 0 else -2.0) for side in sides]
    words[1] = NO_EVIDENCE
    words[2] = words[2].turned  # a customer who quotes the greeting back
    found = settle(night(sides, words), middle_of(night(sides, words)))
    assert [one.roles.index(AGENT) for one in found if one] == sides
    assert all(one.evidence.voice > 2 for one in found if one and one.evidence.voice)
    assert [one.evidence.doubtful for one in found if one] == [n == 2 for n in range(count)]


def test_without_any_label_three_calls_are_enough() -> None:
    assert agents(night([0, 1, 1])) == [0, 1, 1]


def test_a_single_call_tells_nothing() -> None:
    assert agents(night([0])) == [None]


def test_the_order_of_calls_does_not_matter() -> None:
    sides = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1]
    calls = night(sides)
    assert agents(calls) == agents(calls[::-1])[::-1] == sides


def test_two_people_who_call_each_other_again_prove_nothing_by_their_voices() -> None:
    same = [voices_of_call(1, 2, seed=0), voices_of_call(1, 2, seed=1)]
    found = settle(same, None)
    assert all(abs(one.evidence.voice or 0) < 0.5 for one in found if one)
    told = [voices_of_call(1, 2, RoleEvidence(words=3.0), seed=0), voices_of_call(2, 1, seed=1)]
    assert agents(told) == [0, 1]


def test_voice_against_clear_words_is_doubt() -> None:
    words = [RoleEvidence(words=3.0)] * 4 + [RoleEvidence(words=-9.0)]
    found = settle(night([0] * 5, words), None)
    assert [one.evidence.doubtful for one in found if one] == [False] * 4 + [True]


def test_a_switch_against_voice_and_weak_words_is_doubt() -> None:
    given = [RoleEvidence(claim=2.5, words=3.0)] * 4 + [RoleEvidence(claim=2.5, words=-1.0)]
    found = settle(night([0, 0, 0, 0, 1], given), None)
    assert found[4] is not None
    assert found[4].roles == (CUSTOMER, AGENT)
    assert found[4].evidence.doubtful


def test_a_stranger_on_the_account_is_told() -> None:
    calls = [*night([0, 1, 0, 1, 0]), voices_of_call(7, 80, RoleEvidence(words=5.0), seed=77)]
    found = settle(calls, middle_of(calls))
    assert [one is not None and one.evidence.stranger for one in found] == [False] * 5 + [True]
    assert found[5] is not None
    assert found[5].roles == (AGENT, CUSTOMER)
    assert found[5].evidence.doubtful


def test_two_people_who_share_an_account_are_no_strangers() -> None:
    calls = [voices_of_call(1 + n % 2, 50 + n, RoleEvidence(words=2.0), seed=n) for n in range(8)]
    found = settle(calls, middle_of(calls))
    assert [one is not None and one.evidence.stranger for one in found] == [False] * 8


def test_a_second_agent_after_a_transfer_is_marked() -> None:
    calls = [
        *night([0] * 4),
        voices_of_call([1, 1, 1, 8, 8, 8], 90, seed=90),
        voices_of_call([8, 8, 8, 1, 1, 1], 91, seed=91),
    ]
    found = settle(calls, middle_of(calls))
    spans = [one.evidence.second_agent for one in found if one]
    assert spans[:4] == [()] * 4
    assert spans[4] == (Span(23.0, 60.0),)
    assert spans[5] == (Span(0.0, 30.0),)
    assert all(one.roles == (AGENT, CUSTOMER) for one in found if one)


def test_the_agents_other_calls_tell_which_of_two_voices_is_the_agents() -> None:
    """What a call itself told of a change; with too few calls to find one by them alone."""
    heard = RoleEvidence(words=2.0, second_agent=(Span(25.0, 60.0),))
    calls = [
        *night([0, 0], [RoleEvidence(words=2.0)] * 2),
        voices_of_call([8, 8, 8, 1, 1, 1], 91, heard, seed=91),
    ]
    found = settle(calls, middle_of(calls))
    assert [one.evidence.second_agent for one in found if one] == [(), (), (Span(0.0, 25.0),)]
    calls[2] = voices_of_call([1, 1, 1, 8, 8, 8], 90, heard, seed=90)
    found = settle(calls, middle_of(calls))
    assert [one.evidence.second_agent for one in found if one] == [(), (), (Span(25.0, 60.0),)]
    between = RoleEvidence(words=2.0, second_agent=(Span(15.0, 45.0),))
    calls[2] = voices_of_call([8, 8, 1, 1, 1, 8], 92, between, seed=92)
    found = settle(calls, middle_of(calls))
    around = (Span(0.0, 15.0), Span(45.0, 60.0))
    assert [one.evidence.second_agent for one in found if one] == [(), (), around]


def test_two_parties_that_were_taken_for_one_are_parted() -> None:
    heard = night([0, 0, 0])
    one_voice = voices_of_call(60, 1, seed=9, roles=(AGENT, AGENT))
    assert agents([*heard, one_voice]) == [0, 0, 0, 1]
    halves = voices_of_call(1, 1, seed=10, roles=(CUSTOMER, CUSTOMER))
    assert agents([*heard, halves]) == [0, 0, 0, None]
