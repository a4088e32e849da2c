"""Who speaks when, in calls recorded on one channel: at most two speakers, cut at their changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.domain import Sound, Span, VoicePiece, merge
from pipeline.errors import ModelError
from pipeline.speech.campplus import WEIGHTS_FILE, CampplusEmbedder
from pipeline.speech.cepstral import CepstralEmbedder
from pipeline.speech.embedding import SpeakerEmbedder
from pipeline.speech.features import BLOCK_SECONDS
from pipeline.speech.likeness import Floats, VoiceSide, change_of_voice, compare, two_voices
from pipeline.speech.speaker_assignment import SpeakerAssignment, SpeakerRun, assign_speakers
from pipeline.speech.voices import voice_pieces


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A stretch in which one party speaks."""

    span: Span
    speaker: int
    """0: who speaks first in the recording; 1: the other."""
    confidence: float
    """How clearly the voice is this speaker's and not the other's, 0..1."""
    overlapped: bool = False
    """Both speak at once; ``speaker`` is the clearer one. Always False in one channel.

    Vectors that lie between the two voices do not tell: changes of speaker and unclear sounds lie there
    far more often. On a labelled night mixed down to one channel (59 of 7,711 blocks overlapped) the best of
    three such scores has a precision of 4 % at a recall of 10 %. Overlap stays unmeasured in mono therefore.
    """
    doubtful: bool = False
    """The two speakers may be one: what they say has to tell."""


class Diariser:
    """Tells two voices apart. Make one per process: the network is loaded when the first call needs it."""

    def __init__(self, weights: Path | None = None) -> None:
        """``weights``: folder of the model part (``models/campplus``) or its file; absent: do without."""
        self._weights = weights / WEIGHTS_FILE if weights is not None and weights.is_dir() else weights

    def voice(
        self, party: int, samples: Sound, speech: Sequence[Span], *, duration: float
    ) -> tuple[VoicePiece, ...]:
        """Pieces of one party's voice, to be compared with other calls'; none by timbre alone."""
        if not self._embedder.comparable:
            return ()
        return voice_pieces(party, samples, speech, self._embedder, duration=duration)

    def compare(self, sides: Sequence[VoiceSide]) -> Floats | None:
        """How alike voices in one recording are; see `likeness.compare`."""
        return compare(sides, self._embedder)

    def change_of_voice(self, sides: Sequence[VoiceSide]) -> tuple[int, float] | None:
        """Where the voice changes; see `likeness.change_of_voice`."""
        return change_of_voice(sides, self._embedder)

    def two_voices(self, sides: Sequence[VoiceSide], *, slack: float = 0.0) -> tuple[bool, ...] | None:
        """Which stretches are another person's; see `likeness.two_voices`."""
        return two_voices(sides, self._embedder, slack=slack)

    @property
    def embedder_name(self) -> str:
        """``campplus``; or ``timbre`` (cepstra and pitch) where its weights are missing or damaged: weaker
        for like voices."""
        return self._embedder.name

    @cached_property
    def _embedder(self) -> SpeakerEmbedder:
        if self._weights is not None and self._weights.is_file():
            try:
                return CampplusEmbedder(self._weights)
            except ModelError:
                return CepstralEmbedder()
        return CepstralEmbedder()

    def diarise(self, samples: Sound, speech: Sequence[Span]) -> tuple[SpeakerTurn, ...]:
        """Part the speech of a one-channel recording between two speakers.

        The turns cover exactly ``speech``, in order. A recording of one voice gives speaker 0 throughout.
        """
        stretches = merge(span for span in speech if span.duration > 0)
        if not stretches:
            return ()
        embedder = self._embedder
        assignment = assign_speakers(embedder.prepare(samples, stretches), embedder=embedder)
        return tuple(
            SpeakerTurn(
                _span(run, stretches, assignment),
                run.speaker,
                embedder.reliability * run.clearness,
                doubtful=assignment.doubtful,
            )
            for run in assignment.runs
        )


def _span(run: SpeakerRun, stretches: tuple[Span, ...], assignment: SpeakerAssignment) -> Span:
    """Where a run of blocks lies in time; the ends of a stretch are kept as they are."""
    stretch = stretches[run.stretch]
    start = stretch.start if run.first == 0 else stretch.start + run.first * BLOCK_SECONDS
    end = (
        stretch.end
        if run.last == assignment.lengths[run.stretch]
        else stretch.start + run.last * BLOCK_SECONDS
    )
    return Span(start, end)
