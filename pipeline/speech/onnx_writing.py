"""Just enough of the ONNX file format to hand a network to onnxruntime: a graph of nodes, as protobuf bytes.

Field numbers are those of ``onnx.proto3`` (ONNX 1.x, Apache-2.0). Writing them here saves users a dependency
that would serve for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 17
_FLOAT, _INT64 = 1, 7
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 1, 2, 3, 7

Attribute = int | float | str | Sequence[int]


class Graph:
    """A network in the making: nodes in order, constants by name; `build` gives the bytes of a model."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._count = 0

    def constant(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """Put numbers into the graph and return the name they go by."""
        self._count += 1
        name = f"c{self._count}"
        kind = _INT64 if values.dtype == np.int64 else _FLOAT
        dims = b"".join(_integer(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values, dtype="<i8" if kind == _INT64 else "<f4").tobytes()
        self._constants.append(dims + _integer(2, kind) + _text(8, name) + _bytes(9, raw))
        return name

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Attribute) -> str:
        """Append an operator and return the name of its (single) output."""
        self._count += 1
        output = output or f"n{self._count}"
        body = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)
        body += b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        self._nodes.append(body)
        return output

    def build(
        self, *, inputs: dict[str, Sequence[int | str]], outputs: dict[str, Sequence[int | str]]
    ) -> bytes:
        """The model; inputs and outputs by name with their shapes, where a string names a free dimension."""
        graph = b"".join(_bytes(1, node) for node in self._nodes) + _text(2, "graph")
        graph += b"".join(_bytes(5, constant) for constant in self._constants)
        graph += b"".join(_bytes(11, _value(name, shape)) for name, shape in inputs.items())
        graph += b"".join(_bytes(12, _value(name, shape)) for name, shape in outputs.items())
        return _integer(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, _text(1, "") + _integer(2, OPSET))


def _attribute(name: str, value: Attribute) -> bytes:
    match value:
        case int():
            return _text(1, name) + _integer(3, value) + _integer(20, _ATTRIBUTE_INT)
        case float():
            number = np.array(value, dtype="<f4").tobytes()
            return _text(1, name) + bytes([2 << 3 | 5]) + number + _integer(20, _ATTRIBUTE_FLOAT)
        case str():
            return _text(1, name) + _text(4, value) + _integer(20, _ATTRIBUTE_STRING)
        case _:
            numbers = b"".join(_integer(8, item) for item in value)
            return _text(1, name) + numbers + _integer(20, _ATTRIBUTE_INTS)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(_bytes(1, _text(2, d) if isinstance(d, str) else _integer(1, d)) for d in shape)
    tensor = _integer(1, _FLOAT) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return bytes(_varint(field << 3 | 2)) + bytes(_varint(len(value))) + value


def _integer(field: int, value: int) -> bytes:
    return bytes(_varint(field << 3)) + bytes(_varint(value))


def _varint(value: int) -> Iterator[int]:
    value &= (1 << 64) - 1  # negative numbers go as two's complement
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value
