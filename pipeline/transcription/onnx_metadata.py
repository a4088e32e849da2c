"""What an ONNX file says about itself, read without loading the network.

sherpa-onnx ends the whole process when a model lacks an entry it needs; a look beforehand turns that into a
message. Field numbers are those of ``onnx.proto3``: metadata_props is field 14 of ModelProto, the network
(hundreds of megabytes) is field 7 and is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_METADATA = 14
_LONGEST_ENTRY = 1 << 20


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata entries of an ONNX model, by key.

    Raises:
        ValueError: not an ONNX file.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        return dict(_entry(body) for field, body in _fields(stream, size) if field == _METADATA)


def _fields(stream: BinaryIO, size: int) -> list[tuple[int, bytes]]:
    """Metadata fields with their bytes; every other field only by its number."""
    out: list[tuple[int, bytes]] = []
    while stream.tell() < size:
        key = _varint(stream)
        field, kind = key >> 3, key & 7
        body = b""
        if kind == _VARINT:
            _varint(stream)
        elif kind in (_FIXED32, _FIXED64):
            stream.seek(4 if kind == _FIXED32 else 8, os.SEEK_CUR)
        elif kind == _BYTES:
            length = _varint(stream)
            if stream.tell() + length > size:
                raise ValueError("the file ends too early")
            if field == _METADATA and length <= _LONGEST_ENTRY:
                body = stream.read(length)
            else:
                stream.seek(length, os.SEEK_CUR)
        else:
            raise ValueError("not an ONNX file")
        out.append((field, body))
    return out


def _entry(body: bytes) -> tuple[str, str]:
    """One StringStringEntryProto: key is field 1, value field 2."""
    parts = {1: "", 2: ""}
    at = 0
    while at < len(body):
        field, at = body[at] >> 3, at + 1
        length = shift = 0
        while True:
            byte, at = body[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        parts[field] = body[at : at + length].decode("utf-8", "replace")
        at += length
    return parts[1], parts[2]


def _varint(stream: BinaryIO) -> int:
    value = shift = 0
    while shift < 64:
        byte = stream.read(1)
        if not byte:
            raise ValueError("the file ends too early")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
    raise ValueError("not an ONNX file")
