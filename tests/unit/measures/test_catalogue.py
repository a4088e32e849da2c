"""Every measure is found by itself and says what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.conversation import Timeline
from pipeline.measures import MeasuredValue, catalogue, measure
from pipeline.measures.catalogue import measured
from tests.timelines import timeline

ROOT = Path(__file__).resolve().parents[3]

PROMISED = {
    "speech_agent",
    "speech_customer",
    "talk_share_agent",
    "speaking_rate_agent",
    "speaking_rate_customer",
    "silence_total",
    "silence_longest",
    "silence_count",
    "hold_total",
    "hold_count",
    "overlap_total",
    "interruptions_by_agent",
    "interruptions_by_customer",
    "response_delay_agent",
    "longest_turn_agent",
    "loudness_agent_lufs",
    "loudness_customer_lufs",
    "pitch_range_agent_semitones",
}


def test_every_promised_measure_is_there() -> None:
    assert set(catalogue()) >= PROMISED


def test_measures_come_in_the_order_of_the_catalogue_with_their_units() -> None:
    measures = measure(timeline())
    assert [item.name for item in measures] == list(catalogue())
    assert all(item.unit == catalogue()[item.name].unit for item in measures)


@pytest.mark.parametrize("doc", [None, "How much.", "Source: somewhere."])
def test_a_measure_must_be_documented(doc: str | None) -> None:
    def take(timeline: Timeline) -> MeasuredValue:
        return MeasuredValue(1.0)

    take.__doc__ = doc
    with pytest.raises(TypeError, match="docstring"):
        measured("undocumented", unit="s")(take)


def test_importing_the_measures_does_not_load_what_is_slow() -> None:
    code = "import sys, pipeline.measures as m; m.catalogue(); print({'librosa', 'scipy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
