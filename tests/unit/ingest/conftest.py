"""Small real recordings wherever a test wants them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.ingest import Discovery, discover
from pipeline.settings import CallListSettings


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    folder.mkdir()
    return folder


@pytest.fixture
def put(dump: Path) -> Callable[..., Path]:
    """Write a tenth of a second of sound to a path below the dump, finished a minute ago."""

    def write(*names: str) -> Path:
        path = dump
        for name in names:
            path = dump / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                soundfile.write(file, np.zeros(800), 8000, format="WAV")
            os.utime(path, (time.time() - 60, time.time() - 60))
        return path

    return write


@pytest.fixture
def find(dump: Path, tmp_path: Path) -> Callable[..., Discovery]:
    """``find("call_id,file\\n1,a.wav\\n")``: discover with a call list of this text (or bytes)."""

    def run(calls: str | bytes | None = None, **settings: object) -> Discovery:
        path = None
        if calls is not None:
            path = tmp_path / "calls.csv"
            path.write_bytes(calls.encode() if isinstance(calls, str) else calls)
        return discover(dump, calls=path, settings=CallListSettings(**settings))

    return run
