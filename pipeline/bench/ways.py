"""The ways of turning calls into text that are compared."""

from __future__ import annotations

import os
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path


class Way(StrEnum):
    README = "faster-whisper"
    """faster-whisper as its README shows it: each channel, sequential, beam 5, ``vad_filter``."""
    BATCHED = "batched"
    """faster-whisper's BatchedInferencePipeline, batch 8."""
    OPENAI = "openai-whisper"
    """openai-whisper, the reference in torch."""
    OURS = "callinspect"
    """This project, all stages, by `pipeline.batch.run` into a fresh store."""
    LIMIT = "limit"
    """Encoding and decoding our windows once with CTranslate2, and nothing else."""


WAYS = tuple(Way)

HEARING = (Way.README, Way.BATCHED, Way.OPENAI)
"""Ways that give text per channel and know nothing of roles."""


def missing(way: Way, *, model: Path) -> str | None:
    """What this machine lacks for ``way``; None where it lacks nothing. ``model`` is the model's folder."""
    if way is not Way.OURS and not (model / "model.bin").is_file():
        return "CTranslate2 Whisper (--model)"
    if way is not Way.OPENAI:
        return None
    lacking = [
        name for name, module in (("torch", "torch"), ("openai-whisper", "whisper")) if not find_spec(module)
    ]
    if lacking:
        return "pip install " + " ".join(lacking)
    weights = openai_weights(model)
    return None if weights.is_file() else str(weights)


def openai_weights(model: Path) -> Path:
    """Where openai-whisper keeps the weights of the size that the model's folder is named after."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "whisper" / f"{model.name.removeprefix('faster-whisper-')}.pt"
