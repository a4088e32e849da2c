"""CAM++, a speaker network: from pieces of speech to frames that tell voices apart.

Source: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware
Masking" (Interspeech 2023); weights ``speech_campplus_sv_zh_en_16k-common_advanced`` (Apache-2.0).

After its head the network looks at single frames, 52 times, each time at all that earlier layers have found.
Over the frames of several pieces these are large matrix products. The masks average over a piece, as the
published network's do over its window. The network ends before its pooling: `Pooling` gives the vector of
any run of frames from their sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.campplus_head import head, scale_and_shift
from pipeline.speech.tensors import Tensors

CHANNELS = 512
"""Numbers per frame."""
BLOCK = 4
"""Frames per block. The network halves the 80 frames a second of its input: a block lasts 0.1 s."""

_DENSE_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three dense blocks."""
_WIDTH = 128
"""Numbers to which a layer narrows a frame before it looks along time."""
_GROWTH = 32
"""Numbers that a layer adds to a frame."""
_FAR = np.float32(3e38)
_EPSILON = np.float32(1e-5)

Matrix = NDArray[np.float32]


class Campplus:
    """The network up to its pooling."""

    def __init__(self, tensors: Tensors) -> None:
        """Raises KeyError where a weight is missing."""
        self._head = head(tensors)
        self._blocks = []
        for number, (layers, dilation) in enumerate(_DENSE_BLOCKS, start=1):
            names = (f"xvector.block{number}.tdnnd{layer}" for layer in range(1, layers + 1))
            transit = f"xvector.transit{number}"
            self._blocks.append(
                (
                    [_Layer.of(tensors, name, dilation) for name in names],
                    _Linear.of(tensors, f"{transit}.linear", before=f"{transit}.nonlinear.batchnorm"),
                )
            )
        self._scale, self._shift = scale_and_shift(tensors, "xvector.out_nonlinear.batchnorm")

    def __call__(self, features: Matrix) -> Matrix:
        """Frames (n, t / 2, 512) of n pieces of equal length, features (n, t, 80); t is even."""
        x: Matrix = self._head.run(["frames"], {"features": features})[0]
        pieces, frames, width = x.shape
        x = x.reshape(-1, width)
        for layers, transit in self._blocks:
            found = np.empty((len(x), width + _GROWTH * len(layers)), np.float32)
            found[:, :width] = x
            for layer in layers:
                found[:, width : width + _GROWTH] = layer(found[:, :width], pieces)
                width += _GROWTH
            x = transit(found)
            width = x.shape[1]
        x *= self._scale
        x += self._shift
        np.maximum(x, 0, out=x)
        return np.reshape(x, (pieces, frames, width))


@dataclass(frozen=True, slots=True)
class _Linear:
    """A linear map of single frames, after a batch normalisation with rectification, maybe before another.

    Both normalisations go into the weights: relu(s x + b) is s max(x, -b / s) + b for s > 0, and
    s min(x, -b / s) + b for s < 0.
    """

    low: Matrix
    high: Matrix | None
    weight: Matrix
    bias: Matrix

    @classmethod
    def of(cls, tensors: Tensors, name: str, *, before: str, after: str | None = None) -> _Linear:
        weight = tensors[f"{name}.weight"][:, :, 0]
        scale, shift = scale_and_shift(tensors, before)
        kink = np.divide(-shift, scale, out=np.zeros_like(shift), where=scale != 0)
        bias = weight @ np.where(scale == 0, np.maximum(shift, 0), shift)
        weight = weight * scale
        if after is not None:
            gain, offset = scale_and_shift(tensors, after)
            weight, bias = weight * gain[:, None], bias * gain + offset
        high = np.where(scale < 0, kink, _FAR) if (scale < 0).any() else None
        return cls(np.where(scale > 0, kink, -_FAR), high, np.ascontiguousarray(weight.T), bias)

    def __call__(self, x: Matrix) -> Matrix:
        bent = np.maximum(x, self.low)
        if self.high is not None:
            np.minimum(bent, self.high, out=bent)
        out: Matrix = bent @ self.weight
        out += self.bias
        return out


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of a dense block: narrow, look along time, weigh every channel by the piece it is in."""

    narrow: _Linear
    taps: Matrix
    dilation: int
    inner: tuple[Matrix, Matrix]
    outer: tuple[Matrix, Matrix]

    @classmethod
    def of(cls, tensors: Tensors, name: str, dilation: int) -> _Layer:
        norms = (f"{name}.{part}.batchnorm" for part in ("nonlinear1", "nonlinear2"))
        cam = f"{name}.cam_layer"
        inner, outer = (tensors[f"{cam}.{part}.weight"][:, :, 0].T for part in ("linear1", "linear2"))
        return cls(
            _Linear.of(tensors, f"{name}.linear1", before=next(norms), after=next(norms)),
            np.ascontiguousarray(
                tensors[f"{cam}.linear_local.weight"].transpose(1, 2, 0).reshape(_WIDTH, -1)
            ),
            dilation,
            # The published mask adds the mean of the input to that of its 2 s segment: the same twice here.
            (2 * inner, tensors[f"{cam}.linear1.bias"]),
            (np.ascontiguousarray(outer), tensors[f"{cam}.linear2.bias"]),
        )

    def __call__(self, x: Matrix, pieces: int) -> Matrix:
        x = self.narrow(x)
        np.maximum(x, 0, out=x)
        taps = (x @ self.taps).reshape(pieces, -1, 3, _GROWTH)
        before, out, after = taps[:, :, 0], taps[:, :, 1], taps[:, :, 2]
        out[:, self.dilation :] += before[:, : -self.dilation]
        out[:, : -self.dilation] += after[:, self.dilation :]
        around = x.reshape(pieces, -1, _WIDTH).mean(axis=1)
        hidden = np.maximum(around @ self.inner[0] + self.inner[1], 0)
        out *= 1 / (1 + np.exp(-(hidden @ self.outer[0] + self.outer[1])))[:, None]
        return out.reshape(-1, _GROWTH)


class Pooling:
    """The end of the network: mean and deviation of frames, and the linear map to a vector of 192 numbers."""

    def __init__(self, tensors: Tensors) -> None:
        name = "xvector.dense"
        self._weight = tensors[f"{name}.linear.weight"][:, :, 0]
        self._mean = tensors[f"{name}.nonlinear.batchnorm.running_mean"]
        self._scale = 1 / np.sqrt(tensors[f"{name}.nonlinear.batchnorm.running_var"] + _EPSILON)

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
