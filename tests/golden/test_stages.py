"""Real sound through the real models once more, and everything after them from what was recorded, exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.distance import Levenshtein

from pipeline.inspection.hearing import CallSound
from tests.golden.stages import EXPORTS, FOLDER, ROOT, exports, recognise, segmented, speech, written

pytestmark = pytest.mark.model
TOLERANCE_S = 0.1
"""Of the borders of speech; processors differ in the last bit of a network's answer."""
DIFFERENT_CHARACTERS = 0.12
"""Of all windows together. A processor of another kind multiplies 8-bit weights in another way, and where a
sound is hard to hear another text is the likelier one by a hair: 0.07 between an AMD EPYC and an Intel
Xeon."""


@pytest.fixture(scope="module")
def sounds() -> dict[str, CallSound]:
    return segmented()


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    return exports(tmp_path_factory.mktemp("golden"), FOLDER / "windows.json")


def recorded(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_somebody_speaks_where_they_did(sounds: dict[str, CallSound]) -> None:
    found, before = speech(sounds), recorded("speech.json")
    assert found.keys() == before.keys()
    for call_id, lanes in found.items():
        assert [len(lane) for lane in lanes] == [len(lane) for lane in before[call_id]], call_id
        for lane, old in zip(lanes, before[call_id], strict=True):
            assert [time for span in lane for time in span] == pytest.approx(
                [time for span in old for time in span], abs=TOLERANCE_S
            )


def test_the_engine_writes_what_it_wrote(sounds: dict[str, CallSound], tmp_path: Path) -> None:
    if not (ROOT / "models" / "base" / "model.bin").is_file():
        pytest.skip("needs `callinspect models fetch base`")
    recognise(sounds, tmp_path / "windows.json")
    found = json.loads((tmp_path / "windows.json").read_text(encoding="utf-8"))
    before = recorded("windows.json")
    assert (found["name"], found["model"]) == (before["name"], before["model"])
    assert texts(found).keys() == texts(before).keys()
    wrong = [(text, texts(found)[window]) for window, text in texts(before).items()]
    characters = sum(len(text) for text, _ in wrong)
    assert sum(Levenshtein.distance(*pair) for pair in wrong) <= DIFFERENT_CHARACTERS * characters, [
        pair for pair in wrong if pair[0] != pair[1]
    ]


def texts(recording: dict[str, Any]) -> dict[str, str]:
    windows = recording["windows"].items()
    return {window: "".join(text for _, _, text in found["pieces"]) for window, found in windows}


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_follows_from_the_texts_is_exact(kind: str, later: dict[str, list[dict[str, Any]]]) -> None:
    assert written(later[kind]) == (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8")


def test_the_recordings_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json*")) < 1_000_000
