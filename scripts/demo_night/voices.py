"""Text to speech with Kokoro's Mandarin voices; one thread, so that the same text gives the same samples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnxruntime
from misaki import zh
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 24_000
STYLES = 510
"""Rows of a voice file: one style per number of tokens."""
ONSET = 0.02
"""Share of the loudest sample from which on it counts as speech."""
MOST_TOKENS = 400
"""The model takes 510; a turn that has more is spoken in passages of whole sentences."""
BREATH_SECONDS = 0.3
SENTENCE = re.compile(r"[^。！？]+[。！？]?")

Samples = NDArray[np.float32]


class Speaker:
    """All voices of one model folder."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        onnxruntime.set_seed(0)
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._vocabulary: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))[
            "vocab"
        ]
        self._phonemes = zh.ZHG2P()
        self._folder = folder

    def say(self, text: str, *, voice: str, speed: float) -> Samples:
        """Speak one turn; mono float32 at 24 kHz, trimmed to the sound."""
        passages = list[list[int]]()
        passage = list[int]()
        for sentence in SENTENCE.findall(text):
            tokens = self._tokens(sentence)
            if passage and len(passage) + len(tokens) > MOST_TOKENS:
                passages.append(passage)
                passage = []
            passage = passage + tokens
        breath = np.zeros(int(BREATH_SECONDS * SAMPLE_RATE_HZ), np.float32)
        spoken = [trim(self._speak(tokens, voice=voice, speed=speed)) for tokens in (*passages, passage)]
        return np.concatenate([part for sound in spoken for part in (sound, breath)][:-1])

    def _tokens(self, text: str) -> list[int]:
        spoken = self._phonemes(text)
        phonemes = spoken[0] if isinstance(spoken, tuple) else spoken
        return [self._vocabulary[sign] for sign in phonemes if sign in self._vocabulary]

    def _speak(self, tokens: list[int], *, voice: str, speed: float) -> Samples:
        style = np.fromfile(self._folder / f"{voice}.bin", np.float32).reshape(STYLES, 256)[len(tokens) - 1]
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[None],
            "speed": np.array([speed], np.float32),
        }
        samples: Samples = self._session.run(None, feed)[0]
        return samples


def trim(samples: Samples) -> Samples:
    """Cut the silence before and after."""
    loud = np.flatnonzero(np.abs(samples) > ONSET * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]
