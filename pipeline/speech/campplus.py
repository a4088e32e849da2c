"""CAM++, a speaker network, as a graph for onnxruntime that runs ONCE over a stretch of speech of any length.

Source: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware
Masking" (Interspeech 2023); weights ``speech_campplus_sv_zh_en_16k-common_advanced`` (Apache-2.0).

The published network sees one window and gives one vector. Its masks average over that window, everything
else is local in time. Here the masks average over 1.5 s that slide along in blocks of 0.1 s, so that one pass
serves all windows: the graph ends before the pooling, and `Pooling` gives the vector of any stretch from sums
of frames. Inputs up to 0.8 s give exactly the published network's frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.fbank import BANDS
from pipeline.speech.onnx_writing import Graph
from pipeline.speech.tensors import Tensors

CHANNELS = 512
"""Numbers per frame."""
BLOCK = 4
"""Frames per block. The network halves the 80 frames a second of its input: a block lasts 0.1 s."""
CONTEXT = 15
"""Blocks over which a mask averages: 1.5 s, the usual window of diarisation."""

_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three dense blocks."""
_EPSILON = 1e-5
"""Of all batch normalisations (PyTorch's default)."""
_FAR_BELOW = np.float32(-3e38)


def campplus(tensors: Tensors) -> bytes:
    """The network as an ONNX model: ``features`` (1, n, 80) -> ``frames`` (1, 512, n / 2); n divides by 8.

    Raises KeyError where a weight is missing.
    """
    return _Network(tensors).build()


class _Network:
    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._graph = graph = Graph()
        self._in_blocks = graph.constant(np.array([0, 0, -1, BLOCK]))
        self._in_frames = graph.constant(np.array([0, 0, -1]))
        self._last = graph.constant(np.array([3]))

    def build(self) -> bytes:
        graph = self._graph
        x = graph.node("Transpose", "features", perm=(0, 2, 1))
        x = graph.node("Unsqueeze", x, graph.constant(np.array([1])))
        x = self._residual_head(x)
        x = self._linear(
            x, "xvector.tdnn.linear", after="xvector.tdnn.nonlinear.batchnorm", strides=(2,), pads=(2, 2)
        )
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                new = self._masked_layer(x, f"xvector.block{number}.tdnnd{layer}", dilation)
                x = graph.node("Concat", x, new, axis=1)
            transit = f"xvector.transit{number}"
            x = self._linear(x, f"{transit}.linear", before=f"{transit}.nonlinear.batchnorm")
        scale, shift = (
            self._per_channel(v) for v in self._scale_and_shift("xvector.out_nonlinear.batchnorm")
        )
        graph.node("Relu", graph.node("Add", graph.node("Mul", x, scale), shift), output="frames")
        return graph.build(inputs={"features": (1, "t", BANDS)}, outputs={"frames": (1, CHANNELS, "u")})

    def _residual_head(self, x: str) -> str:
        """Two-dimensional convolutions over (band, time), which shrink the bands from 80 to 10."""
        graph = self._graph
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
        return graph.node("Reshape", x, graph.constant(np.array([1, channels, -1])))

    def _square(self, x: str, conv: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        """A convolution with its batch normalisation folded into the weights."""
        weight = self._tensors[f"{conv}.weight"]
        scale, shift = self._scale_and_shift(norm)
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

    def _masked_layer(self, x: str, name: str, dilation: int) -> str:
        """One layer of a dense block: narrow, look along time, weigh every channel by its surroundings."""
        graph = self._graph
        norms = {part: f"{name}.{part}.batchnorm" for part in ("nonlinear1", "nonlinear2")}
        x = self._linear(x, f"{name}.linear1", before=norms["nonlinear1"], after=norms["nonlinear2"])
        local = self._linear(
            x, f"{name}.cam_layer.linear_local", dilations=(dilation,), pads=(dilation, dilation)
        )
        around = graph.node("AveragePool", x, kernel_shape=(BLOCK,), strides=(BLOCK,))
        edges = (CONTEXT // 2, CONTEXT // 2)
        around = graph.node("AveragePool", around, kernel_shape=(CONTEXT,), pads=edges, count_include_pad=0)
        # The published mask adds the mean of the input to that of its 2 s segment: the same twice here.
        around = graph.node("Mul", around, graph.constant(np.array([2.0], np.float32)))
        around = graph.node("Relu", self._linear(around, f"{name}.cam_layer.linear1"))
        mask = graph.node("Sigmoid", self._linear(around, f"{name}.cam_layer.linear2"))
        blocks = graph.node("Reshape", local, self._in_blocks)
        masked = graph.node("Mul", blocks, graph.node("Unsqueeze", mask, self._last))
        return graph.node("Reshape", masked, self._in_frames)

    def _linear(
        self,
        x: str,
        name: str,
        *,
        before: str | None = None,
        after: str | None = None,
        **attributes: Sequence[int],
    ) -> str:
        """A convolution along time, with the batch normalisation and rectification before and after it.

        Both normalisations go into the weights, which halves the passes over memory. Before a convolution of
        one frame: relu(s x + b) is s max(x, -b / s) + b for s > 0, and s min(x, -b / s) + b for s < 0.
        """
        weight, bias = self._tensors[f"{name}.weight"], self._tensors.get(f"{name}.bias")
        bias = np.zeros(len(weight), np.float32) if bias is None else bias
        if before is not None:
            scale, shift = self._scale_and_shift(before)
            kink = np.divide(-shift, scale, out=np.zeros_like(shift), where=scale != 0)
            x = self._graph.node("Max", x, self._per_channel(np.where(scale > 0, kink, _FAR_BELOW)))
            if (scale < 0).any():
                x = self._graph.node("Min", x, self._per_channel(np.where(scale < 0, kink, -_FAR_BELOW)))
            bias = bias + weight[:, :, 0] @ np.where(scale == 0, np.maximum(shift, 0), shift)
            weight = weight * scale[:, None]
        if after is not None:
            scale, shift = self._scale_and_shift(after)
            weight, bias = weight * scale[:, None, None], bias * scale + shift
        constants = (self._graph.constant(np.asarray(values, np.float32)) for values in (weight, bias))
        x = self._graph.node("Conv", x, *constants, output=None, **attributes)
        return x if after is None else self._graph.node("Relu", x)

    def _per_channel(self, values: NDArray[np.floating]) -> str:
        return self._graph.constant(values[:, None].astype(np.float32))

    def _scale_and_shift(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What a batch normalisation comes to at run time."""
        values = self._tensors
        scale = values[f"{name}.weight"] / np.sqrt(values[f"{name}.running_var"] + np.float32(_EPSILON))
        return scale, values[f"{name}.bias"] - values[f"{name}.running_mean"] * scale


class Pooling:
    """The end of the network: mean and deviation of frames, and the linear map to a vector of 192 numbers."""

    def __init__(self, tensors: Tensors) -> None:
        name = "xvector.dense"
        self._weight = tensors[f"{name}.linear.weight"][:, :, 0]
        self._mean = tensors[f"{name}.nonlinear.batchnorm.running_mean"]
        self._scale = 1 / np.sqrt(tensors[f"{name}.nonlinear.batchnorm.running_var"] + np.float32(_EPSILON))

    def __call__(
        self, counts: NDArray[np.floating], sums: NDArray[np.floating], squares: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Vectors (n, 192) of n runs of frames: how many (n,), their sums and sums of squares (n, 512)."""
        counts = counts[:, None]
        means = sums / counts
        variances = np.maximum(squares - sums * means, 0.0) / np.maximum(counts - 1, 1)
        statistics = np.concatenate([means, np.sqrt(variances)], axis=1).astype(np.float32)
        vectors: NDArray[np.float32] = (statistics @ self._weight.T - self._mean) * self._scale
        return vectors
