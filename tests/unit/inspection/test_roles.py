"""Who is the agent, where words and places alone mislead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.audio import Audio, Channel
from pipeline.domain import Call, Recording, Role, RoleEvidence, Segment, Span, Transcript, VoicePiece
from pipeline.inspection.hearing import CallSound, timeline_of
from pipeline.inspection.roles import evidence_of, roles_of, voices_of
from pipeline.inspection.rules import load_rules
from pipeline.settings import load_settings
from pipeline.speech import RoleAssignment, SpeakerSegmentation, SpeakerTrack, SpeakerTurn
from pipeline.speech.segmentation import Layout
from pipeline.transcription import SpeechWindow

MATCHER = load_rules(load_settings()).matcher


def call(layout: Layout, direction: str, *, doubtful: bool = False) -> CallSound:
    sound = Channel.of(np.zeros(16_000, np.float32))
    lanes = tuple(
        SpeakerTrack(0, sound, (SpeakerTurn(Span(side, side + 1.0), side, 1.0, doubtful=doubtful),))
        for side in (0, 1)
    )
    return CallSound(
        Recording(Call("c", direction=direction), (), "0" * 64),
        Audio((sound,), 30.0, 8000, "pcm"),
        SpeakerSegmentation(layout, 30.0, lanes, ()),
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


INBOUND = segments(
    (0, "您好，云帆通信，很高兴为您服务，请问有什么可以帮您？"),
    (1, "我家宽带断了三天了，你们管不管？"),
    (0, "非常抱歉给您带来不便，麻烦您提供一下手机号，我帮您查询。"),
    (1, "我要投诉你们，再不修我就打12315。"),
    (0, "请您稍等，我马上为您登记，感谢您的来电，请对我的服务做出评价，再见。"),
)


def test_voices_that_may_be_one_are_two_where_the_words_say_so() -> None:
    found = roles_of(call(Layout.MONO, "inbound", doubtful=True), INBOUND, MATCHER)
    assert found.roles == (Role.AGENT, Role.CUSTOMER)


def test_voices_that_may_be_one_are_one_where_the_words_do_not_tell_them_apart() -> None:
    """A recorded announcement, whose halves are as polite as each other."""
    announced = segments(
        (0, "您好，欢迎致电云帆通信。"),
        (1, "话费查询请按一，宽带报修请按二。"),
        (0, "人工服务请按零。"),
        (1, "感谢您的来电，再见。"),
    )
    found = roles_of(call(Layout.MONO, "inbound", doubtful=True), announced, MATCHER)
    assert found.roles[0] is found.roles[1]
    assert len(set(roles_of(call(Layout.MONO, "inbound"), announced, MATCHER).roles)) == 2


@pytest.mark.parametrize("doubtful", [False, True])
def test_a_dialogue_in_what_passes_for_one_voice_is_told(doubtful: bool) -> None:
    sound = call(Layout.MONO, "inbound", doubtful=doubtful)
    one_voice = [replace(segment, party=0) for segment in INBOUND]
    found = roles_of(sound, one_voice, MATCHER)
    assert evidence_of(found).like_voices
    assert not roles_of(sound, INBOUND, MATCHER).evidence.like_voices
    assert not roles_of(sound, [s for s in INBOUND if s.party == 0], MATCHER).evidence.like_voices
    assert not roles_of(call(Layout.STEREO, "inbound"), one_voice, MATCHER).evidence.like_voices


def test_only_two_that_passed_for_one_may_be_parted_by_other_calls() -> None:
    pieces = [VoicePiece(party, Span(0.0, 3.0), b"") for party in (0, 1)]
    both, one = INBOUND, [replace(segment, party=0) for segment in INBOUND]
    for roles, said, kept in (
        ((Role.AGENT, Role.AGENT), both, False),
        ((Role.AGENT, Role.AGENT), one, True),
        ((Role.AGENT, Role.CUSTOMER), one, True),
    ):
        found = RoleAssignment(roles, 0.9, RoleEvidence(like_voices=True))
        voices = voices_of(said, found, pieces, embedder="campplus", duration=30.0)
        assert voices is not None and voices.evidence.like_voices is kept


def test_speech_of_one_party_in_two_lanes_adds_up() -> None:
    sound = call(Layout.MONO, "inbound", doubtful=True)
    said = segments((0, "您好"), (1, "请按一"))
    windows = [SpeechWindow(sound.audio.channels[0], s.span, (s.span,), party=s.party) for s in said]
    spoken = list(zip(windows, said, strict=True))
    words = MATCHER.lexicons.words
    timeline = timeline_of(sound, (Role.AGENT, Role.AGENT), spoken, Transcript(()), words)
    assert [span.start for span in timeline.speech[Role.AGENT]] == [s.span.start for s in said]
    assert timeline.speech[Role.CUSTOMER] == ()


def test_both_parties_are_told_by_what_is_said_also_in_words_that_no_list_has() -> None:
    """Written as the recogniser wrote two like voices that it took for one, and what only one party said."""
    talk = segments(
        (0, "您报下登记的手机尾号，我核一下，那我媳妇下的单子也查得到吗。"),
        (0, "我收到的时候三个都裂了，我都拍了照，你们自己看嘛，我不放心。"),
        (0, "好的，再有问题您直接找我，您看还有要问的没。"),
        (0, "行，那我没事了，我就是着急。"),
    )
    sound = call(Layout.MONO, "inbound")
    assert evidence_of(roles_of(sound, talk, MATCHER)).like_voices
    for one_party in (talk[::2], talk[1::2]):
        assert not evidence_of(roles_of(sound, one_party, MATCHER)).like_voices
