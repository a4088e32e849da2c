"""Speech is trimmed to where it is heard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import Role, Span
from pipeline.measures import measure, trimmed
from tests.timelines import sine, timeline

F = NDArray[np.float32]


def talk(*times: tuple[float, float], seconds: float = 20, noise: float = 0.0005) -> F:
    """A channel that sounds in ``times`` over noise of the given standard deviation."""
    channel = np.random.default_rng(3).normal(0, noise, round(seconds * 16_000)).astype(np.float32)
    for start, end in times:
        channel[round(start * 16_000) : round(end * 16_000)] += sine(300, end - start)
    return channel


def spoken(turn: str, channel: F, *others: str, mono: bool = False) -> tuple[Span, ...]:
    sounds = {Role.AGENT: channel, Role.CUSTOMER: channel}
    return trimmed(timeline(turn, *others).speech, sounds, duration=20, mono=mono)[Role.AGENT]


def assert_near(spans: tuple[Span, ...], *expected: tuple[float, float]) -> None:
    assert [(s.start, s.end) for s in spans] == [pytest.approx(times, abs=0.03) for times in expected]


@pytest.mark.parametrize("noise", [0.0, 0.0005, 0.01], ids=["digital silence", "quiet line", "17 dB SNR"])
def test_the_quiet_ends_go(noise: float) -> None:
    assert_near(spoken("坐席 4.9-10.3", talk((5, 10), noise=noise)), (5, 10))


def test_pauses_inside_stay() -> None:
    assert_near(spoken("坐席 5-10.3", talk((5, 7), (7.8, 10))), (5, 10))


def test_on_a_very_noisy_line_nothing_goes() -> None:
    assert spoken("坐席 4.9-10.3", talk((5, 10), noise=0.03)) == (Span(4.9, 10.3),)


def test_pauses_between_phrases_do_not_grow() -> None:
    assert_near(spoken("坐席 5-7.3", talk((5, 7), (7.7, 10)), "坐席 7.7-10.3"), (5, 7.3), (7.7, 10))


def test_hold_music_is_not_the_noise_of_the_line() -> None:
    channel = talk((1, 5), (5.5, 19.5))
    call, tones = timeline("坐席 1-5.3"), (Span(5.4, 19.6),)
    heard = trimmed(call.speech, {Role.AGENT: channel}, duration=20, tones=tones)
    assert_near(heard[Role.AGENT], (1, 5))


def test_tight_speech_stays_as_it_is() -> None:
    assert_near(spoken("坐席 5-10", talk((5, 10))), (5, 10))


def test_no_more_than_half_a_second_goes() -> None:
    assert_near(spoken("坐席 3-14", talk((5, 10))), (3.5, 13.5))


def test_speech_without_any_sound_stays() -> None:
    assert spoken("坐席 5-10", talk()) == (Span(5, 10),)
    assert trimmed(timeline("坐席 5-10").speech, {}, duration=20)[Role.AGENT] == (Span(5, 10),)


def test_in_mono_the_other_party_is_not_noise() -> None:
    channel = talk((1, 5), (6, 18))
    assert_near(spoken("坐席 1-5.3", channel, "客户 6-18.2", mono=True), (1, 5))


def test_speech_beyond_the_sound_stays() -> None:
    sounds = {Role.AGENT: talk(seconds=10)}
    assert trimmed({Role.AGENT: (Span(15, 18),)}, sounds, duration=20) == {Role.AGENT: (Span(15, 18),)}


def test_measures_are_taken_over_trimmed_speech() -> None:
    channel = talk((5, 10))
    speech = trimmed(timeline("坐席 5-10.3", "客户 10.2-15").speech, {Role.AGENT: channel}, duration=20)
    measures = measure(Timeline.heard(duration=20, speech=speech))
    assert measures.value("speech_agent") == pytest.approx(5, abs=0.03)
    assert measures.value("overlap_total") == 0
