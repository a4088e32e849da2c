"""A model with fewer tokens: which are kept, and that nothing else of its files changes."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from pipeline.transcription.token_subset import COMMON_TOKENS, TokenSubset, kept_tokens, smaller_model

TEXT = ["a", "1", "!", "Ġ", "ä", "½", "ł", "ä½ł", "á", "Ð", "Ð°", "ãĤĤ", "20", "°"]
"""a 1 ! space, the bytes of 你, 你, a byte, one of Cyrillic, а, も, a number, and a byte."""
VOCABULARY = [*TEXT, "<|endoftext|>", "<|zh|>", "<|notimestamps|>", "<|0.00|>"]
KEPT = [n for n, token in enumerate(VOCABULARY) if token not in ("Ð°", "ãĤĤ")]


def written(vocabulary: list[str], *, version: int = 6, spec: bytes = b"WhisperSpec\0") -> bytes:
    """A model file: a table of tokens, a scale for each, and a weight that has nothing to do with them."""
    rows = len(vocabulary)
    table = np.arange(rows * 2, dtype=np.float16).reshape(rows, 2)
    variables = [
        (b"decoder/embeddings/weight\0", table, 4),
        (b"decoder/embeddings/weight_scale\0", np.arange(rows, dtype=np.float32), 0),
        (b"encoder/conv1/bias\0", np.ones(3, dtype=np.float32), 0),
    ]
    packed = struct.pack("<IH", version, len(spec)) + spec + struct.pack("<II", 3, len(variables))
    for name, data, kind in variables:
        packed += struct.pack("<H", len(name)) + name
        packed += struct.pack(f"<B{data.ndim}IBI", data.ndim, *data.shape, kind, data.nbytes) + data.tobytes()
    alias = b"decoder/projection/weight\0"
    return packed + struct.pack("<IH", 1, len(alias)) + alias + struct.pack("<H", 26) + variables[0][0]


def folder_of(tmp_path: Path, weights: bytes) -> Path:
    (tmp_path / "model.bin").write_bytes(weights)
    (tmp_path / "vocabulary.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    config = {"suppress_ids": [0, 10, 12], "lang_ids": [15], "suppress_ids_begin": [3], "heads": [[1, 2]]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    return tmp_path


def test_kept_are_characters_their_bytes_digits_and_what_is_no_text() -> None:
    assert kept_tokens(VOCABULARY) == KEPT


def test_rare_pieces_of_words_are_left_out_and_long_numbers_are_not() -> None:
    vocabulary = [*TEXT, *["ab"] * COMMON_TOKENS, "25", "<|endoftext|>"]
    kept = [vocabulary[n] for n in kept_tokens(vocabulary)]
    assert kept[-2:] == ["25", "<|endoftext|>"]
    assert kept.count("ab") == COMMON_TOKENS - len(TEXT)


def test_the_weights_of_the_kept_tokens_are_theirs(tmp_path: Path) -> None:
    smaller = smaller_model(folder_of(tmp_path, written(VOCABULARY)), language="zh")
    assert smaller is not None
    kept = [VOCABULARY[n] for n in KEPT]
    expected = bytearray(written(kept))
    table = np.arange(len(VOCABULARY) * 2, dtype=np.float16).reshape(-1, 2)[KEPT]
    scales = np.arange(len(VOCABULARY), dtype=np.float32)[KEPT]
    plain = np.arange(len(KEPT) * 2, dtype=np.float16).tobytes()
    assert smaller.files["model.bin"] == bytes(expected).replace(plain, table.tobytes()).replace(
        np.arange(len(KEPT), dtype=np.float32).tobytes(), scales.tobytes()
    )
    assert smaller.files["vocabulary.txt"].decode().splitlines() == kept
    assert json.loads(smaller.files["config.json"]) == {
        "suppress_ids": [0, 10],
        "lang_ids": [13],
        "suppress_ids_begin": [3],
        "heads": [[1, 2]],
    }


@pytest.mark.parametrize(
    "weights",
    [
        written(VOCABULARY, version=99),
        written(VOCABULARY, spec=b"TransformerSpec\0"),
        written(VOCABULARY)[:-1],
        written(VOCABULARY) + b"more",
        written([*VOCABULARY, "<|0.02|>"]),
        b"",
    ],
)
def test_a_file_of_another_form_is_used_as_it_is(tmp_path: Path, weights: bytes) -> None:
    assert smaller_model(folder_of(tmp_path, weights), language="zh") is None


def test_other_languages_keep_all_tokens(tmp_path: Path) -> None:
    assert smaller_model(folder_of(tmp_path, written(VOCABULARY)), language="en") is None


def test_numbers_move_together_and_what_is_not_kept_is_spelled() -> None:
    subset = TokenSubset(VOCABULARY, KEPT)
    assert subset.full(subset.used([7, 13, 17])) == [7, 13, 17]
    assert [VOCABULARY[n] for n in subset.full(subset.used([10]))] == ["Ð", "°"]
