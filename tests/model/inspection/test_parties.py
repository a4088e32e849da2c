"""Whose words are whose, on the sound of the committed night: announcements, second agents, swapped channels.

The words are those of the night's truth, so that nothing but the voices is tried here.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import Audio, Channel, decode
from pipeline.domain import SAMPLE_RATE_HZ, Call, Recording, Role, Segment, Sound, Span, clip
from pipeline.inspection.announcing import LINE
from pipeline.inspection.cutting import Heard
from pipeline.inspection.hearing import CallSound
from pipeline.inspection.parties import HeardParties, parties_of
from pipeline.inspection.rules import load_rules
from pipeline.settings import load_settings
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.transcription import SpeechWindow
from pipeline.transcription.segments import sounding, spread

ROOT = Path(__file__).resolve().parents[3]
NIGHT = ROOT / "scripts" / "demo_night" / "night"
pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "campplus" / "campplus_cn_en_common.pt").is_file(),
    reason="needs `callinspect models fetch campplus`",
)
TWO_CHANNELS = ("N01", "N03", "N05", "N08")
Said = tuple[str, float, float, str]
"""Role, start, end, text."""


@cache
def segmenter() -> SpeakerSegmenter:
    return SpeakerSegmenter(Diariser(ROOT / "models" / "campplus"))


@cache
def night(call_id: str) -> tuple[tuple[Sound, Sound], tuple[Said, ...]]:
    """Sound of agent and customer, and what they say."""
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as stream:
        files = {row["call_id"]: row["file"] for row in csv.DictReader(stream)}
    truth = json.loads((NIGHT / "truth" / f"{call_id}.json").read_text(encoding="utf-8"))
    left, right = (np.array(c, np.float32) for c in decode([NIGHT / files[call_id]]).channels)
    said = tuple((t["role"], t["start"], t["end"], t["text"]) for t in truth["turns"])
    return ((left, right) if truth["agent_channel"] == "left" else (right, left)), said


def pause_near(call_id: str, share: float) -> float:
    """Seconds between two turns, near so much of a call."""
    (agent, _), said = night(call_id)
    ends = np.maximum.accumulate([turn[2] for turn in said])
    places = [(float(end) + turn[1]) / 2 for end, turn in zip(ends, said[1:], strict=False) if turn[1] > end]
    return min(places, key=lambda place: abs(place - share * len(agent) / SAMPLE_RATE_HZ))


def heard(
    channels: tuple[Sound, Sound], said: list[tuple[int, float, float, str]], *, agent_id: str | None = "8001"
) -> HeardParties:
    """The parties of a call; ``said``: channel, start, end, text."""
    sounds = [Channel.of(np.array(sound, np.float32)) for sound in channels]
    duration = len(channels[0]) / SAMPLE_RATE_HZ
    found = segmenter().segment(sounds, duration=duration)
    recording = Recording(Call("c", agent_id=agent_id, direction="inbound"), (), "0" * 64)
    sound = CallSound(recording, Audio(tuple(sounds), duration, 8000, "pcm"), found, ())
    spoken = []
    for channel, start, end, text in said:
        voiced = clip(found.tracks[channel].speech, Span(start - 0.1, end + 0.1))
        if voiced:
            spoken.append(_heard(found.tracks[channel].samples, channel, voiced, text))
    return parties_of(sound, spoken, segmenter(), load_rules(load_settings()).matcher)


def _heard(samples: Sound, channel: int, voiced: tuple[Span, ...], text: str) -> Heard:
    span = Span(voiced[0].start, voiced[-1].end)
    piece = samples[round(span.start * SAMPLE_RATE_HZ) : round(span.end * SAMPLE_RATE_HZ)]
    words = spread(text, span, sounding(voiced), probability=0.9)
    return SpeechWindow(piece, span, voiced, channel), Segment(channel, span, text, words, 0.9)


def by_channel(said: tuple[Said, ...], shift: float = 0.0) -> list[tuple[int, float, float, str]]:
    """What is said, agents on channel 0."""
    return [(int(role != "agent"), start + shift, end + shift, text) for role, start, end, text in said]


@pytest.mark.parametrize("call_id", TWO_CHANNELS)
def test_a_call_of_two_people_stays_one(call_id: str) -> None:
    """Although the agent says in the middle of it that somebody else takes over."""
    channels, said = night(call_id)
    words = by_channel(said)
    own = [n for n, turn in enumerate(words) if turn[0] == 0]
    middle = own[len(own) // 2]
    words[middle] = (*words[middle][:3], "我帮您转接一下，换个同事来给您处理")
    found = heard(channels, words)
    assert found.assignment.evidence.second_agent == ()
    assert found.assignment.evidence.sides_turn is None
    assert all(segment.party != LINE for segment in found.segments)


@pytest.mark.parametrize("call_id", TWO_CHANNELS)
def test_channels_that_change_sides_are_put_right(call_id: str) -> None:
    (agent, customer), said = night(call_id)
    at = pause_near(call_id, 0.5)
    cut = round(at * SAMPLE_RATE_HZ)
    swapped = (
        np.concatenate([agent[:cut], customer[cut:]]),
        np.concatenate([customer[:cut], agent[cut:]]),
    )
    words = [
        (side if start < at else 1 - side, start, end, text) for side, start, end, text in by_channel(said)
    ]
    found = heard(swapped, words)
    evidence = found.assignment.evidence
    assert evidence.sides_turn is not None
    if evidence.sides_doubtful:
        assert evidence.doubtful
        return
    truth = {text: Role(role) for role, _, _, text in said}
    wrong = [
        segment
        for segment in found.segments
        if segment.party_confidence == 1.0
        and segment.text in truth
        and found.roles[segment.party] is not truth[segment.text]
    ]
    assert wrong == [], "whose words are not sure is said of them"


def test_an_announcement_after_the_change_speaks_for_the_agent() -> None:
    """It is played on the agent's line, which is the other channel by then."""
    (agent, customer), said = night("N03")
    at = pause_near("N03", 0.5)
    cut = round(at * SAMPLE_RATE_HZ)
    played = np.array(decode([NIGHT / "audio" / "N13.wav"]).channels[0], np.float32)[: 6 * SAMPLE_RATE_HZ]
    swapped = (
        np.concatenate([agent[:cut], customer[cut:], np.zeros(len(played), np.float32)]),
        np.concatenate([customer[:cut], agent[cut:], played]),
    )
    words = [(s if start < at else 1 - s, start, end, text) for s, start, end, text in by_channel(said)]
    without = heard(swapped, words).assignment
    assert without.evidence.sides_turn is not None and not without.evidence.sides_doubtful
    end = len(agent) / SAMPLE_RATE_HZ
    found = heard(swapped, [*words, (1, end, end + 6, MENU)])
    assert [s.text for s in found.segments if s.party == LINE] == [MENU]
    with_it = found.assignment
    assert with_it.roles[:2] == without.roles[:2]
    assert (with_it.evidence.words or 0) > (without.evidence.words or 0)


def test_most_channels_that_change_sides_are_proved_by_the_voices() -> None:
    def proved(call_id: str) -> bool:
        (agent, customer), said = night(call_id)
        at = pause_near(call_id, 0.5)
        cut = round(at * SAMPLE_RATE_HZ)
        swapped = np.concatenate([agent[:cut], customer[cut:]]), np.concatenate([customer[:cut], agent[cut:]])
        words = [(s if start < at else 1 - s, start, end, text) for s, start, end, text in by_channel(said)]
        evidence = heard(swapped, words).assignment.evidence
        return evidence.sides_turn is not None and not evidence.sides_doubtful

    assert sum(map(proved, TWO_CHANNELS)) >= 3


def transfer(first: str, second: str, *, hold: float, words: str | None) -> tuple[HeardParties, float]:
    """The first half of one call, a hold, and the end of another: two agents on one channel."""
    (agent, customer), said = night(first)
    (agent2, customer2), said2 = night(second)
    at, after = pause_near(first, 0.5), pause_near(second, 0.4)
    cut, cut2 = round(at * SAMPLE_RATE_HZ), round(after * SAMPLE_RATE_HZ)
    quiet = np.zeros(round(hold * SAMPLE_RATE_HZ), np.float32)
    channels = (
        np.concatenate([agent[:cut], quiet, agent2[cut2:]]),
        np.concatenate([customer[:cut], quiet, customer2[cut2:]]),
    )
    before = [turn for turn in by_channel(said) if turn[2] <= at]
    if words is not None:
        last = max(n for n, turn in enumerate(before) if turn[0] == 0)
        before[last] = (*before[last][:3], words)
    behind = [turn for turn in by_channel(said2, at + hold - after) if turn[1] >= at + hold]
    begins = min(turn[1] for turn in behind if turn[0] == 0)
    return heard(channels, [*before, *behind]), begins


@pytest.mark.parametrize(("hold", "words"), [(9.0, None), (1.0, "您稍等，我让主管跟您说")])
def test_a_second_agent_is_heard_after_a_hold_and_after_words_of_handing_over(
    hold: float, words: str | None
) -> None:
    found, begins = transfer("N03", "N01", hold=hold, words=words)
    (theirs,) = found.assignment.evidence.second_agent
    assert theirs.start <= begins
    own = [s for s in found.segments if found.roles[s.party] is Role.AGENT]
    assert [s.span.middle in theirs for s in own] == [s.span.start >= begins - 0.3 for s in own]


def test_the_same_agent_after_a_hold_is_no_second_one() -> None:
    (agent, customer), said = night("N03")
    at = pause_near("N03", 0.5)
    cut = round(at * SAMPLE_RATE_HZ)
    quiet = np.zeros(9 * SAMPLE_RATE_HZ, np.float32)
    channels = (
        np.concatenate([agent[:cut], quiet, agent[cut:]]),
        np.concatenate([customer[:cut], quiet, customer[cut:]]),
    )
    words = [
        (s, start + 9 * (start > at), end + 9 * (start > at), t) for s, start, end, t in by_channel(said)
    ]
    assert heard(channels, words).assignment.evidence.second_agent == ()


def come_and_go(
    first: str, second: str, *, words: str | None = None, mono: bool = False
) -> tuple[HeardParties, Span]:
    """Two thirds of one call with another agent's sentences between them, answered by the same customer.

    Returns:
        What was made of it, and where the other agent speaks.
    """
    (agent, customer), said = night(first)
    (agent2, _), said2 = night(second)
    at = pause_near(first, 0.5)
    theirs = [turn for turn in said2 if turn[0] == "agent"][1:4]
    between: list[tuple[int, float, float, str]] = []
    sound: list[Sound] = []
    end = at
    for _, start, stop, text in theirs:
        piece = agent2[round(start * SAMPLE_RATE_HZ) : round(stop * SAMPLE_RATE_HZ)]
        between.append((0, end + 0.4, end + 0.4 + len(piece) / SAMPLE_RATE_HZ, text))
        sound += [np.zeros(round(0.4 * SAMPLE_RATE_HZ), np.float32), piece]
        end = between[-1][2]
    added = np.concatenate([*sound, np.zeros(round(0.4 * SAMPLE_RATE_HZ), np.float32)])
    cut = round(at * SAMPLE_RATE_HZ)
    channels = (
        np.concatenate([agent[:cut], added, agent[cut:]]),
        np.concatenate([customer[:cut], np.zeros(len(added), np.float32), customer[cut:]]),
    )
    before = [turn for turn in by_channel(said) if turn[2] <= at]
    behind = [turn for turn in by_channel(said, len(added) / SAMPLE_RATE_HZ) if turn[1] >= end]
    if words is not None:
        last = max(n for n, turn in enumerate(before) if turn[0] == 0)
        before[last] = (*before[last][:3], words)
    return heard(channels, [*before, *between, *behind]), Span(between[0][1], between[-1][2])


@pytest.mark.parametrize(("first", "second"), [("N03", "N08"), ("N03", "N01"), ("N08", "N03")])
def test_an_agent_who_hands_back_has_said_only_what_is_between(first: str, second: str) -> None:
    """Although nobody says that anybody takes over."""
    found, theirs = come_and_go(first, second)
    (span,) = found.assignment.evidence.second_agent
    own = [s for s in found.segments if found.roles[s.party] is Role.AGENT]
    assert [s.span.middle in span for s in own] == [s.span.middle in theirs for s in own]
    assert not found.assignment.evidence.doubtful


def test_the_same_voice_between_is_no_second_agent() -> None:
    found, _ = come_and_go("N03", "N03", words="我帮您转接一下，换个同事来给您处理")
    assert found.assignment.evidence.second_agent == ()


MENU = "欢迎质店优选商城客户服务中心，订单查询请按一，人工服务起二零"


def announced(text: str, *, voice: str = "N13", seconds: float = 6.5) -> HeardParties:
    """A call with something played, or said, before it on the agent's channel."""
    (agent, customer), said = night("N05")
    if voice == "N13":  # a voicemail greeting in a voice of its own
        played = np.array(decode([NIGHT / "audio" / "N13.wav"]).channels[0], np.float32)
        played = played[: round(seconds * SAMPLE_RATE_HZ)]
    else:
        own = [turn for turn in said if turn[0] == "agent"][2:4]
        parts = [agent[round(s * SAMPLE_RATE_HZ) : round(e * SAMPLE_RATE_HZ)] for _, s, e, _ in own]
        played = np.concatenate(parts)[: round(seconds * SAMPLE_RATE_HZ)]
    length = len(played) / SAMPLE_RATE_HZ
    channels = (
        np.concatenate([played, agent]),
        np.concatenate([np.zeros(len(played), np.float32), customer]),
    )
    return heard(channels, [(0, 0.0, length, text), *by_channel(said, length)])


def test_a_menu_is_nobodys_greeting_whatever_the_recogniser_writes() -> None:
    found = announced(MENU)
    assert [s.text for s in found.segments if s.party == LINE] == [MENU]
    assert found.roles[LINE] is Role.ANNOUNCEMENT
    assert found.roles[:2] == (Role.AGENT, Role.CUSTOMER)
    first = min(span for piece in found.pieces for span in [piece.span])
    assert first.start > 6.0, "an announcement is no part of anybody's voice"


def test_what_agents_say_too_is_an_announcement_in_another_voice_only() -> None:
    words = "为了保证服务质量，本次通话会被录音"
    played, said = announced(words), announced(words, voice="agent")
    assert [s.text for s in played.segments if s.party == LINE] == [words]
    assert [s.text for s in said.segments if s.party == LINE] == []


def test_a_menu_in_the_agents_own_voice_is_the_agents() -> None:
    found = announced(MENU, voice="agent")
    assert all(segment.party != LINE for segment in found.segments)


def test_a_window_is_cut_where_the_announcement_ends() -> None:
    (agent, customer), said = night("N05")
    greeting = next(turn for turn in said if turn[0] == "agent")
    played = np.array(decode([NIGHT / "audio" / "N13.wav"]).channels[0], np.float32)
    length = len(played) / SAMPLE_RATE_HZ
    channels = np.concatenate([played, agent]), np.concatenate([np.zeros_like(played), customer])
    rest = [turn for turn in by_channel(said, length) if turn[3] != greeting[3]]
    found = heard(channels, [(0, 0.0, greeting[2] + length, MENU + "，" + greeting[3]), *rest])
    line, first = [s for s in found.segments if s.span.start < greeting[2] + length and s.party != 1][:2]
    assert (line.party, line.text) == (LINE, MENU)
    assert (first.party, first.text) == (0, greeting[3])
    assert line.span.end <= first.span.start == pytest.approx(greeting[1] + length, abs=0.6)


def test_without_an_agent_id_the_words_alone_ask_the_voices() -> None:
    channels, said = night("N01")
    found = heard(channels, by_channel(said), agent_id=None)
    assert found.pieces == ()
    assert replace(found.assignment.evidence, claim=None).sides_turn is None
