"""A unit test loads no speech model: what needs one has its place in ``tests/model``."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import faster_whisper
import onnxruntime
import pytest

HERE = Path(__file__).parent
LARGE = 100_000
"""Bytes; a network that a test writes itself to have one is smaller."""

inside = False
"""Whether a unit test, or a fixture for one, is running."""


def _guard(kind: type) -> None:
    original = kind.__init__

    def loading(self: Any, model: Any, *arguments: Any, **options: Any) -> None:
        if inside and not _small(model):
            pytest.fail(
                f"a unit test loads a model ({kind.__name__}): its place is tests/model", pytrace=True
            )
        original(self, model, *arguments, **options)

    kind.__init__ = loading  # type: ignore[misc]


def _small(model: Any) -> bool:
    if isinstance(model, bytes):
        return len(model) < LARGE
    path = Path(model)
    written_here = path.is_relative_to(tempfile.gettempdir())
    return written_here and (not path.is_file() or path.stat().st_size < LARGE)


_guard(faster_whisper.WhisperModel)
_guard(onnxruntime.InferenceSession)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    global inside
    inside = item.path.is_relative_to(HERE)
    try:
        return (yield)
    finally:
        inside = False
