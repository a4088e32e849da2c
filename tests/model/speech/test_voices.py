"""The agents of the committed night by their voices alone: no word, no list, no order is looked at."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from pipeline.audio import decode
from pipeline.domain import NO_EVIDENCE, CallVoices, Role
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.speech.agent_voices import middle_of, settle

ROOT = Path(__file__).resolve().parents[3]
NIGHT = ROOT / "scripts" / "demo_night" / "night"
NO_DIALOGUE = ("N13", "N14", "N15")
"""A voicemail, an abandoned call, a file that nobody can read."""
pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "campplus" / "campplus_cn_en_common.pt").is_file(),
    reason="needs `callinspect models fetch campplus`",
)


@cache
def heard() -> dict[str, tuple[str, CallVoices, int]]:
    """Call -> its agent, its voices, and the party that is the agent in truth."""
    segmenter = SpeakerSegmenter(Diariser(ROOT / "models" / "campplus"))
    out = {}
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["call_id"] not in NO_DIALOGUE]
    for row in rows:
        audio = decode([NIGHT / row["file"]])
        found = segmenter.segment(audio.channels, duration=audio.duration)
        truth = json.loads((NIGHT / "truth" / f"{row['call_id']}.json").read_text(encoding="utf-8"))
        seconds = [
            sum(
                max(0.0, min(span.end, turn["end"]) - max(span.start, turn["start"]))
                for span in track.speech
                for turn in truth["turns"]
                if turn["role"] == "agent"
            )
            for track in found.tracks
        ]
        voices = CallVoices(
            embedder=segmenter.embedder_name,
            roles=(Role.AGENT, Role.CUSTOMER),
            parties=(),
            evidence=NO_EVIDENCE,
            duration=found.duration,
            pieces=segmenter.voices(found),
        )
        out[row["call_id"]] = (row["agent_id"], voices, int(seconds[1] > seconds[0]))
    return out


def test_both_voices_of_every_call_are_heard() -> None:
    for call_id, (_, voices, _) in heard().items():
        assert {piece.party for piece in voices.pieces} == {0, 1}, call_id


def test_the_voice_that_returns_is_the_agents() -> None:
    """Two or three calls of each agent, one of six with one channel in every second: all are told right."""
    middle = middle_of([voices for _, voices, _ in heard().values()])
    by_agent = defaultdict(list)
    for call_id, (agent, voices, party) in heard().items():
        by_agent[agent].append((call_id, voices, party))
    told = {}
    for calls in by_agent.values():
        for (call_id, _, party), found in zip(calls, settle([v for _, v, _ in calls], middle), strict=True):
            assert found is not None
            assert not found.evidence.stranger
            told[call_id] = (found.roles.index(Role.AGENT), party)
    assert [call_id for call_id, (said, true) in told.items() if said != true] == []
    assert len(told) == 13
