"""What the page of a call says of who is the agent."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain import RoleEvidence, Span
from pipeline.web.screens.call import Witness, witnesses
from tests.nights import good_call


def test_each_witness_that_says_something_is_shown() -> None:
    evidence = RoleEvidence(claim=-2.5, words=1.0, order=None, voice=3.0)
    found = witnesses(replace(good_call(), role_evidence=evidence))
    assert found.heard == (Witness("claim", False), Witness("words", True), Witness("voice", True))
    assert found.doubtful
    assert not found.stranger


def test_where_nothing_is_known_nothing_is_shown() -> None:
    found = witnesses(good_call())
    assert (found.heard, found.doubtful, found.second_from, found.second_until) == ((), False, None, None)


def test_a_second_agent_has_its_time() -> None:
    after = RoleEvidence(words=1.0, second_agent=(Span(30.0, 60.0),))
    before = RoleEvidence(words=1.0, second_agent=(Span(0.0, 30.0),))
    assert witnesses(replace(good_call(), role_evidence=after)).second_from == 30.0
    assert witnesses(replace(good_call(), role_evidence=before)).second_until == 30.0


def test_another_agent_who_comes_and_goes_has_both_times() -> None:
    between = RoleEvidence(words=1.0, second_agent=(Span(10.0, 12.0),))
    found = witnesses(replace(good_call(), role_evidence=between, duration=60.0))
    assert (found.second_from, found.second_until, found.second_times) == (10.0, 12.0, 1)
    often = RoleEvidence(words=1.0, second_agent=(Span(10.0, 12.0), Span(20.0, 60.0)))
    found = witnesses(replace(good_call(), role_evidence=often, duration=60.0))
    assert (found.second_from, found.second_until, found.second_times) == (10.0, None, 2)


def test_more_than_two_people_on_one_channel_are_told() -> None:
    found = witnesses(replace(good_call(), role_evidence=RoleEvidence(third_voice=True)))
    assert found.third and found.doubtful


def test_two_people_in_what_passes_for_one_voice_are_told() -> None:
    found = witnesses(replace(good_call(), role_evidence=RoleEvidence(like_voices=True)))
    assert found.like and found.doubtful
