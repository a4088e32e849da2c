"""Any Python string becomes text that databases hold, and comes back."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Measures
from pipeline.store import codec, rows
from pipeline.store.text import escape, unescape
from tests.strategies import measures, paths, texts


@given(st.text(st.characters(exclude_categories=())))
def test_escaped_text_is_storable_and_reversible(text: str) -> None:
    stored = escape(text)
    assert "\0" not in stored
    stored.encode()  # no lone surrogate is left
    assert unescape(stored) == text


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\\")))
def test_ordinary_text_stays_readable(text: str) -> None:
    assert escape(text) == text


@given(texts, texts)
def test_different_text_stays_different(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


@given(st.lists(texts), st.lists(paths))
def test_json_is_storable_and_reversible(strings: list[str], files: list[Path]) -> None:
    stored = codec.strings(strings)
    assert "\0" not in stored
    stored.encode()
    json.loads(stored)
    assert codec.read_strings(stored) == tuple(strings)
    assert codec.read_paths(codec.paths(files)) == tuple(files)


@given(measures)
def test_floats_keep_every_digit(some: Measures) -> None:
    for value, one in zip(rows.measurement_values(some), some, strict=True):
        assert codec.read_spans(value["spans"]) == one.spans
