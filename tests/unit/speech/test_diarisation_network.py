"""Reading the checkpoint without PyTorch, writing the graph without onnx, and the features in front of it."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from pipeline.errors import ModelError
from pipeline.speech.alternation import likeliest
from pipeline.speech.fbank import fbank
from pipeline.speech.onnx_writing import Graph
from pipeline.speech.tensors import read_tensors


class Global:
    """Stands for ``module.name`` in a pickle, called with ``arguments``."""

    def __init__(self, module: str, name: str, *arguments: Any) -> None:
        self.module, self.name, self.arguments = module, name, arguments


class Storage:
    def __init__(self, key: str) -> None:
        self.key = key


def pickled(value: Any) -> bytes:
    """Protocol 2 by hand, since the names in it belong to a package that is not installed here."""

    def put(item: Any) -> bytes:
        match item:
            case Global():
                head = f"c{item.module}\n{item.name}\n".encode()
                return head + put(item.arguments) + b"R" if item.arguments else head
            case Storage():
                return put(("storage", Global("torch", "FloatStorage"), item.key, "cpu", 0)) + b"Q"
            case dict():
                return b"}(" + b"".join(put(k) + put(v) for k, v in item.items()) + b"u"
            case tuple():
                return b"(" + b"".join(map(put, item)) + b"t"
            case OrderedDict() | bool() | int() | str() | None:
                return pickle.dumps(item, protocol=2)[2:-1]
            case _:
                raise TypeError(item)

    return b"\x80\x02" + put(value) + b"."


def checkpoint(folder: Path, value: Any, numbers: bytes) -> Path:
    path = folder / "voice.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(value))
        archive.writestr("archive/data/7", numbers)
    return path


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Global:
    return Global("torch._utils", "_rebuild_tensor_v2", Storage("7"), offset, shape, strides, False, None)


NUMBERS = np.arange(12, dtype="<f4")


def test_tensors_are_read_with_their_offsets_and_strides(tmp_path: Path) -> None:
    state = {"plain": tensor(0, (3, 4), (4, 1)), "turned": tensor(1, (2, 3), (1, 4))}
    tensors = read_tensors(checkpoint(tmp_path, state, NUMBERS.tobytes()))
    assert tensors["plain"].tolist() == NUMBERS.reshape(3, 4).tolist()
    assert tensors["turned"].tolist() == [[1, 5, 9], [2, 6, 10]]


@pytest.mark.parametrize(
    "state",
    [
        {"x": Global("os", "system", "exit 1")},
        {"x": Global("builtins", "eval", "1 + 1")},
        {"x": Global("torch", "nn.Module")},
        {"x": tensor(0, (4, 4), (4, 1))},
        {"x": tensor(8, (3,), (-1,))},
        {"x": "no tensor"},
    ],
)
def test_other_content_is_refused(tmp_path: Path, state: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="refused"):
        read_tensors(checkpoint(tmp_path, state, NUMBERS.tobytes()))


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"not a zip"])
def test_no_checkpoint_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "voice.pt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a readable checkpoint"):
        read_tensors(path)


def test_a_written_graph_computes() -> None:
    graph = Graph()
    weight = graph.constant(np.array([[[1.0, 0.0, -2.0]]], np.float32))
    graph.node("Relu", graph.node("Conv", "x", weight, strides=(2,), pads=(1, 1)), output="y")
    model = graph.build(inputs={"x": (1, 1, "n")}, outputs={"y": (1, 1, "m")})
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (result,) = session.run(["y"], {"x": np.array([[[1, 2, 3, -4, 5]]], np.float32)})
    assert result.tolist() == [[[0.0, 10.0, 0.0]]]


def test_log_mel_energies_are_those_of_kaldi() -> None:
    """The reference is kaldi-native-fbank 1.23.0 with 80 bins and no dither, on the same two tones."""
    times = np.arange(16_000) / 16_000
    tones = 0.5 * np.sin(2 * np.pi * 1000 * times) + 0.1 * np.sin(2 * np.pi * 3300 * times + 1)
    energies = fbank(tones.astype(np.float32))
    assert energies.shape == (79, 80)
    for frame in (0, 40):
        heard = energies[frame, [10, 28, 40, 60, 79]]
        assert heard == pytest.approx([-12.433, 4.512, -12.579, -11.934, -15.942], abs=0.01)
    assert fbank(np.zeros(400, np.float32)) == pytest.approx(np.log(np.finfo(np.float32).eps))


def test_a_doubtful_block_does_not_change_the_speaker() -> None:
    favours = np.array([1, 1, -0.5, 1, -2, -2, -2, 1.0])
    assert likeliest(favours, np.full(8, 1.5)).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert likeliest(favours, np.zeros(8)).tolist() == [1, 1, 0, 1, 0, 0, 0, 1]
