"""A CTranslate2 Whisper model: sound in, tokens with times out. Nothing here judges a text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import ctranslate2
import faster_whisper
import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound
from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.decoding import FRAMES_PER_SECOND, Decoding
from pipeline.transcription.token_subset import smaller_model

T = TypeVar("T")

_SHORTEST_SAMPLES = 400
"""One frame of the spectrogram: fewer samples have none."""
_TIMESTAMP_SECONDS = 0.02
_LEAST_PROBABILITY = 1e-10
_LONGEST_CHARACTER_SECONDS = 0.4
"""A character of speech takes 0.15 to 0.3 s."""
_MOST_TOKENS = 224
"""That Whisper writes of one context."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens of text between two timestamps, in seconds from the start of the sound."""

    start: float
    end: float | None
    """None where the decoder stopped before it wrote one."""
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlignedToken:
    """A token of a text that was forced upon the sound."""

    start: float
    """Seconds from the start of the sound."""
    log_probability: float


class WhisperModel:
    """faster-whisper's model, tokenizer and features. Built once per process.

    Raises:
        ModelError: the folder holds no such model, or it cannot run on this device.
    """

    def __init__(self, folder: Path, *, language: str, device: str, compute_type: str, threads: int) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            smaller = smaller_model(folder, language=language)
            self._subset = smaller.subset if smaller else None
            self._whisper = faster_whisper.WhisperModel(
                str(folder),
                device=device,
                compute_type=compute_type,
                cpu_threads=threads,
                local_files_only=True,
                files=dict(smaller.files) if smaller else None,
            )
        except (RuntimeError, ValueError, OSError) as error:
            code = "model.gpu" if "CUDA" in str(error) else "model.whisper"
            raise ModelError(Message(code, reason=str(error)), path=folder) from error
        self._folder = folder
        self._language = language

    def encode(self, sounds: Sequence[Sound], frames: int) -> Any:
        """What the encoder makes of sounds in contexts of one length."""
        features = np.stack([self._features(sound, frames) for sound in sounds])
        return self._whisper.model.encode(ctranslate2.StorageView.from_array(features))

    def encode_each(self, sounds: Sequence[Sound], frames: int) -> Any:
        """The same, one sound after the other: the encoder's memory grows with the batch, and on a processor
        it gains nothing from it; writing the text gains much, since each step reads all weights."""
        if len(sounds) == 1:
            return self.encode(sounds, frames)
        parts = [np.array(self.encode([sound], frames).to_device(ctranslate2.Device.cpu)) for sound in sounds]
        return ctranslate2.StorageView.from_array(np.concatenate(parts))

    def _features(self, sound: Sound, frames: int) -> NDArray[np.float32]:
        samples = np.asarray(sound, np.float32)
        samples = np.pad(samples, (0, max(0, _SHORTEST_SAMPLES - len(samples))))
        mel = self._whisper.feature_extractor(samples, padding=160)[:, :-1][:, :frames]
        out = np.full((mel.shape[0], frames), mel.min(), dtype=np.float32)
        out[:, : mel.shape[1]] = mel
        return out

    def each(self, encoded: Any) -> Sequence[Any]:
        """What the encoder made of a batch, sound by sound."""
        if encoded.shape[0] == 1:
            return [encoded]
        numbers = np.array(encoded.to_device(ctranslate2.Device.cpu))
        return [ctranslate2.StorageView.from_array(numbers[i : i + 1]) for i in range(len(numbers))]

    def generate(
        self, encoded: Any, before: Sequence[Sequence[int]], how: Decoding, *, most_tokens: int
    ) -> Sequence[Any]:
        """CTranslate2's results, one per sound.

        Args:
            before: tokens of what was said before each sound, all of one length; may be empty.
            most_tokens: to write of one sound.
        """
        prompts = [[*((self._before, *said) if said else ()), *self._prompt] for said in before]
        # CTranslate2 writes at most half of max_length, and at most what the prompt leaves of it.
        most = min(most_tokens, _MOST_TOKENS)
        results: Sequence[Any] = self._whisper.model.generate(
            encoded,
            prompts,
            beam_size=how.beam,
            max_length=min(2 * _MOST_TOKENS, max(2 * most, most + len(prompts[0]))),
            return_scores=True,
            return_no_speech_prob=True,
            max_initial_timestamp_index=50,
        )
        return results

    def forced(self, encoded: Any, tokens: Sequence[int], frames: int) -> Any:
        """A text forced upon the decoder over the sound: probability and time of each token.

        Args:
            frames: of the sound, without the tail of its context.
        """
        return self._whisper.model.align(encoded, self._prompt, [list(tokens)], frames)[0]

    def aligned(self, encoded: Any, tokens: Sequence[int], seconds: float) -> list[AlignedToken]:
        """When each token of a text begins, by attention (0.16 s off on average), and how sure the decoder
        is of it where the text before is taken for granted."""
        starts = [0.0] * len(tokens)
        found = self.forced(encoded, tokens, round(seconds * FRAMES_PER_SECOND))
        for token, frame in reversed(found.alignments):
            if token < len(starts):
                starts[token] = frame * _TIMESTAMP_SECONDS
        begins = onsets(starts, [_spoken(self.text([token])) for token in tokens], seconds)
        sure = np.log(np.maximum(found.text_token_probs, _LEAST_PROBABILITY))
        return [AlignedToken(begin, float(log)) for begin, log in zip(begins, sure, strict=True)]

    def stretches(self, tokens: Sequence[int]) -> Iterator[Stretch]:
        """Text between timestamps, in the order written."""
        start, words = 0.0, []
        for token in tokens:
            if token < self._first_timestamp:
                if token < self._end_of_text:
                    words.append(token)
                continue
            time = (token - self._first_timestamp) * _TIMESTAMP_SECONDS
            if words:
                yield Stretch(start, time, tuple(words))
                words = []
            start = time
        if words:
            yield Stretch(start, None, tuple(words))

    def says_it_ended(self, tokens: Sequence[int]) -> bool:
        """Whether the decoder wrote one timestamp at the end: nothing follows. Two mean that more does."""
        last = [token >= self._first_timestamp for token in tokens[-2:]]
        return last == [False, True]

    def text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(self._subset.full(tokens) if self._subset else list(tokens)))

    def tokens(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._subset.used(found) if self._subset else found

    @cached_property
    def _tokenizer(self) -> Any:
        return self._whisper.hf_tokenizer

    def _token(self, text: str) -> int:
        found = self._tokenizer.token_to_id(text)
        if found is None:
            raise ModelError(Message("model.tokenizer", token=text), path=self._folder)
        return self._subset.used([found])[0] if self._subset else int(found)

    @cached_property
    def _prompt(self) -> list[int]:
        return [self._token(t) for t in ("<|startoftranscript|>", f"<|{self._language}|>", "<|transcribe|>")]

    @cached_property
    def _before(self) -> int:
        return self._token("<|startofprev|>")

    @cached_property
    def _end_of_text(self) -> int:
        return self._token("<|endoftext|>")

    @cached_property
    def _first_timestamp(self) -> int:
        return self._token("<|notimestamps|>") + 1


def onsets(starts: Sequence[float], lengths: Sequence[int], end: float) -> list[float]:
    """When words begin, in seconds, by where attention comes to them and how many characters they have.

    Attention rests on the first word after a pause from the end of the word before. So a word begins no
    earlier than its length allows before the next one, or before the end of the sound. A mark, which has no
    length, stays with the word before.
    """
    following = [*starts[1:], end]
    return [
        max(start, after - _LONGEST_CHARACTER_SECONDS * length) if length else start
        for start, after, length in zip(starts, following, lengths, strict=False)
    ]


def _spoken(token: str) -> int:
    """Characters of a token that are heard; bytes that are part of one count."""
    return sum(char.isalnum() or char == "\N{REPLACEMENT CHARACTER}" for char in token)


def batches(items: Sequence[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
