"""Only the tokens that Mandarin is written with: a Whisper model whose decoder weighs a fifth of its words.

Whisper's vocabulary holds 51,865 tokens for a hundred languages. At each step, for each hypothesis, the
decoder of the base model multiplies its state with all of them, which is more work than its six layers. A
Chinese call is written with some ten thousand: Chinese characters and the bytes they are made of, digits and
marks, the commonest pieces of English words, timestamps. The rows of the others are left out when the model
is loaded; the numbers of the tokens move together. Nothing on the disk changes.

On 6 calls of a labelled night (base, AMD EPYC) text is written in 0.69 of the time; hearing and judging the
calls takes 0.79.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

LANGUAGE = "zh"
SUBSET = "tokens of Mandarin"
"""Names what is kept among what made a text. Name it otherwise when the rules below change."""
MOST_BYTES = 1 << 30
"""Of the weights. A larger model is loaded as it is: twice its size would be in memory for a moment, and its
decoder has more to do beside its vocabulary."""
COMMON_TOKENS = 8000
"""Pieces of English words up to this number are kept. Byte pair encoding numbers them by how common they are;
rarer words are written in several pieces."""
_SPEC = b"WhisperSpec\0"
_TABLE = b"decoder/embeddings/weight\0"
"""What the decoder knows of each token, and weighs it by."""
_FORMATS = (5, 6)
"""Versions of CTranslate2's file format that this reads."""
_END_OF_TEXT = "<|endoftext|>"
"""The first token that is none of text: this one and those behind it stay."""
_WEIGHTS, _CONFIG = "model.bin", "config.json"
_VOCABULARIES = ("vocabulary.txt", "vocabulary.json")
_MARKS = frozenset("，。？！；：、“”‘’…—《》（）·～「」『』【】￥％℃")


@dataclass(frozen=True)
class TokenSubset:
    """The tokens of a vocabulary that are kept, with the vocabulary's own numbers and with those in use."""

    vocabulary: Sequence[str]
    """All tokens, bytes written as the characters of GPT-2."""
    kept: Sequence[int]
    """Numbers in the vocabulary, ascending."""

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {full: used for used, full in enumerate(self.kept)}

    @cached_property
    def _single(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.vocabulary) if len(token) == 1}

    def full(self, used: Sequence[int]) -> list[int]:
        """The vocabulary's numbers of tokens in use."""
        return [self.kept[number] for number in used]

    def used(self, full: Sequence[int]) -> list[int]:
        """The numbers in use of any tokens of the vocabulary; one that is not kept is spelled byte by
        byte."""
        return [number for token in full for number in self._spelled(token)]

    def _spelled(self, token: int) -> list[int]:
        known = self._numbers.get(token)
        if known is not None:
            return [known]
        return [self._numbers[self._single[byte]] for byte in self.vocabulary[token]]


@dataclass(frozen=True, slots=True)
class SmallerModel:
    """A model with fewer tokens, for ``ctranslate2`` to load."""

    subset: TokenSubset
    files: dict[str, bytes]
    """Contents by name: weights, configuration, vocabulary."""


def smaller_model(folder: Path, *, language: str) -> SmallerModel | None:
    """A Whisper model of a folder with the tokens of its language alone.

    None where the language is not Mandarin, the model is large, or its files are not of a form known here: it
    is then used as it is, which gives much the same text in more time.

    Raises:
        OSError: a file cannot be read.
    """
    weights = folder / _WEIGHTS
    if language != LANGUAGE or weights.stat().st_size > MOST_BYTES:
        return None
    name = next((name for name in _VOCABULARIES if (folder / name).is_file()), None)
    if name is None or not (folder / _CONFIG).is_file():
        return None
    text = (folder / name).read_text(encoding="utf-8")
    vocabulary = json.loads(text) if name.endswith(".json") else text.removesuffix("\n").split("\n")
    if _END_OF_TEXT not in vocabulary:
        return None
    subset = TokenSubset(vocabulary, kept_tokens(vocabulary))
    packed = _with_rows(weights.read_bytes(), len(vocabulary), subset.kept)
    if packed is None:
        return None
    config = _renumbered(json.loads((folder / _CONFIG).read_text(encoding="utf-8")), subset)
    kept = [vocabulary[number] for number in subset.kept]
    listed = json.dumps(kept) if name.endswith(".json") else "".join(f"{token}\n" for token in kept)
    return SmallerModel(
        subset, {_WEIGHTS: packed, _CONFIG: json.dumps(config).encode(), name: listed.encode()}
    )


def kept_tokens(vocabulary: Sequence[str]) -> list[int]:
    """The numbers of the tokens that Mandarin is written with, and of all that are none of text."""
    last = vocabulary.index(_END_OF_TEXT)
    bytes_of = _bytes_by_character()
    return [
        number
        for number, token in enumerate(vocabulary)
        if number >= last or _is_written(bytes(bytes_of[c] for c in token), number)
    ]


def _is_written(token: bytes, number: int) -> bool:
    """Whether a token occurs in Mandarin text; part of a character always may."""
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return True
    if text.isascii():
        return number < COMMON_TOKENS or not any(c.isalpha() for c in text)
    return all(c.isascii() or c in _MARKS or 0x4E00 <= ord(c) < 0xA000 for c in text)


def _bytes_by_character() -> dict[str, int]:
    """The characters by which byte-level vocabularies write bytes (Radford et al. 2019, GPT-2): printable
    ones stand for themselves, the others are moved behind U+00FF in order."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(0x100) if byte not in set(plain)]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + i): byte for i, byte in enumerate(moved)}


def _renumbered(config: dict[str, Any], subset: TokenSubset) -> dict[str, Any]:
    """Lists of tokens in a model's configuration, with the numbers in use."""
    numbers = {full: used for used, full in enumerate(subset.kept)}

    def renumbered(name: str, value: Any) -> Any:
        if not name.endswith("ids") and "_ids_" not in name:
            return value
        return [numbers[token] for token in value if token in numbers]

    return {name: renumbered(name, value) for name, value in config.items()}


def _with_rows(packed: bytes, rows: int, kept: Sequence[int]) -> bytes | None:
    """The weights of a model with only these rows of what has one row per token; None for another format."""
    reader = _PackedWeights(packed)
    try:
        version, spec = reader.number("I"), reader.text()
        if version not in _FORMATS or spec != _SPEC:
            return None
        _revision, count = reader.number("I"), reader.number("I")
        parts = [packed[: reader.at]]
        cut: set[bytes] = set()
        for _ in range(count):
            parts += _variable(reader, rows, kept, cut)
        rest = packed[reader.at :]
        aliases = reader.number("I")
        for _ in range(2 * aliases):
            reader.text()
    except struct.error:
        return None
    return b"".join([*parts, rest]) if reader.at == len(packed) and _TABLE in cut else None


def _variable(reader: _PackedWeights, rows: int, kept: Sequence[int], cut: set[bytes]) -> Iterator[bytes]:
    """One variable of a model, with the rows that are kept where it has one per token: its name is then added
    to ``cut``."""
    name = reader.text()
    shape = [reader.number("I") for _ in range(reader.number("B"))]
    kind, size = reader.number("B"), reader.number("I")
    data = reader.raw(size)
    if shape and shape[0] == rows:
        table = np.frombuffer(data, np.uint8).reshape(rows, -1)
        shape[0], data = len(kept), table[np.asarray(kept)].tobytes()
        cut.add(name)
    yield struct.pack("<H", len(name)) + name + struct.pack(f"<B{len(shape)}I", len(shape), *shape)
    yield struct.pack("<BI", kind, len(data))
    yield data


class _PackedWeights:
    """Numbers and names of CTranslate2's file format, one after the other.

    Raises:
        struct.error: the data ends too soon.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self.at = 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f"<{kind}", self._packed, self.at)
        self.at += struct.calcsize(kind)
        return int(value)

    def text(self) -> bytes:
        return self.raw(self.number("H"))

    def raw(self, size: int) -> bytes:
        if self.at + size > len(self._packed):
            raise struct.error
        self.at += size
        return self._packed[self.at - size : self.at]
