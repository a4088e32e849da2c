"""What a sentence says as a whole, and what that makes of a phrase in it.

A phrase of the lexicon is a few words; what makes them an accusation, or harmless, stands around them. Two
linear models judge it, both trained by ``scripts/train_sentences`` on the sentences that stand in
``lexicons/zh/sentences`` and kept beside this module:

* one per code over the runs of characters, of toneless syllables and of classes of words of a sentence, so
  that what the recogniser writes with another character of the same sound counts alike, and one relative
  like another, each as much as it is rare (``log_ratios``);
* one over the words before, in and after a phrase that was found, with what the first says of the sentence:
  how likely the phrase is meant as the lexicon means it (``meant``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import syllable
from pipeline.domain import How
from pipeline.phrases.word_classes import class_runs, classed

WEIGHTS = "sentences.npz"
"""File beside this module; it decides hits, so it is part of their revision."""
REQUIRED_WEIGHTS = "required.npz"
"""The same for sentences that may be a required phrase: see ``traces``."""
PARTY_WEIGHTS = "parties.npz"
"""The same for who says a sentence."""
LONGEST_RUN = 3
"""Characters or syllables that a feature has at most."""
AROUND = 16
"""Characters before and after a phrase that tell how it is meant; of the next sentence too: help that follows
a refusal at once makes it none."""
BORDER = 1.5
"""Weight of the characters right before and right after the phrase, against 1 for those farther off."""
_UNKNOWN_SOUND = "\uf8ff"
_FIRST_SOUND = 0xE000
"""Each known syllable is written as a private character from here on: no normalised text has one."""
_CERTAIN = 60.0
"""Log odds beyond which the exponential is of no use."""


@dataclass(frozen=True, slots=True)
class PhraseInContext:
    """Something found in a normalised text: what a text says around it and in it."""

    code: str
    how: How
    before: str
    words: str
    after: str

    @classmethod
    def of(cls, text: str, start: int, end: int, *, code: str, how: How) -> PhraseInContext:
        """``text[start:end]`` with AROUND characters on each side. What only the sound told counts as
        written otherwise, like any sound-alike."""
        told = How.SOUND if how is How.CONFIRMED else how
        return cls(
            code, told, text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND]
        )

    @property
    def text(self) -> str:
        """The whole of it."""
        return self.before + self.words + self.after

    def features(self, log_ratio: float) -> dict[str, float]:
        """Named features, those of the words scaled to length 1; ``log_ratio``: what the sentence says of the
        code."""
        found: Counter[str] = Counter()
        for side, text in (("b", self.before), ("a", self.after)):
            for run in runs(text):
                found[side + run] = 1
        weighed: dict[str, float] = dict(found)
        for size in range(1, LONGEST_RUN + 1):
            weighed[f"B{self.before[-size:]:^>{size}}"] = BORDER
            weighed[f"A{self.after[:size]:$<{size}}"] = BORDER
            if size > 1:
                weighed |= dict.fromkeys((f"w{run}" for run in runs(self.words, size)), 0.5)
        weighed[f"w{self.words}"] = 1.0
        length = math.sqrt(sum(value * value for value in weighed.values()))
        weighed = {name: value / length for name, value in weighed.items()}
        weighed[f"how {self.how}"] = weighed[f"code {self.code}"] = 0.3
        weighed["sentence"] = log_ratio / 4
        weighed["size"] = min(len(self.words), 8) / 8
        return weighed


class Increment(Protocol):
    """What is added to a model's judgement: see ``increments``."""

    def log_ratios(self, text: str) -> Mapping[str, float]:
        """Code -> what is added to its log likelihood ratio."""
        ...

    def odds(self, features: Mapping[str, float]) -> float:
        """What is added to the log odds that a phrase is meant."""
        ...


@dataclass(frozen=True)
class SentenceModel:
    """One linear classifier per code, and one for phrases in their sentences; both calibrated."""

    codes: tuple[str, ...]
    sounds: tuple[str, ...]
    """Known toneless syllables; their number is their private character's."""
    features: Mapping[str, int]
    """Runs of 1 to LONGEST_RUN characters, or of so many private characters for syllables, and
    ``class_runs``."""
    rarity: NDArray[np.float32]
    """Per feature, how much it counts in a sentence: see ``rarity``."""
    weights: NDArray[np.int8]
    """features x codes, in steps of ``steps``; each as much as its feature counts."""
    steps: NDArray[np.float32]
    bias: NDArray[np.float32]
    """Per code; ``weights`` and this give the natural log likelihood ratio of a sentence."""
    bars: NDArray[np.float32]
    """Per code, the log likelihood ratio from which a sentence alone is a hit; infinite where none is."""
    in_context: Mapping[str, float]
    """Weights of the features of a phrase in its context, and the bias under the empty name."""
    digest: str
    """SHA-256 of what it was trained on."""
    increment: Increment | None = None
    """What a centre's own sentences add."""

    def log_ratios(self, text: str) -> Mapping[str, float]:
        """Code -> natural log likelihood ratio of a normalised text: above 0 it speaks for the code, below
        against it; 0 where the text has no known feature."""
        return self._known(text)

    def meant(self, found: PhraseInContext) -> float:
        """Probability 0..1 that what was found is meant; 1 for a code that the model does not know."""
        if found.code not in self.codes:
            return 1.0
        weight = self.in_context.get
        features = found.features(self.log_ratios(found.text)[found.code])
        odds = self.in_context[""] + sum(weight(name, 0.0) * value for name, value in features.items())
        if self.increment is not None:
            odds += self.increment.odds(features)
        return 1 / (1 + math.exp(-max(-_CERTAIN, min(_CERTAIN, odds))))

    @cached_property
    def _sounds(self) -> dict[int, str]:
        return sound_table(self.sounds)

    @cached_property
    def _runs(self) -> frozenset[str]:
        return frozenset(self.features)

    @cached_property
    def _known(self) -> Callable[[str], Mapping[str, float]]:
        return lru_cache(maxsize=20_000)(self._log_ratios)

    def _log_ratios(self, text: str) -> Mapping[str, float]:
        # in order: sums of floats depend on it, and a set has another one in each process
        rows = sorted(self.features[run] for run in sentence_runs(text, self._sounds) & self._runs)
        if not rows:
            ratios = dict.fromkeys(self.codes, 0.0)
        else:
            total = self.weights.take(rows, axis=0).sum(axis=0, dtype=np.int32)
            scores = total * self.steps / weight_of(self.rarity[rows]) + self.bias
            ratios = dict(zip(self.codes, map(float, scores), strict=True))
        if self.increment is not None:
            for code, added in self.increment.log_ratios(text).items():
                if code in ratios:
                    ratios[code] += added
        return ratios


class _SyllableTable(dict[int, str]):
    def __init__(self, sounds: tuple[str, ...]) -> None:
        self._numbers = {sound: chr(_FIRST_SOUND + i) for i, sound in enumerate(sounds)}

    def __missing__(self, code: int) -> str:
        self[code] = self._numbers.get(syllable(chr(code)), _UNKNOWN_SOUND)
        return self[code]


def sound_table(sounds: tuple[str, ...]) -> dict[int, str]:
    """For ``str.translate``: each character as the private character of its syllable."""
    return _SyllableTable(sounds)


def sentence_runs(text: str, sounds: dict[int, str]) -> set[str]:
    """The features of a normalised text: its runs of characters, of its syllables and of classes of words."""
    return runs(text) | runs(text.translate(sounds)) | class_runs(classed(text))


def rarity(sentences: int, having: NDArray[np.int64]) -> NDArray[np.float32]:
    """How much features count that so many of the sentences have: the logarithm of their inverse document
    frequency (Spärck Jones 1972), smoothed so that none counts nothing."""
    found: NDArray[np.float32] = np.log1p(sentences / having).astype(np.float16).astype(np.float32)
    return found


def weight_of(rarity: NDArray[np.float32]) -> float:
    """What the scores of a sentence with such features are divided by: the root of the length of its vector.
    Divided by all of that length, an accusation loses its weight as soon as something harmless stands beside
    it; not divided at all, whoever talks long is accused."""
    return math.sqrt(float(np.linalg.norm(rarity)))


def runs(text: str, *sizes: int) -> set[str]:
    """All runs of so many characters; 1 to LONGEST_RUN where no size is given."""
    found: set[str] = set()
    for size in sizes or range(1, LONGEST_RUN + 1):
        # joined without a loop of our own: most of matching is spent here
        found.update(map("".join, zip(*(text[start:] for start in range(size)), strict=False)))
    return found


@cache
def load_model(path: Path | None = None) -> SentenceModel:
    """The weights that ship with the program, or those of a file that ``save_model`` wrote."""
    with np.load(path or Path(__file__).with_name(WEIGHTS), allow_pickle=False) as kept:

        def names(key: str) -> list[str]:
            return str(kept[key].tobytes(), "utf-8").split("\n")

        contexts = zip(names("contexts"), map(float, kept["in_context"]), strict=True)
        return SentenceModel(
            codes=tuple(names("codes")),
            sounds=tuple(names("sounds")),
            features={run: i for i, run in enumerate(names("features"))},
            rarity=kept["rarity"].astype(np.float32),
            weights=kept["weights"],
            steps=kept["steps"],
            bias=kept["bias"],
            bars=kept["bars"],
            in_context=dict(contexts),
            digest=names("digest")[0],
        )


def save_model(model: SentenceModel, path: Path) -> None:
    """Write the weights; the same model gives the same bytes."""
    texts = {
        "codes": model.codes,
        "sounds": model.sounds,
        "features": tuple(model.features),
        "contexts": tuple(model.in_context),
        "digest": (model.digest,),
    }
    packed: dict[str, Any] = {
        name: np.frombuffer("\n".join(some).encode(), np.uint8) for name, some in texts.items()
    }
    np.savez_compressed(
        path,
        rarity=model.rarity.astype(np.float16),
        weights=model.weights,
        steps=model.steps,
        bias=model.bias,
        bars=model.bars,
        in_context=np.array(list(model.in_context.values()), np.float16),
        **packed,
    )
