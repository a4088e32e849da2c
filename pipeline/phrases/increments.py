"""What a centre's own sentences add to the judgement of sentences that ships with the program.

The shipped model stays as it is. An increment moves what it says of a sentence as far as that sentence shares
runs of characters or syllables with the centre's own, and of a phrase as far as the words around it are those
around the same phrase there; what shares nothing with them is judged as before. Runs and words stand in it by
name, so it fits a later version of the shipped model too. ``training`` makes it.
"""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message
from pipeline.phrases.sentences import PhraseInContext, SentenceModel, sentence_runs, sound_table

MOST_BYTES = 32 << 20
"""20,000 sentences make fewer."""
_GENERIC = ("how ", "code ")
_GENERIC_NAMES = frozenset({"", "sentence", "size"})


@dataclass(frozen=True)
class SentenceIncrement:
    """Weights over runs, per code, and over the words around phrases; both are added to the shipped ones."""

    codes: tuple[str, ...]
    sounds: tuple[str, ...]
    """Toneless syllables by number, as in the model it was trained over."""
    features: Mapping[str, int]
    weights: NDArray[np.float16]
    """features x codes."""
    in_context: Mapping[str, float]
    trained_on: str
    """Digest of the sentences."""
    digest: str = field(default="", compare=False)
    """SHA-256 of the file; part of the revision of the lexicons."""

    def log_ratios(self, text: str) -> Mapping[str, float]:
        """Code -> what is added to the log likelihood ratio of a normalised text; codes with 0 are left
        out."""
        runs = sentence_runs(text, self._table)
        rows = [i for run in runs if (i := self.features.get(run)) is not None]
        if not rows:
            return {}
        added = self.weights[rows].sum(axis=0, dtype=np.float64) / math.sqrt(len(runs))
        return {code: float(value) for code, value in zip(self.codes, added, strict=True) if value}

    def odds(self, features: Mapping[str, float]) -> float:
        """What is added to the log odds that a phrase is meant."""
        weight = self.in_context.get
        return sum(weight(name, 0.0) * value for name, value in features.items())

    @cached_property
    def _table(self) -> dict[int, str]:
        return sound_table(self.sounds)


def own_features(found: PhraseInContext) -> dict[str, float]:
    """The features of a phrase in its context that tell this context from others."""
    features = found.features(0.0)
    return {n: v for n, v in features.items() if n not in _GENERIC_NAMES and not n.startswith(_GENERIC)}


def adapted(model: SentenceModel, increment: SentenceIncrement | None) -> SentenceModel:
    """The shipped model with an increment; the model itself where there is none."""
    return model if increment is None else replace(model, increment=increment)


def load_increment(path: Path) -> SentenceIncrement:
    """The weights that ``save_increment`` wrote.

    Raises:
        LexiconError: it is no such file.
    """
    try:
        raw = read_plain(path, most=MOST_BYTES, remedy=Message("lexicon.train-again"))
        with np.load(io.BytesIO(raw), allow_pickle=False) as kept:
            return _read(kept, hashlib.sha256(raw).hexdigest())
    except FileRefused as error:
        raise LexiconError(error.message, path=path) from error
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise LexiconError(Message("lexicon.no-weights", problem=str(error)), path=path) from error


def _read(kept: Any, digest: str) -> SentenceIncrement:
    def names(key: str) -> tuple[str, ...]:
        text = str(kept[key].tobytes(), "utf-8")
        return tuple(text.split("\n")) if text else ()

    codes, features, contexts = names("codes"), names("features"), names("contexts")
    weights, in_context = kept["weights"], kept["in_context"]
    if weights.shape != (len(features), len(codes)) or in_context.shape != (len(contexts),):
        raise ValueError("its parts do not fit together")
    if not (np.isfinite(weights).all() and np.isfinite(in_context).all()):
        raise ValueError("a weight is no number")
    return SentenceIncrement(
        codes=codes,
        sounds=names("sounds"),
        features={run: i for i, run in enumerate(features)},
        weights=weights,
        in_context=dict(zip(contexts, map(float, in_context), strict=True)),
        trained_on="".join(names("trained_on")),
        digest=digest,
    )


def packed(increment: SentenceIncrement) -> bytes:
    """The file of an increment; the same weights give the same bytes."""
    texts: dict[str, Iterable[str]] = {
        "codes": increment.codes,
        "sounds": increment.sounds,
        "features": increment.features,
        "contexts": increment.in_context,
        "trained_on": (increment.trained_on,),
    }
    arrays: dict[str, Any] = {
        name: np.frombuffer("\n".join(some).encode(), np.uint8) for name, some in texts.items()
    }
    out = io.BytesIO()
    np.savez_compressed(
        out,
        weights=increment.weights.astype(np.float16),
        in_context=np.array(list(increment.in_context.values()), np.float16),
        **arrays,
    )
    return out.getvalue()
