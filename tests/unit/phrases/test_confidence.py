"""What is told of a hit's certainty holds on phrases corrupted as a recogniser does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import How, Role, Span, Utterance
from pipeline.phrases import load_lexicons
from pipeline.phrases.confidence import SOUND_SLOPE, SOUND_SURE, confidence
from scripts.calibrate_phrases import Sounded, fit, reliability_of, sounded

FOLDER = Path(__file__).resolve().parents[3] / "lexicons" / "zh"


@pytest.fixture(scope="module")
def sounds() -> list[Sounded]:
    # Fewer leave some fifty to a bin, whose share of right ones is then off by 0.05 by chance alone.
    return sounded(load_lexicons(FOLDER), 2000, 3)


def test_sound_alikes_are_told_as_sure_as_they_are(sounds: list[Sounded]) -> None:
    bins = [b for b in reliability_of([(s.told, s.right) for s in sounds]) if b.count >= 20]
    assert len(bins) >= 3
    for one in bins:
        assert -0.2 <= one.told - one.right <= 0.08, one


def test_the_fit_rises_with_likeness(sounds: list[Sounded]) -> None:
    sure, slope = fit(sounds)
    assert abs(sure - SOUND_SURE) < 1.5
    assert 0 < slope < 2 * SOUND_SLOPE


@pytest.mark.parametrize("how", [How.EXACT, How.PATTERN, How.SOUND])
def test_doubt_anywhere_lowers_it(how: How) -> None:
    clear = Utterance(Role.AGENT, Span(0, 1), "随便你吧")
    best = confidence(how, distance=0.0, length=4, utterance=clear)
    unclear = Utterance(Role.AGENT, Span(0, 1), "随便你吧", confidence=0.4)
    someone = Utterance(Role.UNKNOWN, Span(0, 1), "随便你吧")
    assert confidence(how, distance=0.0, length=4, utterance=unclear) < best
    assert confidence(how, distance=0.0, length=4, utterance=someone) < 0.7 * best


def test_farther_is_less_sure_and_short_too() -> None:
    utterance = Utterance(Role.AGENT, Span(0, 1), "随便你吧")
    told = [confidence(How.SOUND, distance=d, length=4, utterance=utterance) for d in (0.0, 0.3, 0.6)]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == 3
    assert confidence(How.SOUND, distance=0.0, length=3, utterance=utterance) < told[0]
