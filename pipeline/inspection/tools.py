"""What is built once per process and used for each call: models, compiled lexicons, the rubric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline import __version__
from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Revisions, Role, Span, Utterance
from pipeline.inspection.confirmation import worth_asking
from pipeline.measures import measure
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.phrases.confirm import near_misses
from pipeline.phrases.encoders import load_encoder
from pipeline.phrases.semantic import SemanticMatcher
from pipeline.rubric import Rubric, load_rubric
from pipeline.settings import Settings
from pipeline.speech import WEIGHTS_FILE, Diariser, SpeakerSegmenter
from pipeline.transcription import Transcriber, load_transcriber
from pipeline.transcription.engines import engine_revision

SPEAKER_MODEL = "campplus"
"""Folder of the model that tells voices apart; without it a weaker way does."""


@dataclass(frozen=True)
class Toolbox:
    """Everything that inspecting a call needs."""

    segmenter: SpeakerSegmenter
    transcriber: Transcriber
    matcher: Matcher
    rubric: Rubric
    revisions: Revisions
    """Of these tools; ``audio_sha256`` is filled in per recording."""
    meanings: SemanticMatcher | None = None
    """Finds forbidden phrases said in other words; None where that is off."""


@dataclass(frozen=True)
class Rules:
    """The part of the tools that judges what was heard: no speech model is needed."""

    matcher: Matcher
    rubric: Rubric

    @property
    def lexicons(self) -> str:
        """Revision of the lexicons."""
        return self.matcher.lexicons.revision


def fill_toolbox(settings: Settings) -> Toolbox:
    """Load the model, compile the lexicons, read the rubric.

    Raises:
        ModelError, LexiconError, RubricError: with file, line and remedy.
    """
    rules = load_rules(settings)
    transcriber = load_transcriber(
        settings.model,
        models=settings.models,
        language=settings.language,
        device=settings.device,
        compute_type=settings.compute_type,
    )
    _warm_up(rules)
    return Toolbox(
        segmenter=SpeakerSegmenter(Diariser(settings.models / SPEAKER_MODEL)),
        transcriber=transcriber,
        matcher=rules.matcher,
        rubric=rules.rubric,
        revisions=_revisions(settings, rules.matcher.lexicons, rules.rubric),
        meanings=(
            SemanticMatcher(rules.matcher.lexicons, load_encoder(settings.meaning))
            if settings.meaning
            else None
        ),
    )


def _warm_up(rules: Rules) -> None:
    """Let what loads on first use (dictionaries, compiled numerics) do so before the first call."""
    tone = np.sin(2 * np.pi * 150 * np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ).astype(np.float32)
    whole = Span(0.0, 3.0)
    measure(Timeline.heard(duration=3.0, speech={Role.AGENT: (whole,)}), {Role.AGENT: tone})
    said = [Utterance(Role.AGENT, whole, "您好，请问有什么可以帮您？", confidence=0.0)]
    near_misses(rules.matcher.search(said, near_misses_of=worth_asking(rules.matcher.lexicons)))


def load_rules(settings: Settings) -> Rules:
    """Compile the lexicons and read the rubric.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    lexicons, rubric = read_rules(settings)
    return Rules(compile_matcher(lexicons), rubric)


def revisions_of(settings: Settings) -> Revisions:
    """What inspections made now would say they were made from, without loading the model.

    Raises:
        ModelError, LexiconError, RubricError: as `build_tools`, so that a run fails before it begins.
    """
    return _revisions(settings, *read_rules(settings))


def read_rules(settings: Settings) -> tuple[Lexicons, Rubric]:
    """Lexicons and rubric as written, not compiled: enough to know their revisions."""
    lexicons = load_lexicons(settings.lexicons)
    return lexicons, load_rubric(settings.rubric, codes=lexicons.codes)


def _revisions(settings: Settings, lexicons: Lexicons, rubric: Rubric) -> Revisions:
    engine = engine_revision(settings.model, models=settings.models)
    return Revisions(
        audio_sha256="",
        engine=f"callinspect {__version__}, {engine.engine}, voices by {_voices(settings)}",
        model=engine.model,
        lexicons=lexicons.revision,
        rubric=rubric.revision,
        settings=settings.fingerprint(),
    )


def _voices(settings: Settings) -> str:
    """What tells two voices of one channel apart, without loading it: the speaker model, or plain timbre."""
    weights = settings.models / SPEAKER_MODEL / WEIGHTS_FILE
    return SPEAKER_MODEL if weights.is_file() else "timbre"
