"""A centre's own sentences -> an increment over the shipped judgement of sentences, in a second or two.

Two small fits, each around the shipped weights as the prior (maximum a posteriori, Gaussian prior; the warm
start is the prior's centre). Over the runs of whole sentences, the sentences that the shipped model was
trained on pull every run back to what it was, as often as it occurs in them: so the words that everybody says
stay as they are, and what moves is what is the centre's own. Over the words around phrases the prior alone
holds. No model of the shipped kind is fitted anew, so scikit-learn is not needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.domain import Role
from pipeline.phrases.acceptance import TOO_FAR
from pipeline.phrases.checking import sentence
from pipeline.phrases.increments import SentenceIncrement, own_features
from pipeline.phrases.lexicon import Code, Lexicons
from pipeline.phrases.matcher import Matcher
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.own_sentences import OwnSentence, digest_of, sentences_of
from pipeline.phrases.passages import passages
from pipeline.phrases.sentences import (
    PhraseInContext,
    SentenceModel,
    load_model,
    sentence_runs,
    sound_table,
)

FREEDOM = 30.0
"""Inverse strength of the prior: so much that one sentence is judged as the person said (a sentence that the
shipped model puts at a log likelihood ratio of 4 ends below 0)."""
ANCHOR = 0.02
"""Weight of a shipped sentence that keeps its score, against 1 for one of the centre's."""
_Numbers = NDArray[np.float64]


def train(
    own: Sequence[OwnSentence], lexicons: Lexicons, shipped: Iterable[str], model: SentenceModel | None = None
) -> SentenceIncrement:
    """Fit an increment.

    Args:
        shipped: texts of the sentences that the shipped model was trained on (see ``shipped_sentences``).
        model: over which; the shipped one where none is given.
    """
    base = model or load_model()
    texts = [normalise(one.text) for one in own]
    table = sound_table(base.sounds)
    rows = [sorted(sentence_runs(text, table)) for text in texts]
    features = {run: i for i, run in enumerate(sorted({run for row in rows for run in row}))}
    matrix = _unit_rows(rows, features)
    anchors = _unit_rows((sorted(sentence_runs(normalise(t), table)) for t in shipped), features)
    before = [base.log_ratios(text) for text in texts]
    fitted: dict[str, _Numbers] = {}
    for code in base.codes:
        labels = np.array([_label(one, code, lexicons.codes.get(code)) for one in own], np.int8)
        if (labels >= 0).any():
            known = labels >= 0
            start = np.array([ratios[code] for ratios in before])
            fitted[code] = _increment(matrix[known], labels[known], start[known], anchors)
    weights = np.array(list(fitted.values()), np.float64).T if fitted else np.zeros((len(features), 0))
    kept = np.flatnonzero(np.abs(weights).max(axis=1, initial=0.0) > 1e-3)
    names = list(features)
    increment = SentenceIncrement(
        codes=tuple(fitted),
        sounds=base.sounds,
        features={names[row]: i for i, row in enumerate(kept)},
        weights=weights[kept].astype(np.float16),
        in_context={},
        trained_on=digest_of(own),
    )
    return _with_contexts(increment, own, lexicons, base)


def shipped_sentences(folder: Path) -> list[str]:
    """Texts of ``sentences/*.jsonl`` of a folder of lexicons, whatever they are.

    Raises:
        LexiconError: a line that is no sentence (file, line).
    """
    return [one.text for path in sorted((folder / "sentences").glob("*.jsonl")) for one in sentences_of(path)]


def _label(one: OwnSentence, code: str, known: Code | None) -> int:
    """1: meant, 0: not, -1: nothing is said of it, or the other party speaks."""
    if code in one.codes:
        return 1
    if known is None or known.role not in (None, Role(one.role)):
        return -1
    return 0 if code in one.not_codes or not (one.codes or one.not_codes) else -1


def _unit_rows(rows: Iterable[Sequence[str]], features: Mapping[str, int]) -> csr_matrix:
    """Sentences x features, each sentence of length 1 over all its runs, known or not."""
    across: list[int] = []
    down: list[int] = []
    values: list[float] = []
    height = 0
    for runs in rows:
        own = [i for run in runs if (i := features.get(run)) is not None]
        across += [height] * len(own)
        down += own
        values += [1 / math.sqrt(max(len(runs), 1))] * len(own)  # 哦 is a filler: nothing is left of it
        height += 1
    return csr_matrix((values, (across, down)), shape=(height, len(features)))


def _increment(
    matrix: csr_matrix, labels: NDArray[np.int8], start: _Numbers, anchors: csr_matrix | None
) -> _Numbers:
    """The weights that, added to those that gave ``start``, lose least."""
    signs = np.where(labels == 1, 1.0, -1.0)

    def loss(weights: _Numbers) -> tuple[float, _Numbers]:
        margins = signs * (start + matrix @ weights)
        wrong = np.exp(-np.logaddexp(0.0, margins))  # how likely the other thing is
        value = float(np.logaddexp(0.0, -margins).sum() + weights @ weights / (2 * FREEDOM))
        gradient = weights / FREEDOM - matrix.T @ (signs * wrong)
        if anchors is not None:
            moved = anchors @ weights
            value += ANCHOR * float(moved @ moved) / 2
            gradient = gradient + ANCHOR * (anchors.T @ moved)
        return value, gradient

    done = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    found: _Numbers = done.x
    return found


def _with_contexts(
    increment: SentenceIncrement, own: Sequence[OwnSentence], lexicons: Lexicons, base: SentenceModel
) -> SentenceIncrement:
    """The same with what the words around phrases tell, fitted over what is left to be told."""
    moved = replace(base, increment=increment)
    examples = list(_phrases_found(own, lexicons, base))
    named = [own_features(found) for found, _ in examples]
    numbers = {name: i for i, name in enumerate(sorted({name for some in named for name in some}))}
    if not examples:
        return increment
    across = [i for i, some in enumerate(named) for _ in some]
    down = [numbers[name] for some in named for name in some]
    values = [value for some in named for value in some.values()]
    matrix = csr_matrix((values, (across, down)), shape=(len(named), len(numbers)))
    labels = np.array([right for _, right in examples], np.int8)
    meant = np.clip([moved.meant(found) for found, _ in examples], 1e-9, 1 - 1e-9)
    weights = _increment(matrix, labels, np.log(meant / (1 - meant)), None)
    in_context = {name: float(w) for name, w in zip(numbers, weights, strict=True) if abs(w) > 1e-3}
    return replace(increment, in_context=in_context)


def _phrases_found(
    own: Sequence[OwnSentence], lexicons: Lexicons, base: SentenceModel
) -> Iterator[tuple[PhraseInContext, bool]]:
    """What looks like a phrase in each sentence, and whether it is meant; only what somebody said."""
    matcher = Matcher(lexicons, weighed=False)
    for one in own:
        role = Role(one.role)
        for passage in passages([sentence(one.text, role)]):
            if not passage.text:
                continue
            for _, assessed in matcher.assess_all([passage]):
                for a in assessed:
                    code = matcher.phrase_of(a.candidate).code
                    label = _label(one, code.code, code)
                    if label >= 0 and code.code in base.codes and a.dropped != TOO_FAR:
                        c = a.candidate
                        yield (
                            PhraseInContext.of(passage.text, c.start, c.end, code=code.code, how=c.how),
                            bool(label),
                        )
