"""The default engine: any CTranslate2 Whisper model, through faster-whisper.

What one party says is decoded in passages of many windows, each after the text of the one before
(`passages`). A window alone in its lane, and one whose text from a passage is missing, looks wrong or stands
in a doubtful passage, is decoded by itself: without a prompt, in a context of its own length and a tail. Two
things keep that honest: timestamps are asked for (they tell the decoder where speech ends), and a text that
looks wrong is decoded again with more context.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import faster_whisper
import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.conversation.text import written
from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.transcription.decoding import (
    FIRST_DECODING,
    FRAMES_PER_SECOND,
    JOINING,
    SECOND_DECODING,
    Decoding,
    batch_size,
)
from pipeline.transcription.encodings import RecentEncodings
from pipeline.transcription.guards import TextCheck, check_text, cut_out
from pipeline.transcription.joining import lanes_of
from pipeline.transcription.models import model_revision
from pipeline.transcription.passages import PassageText, hear
from pipeline.transcription.protocol import Piece, SpeechWindow, WindowText
from pipeline.transcription.whisper_model import WhisperModel, batches

DECODE_AGAIN_BELOW = -1.3
"""Mean log-probability per token below which a window is decoded again. Higher values cost time and mend
nothing: on a labelled night, -0.65 decodes a third of the windows twice for the same character error rate."""
GIVE_UP_BELOW = -1.6
"""Text this improbable after two decodings is noise."""
_MISSING_SECONDS = 0.3
"""A window with more speech than this and no text from its passage is heard alone."""
_AGREE = 0.7
"""Share of characters in which a passage and the window alone have to agree for the doubted text to stay."""

KEPT_BYTES = 48 << 20
"""Encoded sound that stays at hand: some eight minutes of speech with the base model."""


class CheckedText(NamedTuple):
    """A text and what its shape says of it."""

    text: WindowText
    check: TextCheck
    doubtful: bool = False
    """The passage that it comes from is not believed."""


class WhisperTranscriber:
    """Passages, then what needs a hearing alone. Built once per process."""

    def __init__(
        self,
        folder: Path,
        *,
        language: str = "zh",
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 1,
        words: WordLists | None = None,
    ) -> None:
        self._model = WhisperModel(
            folder, language=language, device=device, compute_type=compute_type, threads=threads
        )
        self._folder = folder
        self._words = words or default_word_lists()
        self._settings = f"{device}-{compute_type}-{language}"
        self._kept = RecentEncodings(most_bytes=KEPT_BYTES if device == "cpu" else 0)

    @property
    def name(self) -> str:
        return f"faster-whisper {faster_whisper.__version__} {self._settings}"

    @property
    def model(self) -> str:
        return model_revision(self._folder)

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """See `Transcriber`."""
        self._kept.clear()
        joined = self._joined(windows)
        alone = self._alone(
            windows,
            [
                i
                for i, window in enumerate(windows)
                if window.voiced and (i not in joined or joined[i].check.suspect)
            ],
        )
        return [
            self._settle(joined.get(i), alone.get(i)) if windows[i].voiced else WindowText((), 0.0)
            for i in range(len(windows))
        ]

    def _settle(self, joined: CheckedText | None, alone: WindowText | None) -> WindowText:
        """What to write down of a window that was heard in a passage, alone, or both ways.

        A doubted text stays where the window alone says much the same: people do say things twice.
        """
        if joined is None or alone is None:
            return alone or (joined.text if joined else WindowText((), 0.0))
        text, check, doubtful = joined
        decodings = text.decodings + alone.decodings
        usable = bool(text.pieces) and check.impossible is None and not check.cut
        borne_out = _agreement(text.text, alone.text) >= _AGREE or not (doubtful or alone.pieces)
        if usable and borne_out:
            return replace(text, decodings=decodings)
        return replace(alone, decodings=decodings)

    # --- in passages --------------------------------------------------------------------------

    def _joined(self, windows: Sequence[SpeechWindow]) -> Mapping[int, CheckedText]:
        """What passages give for the windows that are not alone in their lane."""
        heard = hear(self._model, windows, lanes_of(windows), how=JOINING, words=self._words)
        return {i: self._judged_in_passage(windows[i], each) for i, each in heard.items()}

    def _judged_in_passage(self, window: SpeechWindow, heard: PassageText) -> CheckedText:
        pieces = tuple(sorted(heard.pieces, key=lambda piece: piece.span))
        judged = self._judged(window, pieces, heard.log_probability, heard.no_speech)
        missing = not judged.text.pieces and window.voiced_seconds > _MISSING_SECONDS
        if missing or heard.doubtful:
            return judged._replace(check=replace(judged.check, suspect=True), doubtful=heard.doubtful)
        return judged

    # --- alone --------------------------------------------------------------------------------

    def _alone(self, windows: Sequence[SpeechWindow], which: Sequence[int]) -> Mapping[int, WindowText]:
        """Windows of one length are decoded together; flagged ones once more."""
        first = self._decode(windows, which, FIRST_DECODING)
        second = self._decode(
            windows, [i for i, judged in first.items() if judged.check.suspect], SECOND_DECODING
        )
        return {i: _better(first[i], second.get(i)) for i in first}

    def _decode(
        self, windows: Sequence[SpeechWindow], which: Sequence[int], how: Decoding
    ) -> dict[int, CheckedText]:
        by_context: dict[int, list[int]] = defaultdict(list)
        for i in which:
            by_context[_frames(windows[i], how)].append(i)
        out: dict[int, CheckedText] = {}
        for frames in sorted(by_context, reverse=True):
            for batch in batches(by_context[frames], batch_size(frames)):
                results = self._generate([windows[i] for i in batch], frames, how)
                out.update(zip(batch, results, strict=True))
        return out

    def _generate(self, windows: Sequence[SpeechWindow], frames: int, how: Decoding) -> Iterator[CheckedText]:
        encoded = self._model.encode([window.samples for window in windows], frames)
        if how is FIRST_DECODING:
            self._kept.keep(windows, encoded)
        longest = max(w.voiced_seconds for w in windows)
        results = self._model.generate(encoded, [()] * len(windows), how, most_tokens=10 + round(longest * 9))
        for window, result in zip(windows, results, strict=True):
            stretches = self._model.stretches(result.sequences_ids[0])
            pieces = (
                Piece(_within(window.span, each.start, each.end), text)
                for each in stretches
                if (text := written(self._model.text(each.tokens)))
            )
            yield self._judged(window, tuple(pieces), float(result.scores[0]), float(result.no_speech_prob))

    def _judged(
        self, window: SpeechWindow, heard: tuple[Piece, ...], log_probability: float, no_speech: float
    ) -> CheckedText:
        pieces = cut_out(heard, self._words)
        text = WindowText(pieces, log_probability if pieces else 0.0)
        check = check_text(
            text.text,
            voiced_seconds=window.voiced_seconds,
            log_probability=log_probability,
            no_speech=no_speech,
            floor=DECODE_AGAIN_BELOW,
            words=self._words,
        )
        return CheckedText(text, check if pieces == heard else replace(check, suspect=True, cut=True))

    # --- texts forced upon the sound ----------------------------------------------------------

    def log_probabilities(self, window: SpeechWindow, texts: Sequence[str]) -> list[float]:
        """See `ScoresTexts`; each text is forced upon the decoder over the sound of the window alone."""
        frames = _frames(window, FIRST_DECODING)
        encoded = self._encoded(window, frames)
        voiced = min(frames, len(window.samples) * FRAMES_PER_SECOND // SAMPLE_RATE_HZ)
        return [self._forced(encoded, text, voiced) for text in texts]

    def _encoded(self, window: SpeechWindow, frames: int) -> Any:
        kept = self._kept.of(window)
        return self._model.encode([window.samples], frames) if kept is None else kept

    def _forced(self, encoded: Any, text: str, frames: int) -> float:
        tokens = self._model.tokens(text)
        if not tokens:
            return 0.0
        probabilities = np.maximum(self._model.forced(encoded, tokens, frames).text_token_probs, 1e-10)
        return float(np.mean(np.log(probabilities)))


def _better(first: CheckedText, second: CheckedText | None) -> WindowText:
    """The better of two decodings, or nothing where neither can have been said."""
    decodings = 1 if second is None else 2
    possible = [each for each in (first, second or first) if each.check.impossible is None]
    if not possible:
        reason = (second or first).check.impossible
        return WindowText((), 0.0, decodings, rejected=reason)
    best, _, _ = max(
        possible, key=lambda each: (bool(each.text.pieces), not each.check.cut, each.text.log_probability)
    )
    if best.log_probability < GIVE_UP_BELOW:
        return WindowText((), 0.0, decodings, rejected="improbable")
    return WindowText(best.pieces, best.log_probability, decodings)


def _agreement(one: str, other: str) -> float:
    """Share of characters that two texts have in common, without marks."""
    a, b = ("".join(char for char in text if char.isalnum()) for text in (one, other))
    return float(Levenshtein.normalized_similarity(a, b)) if a and b else 0.0


def _frames(window: SpeechWindow, how: Decoding) -> int:
    """A function of the window alone."""
    return how.frames(len(window.samples) / SAMPLE_RATE_HZ)


def _within(window: Span, start: float, end: float | None) -> Span:
    """Times relative to a window as a span in the recording; those that make no sense fall back to the
    window's."""
    end = end if end is not None and end > start else window.duration
    begin = min(window.start + start, window.end)
    return Span(begin, max(begin, min(window.start + end, window.end)))
