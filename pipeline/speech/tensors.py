"""Tensors out of a PyTorch checkpoint without PyTorch, and without trusting it.

A checkpoint is a zip archive: ``*/data.pkl`` describes the tensors, ``*/data/KEY`` holds the numbers.
Unpickling can run any code that the archive names, so the reader knows four names and refuses every other.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

Tensors = Mapping[str, NDArray[np.float32]]
"""Weights by name."""

_NUMBERS: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
_LIMIT_BYTES = 512 << 20
"""Unpacked size that a checkpoint may have; the one in use holds 28 MB."""


class _Storage(NamedTuple):
    """A kind of numbers, named in the pickle as a class."""

    dtype: np.dtype[Any]


def read_tensors(path: Path) -> Tensors:
    """All floating-point tensors of a checkpoint as float32, C-ordered.

    Raises:
        ModelError: no such file, no checkpoint, or one that asks for anything beyond plain tensors.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LIMIT_BYTES:
                raise ModelError("larger than any speaker model known here; fetch it again", path=path)
            (description,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            folder = description.removesuffix("data.pkl") + "data/"
            state = _TensorsOnly(io.BytesIO(archive.read(description)), archive, folder).load()
    except pickle.UnpicklingError as error:
        raise ModelError(f"refused: {error}", path=path) from error
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, IndexError, EOFError) as error:
        raise ModelError(f"not a readable checkpoint ({error}); fetch it again", path=path) from error
    if not isinstance(state, dict) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise ModelError("refused: holds more than named tensors", path=path)
    return {str(name): value for name, value in state.items() if value.dtype == np.float32}


class _TensorsOnly(pickle.Unpickler):
    """Unpickles dictionaries of tensors and nothing else."""

    def __init__(self, stream: io.BytesIO, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(stream)
        self._archive, self._folder = archive, folder

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "torch._utils", "_rebuild_tensor_v2":
                return _tensor
            case "torch", _ if name in _NUMBERS:
                return _Storage(_NUMBERS[name])
            case "collections", "OrderedDict":
                return OrderedDict
            case _:
                raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        kind, storage, key, _device, _count = pid
        if kind != "storage" or not isinstance(storage, _Storage):
            raise pickle.UnpicklingError(f"unknown reference {kind!r}")
        return np.frombuffer(self._archive.read(f"{self._folder}{key}"), dtype=storage.dtype)


def _tensor(
    numbers: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_unused: object
) -> NDArray[Any]:
    """What a checkpoint calls a tensor: a view into its numbers. Bounds are checked, strides copied away."""
    last = offset + sum((length - 1) * step for length, step in zip(shape, strides, strict=True))
    if 0 in shape:
        return np.empty(shape, numbers.dtype)
    if offset < 0 or min((*strides, 0)) < 0 or last >= numbers.size:
        raise pickle.UnpicklingError("a tensor reaches beyond its numbers")
    view = np.lib.stride_tricks.as_strided(
        numbers[offset:], shape, tuple(step * numbers.itemsize for step in strides), writeable=False
    )
    return np.ascontiguousarray(view).reshape(shape)
