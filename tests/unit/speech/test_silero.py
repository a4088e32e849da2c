"""The voice activity network computed our way gives what faster-whisper's own way gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from pipeline.audio import decode
from pipeline.errors import ModelError
from pipeline.speech.activity import _SHIPPED, load_network
from pipeline.speech.onnx_reading import read_weights
from pipeline.speech.silero import FRAME, Silero
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night"


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    sound = numbers(decode([next((NIGHT / "audio").glob("N03.*"))]))[0]
    return sound[: 1000 * FRAME].reshape(-1, FRAME)


def test_the_probabilities_are_those_of_the_library(frames: np.ndarray) -> None:
    ours = Silero(_SHIPPED)(frames)
    # Its own way silences the end of the last frame before looking at it.
    theirs = get_vad_model()(frames.ravel().copy()).ravel()
    assert ours.shape == theirs.shape
    assert ours[:-1] == pytest.approx(theirs[:-1], abs=1e-4)
    assert ours.max() > 0.9
    assert ours.min() < 0.1


def test_a_sound_without_frames() -> None:
    assert Silero(_SHIPPED)(np.zeros((0, FRAME), np.float32)).shape == (0,)


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"\x3a\xff\x01", _SHIPPED.read_bytes()[:100_000]])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not the network of Silero v6"):
        Silero(path)


def test_without_the_known_network_the_library_loads_its_own(tmp_path: Path, frames: np.ndarray) -> None:
    few = frames[:50]
    ours, theirs = load_network(_SHIPPED)(few), load_network(tmp_path / "none.onnx")(few)
    assert theirs[:-1] == pytest.approx(ours[:-1], abs=1e-4)


def test_weights_have_names_and_shapes() -> None:
    weights = read_weights(_SHIPPED)
    assert weights["encoder.conv_layers.0.weight"].shape == (128, 129, 3)
    assert weights["decoder.conv1d.bias"].shape == (1,)
