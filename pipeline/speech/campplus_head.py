"""The head of CAM++: two-dimensional convolutions over (band, time), as a graph for onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.speech.fbank import BANDS
from pipeline.speech.onnx_writing import Graph
from pipeline.speech.tensors import Tensors

_EPSILON = 1e-5
"""Of all batch normalisations (PyTorch's default)."""


def head(tensors: Tensors) -> Any:
    """A session that maps ``features`` (n, t, 80) to ``frames`` (n, t / 2, 128); t is even.

    Raises KeyError where a weight is missing.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_Head(tensors).build(), options, providers=["CPUExecutionProvider"])


class _Head:
    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._graph = Graph()

    def build(self) -> bytes:
        graph = self._graph
        x = graph.node("Transpose", "features", perm=(0, 2, 1))
        x = graph.node("Unsqueeze", x, graph.constant(np.array([1])))
        x = self._square(x, "head.conv1", "head.bn1")
        for layer in ("layer1", "layer2"):
            for part, stride in ((0, 2), (1, 1)):
                name = f"head.{layer}.{part}"
                y = self._square(x, f"{name}.conv1", f"{name}.bn1", stride=stride)
                y = self._square(y, f"{name}.conv2", f"{name}.bn2", relu=False)
                if f"{name}.shortcut.0.weight" in self._tensors:
                    x = self._square(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride=stride, relu=False)
                x = graph.node("Relu", graph.node("Add", y, x))
        x = self._square(x, "head.conv2", "head.bn2", stride=2)
        channels = self._tensors["head.conv2.weight"].shape[0] * (BANDS // 8)
        x = graph.node("Reshape", x, graph.constant(np.array([0, channels, -1])))
        weight = self._tensors["xvector.tdnn.linear.weight"]
        scale, shift = scale_and_shift(self._tensors, "xvector.tdnn.nonlinear.batchnorm")
        constants = graph.constant(weight * scale[:, None, None]), graph.constant(shift)
        x = graph.node("Relu", graph.node("Conv", x, *constants, strides=(2,), pads=(2, 2)))
        graph.node("Transpose", x, output="frames", perm=(0, 2, 1))
        return graph.build(
            inputs={"features": ("n", "t", BANDS)}, outputs={"frames": ("n", "u", weight.shape[0])}
        )

    def _square(self, x: str, conv: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        """A convolution, its batch normalisation folded into the weights; ``stride`` is along the bands."""
        weight = self._tensors[f"{conv}.weight"]
        scale, shift = scale_and_shift(self._tensors, norm)
        edge = weight.shape[-1] // 2
        x = self._graph.node(
            "Conv",
            x,
            self._graph.constant(weight * scale[:, None, None, None]),
            self._graph.constant(shift),
            strides=(stride, 1),
            pads=(edge, edge, edge, edge),
        )
        return self._graph.node("Relu", x) if relu else x


def scale_and_shift(tensors: Tensors, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a batch normalisation comes to at run time."""
    scale = tensors[f"{name}.weight"] / np.sqrt(tensors[f"{name}.running_var"] + np.float32(_EPSILON))
    return scale, tensors[f"{name}.bias"] - tensors[f"{name}.running_mean"] * scale
