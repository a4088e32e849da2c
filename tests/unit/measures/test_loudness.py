"""Loudness against the values the standard gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import sosfreqz

from pipeline.domain import Role
from pipeline.measures import measure
from pipeline.measures.loudness import integrated_loudness, k_weighting
from tests.timelines import sine, timeline


@pytest.mark.parametrize(("dbfs", "lufs"), [(0, -3.01), (-20, -23.01), (-40, -43.01)])
def test_the_reference_tone_of_the_standard(dbfs: float, lufs: float) -> None:
    tone = sine(997, 10, peak=10 ** (dbfs / 20))
    assert integrated_loudness(tone) == pytest.approx(lufs, abs=0.02)


# ITU-R BS.1770-4, tables 1 and 2: the filters at 48 kHz.
STANDARD_48_KHZ = [
    [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
]


def test_the_weighting_is_that_of_the_standard() -> None:
    frequencies_hz = np.array([38.0, 60, 100, 300, 500, 1000, 2000, 3000, 3400, 5000, 7000])
    expected = sosfreqz(np.array(STANDARD_48_KHZ), frequencies_hz, fs=48_000)[1]
    ours = sosfreqz(k_weighting(), frequencies_hz, fs=16_000)[1]
    assert 20 * np.log10(np.abs(ours / expected)) == pytest.approx(0, abs=0.15)


def test_pauses_are_gated_out() -> None:
    tone = sine(997, 10)
    with_pause = np.concatenate([tone, np.zeros(160_000, np.float32), tone])
    assert integrated_loudness(with_pause) == pytest.approx(integrated_loudness(tone), abs=0.15)


def test_only_the_party_and_only_its_speech_counts() -> None:
    agent = np.concatenate([sine(997, 10), sine(997, 10, peak=0.9)])
    measures = measure(
        timeline("坐席 0-10", "客户 10-20", duration=20),
        {Role.AGENT: agent, Role.CUSTOMER: sine(997, 20, peak=0.01)},
    )
    assert measures.value("loudness_agent_lufs") == pytest.approx(-23.01, abs=0.05)
    assert measures.value("loudness_customer_lufs") == pytest.approx(-43.01, abs=0.05)


def test_in_mono_times_of_both_do_not_count() -> None:
    mixed = np.concatenate([sine(997, 5), sine(997, 5, peak=0.9), sine(997, 5)])
    measures = measure(
        timeline("坐席 0-10", "客户 5-15", duration=15, mono=True),
        {Role.AGENT: mixed, Role.CUSTOMER: mixed},
    )
    assert measures.value("loudness_agent_lufs") == pytest.approx(-23.01, abs=0.05)
    assert measures.value("loudness_customer_lufs") == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize(
    ("turn", "sound"),
    [
        ("坐席 0-10", np.zeros(160_000, np.float32)),
        ("坐席 0-0.5", sine(997, 10)),
        ("客户 0-10", sine(997, 10)),
        ("坐席 20-30", sine(997, 10)),
    ],
    ids=["digital silence", "too short", "never speaks", "sound ends before"],
)
def test_a_silent_party_has_no_loudness(
    turn: str, sound: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> None:
    assert measure(timeline(turn), {Role.AGENT: sound}).value("loudness_agent_lufs") is None


def test_without_sound() -> None:
    assert measure(timeline("坐席 0-10")).value("loudness_agent_lufs") is None
