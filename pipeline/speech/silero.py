"""Silero v6, a voice activity network, computed over many frames at once.

The published graph convolves each frame of 32 ms by itself: matrices four columns wide, at a tenth of a
core's speed. Here many frames go through every convolution as one matrix product; the recurrent end stays
with onnxruntime. Same weights, same numbers to the last few bits, a third of the time.

Weights: https://github.com/snakers4/silero-vad (MIT), as shipped with faster-whisper.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.speech.onnx_reading import read_weights
from pipeline.speech.onnx_writing import Graph
from pipeline.speech.tensors import Tensors

FRAME = 512
_CONTEXT = 64
"""Samples of the frame before that the network sees too, and by how many the end is mirrored."""
_POINTS, _HOP = 256, 128
_COLUMNS = 4
_BINS = 129
_HIDDEN = 128
_AT_ONCE = 256
"""Frames per matrix product: what fits into a core's cache."""


class Silero:
    """Probability of speech, frame by frame. Built once per process."""

    def __init__(self, path: Path) -> None:
        """Read the network of an ONNX file.

        Raises:
            ModelError: not Silero v6.
        """
        try:
            weights = read_weights(path)
            self._basis = np.ascontiguousarray(
                weights["encoder.feature_extractor.forward_basis_buffer"][:, 0].T
            )
            self._layers = [_taps(weights, layer) for layer in range(4)]
            self._session: Any = _recurrent(weights)
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise ModelError(f"not the network of Silero v6 ({error})", path=path) from error

    def __call__(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities, shape (n,), of consecutive frames (n, 512) of sound at 16 kHz."""
        if not len(frames):
            return np.zeros(0, np.float32)
        before = np.zeros((len(frames), _CONTEXT), np.float32)
        before[1:] = frames[:-1, -_CONTEXT:]
        encoded = [
            self._encoded(np.concatenate([before[i : i + _AT_ONCE], frames[i : i + _AT_ONCE]], axis=1))
            for i in range(0, len(frames), _AT_ONCE)
        ]
        (out,) = self._session.run(["probability"], {"encoded": np.concatenate(encoded)[:, None, :]})
        probabilities: NDArray[np.float32] = out.reshape(-1)
        return probabilities

    def _encoded(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the recurrent part is given, (n, 128), of frames with their context, (n, 576)."""
        mirrored = frames[:, -2 : -_CONTEXT - 2 : -1]
        whole = np.concatenate([frames, mirrored], axis=1)
        columns = np.lib.stride_tricks.sliding_window_view(whole, _POINTS, axis=1)[:, ::_HOP]
        both = columns.reshape(-1, _POINTS) @ self._basis
        x = np.sqrt(both[:, :_BINS] ** 2 + both[:, _BINS:] ** 2).reshape(-1, _COLUMNS, _BINS)
        for (weight, bias), stride in zip(self._layers, (1, 2, 2, 1), strict=True):
            x = _convolved(x, weight, bias, stride)
        encoded: NDArray[np.float32] = x[:, 0]
        return encoded


def _taps(weights: Tensors, layer: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (3 taps and inputs, outputs) and bias of a convolution."""
    weight = weights[f"encoder.conv_layers.{layer}.weight"]
    flat = weight.transpose(2, 1, 0).reshape(-1, len(weight))
    return np.ascontiguousarray(flat), weights[f"encoder.conv_layers.{layer}.bias"]


def _convolved(
    x: NDArray[np.float32], weight: NDArray[np.float32], bias: NDArray[np.float32], stride: int
) -> NDArray[np.float32]:
    """Three taps along the columns of (n, columns, channels), zeros beyond the ends, rectified."""
    count, columns, channels = x.shape
    if columns == 1:  # the taps to the sides see nothing but zeros
        rows, weight = x[:, 0], weight[channels : 2 * channels]
    else:
        edged = np.zeros((count, columns + 2, channels), np.float32)
        edged[:, 1:-1] = x
        taps = [edged[:, tap : tap + columns : stride] for tap in range(3)]
        rows = np.concatenate(taps, axis=2).reshape(-1, 3 * channels)
    out = rows @ weight
    out += bias
    np.maximum(out, 0, out=out)
    return out.reshape(count, -1, weight.shape[1])


def _recurrent(weights: Tensors) -> Any:
    """The end of the network: ``encoded`` (n, 1, 128) -> ``probability``."""
    graph = Graph()
    lstm = (graph.constant(weights[f"onnx::LSTM_{number}"]) for number in (209, 210, 211))
    x = graph.node("LSTM", "encoded", *lstm, hidden_size=_HIDDEN)
    x = graph.node("Relu", x)
    weight = np.ascontiguousarray(weights["decoder.conv1d.weight"].reshape(1, _HIDDEN).T)
    x = graph.node("MatMul", x, graph.constant(weight))
    x = graph.node("Add", x, graph.constant(weights["decoder.conv1d.bias"]))
    graph.node("Sigmoid", x, output="probability")
    model = graph.build(inputs={"encoded": ("n", 1, _HIDDEN)}, outputs={"probability": ("n", 1, 1, 1)})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
