"""The committed night holds together: list, files and truth belong to the same dialogues."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.errors import AudioError
from scripts.demo_night.dialogue import Turn, load_dialogue
from scripts.demo_night.make import COLUMNS, HERE
from tests.sounds import numbers

NIGHT = HERE / "night"
CALL_IDS = sorted(path.stem for path in (HERE / "dialogues").glob("*.yaml"))


def committed_calls() -> list[dict[str, str]]:
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_committed_night_is_listed_whole_and_small() -> None:
    rows = committed_calls()
    assert tuple(rows[0]) == COLUMNS
    assert [row["call_id"] for row in rows] == CALL_IDS
    files = {p.relative_to(NIGHT).as_posix() for p in (NIGHT / "audio").iterdir()}
    assert {row["file"] for row in rows} == files
    assert sum(p.stat().st_size for p in (NIGHT / "audio").iterdir()) < 8_000_000


@pytest.mark.parametrize("call_id", CALL_IDS)
def test_a_committed_call_fits_its_truth(call_id: str) -> None:
    (row,) = [row for row in committed_calls() if row["call_id"] == call_id]
    truth = json.loads((NIGHT / "truth" / f"{call_id}.json").read_text(encoding="utf-8"))
    dialogue = load_dialogue(HERE / "dialogues" / f"{call_id}.yaml")
    spoken = [item.text for item in dialogue.turns if isinstance(item, Turn)]
    assert [t["text"] for t in truth["turns"]] == spoken
    assert sorted({v["code"] for v in truth["violations"]}) == sorted(dialogue.expect)
    if truth["kind"] == "unreadable":
        with pytest.raises(AudioError):
            decode([NIGHT / row["file"]])
        return
    audio = decode([NIGHT / row["file"]])
    assert audio.duration == pytest.approx(truth["duration"], abs=0.1)
    sound = np.mean(numbers(audio), axis=0)
    for said in truth["turns"]:
        middle = sound[int(said["start"] * 16_000) : int(said["end"] * 16_000)]
        assert np.sqrt(np.mean(middle**2)) > 0.01, f"nobody speaks from {said['start']} to {said['end']}"
