"""Which engine a model asks for.

=================================  ========================================================
``base``, ``small``, a folder      faster-whisper (a manifest name, or a CTranslate2 folder)
``sherpa:FOLDER``, or a folder     sherpa-onnx: SenseVoice, Paraformer
that holds ``tokens.txt``
``recorded:FILE``                  texts that were recorded before (tests and goldens)
=================================  ========================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from pipeline.conversation.wordlists import WordLists
from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.decoding import FIRST_DECODING, JOINING
from pipeline.transcription.models import locate, model_revision
from pipeline.transcription.protocol import Transcriber
from pipeline.transcription.recorded import RecordedTranscriber, recorded_names
from pipeline.transcription.sherpa import (
    SherpaTranscriber,
    is_sherpa_folder,
    sherpa_revision,
    sherpa_version,
)
from pipeline.transcription.token_subset import SUBSET

_WHISPER_LIBRARIES = ("faster-whisper", "ctranslate2")


class Engine(StrEnum):
    WHISPER = "whisper"
    SHERPA = "sherpa"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class EngineRevision:
    """What transcribes, as stored with each inspection."""

    engine: str
    """Libraries that can change a text, with their versions, and how they are used."""
    model: str


class EngineChoice(NamedTuple):
    """An engine and the file or folder it works with."""

    engine: Engine
    path: Path


def choose(model: str, *, models: Path) -> EngineChoice:
    """The engine for a model by name, prefix or folder.

    Raises:
        ModelError: there is no such model; the message says how to get it.
    """
    prefix, colon, rest = model.partition(":")
    if colon and prefix in (Engine.SHERPA, Engine.RECORDED):
        path = Path(rest).expanduser()
        if not path.exists():
            absent = "model.no-folder" if prefix == Engine.SHERPA else "model.no-file"
            raise ModelError(Message(absent), path=path)
        return EngineChoice(Engine(prefix), path)
    for folder in (Path(model).expanduser(), models / model):
        if is_sherpa_folder(folder):
            return EngineChoice(Engine.SHERPA, folder)
    return EngineChoice(Engine.WHISPER, locate(model, folder=models))


def engine_revision(model: str, *, models: Path) -> EngineRevision:
    """Which engine and model would transcribe, told without loading them.

    Raises:
        ModelError: the model or its engine is not there; the message says how to get it.
    """
    engine, path = choose(model, models=models)
    match engine:
        case Engine.SHERPA:
            return EngineRevision(f"sherpa-onnx {sherpa_version()}", sherpa_revision(path))
        case Engine.RECORDED:
            return EngineRevision(*recorded_names(path))
        case Engine.WHISPER:
            libraries = " ".join(f"{name} {version(name)}" for name in _WHISPER_LIBRARIES)
            return EngineRevision(f"{libraries}, {SUBSET}, {FIRST_DECODING}, {JOINING}", model_revision(path))


def load_transcriber(
    model: str,
    *,
    models: Path,
    language: str,
    device: str,
    compute_type: str,
    threads: int = 1,
    words: WordLists | None = None,
) -> Transcriber:
    """The engine for a model, ready to work. ``words`` tell what nobody says; the default lists if None.

    Raises:
        ModelError: the model or its engine is not there or not usable; the message says what to do.
    """
    engine, path = choose(model, models=models)
    match engine:
        case Engine.SHERPA:
            return SherpaTranscriber(path, language=language, device=device, threads=threads, words=words)
        case Engine.RECORDED:
            return RecordedTranscriber(path)
        case Engine.WHISPER:
            from pipeline.transcription.whisper import WhisperTranscriber  # heavy; others do without it

            return WhisperTranscriber(
                path,
                language=language,
                device=device,
                compute_type=compute_type,
                threads=threads,
                words=words,
            )
