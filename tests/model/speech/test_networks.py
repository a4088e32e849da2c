"""The networks' graphs, the weights that they point into, and the features in front of them."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from pipeline.audio import decode
from pipeline.errors import ModelError
from pipeline.speech.campplus import EMBEDDING_GRAPH, FRAMES_GRAPH, CampplusEmbedder
from pipeline.speech.clustering import likeliest_speakers
from pipeline.speech.features import filterbank
from pipeline.speech.levels import FRAME
from pipeline.speech.network import load_network
from pipeline.speech.voice_activity import SILERO_GRAPH, SILERO_WEIGHTS, load_silero
from scripts import export_networks
from tests.model.speech.test_diarisation import NIGHT, WEIGHTS, needs_weights
from tests.sounds import numbers


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    sound = numbers(decode([next((NIGHT / "audio").glob("N03.*"))]))[0]
    return sound[: 2000 * FRAME].reshape(-1, FRAME)


def test_the_probabilities_of_speech_are_those_of_the_library(frames: np.ndarray) -> None:
    ours = load_silero()(frames)
    # Its own way silences the end of the last frame before looking at it.
    theirs = get_vad_model()(frames.ravel().copy()).ravel()
    assert ours.shape == theirs.shape
    assert ours[:-1] == pytest.approx(theirs[:-1], abs=1e-4)
    assert ours.max() > 0.9
    assert ours.min() < 0.1


def test_a_sound_without_frames() -> None:
    assert load_silero()(np.zeros((0, FRAME), np.float32)).shape == (0,)


def test_without_the_known_network_the_library_loads_its_own(tmp_path: Path, frames: np.ndarray) -> None:
    few = frames[:50]
    ours, theirs = load_silero()(few), load_silero(tmp_path / "none.onnx")(few)
    assert theirs[:-1] == pytest.approx(ours[:-1], abs=1e-4)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a network", SILERO_WEIGHTS.read_bytes()[:100_000], SILERO_WEIGHTS.read_bytes() + b" "],
)
def test_other_weights_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / SILERO_WEIGHTS.name
    path.write_bytes(content)
    with pytest.raises(ModelError):
        load_network(SILERO_GRAPH, path)


@needs_weights
def test_a_changed_checkpoint_is_refused(tmp_path: Path) -> None:
    content = bytearray(WEIGHTS.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / WEIGHTS.name).write_bytes(content)
    with pytest.raises(ModelError, match=r"not the weights of campplus_frames .SHA-256 92f29b94"):
        CampplusEmbedder(tmp_path / WEIGHTS.name)


def test_the_graph_of_silero_is_what_the_script_writes() -> None:
    tensors = export_networks.onnx_tensors(SILERO_WEIGHTS)
    assert (
        export_networks.exported(export_networks.silero, SILERO_WEIGHTS, tensors) == SILERO_GRAPH.read_bytes()
    )


@needs_weights
def test_the_graphs_of_campplus_are_what_the_script_writes() -> None:
    tensors = export_networks.checkpoint_tensors(WEIGHTS)
    for build, graph in (
        (export_networks.campplus_frames, FRAMES_GRAPH),
        (export_networks.campplus_embedding, EMBEDDING_GRAPH),
    ):
        assert export_networks.exported(build, WEIGHTS, tensors) == graph.read_bytes()


@pytest.mark.parametrize("value", [Path, print, OrderedDict.fromkeys])
def test_a_checkpoint_that_asks_for_more_than_tensors_is_refused(value: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match="asks for"):
        export_networks.Description(io.BytesIO(pickle.dumps(value))).load()


def test_log_mel_energies_are_those_of_kaldi() -> None:
    """The reference is kaldi-native-fbank 1.23.0 with 80 bins and no dither, on the same two tones."""
    times = np.arange(16_000) / 16_000
    tones = 0.5 * np.sin(2 * np.pi * 1000 * times) + 0.1 * np.sin(2 * np.pi * 3300 * times + 1)
    energies = filterbank(tones.astype(np.float32))
    assert energies.shape == (79, 80)
    for frame in (0, 40):
        found = energies[frame, [10, 28, 40, 60, 79]]
        assert found == pytest.approx([-12.433, 4.512, -12.579, -11.934, -15.942], abs=0.01)
    assert filterbank(np.zeros(400, np.float32)) == pytest.approx(np.log(np.finfo(np.float32).eps))


def test_a_doubtful_block_does_not_change_the_speaker() -> None:
    preferences = np.array([1, 1, -0.5, 1, -2, -2, -2, 1.0])
    assert likeliest_speakers(preferences, np.full(8, 1.5)).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert likeliest_speakers(preferences, np.zeros(8)).tolist() == [1, 1, 0, 1, 0, 0, 0, 1]
