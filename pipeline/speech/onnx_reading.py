"""The weights in an ONNX file by name: enough of the format to compute a small network in another order.

Field numbers are those of ``onnx.proto3`` (ONNX 1.x, Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.tensors import Tensors

_GRAPH, _INITIALIZER = 7, 5
_FLOAT = 1


def read_weights(path: Path) -> Tensors:
    """All constants of 32-bit floats that are stored as raw bytes.

    Raises:
        ValueError: not an ONNX file.
        OSError: it cannot be read.
    """
    content = memoryview(path.read_bytes())
    out: dict[str, NDArray[np.float32]] = {}
    try:
        for field, graph in _fields(content):
            if field == _GRAPH and isinstance(graph, memoryview):
                out.update(_tensor(body) for number, body in _fields(graph) if number == _INITIALIZER)
    except (IndexError, TypeError) as error:
        raise ValueError(f"{path.name} is no ONNX file") from error
    out.pop("", None)
    return out


def _tensor(body: int | memoryview) -> tuple[str, NDArray[np.float32]]:
    """One TensorProto (dims 1, data_type 2, name 8, raw_data 9); no name where it holds something else."""
    if isinstance(body, int):
        raise TypeError("a number where a tensor was due")
    dims: list[int] = []
    kind, name, raw = 0, b"", memoryview(b"")
    for field, value in _fields(body):
        match field, value:
            case 1, int():
                dims.append(value)
            case 1, memoryview():  # packed, as most writers do
                dims.extend(_varints(value))
            case 2, int():
                kind = value
            case 8, memoryview():
                name = bytes(value)
            case 9, memoryview():
                raw = value
    if kind != _FLOAT or not raw:
        return "", np.empty(0, np.float32)
    return name.decode(), np.frombuffer(raw, dtype="<f4").reshape(dims)


def _fields(content: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Numbers and contents of the fields of a message; fields of fixed width are passed over."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        match key & 7:
            case 0:
                value, at = _varint(content, at)
                yield key >> 3, value
            case 2:
                length, at = _varint(content, at)
                if at + length > len(content):
                    raise IndexError
                yield key >> 3, content[at : at + length]
                at += length
            case 1:
                at += 8
            case 5:
                at += 4
            case _:
                raise TypeError("unknown kind of field")


def _varints(content: memoryview) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(content, at)
        yield value


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value, at, shift = value | (byte & 0x7F) << shift, at + 1, shift + 7
        if byte < 0x80:
            return value, at
