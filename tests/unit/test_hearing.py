"""Who is the agent, where words and places alone mislead."""

from __future__ import annotations

import numpy as np

from pipeline.audio import Audio, Channel
from pipeline.domain import Call, Recording, Role, Segment, Span
from pipeline.hearing import Listened, roles_of
from pipeline.settings import load_settings
from pipeline.speech import Heard, Lane, SpeakerTurn
from pipeline.speech.layout import Layout
from pipeline.tools import load_rules

MATCHER = load_rules(load_settings()).matcher


def call(layout: Layout, direction: str) -> Listened:
    sound = Channel.of(np.zeros(16_000, np.float32))
    lanes = tuple(Lane(0, sound, (SpeakerTurn(Span(side, side + 1.0), side, 1.0),)) for side in (0, 1))
    return Listened(
        Recording(Call("c", direction=direction), (), "0" * 64),
        Audio((sound,), 30.0, 8000, "pcm"),
        Heard(layout, 30.0, lanes, ()),
        (),
    )


def segments(*said: tuple[int, str]) -> list[Segment]:
    return [
        Segment(party=party, span=Span(3.0 * at, 3.0 * at + 2), text=text, words=(), confidence=0.9)
        for at, (party, text) in enumerate(said)
    ]


OUTBOUND = segments(
    (0, "喂，哪位？"),
    (1, "你好，我这边是福康人寿的，我叫小蒋，跟你说个好事。"),
    (0, "那您公司赔了，我的钱不就没了？"),
    (1, "你这个绝对没有风险，帮我打十分，给个五星好评，我自己都买了。"),
    (0, "别了别了，我不需要。"),
    (1, "打扰了，感谢您的接听，再见。"),
)


def test_phrases_tell_the_agent_where_pronouns_mislead() -> None:
    found = roles_of(call(Layout.MONO, "outbound"), OUTBOUND, MATCHER)
    assert found.roles == (Role.CUSTOMER, Role.AGENT)
    swapped = [Segment(1 - s.party, s.span, s.text, s.words, s.confidence) for s in OUTBOUND]
    again = roles_of(call(Layout.MONO, "outbound"), swapped, MATCHER)
    assert again.roles == (Role.AGENT, Role.CUSTOMER)
    assert again.confidence == found.confidence > 0.9


def test_who_says_nothing_telling_stays_in_doubt() -> None:
    found = roles_of(call(Layout.MONO, ""), segments((0, "嗯，对。"), (1, "好，行。")), MATCHER)
    assert found.confidence < 0.8
