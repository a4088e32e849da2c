"""Write the graphs of the speaker and the voice activity network: pipeline/speech/*.onnx.

ONNX lets the weights of a graph lie in another file, at an offset. A PyTorch checkpoint is an archive of
uncompressed arrays, and an ONNX file holds its arrays as they are; so the graphs written here point into the
files as they are published, and nobody has to convert or unpickle anything to run them. They hold no weights,
are kept under version control, and name the digest of the file they were made for. Run this again only for
other weights:

    python -m scripts.export_networks models/campplus/campplus_cn_en_common.pt

Source of CAM++: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using
Context-Aware Masking" (Interspeech 2023), as published in 3D-Speaker (Apache-2.0). Source of Silero v6:
https://github.com/snakers4/silero-vad (MIT), as shipped with faster-whisper.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import onnx
from onnx import TensorProto, helper

from pipeline.speech.campplus import EMBEDDING_GRAPH, FRAMES_GRAPH
from pipeline.speech.voice_activity import SILERO_GRAPH, SILERO_WEIGHTS

OPSET, IR_VERSION = 17, 8
EPSILON = 1e-5
"""Of all batch normalisations (PyTorch's default)."""
BANDS = 80
DENSE_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three dense blocks."""


class Tensor(NamedTuple):
    """Where the numbers of a tensor begin in the checkpoint, and their shape."""

    offset: int
    shape: tuple[int, ...]


def main() -> None:
    (checkpoint,) = (Path(argument) for argument in sys.argv[1:])
    speaker, activity = checkpoint_tensors(checkpoint), onnx_tensors(SILERO_WEIGHTS)
    for path, weights, tensors, build in (
        (FRAMES_GRAPH, checkpoint, speaker, campplus_frames),
        (EMBEDDING_GRAPH, checkpoint, speaker, campplus_embedding),
        (SILERO_GRAPH, SILERO_WEIGHTS, activity, silero),
    ):
        path.write_bytes(exported(build, weights, tensors))


def exported(build: Callable[[Graph], None], weights: Path, tensors: dict[str, Tensor]) -> bytes:
    """The bytes of a model whose weights lie in a file."""
    graph = Graph(tensors, weights.name)
    build(graph)
    model: bytes = graph.model(hashlib.sha256(weights.read_bytes()).hexdigest()).SerializeToString(
        deterministic=True
    )
    return model


def onnx_tensors(path: Path) -> dict[str, Tensor]:
    """The 32-bit floating-point tensors of an ONNX file by name."""
    content = path.read_bytes()
    tensors = {}
    for tensor in onnx.load_model_from_string(content).graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and content.count(tensor.raw_data) == 1:
            tensors[tensor.name] = Tensor(content.index(tensor.raw_data), tuple(tensor.dims))
    return tensors


def checkpoint_tensors(checkpoint: Path) -> dict[str, Tensor]:
    """The 32-bit floating-point tensors of a checkpoint by name."""
    with zipfile.ZipFile(checkpoint) as archive, checkpoint.open("rb") as file:
        (description,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        state = Description(io.BytesIO(archive.read(description))).load()
        folder = description.removesuffix("data.pkl") + "data/"
        tensors = {}
        for name, (storage, offset, shape, strides) in state.items():
            kind, key = storage
            if kind != "FloatStorage":
                continue
            packed = [1]
            for length in reversed(shape[1:]):
                packed.insert(0, packed[0] * length)
            assert not shape or tuple(packed) == tuple(strides), f"{name} is not packed row by row"
            info = archive.getinfo(folder + key)
            assert info.compress_type == zipfile.ZIP_STORED, f"{name} is compressed"
            file.seek(info.header_offset + 26)
            name_bytes, extra_bytes = (int.from_bytes(file.read(2), "little") for _ in range(2))
            begin = info.header_offset + 30 + name_bytes + extra_bytes
            tensors[name] = Tensor(begin + 4 * offset, tuple(shape))
        return tensors


class Description(pickle.Unpickler):
    """Unpickles where tensors lie, and refuses every name that a checkpoint of plain tensors has no need
    of."""

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "torch._utils", "_rebuild_tensor_v2":
                return lambda storage, offset, shape, strides, *_rest: (storage, offset, shape, strides)
            case "torch", "FloatStorage" | "LongStorage":
                return name
            case "collections", "OrderedDict":
                return OrderedDict
            case _:
                raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        _storage, kind, key, _device, _count = pid
        return kind, key


class Graph:
    """A graph in the making: nodes in order, weights by their name in the checkpoint."""

    def __init__(self, tensors: dict[str, Tensor], checkpoint: str) -> None:
        self._tensors, self._checkpoint = tensors, checkpoint
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def __contains__(self, tensor: str) -> bool:
        return tensor in self._tensors

    def input(self, name: str, *shape: int | str) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, value: str, name: str, *shape: int | str) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def weight(self, name: str, shape: tuple[int, ...] | None = None) -> str:
        """A tensor of the checkpoint, read with another shape where one is given."""
        tensor = self._tensors[name]
        made = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape or tensor.shape)
        made.data_location = TensorProto.EXTERNAL
        length = 4
        for size in tensor.shape:
            length *= size
        for key, value in (("location", self._checkpoint), ("offset", tensor.offset), ("length", length)):
            made.external_data.add(key=key, value=str(value))
        self._initializers[name] = made
        return name

    def shape_of(self, name: str) -> tuple[int, ...]:
        return self._tensors[name].shape

    def integers(self, *values: int) -> str:
        name = "_".join(("int", *map(str, values)))
        self._initializers[name] = helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
        return name

    def number(self, value: float) -> str:
        name = f"float_{value:g}"
        self._initializers[name] = helper.make_tensor(name, TensorProto.FLOAT, [], [value])
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self.nodes(operator, *inputs, outputs=1, **attributes)[0]

    def nodes(self, operator: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        """An operator with several outputs."""
        out = [f"v{len(self._nodes)}_{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, out, **attributes))
        return out

    def model(self, digest: str) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes, "network", self.inputs, self.outputs, list(self._initializers.values())
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        helper.set_model_props(model, {"weights_file": self._checkpoint, "weights_sha256": digest})
        return model

    def conv(self, x: str, name: str, *, shape: tuple[int, ...] | None = None, **attributes: Any) -> str:
        bias = [self.weight(f"{name}.bias")] if f"{name}.bias" in self else []
        return self.node("Conv", x, self.weight(f"{name}.weight", shape), *bias, **attributes)

    def norm(self, x: str, name: str) -> str:
        parts = (self.weight(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var"))
        return self.node("BatchNormalization", x, *parts, epsilon=EPSILON)

    def norm_relu(self, x: str, name: str) -> str:
        return self.node("Relu", self.norm(x, name))


def campplus_frames(graph: Graph) -> None:
    """``features`` (pieces, t, 80), t even, -> ``frames`` (pieces, t / 2, 512), all up to the pooling.

    Between head and end a piece is a row of an image (1, channels, pieces, frames): layers that look at
    single frames become one large matrix product over all pieces, and kernels of (1, 3) look along the time
    of each piece.
    """
    x = graph.input("features", "pieces", "t", BANDS)
    x = graph.node("Unsqueeze", graph.node("Transpose", x, perm=(0, 2, 1)), graph.integers(1))
    x = dense_blocks(graph, head(graph, x))
    x = graph.norm_relu(x, "xvector.out_nonlinear.batchnorm")
    x = graph.node("Transpose", graph.node("Squeeze", x, graph.integers(0)), perm=(1, 2, 0))
    graph.output(x, "frames", "pieces", "t_half", 512)


def head(graph: Graph, x: str) -> str:
    """Two-dimensional convolutions over (band, time), and one over time that halves it."""

    def square(x: str, conv: str, norm: str, stride: int = 1) -> str:
        edge = graph.shape_of(f"{conv}.weight")[-1] // 2
        return graph.norm(graph.conv(x, conv, strides=(stride, 1), pads=(edge,) * 4), norm)

    x = graph.node("Relu", square(x, "head.conv1", "head.bn1"))
    for layer in ("layer1", "layer2"):
        for part, stride in ((0, 2), (1, 1)):
            name = f"head.{layer}.{part}"
            y = graph.node("Relu", square(x, f"{name}.conv1", f"{name}.bn1", stride))
            y = square(y, f"{name}.conv2", f"{name}.bn2")
            if f"{name}.shortcut.0.weight" in graph:
                x = square(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride)
            x = graph.node("Relu", graph.node("Add", y, x))
    x = graph.node("Relu", square(x, "head.conv2", "head.bn2", 2))
    channels = graph.shape_of("head.conv2.weight")[0] * (BANDS // 8)
    x = graph.node("Reshape", x, graph.integers(0, channels, -1))
    x = graph.conv(x, "xvector.tdnn.linear", strides=(2,), pads=(2, 2))
    return graph.norm_relu(x, "xvector.tdnn.nonlinear.batchnorm")


def dense_blocks(graph: Graph, x: str) -> str:
    """(pieces, channels, frames) -> (1, channels, pieces, frames)."""
    x = graph.node("Unsqueeze", graph.node("Transpose", x, perm=(1, 0, 2)), graph.integers(0))
    for number, (layers, dilation) in enumerate(DENSE_BLOCKS, start=1):
        for layer in range(1, layers + 1):
            found = dense_layer(graph, x, f"xvector.block{number}.tdnnd{layer}", dilation)
            x = graph.node("Concat", x, found, axis=1)
        transit = f"xvector.transit{number}"
        x = point(graph, graph.norm_relu(x, f"{transit}.nonlinear.batchnorm"), f"{transit}.linear")
    return x


def dense_layer(graph: Graph, x: str, name: str, dilation: int) -> str:
    """Narrow, look along time, weigh every channel by the piece it is in (the context-aware mask)."""
    x = point(graph, graph.norm_relu(x, f"{name}.nonlinear1.batchnorm"), f"{name}.linear1")
    x = graph.norm_relu(x, f"{name}.nonlinear2.batchnorm")
    cam = f"{name}.cam_layer"
    grown, width, taps = graph.shape_of(f"{cam}.linear_local.weight")
    pads = (0, dilation, 0, dilation)
    local = graph.conv(
        x, f"{cam}.linear_local", shape=(grown, width, 1, taps), dilations=(1, dilation), pads=pads
    )
    # The published mask adds the mean over the input to that over a segment of 2 s; pieces are shorter than
    # those.
    around = graph.node("ReduceMean", x, axes=(3,), keepdims=1)
    hidden = graph.node("Relu", point(graph, graph.node("Add", around, around), f"{cam}.linear1"))
    return graph.node("Mul", local, graph.node("Sigmoid", point(graph, hidden, f"{cam}.linear2")))


def point(graph: Graph, x: str, name: str) -> str:
    """A linear map of single frames."""
    return graph.conv(x, name, shape=(*graph.shape_of(f"{name}.weight")[:2], 1, 1))


def campplus_embedding(graph: Graph) -> None:
    """``statistics`` (n, 1024), means and deviations of frames, -> ``embeddings`` (n, 192), not
    normalised."""
    x = graph.input("statistics", "n", 1024)
    name = "xvector.dense"
    x = graph.node("Gemm", x, graph.weight(f"{name}.linear.weight", (192, 1024)), transB=1)
    mean, variance = (graph.weight(f"{name}.nonlinear.batchnorm.running_{part}") for part in ("mean", "var"))
    deviation = graph.node("Sqrt", graph.node("Add", variance, graph.number(EPSILON)))
    graph.output(graph.node("Div", graph.node("Sub", x, mean), deviation), "embeddings", "n", 192)


def silero(graph: Graph) -> None:
    """``frames`` (n, 576), ``h`` and ``c`` (1, 1, 128) -> ``probability`` (n,), ``h_next``, ``c_next``.

    The published graph convolves each frame of 32 ms by itself: matrices four columns wide, at a tenth of a
    core's speed. Here the frames are the rows of an image (1, channels, n, columns), so that many frames go
    through every convolution as one matrix product: the same numbers to the last few bits in 40 % of the
    time.
    """
    x, h, c = graph.input("frames", "n", 576), graph.input("h", 1, 1, 128), graph.input("c", 1, 1, 128)
    x = graph.node(
        "Unsqueeze", graph.node("Pad", x, graph.integers(0, 0, 0, 64), mode="reflect"), graph.integers(0, 1)
    )
    basis = graph.weight("encoder.feature_extractor.forward_basis_buffer", (258, 1, 1, 256))
    real, imaginary = graph.nodes("Split", graph.node("Conv", x, basis, strides=(1, 128)), outputs=2, axis=1)
    x = graph.node("Add", graph.node("Mul", real, real), graph.node("Mul", imaginary, imaginary))
    x = graph.node("Sqrt", x)
    for layer, stride in enumerate((1, 2, 2, 1)):
        name = f"encoder.conv_layers.{layer}"
        outputs, inputs, taps = graph.shape_of(f"{name}.weight")
        shape = (outputs, inputs, 1, taps)
        x = graph.node("Relu", graph.conv(x, name, shape=shape, strides=(1, stride), pads=(0, 1, 0, 1)))
    x = graph.node("Transpose", graph.node("Squeeze", x, graph.integers(0)), perm=(1, 2, 0))
    lstm = [graph.weight(f"onnx::LSTM_{number}") for number in (209, 210, 211)]
    x, h, c = graph.nodes("LSTM", x, *lstm, "", h, c, outputs=3, hidden_size=128)
    x = graph.node("Relu", graph.node("Squeeze", x, graph.integers(1, 2)))
    bias = graph.weight("decoder.conv1d.bias")
    x = graph.node("Sigmoid", graph.node("Gemm", x, graph.weight("decoder.conv1d.weight", (128, 1)), bias))
    graph.output(graph.node("Reshape", x, graph.integers(-1)), "probability", "n")
    graph.output(h, "h_next", 1, 1, 128)
    graph.output(c, "c_next", 1, 1, 128)


if __name__ == "__main__":
    main()
