"""Flat, raised, unclear and swallowed speech against calls of which that is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Call, Measurement, Measures, Outcome, Role, Span, Utterance
from pipeline.measures import measure
from pipeline.rubric import Facts, load_rubric, score
from pipeline.rubric.explain import explain
from pipeline.rubric.load import parse_rubric
from tests.timelines import timeline

F = NDArray[np.float32]
SHEET = Path(__file__).parents[3] / "rubrics" / "service.yaml"
LINE = "这个月的账单已经发到您的邮箱里了请您查收一下"  # 22 characters


def voice(hz: float, seconds: float, *, wobble: float = 3.0, db: float = 0.0) -> F:
    """A buzz around ``hz`` whose pitch swings by ``wobble`` semitones either way; at 0 dB it peaks at 0.1."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch = hz * 2 ** (wobble / 12 * np.sin(2 * np.pi * 1.3 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    buzz = sum(np.sin(n * phase) / n for n in range(1, 12))
    return np.asarray(0.05 * 10 ** (db / 20) * buzz, np.float32)


def laid(*pieces: tuple[float, F], noise: float = 1e-4, duration: float = 60.0) -> F:
    """A channel of that many seconds with sounds at their seconds over noise."""
    out = np.random.default_rng(1).normal(0, noise, round(duration * SAMPLE_RATE_HZ)).astype(np.float32)
    for start, sound in pieces:
        first = round(start * SAMPLE_RATE_HZ)
        out[first : first + len(sound)] += sound
    return out


def call(*, mono: bool = False) -> Timeline:
    """The agent talks from 0 to 12 and from 20 to 40 s, the customer between and after."""
    return timeline("坐席 0-12", "客户 12-19", "坐席 20-40", "客户 41-50", mono=mono)


CUSTOMER = laid((12, voice(200, 7)), (41, voice(200, 9)))


def raised(agent: F, customer: F = CUSTOMER, *, mono: bool = False) -> Measurement:
    return measure(call(mono=mono), {Role.AGENT: agent, Role.CUSTOMER: customer})["raised_voice_agent"]


def test_a_flat_voice_and_a_lively_one() -> None:
    for wobble, spread in ((0.5, 0.35), (4.0, 2.83)):  # a sine's standard deviation is its peak over root 2
        sound = laid((0, voice(150, 12, wobble=wobble)), (20, voice(150, 20, wobble=wobble)))
        found = measure(call(), {Role.AGENT: sound})["pitch_spread_agent_semitones"]
        assert found.value == pytest.approx(spread, abs=0.2)
        assert found.spans == (Span(0, 12), Span(20, 40)), "people hear the longest stretches"


def test_hum_and_a_few_words_are_no_flat_voice() -> None:
    flat = (0.0, voice(150, 12, wobble=0)), (20.0, voice(150, 20, wobble=0))
    for sound, spoken in (
        (laid(*flat, noise=0.03), call()),
        (laid(*flat), timeline("坐席 0-6", "客户 12-19")),
    ):
        assert measure(spoken, {Role.AGENT: sound}).value("pitch_spread_agent_semitones") is None


def shout(*, db: float, semitones: float, noise: float = 1e-4) -> F:
    """An agent who raises the voice from 24 to 28 s by so much."""
    high = voice(150 * 2 ** (semitones / 12), 4, db=db)
    return laid((0, voice(150, 12)), (20, voice(150, 4)), (24, high), (28, voice(150, 12)), noise=noise)


def test_a_voice_is_raised_where_it_is_louder_and_higher() -> None:
    found = raised(shout(db=12, semitones=7))
    assert found.value == pytest.approx(4, abs=0.7)
    assert all(span.overlap(Span(24, 28)) > 0.8 * span.duration for span in found.spans)


@pytest.mark.parametrize(
    ("db", "semitones"),
    [(12, 0), (0, 7), (5, 7)],
    ids=["the line got louder", "a high voice", "a little livelier"],
)
def test_what_is_no_raised_voice(db: float, semitones: float) -> None:
    assert raised(shout(db=db, semitones=semitones)).value == 0


def test_a_voice_fainter_than_the_other_partys_is_not_raised() -> None:
    loud = laid((12, voice(200, 7, db=15)), (41, voice(200, 9, db=15)))
    assert raised(shout(db=10, semitones=7), loud).value == 0


def test_where_a_raised_voice_cannot_be_told() -> None:
    high = shout(db=12, semitones=7)
    assert raised(high, mono=True).value is None
    assert raised(shout(db=12, semitones=7, noise=0.045)).value is None
    assert measure(call(), {Role.AGENT: high}).value("raised_voice_agent") is None


def talk(agent: float, *, customer: float = 0.75, seconds: float = 5.0, text: str = LINE) -> Timeline:
    """Five utterances of each, of which the recogniser is that sure."""
    said = []
    for number in range(5):
        start = number * 12.0
        said.append(Utterance(Role.AGENT, Span(start, start + seconds), text, confidence=agent))
        said.append(Utterance(Role.CUSTOMER, Span(start + 6, start + 11), LINE, confidence=customer))
    speech = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    return Timeline.heard(duration=60, speech=speech, utterances=tuple(said))


def clarity(spoken: Timeline, *, noise: float = 1e-4, db: float = 0.0) -> tuple[float | None, float | None]:
    """(unclear share, swallowed seconds)."""
    sounds = {
        role: laid(
            *((u.span.start, voice(hz, u.span.duration, db=db if n == 0 else 0)) for n, u in enumerate(said)),
            noise=noise,
        )
        for role, hz, said in (
            (Role.AGENT, 150, spoken.said_by[Role.AGENT]),
            (Role.CUSTOMER, 200, spoken.said_by[Role.CUSTOMER]),
        )
    }
    found = measure(spoken, sounds)
    return found.value("unclear_speech_agent"), found.value("swallowed_speech_agent")


def test_unclear_beside_a_customer_who_is_understood() -> None:
    assert clarity(talk(0.4)) == (1, 0)
    assert clarity(talk(0.6)) == (0, 0)


def test_swallowed_is_fast_and_hard_to_read() -> None:
    assert clarity(talk(0.55, seconds=2.5, text=LINE * 2)) == (None, 12.5), "1,056 characters a minute"
    assert clarity(talk(0.75, seconds=2.5, text=LINE * 2)) == (None, 0), "fast, and every word is understood"


def test_where_clarity_cannot_be_told() -> None:
    assert clarity(talk(0.4, customer=0.5)) == (None, None), "the customer is not understood either"
    assert clarity(talk(0.4), noise=0.02) == (None, None), "noise"
    assert clarity(replace(talk(0.4), mono=True)) == (None, None)
    english = talk(0.4, text="we would love to get that taken care of for you today")
    assert clarity(english) == (None, None)
    doubtful = talk(0.4)
    unsure = tuple(replace(u, role_confidence=0.5) for u in doubtful.utterances)
    assert clarity(replace(doubtful, utterances=unsure)) == (None, None)


HINTS = {
    "unclear-speech": ("unclear_speech_agent", 0.5, 0.3),
    "swallowed-speech": ("swallowed_speech_agent", 8, 5),
    "flat-speech": ("pitch_spread_agent_semitones", 0.9, 1.5),
    "raised-voice": ("raised_voice_agent", 4, 2),
}


def judged(name: str, value: float | None, *, lines: tuple[str, ...] = ()) -> dict[str, Outcome]:
    spoken = timeline(
        f"坐席 0-6 {LINE}", f"客户 7-12 {LINE}", *lines, f"坐席 30-36 {LINE}", f"客户 37-40 {LINE}"
    )
    facts = Facts(Call("a"), spoken, Measures((Measurement(name, value, "", (Span(0, 6),)),)))
    card = score(load_rubric(SHEET), facts)
    return {f.criterion: f.outcome for f in card.findings if f.criterion in HINTS}


@pytest.mark.parametrize("hint", HINTS)
def test_hints_speak_beyond_their_band_alone(hint: str) -> None:
    name, beyond, inside = HINTS[hint]
    assert judged(name, beyond) == {hint: Outcome.HINT}
    for value in (inside, None):
        assert judged(name, value) == {}
    assert judged("speech_agent", 12) == {}, "stores from before the measure"


def test_who_is_asked_to_speak_up_may() -> None:
    assert judged("raised_voice_agent", 9, lines=("客户 20-22 听不清，你大点声",)) == {}


def test_the_optional_bands_are_explained_once_they_are_switched_on() -> None:
    lines = SHEET.read_text("utf-8").splitlines()
    begin = next(n for n, line in enumerate(lines) if "# 可选" in line)
    optional = lines[begin + 1 :]
    optional = optional[: next(n for n, line in enumerate(optional) if not line.lstrip().startswith("# "))]
    on = [*lines[: begin + 1], *(line.replace("# ", "", 1) for line in optional)]
    sheet = parse_rubric("\n".join([*on, *lines[begin + 1 + len(optional) :]]))
    words = explain(sheet)
    assert "客户说完到坐席接话的中位时间达到6秒" in words
    assert "坐席说话占比达到0.7" in words
    assert {"slow-answer", "talks-too-much"} == {i.id for i in sheet.items} - {
        i.id for i in load_rubric(SHEET).items
    }
