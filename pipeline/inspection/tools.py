"""The tools that hear: what finds speakers, recognises speech and understands it, built once per process."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline import __version__
from pipeline.domain import Revisions
from pipeline.inspection.rules import Rules
from pipeline.phrases.encoders import load_encoder
from pipeline.phrases.semantic import SemanticMatcher
from pipeline.phrases.vocabulary import Vocabulary, read_vocabulary
from pipeline.settings import Settings
from pipeline.speech import WEIGHTS_FILE, Diariser, SpeakerSegmenter
from pipeline.transcription import Transcriber, load_transcriber
from pipeline.transcription.devices import CUDA, device_of
from pipeline.transcription.engines import engine_revision

SPEAKER_MODEL = "campplus"
"""Folder of the model that tells voices apart; without it a weaker way does."""


@dataclass(frozen=True)
class HearingTools:
    """Everything that needs a model."""

    segmenter: SpeakerSegmenter
    transcriber: Transcriber
    semantic: SemanticMatcher | None = None
    """Finds forbidden phrases said in other words; None where that is off."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    """The centre's own names, which are put right where they were misheard."""


def load_hearing_tools(settings: Settings, rules: Rules) -> HearingTools:
    """Load the models.

    Args:
        rules: whose lists of words tell what nobody says, and whose forbidden phrases are looked for by
            meaning too, where the settings say so.

    Raises:
        ModelError: with the remedy.
    """
    return HearingTools(
        segmenter=SpeakerSegmenter(Diariser(settings.models / SPEAKER_MODEL)),
        transcriber=load_transcriber(
            settings.model,
            models=settings.models,
            language=settings.language,
            device=settings.device,
            compute_type=settings.compute_type,
            words=rules.matcher.lexicons.words,
        ),
        semantic=(
            SemanticMatcher(rules.matcher.lexicons, load_encoder(settings.meaning))
            if settings.meaning
            else None
        ),
        vocabulary=load_vocabulary(settings),
    )


def load_vocabulary(settings: Settings) -> Vocabulary:
    """The centre's list of names; an empty one where the settings name none.

    Raises:
        VocabularyError: with file, line and remedy.
    """
    return read_vocabulary(settings.vocabulary) if settings.vocabulary else Vocabulary()


def present_revisions(settings: Settings, rules: Rules) -> Revisions:
    """What inspections made now say they were made from, without loading a model; ``audio_sha256`` is empty.

    Raises:
        ModelError: as `load_hearing_tools`, so that a run fails before it begins.
    """
    engine = engine_revision(settings.model, models=settings.models)
    if settings.device == CUDA:
        device_of(CUDA, model=settings.model, models=settings.models)
    return Revisions(
        audio_sha256="",
        engine=f"callinspect {__version__}, {engine.engine}, voices by {_voices(settings)}",
        model=engine.model,
        lexicons=rules.revisions.lexicons,
        rubric=rules.revisions.rubric,
        settings=settings.fingerprint(load_vocabulary(settings).revision),
    )


def _voices(settings: Settings) -> str:
    """What tells two voices of one channel apart, without loading it: the speaker model, or plain timbre."""
    weights = settings.models / SPEAKER_MODEL / WEIGHTS_FILE
    return SPEAKER_MODEL if weights.is_file() else "timbre"
