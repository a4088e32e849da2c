"""The default engine: any CTranslate2 Whisper model, through faster-whisper.

Whisper is made for windows of 30 s, and its encoder costs the same whatever they hold. It accepts less: here
the context is the window's own length and a tail. Two things keep that honest: timestamps are asked for (they
tell the decoder where speech ends), and a text that looks wrong is decoded again with more context and a
wider beam.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import ctranslate2
import faster_whisper
import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import written
from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.decoding import FIRST_DECODING, SECOND_DECODING, Decoding
from pipeline.transcription.guards import TextCheck, check_text, cut_out
from pipeline.transcription.models import model_revision
from pipeline.transcription.protocol import Piece, SpeechWindow, WindowText

_FRAMES_PER_SECOND = 100
_LONGEST_CONTEXT = 30.0
_SHORTEST_SAMPLES = 400
"""One frame of the spectrogram: fewer samples have none."""

DECODE_AGAIN_BELOW = -1.3
"""Mean log-probability per token below which a window is decoded again. Higher values cost time and mend
nothing: on a labelled night, -0.65 decodes a third of the windows twice for the same character error rate."""
GIVE_UP_BELOW = -1.6
"""Text this improbable after two decodings is noise."""

BATCH = 8

KEPT_BYTES = 48 << 20
"""Encoded sound of the last windows that stays at hand: some eight minutes of speech with the base model.
The numbers do not depend on what else was in a batch, so results do not depend on what is kept."""


class WhisperTranscriber:
    """faster-whisper's model, tokenizer and features, decoded window by window. Built once per process."""

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
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            self._whisper = faster_whisper.WhisperModel(
                str(folder),
                device=device,
                compute_type=compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(Message("model.whisper", reason=str(error)), path=folder) from error
        self._folder = folder
        self._words = words or default_word_lists()
        self._language = language
        self._settings = f"{device}-{compute_type}-{language}"
        self._keeps = device == "cpu"
        self._kept: dict[int, tuple[SpeechWindow, NDArray[np.float32]]] = {}
        self._kept_bytes = 0

    @property
    def name(self) -> str:
        return f"faster-whisper {faster_whisper.__version__} {self._settings}"

    @property
    def model(self) -> str:
        return model_revision(self._folder)

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """See `Transcriber`. Windows of one length are decoded together; flagged ones once more."""
        self._kept.clear()
        self._kept_bytes = 0
        first = self._decode(windows, range(len(windows)), FIRST_DECODING)
        again = [i for i, (_, check) in first.items() if check.suspect]
        second = self._decode(windows, again, SECOND_DECODING)
        return [
            self._settle(first[i], second.get(i)) if windows[i].voiced else WindowText((), 0.0)
            for i in range(len(windows))
        ]

    def _settle(
        self, first: tuple[WindowText, TextCheck], second: tuple[WindowText, TextCheck] | None
    ) -> WindowText:
        """The better of two decodings, or nothing where neither can have been said."""
        decodings = 1 if second is None else 2
        possible = [each for each in (first, second or first) if each[1].impossible is None]
        if not possible:
            reason = (second or first)[1].impossible
            return WindowText((), 0.0, decodings, rejected=reason)
        best, _ = max(
            possible, key=lambda each: (bool(each[0].pieces), not each[1].cut, each[0].log_probability)
        )
        if best.log_probability < GIVE_UP_BELOW:
            return WindowText((), 0.0, decodings, rejected="improbable")
        return WindowText(best.pieces, best.log_probability, decodings)

    def log_probabilities(self, window: SpeechWindow, texts: Sequence[str]) -> list[float]:
        """See `ScoresTexts`; each text is forced upon the decoder over the same encoded sound."""
        frames = self._context_frames(window, FIRST_DECODING)
        encoded = self._encoded(window, frames)
        voiced = min(frames, len(window.samples) * _FRAMES_PER_SECOND // SAMPLE_RATE_HZ)
        return [self._forced(encoded, text, voiced) for text in texts]

    def _encoded(self, window: SpeechWindow, frames: int) -> Any:
        """What the encoder made of a window at its first decoding, out of memory where it is still there."""
        _, kept = self._kept.get(id(window), (window, None))
        if kept is not None:
            return ctranslate2.StorageView.from_array(kept[None])
        features = self._features(window, frames)[None]
        return self._whisper.model.encode(ctranslate2.StorageView.from_array(features))

    def _keep(self, windows: Sequence[SpeechWindow], encoded: Any) -> None:
        """Keep what the encoder made of the windows of a batch, while there is room."""
        if not self._keeps or self._kept_bytes >= KEPT_BYTES:
            return
        numbers = np.array(encoded)
        self._kept_bytes += numbers.nbytes
        self._kept.update((id(w), (w, each)) for w, each in zip(windows, numbers, strict=True))

    def _forced(self, encoded: Any, text: str, frames: int) -> float:
        tokens = self._tokenizer.encode(text, add_special_tokens=False).ids
        if not tokens:
            return 0.0
        aligned = self._whisper.model.align(encoded, self._prompt, [tokens], frames)[0]
        probabilities = np.maximum(aligned.text_token_probs, 1e-10)
        return float(np.mean(np.log(probabilities)))

    # --- decoding -----------------------------------------------------------------------------

    def _decode(
        self, windows: Sequence[SpeechWindow], which: Sequence[int] | range, how: Decoding
    ) -> dict[int, tuple[WindowText, TextCheck]]:
        by_context: dict[int, list[int]] = defaultdict(list)
        for i in which:
            by_context[self._context_frames(windows[i], how)].append(i)
        out: dict[int, tuple[WindowText, TextCheck]] = {}
        for frames in sorted(by_context, reverse=True):
            for batch in _batches(by_context[frames], BATCH):
                results = self._generate([windows[i] for i in batch], frames, how)
                out.update(zip(batch, results, strict=True))
        return out

    @staticmethod
    def _context_frames(window: SpeechWindow, how: Decoding) -> int:
        """Whole seconds, so that windows of like length share a batch; a function of the window alone."""
        seconds = math.ceil(len(window.samples) / SAMPLE_RATE_HZ + how.tail_seconds)
        return int(min(_LONGEST_CONTEXT, max(how.shortest_context_seconds, seconds)) * _FRAMES_PER_SECOND)

    def _features(self, window: SpeechWindow, frames: int) -> NDArray[np.float32]:
        samples = np.asarray(window.samples, np.float32)
        samples = np.pad(samples, (0, max(0, _SHORTEST_SAMPLES - len(samples))))
        mel = self._whisper.feature_extractor(samples, padding=160)[:, :-1][:, :frames]
        out = np.full((mel.shape[0], frames), mel.min(), dtype=np.float32)
        out[:, : mel.shape[1]] = mel
        return out

    def _generate(
        self, windows: Sequence[SpeechWindow], frames: int, how: Decoding
    ) -> Iterator[tuple[WindowText, TextCheck]]:
        features = np.stack([self._features(w, frames) for w in windows])
        encoded = self._whisper.model.encode(ctranslate2.StorageView.from_array(features))
        if how is FIRST_DECODING:
            self._keep(windows, encoded)
        longest = max(w.voiced_seconds for w in windows)
        results = self._whisper.model.generate(
            encoded,
            [self._prompt] * len(windows),
            beam_size=how.beam,
            max_length=min(440, len(self._prompt) + 16 + round(longest * 18)),
            return_scores=True,
            return_no_speech_prob=True,
            max_initial_timestamp_index=50,
        )
        for window, result in zip(windows, results, strict=True):
            yield self._read(window, result)

    def _read(self, window: SpeechWindow, result: Any) -> tuple[WindowText, TextCheck]:
        tokens = result.sequences_ids[0]
        heard = tuple(self._pieces(window, tokens))
        pieces = cut_out(heard, self._words)
        log_probability = float(result.scores[0])
        text = WindowText(pieces, log_probability if pieces else 0.0)
        check = check_text(
            text.text,
            voiced_seconds=window.voiced_seconds,
            log_probability=log_probability,
            no_speech=float(result.no_speech_prob),
            floor=DECODE_AGAIN_BELOW,
            words=self._words,
        )
        return text, check if pieces == heard else replace(check, suspect=True, cut=True)

    def _pieces(self, window: SpeechWindow, tokens: Sequence[int]) -> Iterator[Piece]:
        """Text between timestamp tokens; times that make no sense fall back to the window's."""
        start, ids = 0.0, []
        for token in [*tokens, self._first_timestamp]:
            if token < self._first_timestamp:
                ids.append(token)
                continue
            time = (token - self._first_timestamp) * 0.02
            if ids:
                text = written(self._tokenizer.decode([t for t in ids if t < self._end_of_text]))
                if text:
                    yield Piece(_within(window.span, start, time), text)
                ids = []
            start = time

    @cached_property
    def _tokenizer(self) -> Any:
        return self._whisper.hf_tokenizer

    def _token(self, text: str) -> int:
        found = self._tokenizer.token_to_id(text)
        if found is None:
            raise ModelError(Message("model.tokenizer", token=text), path=self._folder)
        return int(found)

    @cached_property
    def _prompt(self) -> list[int]:
        return [self._token(t) for t in ("<|startoftranscript|>", f"<|{self._language}|>", "<|transcribe|>")]

    @cached_property
    def _end_of_text(self) -> int:
        return self._token("<|endoftext|>")

    @cached_property
    def _first_timestamp(self) -> int:
        return self._token("<|notimestamps|>") + 1


def _batches(items: Sequence[int], size: int) -> Iterator[list[int]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def _within(window: Span, start: float, end: float) -> Span:
    """Times relative to a window as a span in the recording."""
    end = end if end > start else window.duration
    begin = min(window.start + start, window.end)
    return Span(begin, max(begin, min(window.start + end, window.end)))
