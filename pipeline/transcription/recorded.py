"""An engine that plays back what another one recognised: for tests and goldens that must not need a model.

recorder = Recorder(load_transcriber(...))
...                                   # inspect with it
recorder.save(Path("texts.json"))
...                                   # later: model = "recorded:texts.json"
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.domain import Span
from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.protocol import Piece, SpeechWindow, Transcriber, WindowText

_FORMAT = 1
_STEP = 800
"""Samples (50 ms) per level in a fingerprint."""
_COARSE_DB = 3.0
_QUIETEST_DB = -60.0


def fingerprint(window: SpeechWindow) -> str:
    """What a window sounds like, in 16 hex digits: its length and its level every 50 ms, rounded to 3 dB.

    Not a digest of the samples: filters and codecs differ in the last bit from one machine to the next.
    """
    rows = np.pad(np.asarray(window.samples, np.float32), (0, -len(window.samples) % _STEP)).reshape(
        -1, _STEP
    )
    power = np.square(rows, dtype=np.float64).mean(axis=1)
    levels = 10 * np.log10(np.maximum(power, 10 ** (_QUIETEST_DB / 10)))
    shape = np.round(levels / _COARSE_DB).astype(np.int8)
    return hashlib.sha256(len(window.samples).to_bytes(8, "little") + shape.tobytes()).hexdigest()[:16]


class Recorder:
    """Lets another engine work and remembers what it recognised."""

    def __init__(self, engine: Transcriber) -> None:
        self._engine = engine
        self._heard: dict[str, dict[str, Any]] = {}

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def model(self) -> str:
        return self._engine.model

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """See `Transcriber`."""
        texts = self._engine.transcribe(windows)
        for window, text in zip(windows, texts, strict=True):
            self._heard[fingerprint(window)] = _to_json(window, text)
        return texts

    def save(self, path: Path) -> None:
        """Write everything recognised so far; the same texts give the same bytes."""
        content = {"format": _FORMAT, "name": self.name, "model": self.model, "windows": self._heard}
        path.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )


class RecordedTranscriber:
    """Plays back a file that a `Recorder` wrote, under the names of the engine and model that were recorded.

    Raises:
        ModelError: the file cannot be read; or, while transcribing, it does not know a window.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        content = _read(path)
        self._name, self._model = str(content["name"]), str(content["model"])
        self._heard: Mapping[str, Mapping[str, Any]] = content["windows"]

    @property
    def name(self) -> str:
        return self._name

    @property
    def model(self) -> str:
        return self._model

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """See `Transcriber`."""
        return [self._replay(window) if window.voiced else WindowText((), 0.0) for window in windows]

    def _replay(self, window: SpeechWindow) -> WindowText:
        found = self._heard.get(fingerprint(window))
        if found is None:
            raise ModelError(
                Message("model.not-recorded", start=window.span.start, end=window.span.end),
                path=self._path,
            )
        return _from_json(window, found)


def recorded_names(path: Path) -> tuple[str, str]:
    """Engine and model that were recorded. Raises ModelError as `RecordedTranscriber`."""
    content = _read(path)
    return str(content["name"]), str(content["model"])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(Message("model.recorded-unreadable", reason=str(error)), path=path) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ModelError(Message("model.recorded-format", format=_FORMAT), path=path)
    return content


def _to_json(window: SpeechWindow, text: WindowText) -> dict[str, Any]:
    """Times relative to the window, so that they fit wherever the same sound lies."""
    start = window.span.start
    out: dict[str, Any] = {
        "pieces": [
            [round(p.span.start - start, 3), round(p.span.end - start, 3), p.text] for p in text.pieces
        ],
        "log_probability": round(text.log_probability, 4),
        "decodings": text.decodings,
    }
    return out | ({} if text.rejected is None else {"rejected": text.rejected})


def _from_json(window: SpeechWindow, found: Mapping[str, Any]) -> WindowText:
    def within(seconds: float) -> float:
        return min(window.span.start + seconds, window.span.end)

    pieces = tuple(Piece(Span(within(start), within(end)), text) for start, end, text in found["pieces"])
    return WindowText(pieces, found["log_probability"], found["decodings"], found.get("rejected"))
