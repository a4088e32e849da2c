"""Where a speech model runs: on the processor, or on a graphics card that CTranslate2 can use."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.engines import Engine, choose

CPU, CUDA = "cpu", "cuda"


def graphics_cards() -> int:
    """How many cards can be used; 0 too where there is a card, but no driver for it."""
    import ctranslate2  # heavy, and only asked for where a card is wanted

    try:
        return int(ctranslate2.get_cuda_device_count())
    except RuntimeError:
        return 0


def device_of(device: str, *, model: str, models: Path) -> str:
    """``cpu`` or ``cuda``: where this model would run.

    Raises:
        ModelError: a graphics card is wanted and none can be used, or there is no such model; the message
            says how to go on.
    """
    if device == CPU:
        return CPU
    if choose(model, models=models).engine is not Engine.WHISPER:
        return CUDA if device == CUDA else CPU  # sherpa-onnx falls back to the processor by itself
    if graphics_cards():
        return CUDA
    if device == CUDA:
        raise ModelError(Message("model.no-gpu"))
    return CPU
