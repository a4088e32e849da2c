"""What is kept of the training: small weights, and how sure a sentence alone must be to accuse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import PhraseKind
from pipeline.phrases.sentences import SentenceModel
from scripts.train_sentences.fitting import Numbers, exceeded
from scripts.train_sentences.training import Training

MOST_FALSE = 0.6 / 1000
"""Share of innocent sentences that nobody wrote to look like the code, and ..."""
MOST_NEAR = 0.02
"""... of its near misses that reach its bar by the sentence alone ..."""
MARGIN = 0.1
"""... less this log likelihood ratio: innocent talk that nobody wrote down is wider than what was, and ..."""
ALERT_MARGIN = -1.1
"""... for an alert, which calls a person and takes points from nobody, a nearer bar. Chosen on two sets that
nobody had trained on: 6 of 517 more were found, of 532 near misses and 1,768 ordinary sentences none; ..."""
MARGINS = {
    "abuse": 0.9,
    "leak-other-customer": 1.0,
    "attitude-dismissive": 0.8,
    "attitude-impatient": 0.7,
    "rating-guide": 3.9,
    "threat": 1.5,
    "not-know": 0.6,
    "early-repay-guide": 0.5,
    "promise-approval": 1.3,
    "esc-lawsuit": 0.9,
    "esc-media": -0.1,
}
"""... these codes lie nearest to everyday talk (he lives in Taiwan, you will be most content): as much as it
takes that ``innocent.tsv`` of the tests, which nothing is trained on, accuses nobody."""
LEAST_GAIN = 3
"""Sentences that a code must find more by the sentence alone, in folds unseen, to be found so at all ..."""
ALWAYS = frozenset({"esc-self-harm"})
"""... but for what a person must hear of within minutes, and what costs nobody points."""


def model(trained: Training, digest: str) -> SentenceModel:
    """What is kept.

    Args:
        digest: of what it was trained on.
    """
    weights = trained.weights * trained.rarity[:, None]
    steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return SentenceModel(
        codes=tuple(trained.codes),
        sounds=trained.sounds,
        features=trained.features,
        rarity=trained.rarity,
        weights=np.rint(weights / steps).astype(np.int8),
        steps=steps.astype(np.float32),
        bias=trained.bias.astype(np.float32),
        bars=bars(trained).astype(np.float32),
        in_context=trained.in_context,
        digest=digest,
    )


def bars(trained: Training) -> Numbers:
    """Per code, what the least likely of the sentences that are taken for it alone says of it."""
    found = np.full(len(trained.codes), np.inf)
    for column, code in enumerate(trained.codes):
        labels, told = trained.labels(code), trained.unseen[:, column]
        innocent = (labels == 0) & np.array([not s.codes for s in trained.known])
        near = _near(trained, code)
        shares = (innocent & ~near, MOST_FALSE), (innocent & near, MOST_NEAR)
        bar = max(exceeded(told[some], most) for some, most in shares)
        alert = trained.lexicons.codes[code].kind is PhraseKind.ESCALATION
        bar += MARGINS.get(code, ALERT_MARGIN if alert else MARGIN)
        plain = trained.sentences_found(code)
        alone = np.flatnonzero((labels == 1) & (told >= bar))
        gain = sum(trained.known[int(i)].written and int(i) not in plain for i in alone)
        if gain >= LEAST_GAIN or code in ALWAYS:
            found[column] = bar
    return found


def _near(trained: Training, code: str) -> NDArray[np.bool_]:
    """Which sentences stand among those of a code: its near misses, mostly."""
    blocks = {s.block for s in trained.known if code in s.codes}
    return np.array([s.block in blocks for s in trained.known])
