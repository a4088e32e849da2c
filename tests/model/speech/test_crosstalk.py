"""The other party leaking into a channel, on real turns of the committed night."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from pipeline.audio import decode
from pipeline.domain import Span, covered, intersect, merge, subtract, total
from pipeline.speech.crosstalk import remove_crosstalk
from pipeline.speech.levels import level_db
from pipeline.speech.voice_activity import SpeechDetector
from tests import sounds
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night" / "audio"
DETECTOR = SpeechDetector()


@cache
def parties() -> tuple[sounds.Sound, sounds.Sound]:
    """Agent and customer of a clean call, forty seconds; they hardly overlap."""
    left, right = numbers(decode([NIGHT / "N03.m4a"]))
    return left[: 40 * 16_000], right[: 40 * 16_000]


@cache
def spoken() -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where either of them speaks; asked by nearly every test."""
    agent, customer = parties()
    return speech(agent), speech(customer)


def leak_of(source: sounds.Sound, *, db: float, delay_ms: float = 12.0) -> sounds.Sound:
    """What a telephone hybrid lets through: late, with less treble, ``db`` below its source."""
    late = np.concatenate([sounds.silence(delay_ms / 1000), source])[: len(source)]
    dull = lfilter([1.0, 0.7, 0.3], [1.0], late)
    gain = 10 ** (db / 20) * np.sqrt(np.mean(np.square(source)) / np.mean(np.square(dull)))
    return np.asarray(gain * dull, dtype=np.float32)


def speech(sound: sounds.Sound) -> tuple[Span, ...]:
    return DETECTOR.detect(sound)


def line(sound: sounds.Sound, seed: int) -> sounds.Sound:
    return sound + sounds.noise(len(sound) / 16_000, db=-72, seed=seed)[: len(sound)]


@pytest.mark.parametrize("db", [-20.0, -25.0, -30.0, -35.0])
@pytest.mark.parametrize("delay_ms", [0.0, 12.0, 40.0])
def test_the_leak_is_nobodys_speech_and_the_party_keeps_its_own(db: float, delay_ms: float) -> None:
    agent, customer = parties()
    own = spoken()[1]
    leaky = line(customer + leak_of(agent, db=db, delay_ms=delay_ms), 1)
    _, cleaned = remove_crosstalk([line(agent, 2), leaky])
    found = subtract(DETECTOR.detect(cleaned.samples), cleaned.leak)
    elsewhere = subtract(spoken()[0], own)
    assert total(intersect(found, elsewhere)) <= 0.12 * total(elsewhere)
    assert total(intersect(found, own)) >= 0.95 * total(own)


def test_the_leak_is_found_where_it_is() -> None:
    agent, customer = parties()
    found = remove_crosstalk([line(agent, 2), line(customer + leak_of(agent, db=-25), 1)])
    assert found[1].leak, "where the agent talks and the customer does not, only the leak is on the line"
    assert not found[0].leak


def test_leaks_in_both_directions() -> None:
    agent, customer = parties()
    left = line(agent + leak_of(customer, db=-25), 1)
    right = line(customer + leak_of(agent, db=-30), 2)
    cleaned = remove_crosstalk([left, right])
    for own, other, clean in ((agent, customer, cleaned[0]), (customer, agent, cleaned[1])):
        alone = subtract(speech(other), speech(own))
        found = subtract(DETECTOR.detect(clean.samples), clean.leak)
        assert total(intersect(found, alone)) <= 0.15 * total(alone)
        assert total(intersect(found, speech(own))) >= 0.95 * total(speech(own))


def test_both_talking_at_once_is_kept() -> None:
    """The customer's words moved under the agent's: double talk from beginning to end."""
    agent, customer = parties()
    first = spoken()[0][0].start
    moved = np.roll(customer, round((first - spoken()[1][0].start) * 16_000))
    together = intersect(spoken()[0], speech(moved))
    assert total(together) > 2.0, "the test needs double talk"
    _, cleaned = remove_crosstalk([line(agent, 1), line(moved + leak_of(agent, db=-25), 2)])
    found = subtract(DETECTOR.detect(cleaned.samples), cleaned.leak)
    assert total(intersect(found, together)) >= 0.85 * total(together)


def test_a_quiet_party_keeps_its_words() -> None:
    """Twenty decibels below the other: a gate by level alone would drop it."""
    agent, customer = parties()
    quiet = customer * 0.1
    own = speech(quiet)
    _, cleaned = remove_crosstalk([line(agent, 1), line(quiet + leak_of(agent, db=-35), 2)])
    found = subtract(DETECTOR.detect(cleaned.samples), cleaned.leak)
    assert total(intersect(found, own)) >= 0.93 * total(own)


def test_different_gains_leave_a_clean_call_alone() -> None:
    agent, customer = parties()
    for left, right in ((agent, customer * 0.1), (agent * 0.1, customer)):
        cleaned = remove_crosstalk([line(left, 1), line(right, 2)])
        for before, after in zip((left, right), cleaned, strict=True):
            lost = [s for s in speech(before) if covered(s, after.leak) > 0.2]
            assert lost == []


def test_a_party_that_only_listens() -> None:
    """Nothing but the leak on a channel: nobody speaks there."""
    agent, _ = parties()
    _, cleaned = remove_crosstalk([line(agent, 1), line(leak_of(agent, db=-25), 2)])
    found = subtract(DETECTOR.detect(cleaned.samples), cleaned.leak)
    assert total(found) <= 0.05 * total(spoken()[0])


def test_what_remains_of_the_leak_is_much_fainter() -> None:
    agent, customer = parties()
    leaky = customer + leak_of(agent, db=-22)
    _, cleaned = remove_crosstalk([agent, leaky])
    alone = subtract(spoken()[0], merge(s.widened(0.3) for s in spoken()[1]))
    frames = np.zeros(len(level_db(leaky)), dtype=bool)
    for span in alone:
        frames[round(span.start / 0.032) + 2 : round(span.end / 0.032) - 2] = True
    loud = frames & (level_db(leaky) > -60)
    gained = level_db(leaky)[loud] - level_db(cleaned.samples)[loud]
    assert np.median(gained) >= 10


def test_one_channel_and_short_channels_come_back_as_they_are() -> None:
    agent, customer = parties()
    assert remove_crosstalk([agent])[0].samples is agent
    for length in (0, 1, 8000):
        cleaned = remove_crosstalk([agent[:length], customer[:length]])
        assert [len(c.samples) for c in cleaned] == [length, length]
        assert [c.leak for c in cleaned] == [(), ()]


def test_silence_on_both_sides() -> None:
    cleaned = remove_crosstalk([sounds.silence(5), sounds.silence(5)])
    assert [c.leak for c in cleaned] == [(), ()]


def hum(seconds: float, *, db: float) -> sounds.Sound:
    """Mains: 50 Hz and its harmonics, the same on both channels."""
    t = np.arange(round(seconds * 16_000)) / 16_000
    tones = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 4, 6, 7))
    tones *= 10 ** (db / 20) / np.sqrt(np.mean(np.square(tones)))
    return np.asarray(tones, dtype=np.float32)


def test_hum_on_both_channels_is_no_leak() -> None:
    """It is coherent as a leak is; taken for one, it took a whole party with it."""
    agent, customer = parties()
    shared = hum(40, db=-46)
    given = [line(agent, 2) + shared, line(customer, 1) + shared]
    for found, channel in zip(remove_crosstalk(given), given, strict=True):
        assert found.leak == ()
        assert DETECTOR.detect(found.samples) == DETECTOR.detect(channel)


def test_a_leak_under_hum_is_found() -> None:
    agent, customer = parties()
    own, shared = spoken()[1], hum(40, db=-62)
    leaky = line(customer + leak_of(agent, db=-22), 1) + shared
    _, cleaned = remove_crosstalk([line(agent, 2) + shared, leaky])
    found = subtract(DETECTOR.detect(cleaned.samples), cleaned.leak)
    elsewhere = subtract(spoken()[0], own)
    assert total(intersect(found, elsewhere)) <= 0.15 * total(elsewhere)
    assert total(intersect(found, own)) >= 0.95 * total(own)
