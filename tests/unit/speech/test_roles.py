"""Which party is the agent."""

from __future__ import annotations

import math

import pytest

from pipeline.conversation.wordlists import default_word_lists
from pipeline.domain import Role
from pipeline.speech import Party, find_roles
from pipeline.speech.roles import agent_likeness

WORDS = default_word_lists()

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER
SERVICE = "您好，云帆通信，很高兴为您服务，请问有什么可以帮您？\n好的，我帮您查一下，请您稍等。"
CALLER = "你好，我想问一下我的快递怎么回事。\n你们什么时候能送到啊？\n行吧，没有了。"


def party(text: str, at: float = 1.0, *, claimed: bool | None = None, silent: bool = False) -> Party:
    return Party(text, math.inf if silent else at, claimed, silent)


def test_words_tell_without_any_claim() -> None:
    found = find_roles([party(CALLER), party(SERVICE, 3.0)])
    assert found.roles == (CUSTOMER, AGENT)
    assert found.confidence > 0.95


def test_words_outweigh_a_wrong_claim() -> None:
    swapped = [party(CALLER, 3.0, claimed=True), party(SERVICE, claimed=False)]
    assert find_roles(swapped, direction="inbound").roles == (CUSTOMER, AGENT)


def test_a_claim_decides_where_words_say_little() -> None:
    found = find_roles([party("喂", claimed=False), party("嗯，好", 3.0, claimed=True)])
    assert found.roles == (CUSTOMER, AGENT)
    assert 0.85 < found.confidence < 0.97


def test_misheard_words_count_by_sound() -> None:
    assert agent_likeness("很高新为你服务", WORDS) > 1.5
    assert agent_likeness("请问油什么可以帮您", WORDS) > 3


@pytest.mark.parametrize(
    ("direction", "roles"), [("inbound", (AGENT, CUSTOMER)), ("outbound", (CUSTOMER, AGENT))]
)
def test_whoever_is_called_speaks_first(direction: str, roles: tuple[Role, ...]) -> None:
    found = find_roles([party("喂", 1.0), party("喂", 2.5)], direction=direction)
    assert found.roles == roles
    assert 0.75 < found.confidence < 0.9


def test_nothing_to_go_by_is_a_guess() -> None:
    assert find_roles([party(""), party("")]).confidence == 0.5


def test_the_order_of_the_parties_does_not_matter() -> None:
    there = find_roles([party(SERVICE), party(CALLER, 3.0)], direction="inbound")
    back = find_roles([party(CALLER, 3.0), party(SERVICE)], direction="inbound")
    assert back.roles == there.roles[::-1]
    assert back.confidence == pytest.approx(there.confidence)


def test_one_voice_that_serves_is_the_agent() -> None:
    assert find_roles([party(SERVICE)]).roles == (AGENT,)


def test_one_voice_that_says_little_is_the_customer_and_unsure() -> None:
    found = find_roles([party("喂，听得到吗")])
    assert found.roles == (CUSTOMER,)
    assert found.confidence < 0.75


@pytest.mark.parametrize("silent_first", [True, False])
def test_beside_a_dead_channel_the_other_is_judged_by_its_words(silent_first: bool) -> None:
    pair = [party("", silent=True), party(SERVICE)]
    found = find_roles(pair if silent_first else pair[::-1])
    assert found.roles == ((CUSTOMER, AGENT) if silent_first else (AGENT, CUSTOMER))
    assert found.confidence > 0.95


def test_a_claim_counts_beside_a_dead_channel() -> None:
    pair = [party("", claimed=True, silent=True), party("喂，你好", claimed=False)]
    assert find_roles(pair).roles == (AGENT, CUSTOMER)


def test_nobody_says_anything() -> None:
    found = find_roles([party("", silent=True, claimed=True), party("", silent=True, claimed=False)])
    assert found.roles == (AGENT, CUSTOMER)
    assert find_roles([]).roles == ()
    unclaimed = find_roles([party("", silent=True), party("", silent=True)], direction="inbound")
    assert set(unclaimed.roles) == {AGENT, CUSTOMER}
    assert unclaimed.confidence == 0.5


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ((True, None), (AGENT, CUSTOMER)),
        ((False, None), (CUSTOMER, AGENT)),
        ((None, True), (CUSTOMER, AGENT)),
        ((None, False), (AGENT, CUSTOMER)),
    ],
)
def test_one_claim_is_enough(claims: tuple[bool | None, bool | None], roles: tuple[Role, ...]) -> None:
    parties = [party("好", claimed=claims[0]), party("好", 1.0, claimed=claims[1])]
    assert find_roles(parties).roles == roles


def test_likeness_is_bounded() -> None:
    assert agent_likeness(SERVICE * 50, WORDS) <= 12.0
    assert agent_likeness(("我要投诉，" + CALLER) * 50, WORDS) >= -12.0
    assert agent_likeness("", WORDS) == 0.0
    assert agent_likeness(SERVICE, WORDS) > 5 > -1 > agent_likeness(CALLER, WORDS)
