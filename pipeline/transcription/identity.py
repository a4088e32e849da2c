"""Which engine and model would transcribe, told without loading them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pipeline.transcription.models import locate, model_revision


@dataclass(frozen=True, slots=True)
class EngineRevision:
    engine: str
    """Libraries that can change a text, with their versions."""
    model: str


def engine_revision(model: str, *, models: Path) -> EngineRevision:
    """Identity of the default engine with a model.

    Raises:
        ModelError: the model is not there; the message says how to get it.
    """
    libraries = ("faster-whisper", "ctranslate2")
    engine = " ".join(f"{name} {version(name)}" for name in libraries)
    return EngineRevision(engine, model_revision(locate(model, folder=models)))
