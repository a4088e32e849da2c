"""Both models: what a sentence says of a code, and what the place of a phrase says of its being meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import syllable
from pipeline.phrases import Lexicons
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import rarity, sentence_runs, sound_table, weight_of
from scripts.train_sentences.fitting import calibrated, fitted, fold_of, numbered, sparse
from scripts.train_sentences.found import find
from scripts.train_sentences.reading import LabelledSentence, accused

SENTENCE_FREEDOM, CONTEXT_FREEDOM = 10.0, 10.0
"""Inverse strength of the regularisation of both models. What accuses alone must be surer than nearly every
innocent sentence, and only a model this free learns the rare ones that look alike: with a fortieth of it the
same bars find a seventh less in folds unseen, with twice as much hardly more."""
LEAST_SENTENCES, LEAST_CONTEXTS = 3, 2
"""Rows that a feature of either model must occur in. What stands in two sentences often stands in one block:
it says little of any other, and takes from the weight of what does."""
ALIKE = frozenset({"attitude-impatient", "attitude-dismissive", "shirk", "not-know"})
"""One sentence may well be several of these: none is an example against another."""
MOST_LOST = 0.038
"""Share of right hits that may be taken for not meant."""


class Training:
    """Both models, fitted on all sentences, and what models that had not seen a sentence say of it."""

    def __init__(self, known: Sequence[LabelledSentence], lexicons: Lexicons) -> None:
        self.known, self.lexicons = known, lexicons
        self.codes = accused(lexicons)
        self.folds = np.array([fold_of(s.block) for s in known])
        self._sentences()
        self._contexts()

    def _sentences(self) -> None:
        texts = [normalise(s.text) for s in self.known]
        spoken = {syllable(c) for text in texts for c in text}
        self.sounds = tuple(sorted(s for s in spoken if s.isascii() and len(s) > 1))
        table = sound_table(self.sounds)
        occurring = [sorted(sentence_runs(text, table)) for text in texts]
        seen = Counter(run for some in occurring for run in some)
        self.features = numbered(seen, LEAST_SENTENCES)
        self.rarity = rarity(len(texts), np.array([seen[run] for run in self.features], np.int64))
        rows = [[self.features[run] for run in some if run in self.features] for some in occurring]
        matrix = sparse((self._row(row) for row in rows), len(rows), len(self.features))
        size = len(self.codes)
        self.weights = np.zeros((len(self.features), size))
        self.bias, self.unseen = np.zeros(size), np.zeros((len(self.known), size))
        for column, code in enumerate(self.codes):
            labels = self.labels(code)
            told, weights, bias = fitted(matrix, labels, self.folds, SENTENCE_FREEDOM)
            slope, shift = calibrated(told, labels)
            self.unseen[:, column] = slope * told + shift
            self.weights[:, column], self.bias[column] = slope * weights, slope * bias + shift

    def _row(self, row: Sequence[int]) -> Mapping[int, float]:
        """The features of a sentence, each as much as it is rare and as the sentence is long."""
        weight = weight_of(self.rarity[row]) if row else 1.0
        return {i: float(self.rarity[i]) / weight for i in row}

    def labels(self, code: str) -> NDArray[np.int8]:
        """1: the code is meant, 0: it is not, -1: nothing is known, or the other party speaks."""
        role = self.lexicons.codes[code].role

        def label(s: LabelledSentence) -> int:
            if code in s.codes:
                return 1
            if role not in (None, s.role) or (code in ALIKE and s.codes & ALIKE):
                return -1
            return 0 if s.not_these is None or code in s.not_these else -1

        return np.array([label(s) for s in self.known], np.int8)

    def _contexts(self) -> None:
        self.found = find(self.known, self.lexicons, self.codes)
        numbers = {code: i for i, code in enumerate(self.codes)}
        named = [f.place.features(self.unseen[f.sentence, numbers[f.place.code]]) for f in self.found]
        seen = Counter(name for some in named for name in some)
        names = numbered(seen, LEAST_CONTEXTS)
        rows = ({names[n]: v for n, v in some.items() if n in names} for some in named)
        matrix = sparse(rows, len(named), len(names))
        labels = np.array([f.right for f in self.found], np.int8)
        folds = self.folds[[f.sentence for f in self.found]]
        told, weights, bias = fitted(matrix, labels, folds, CONTEXT_FREEDOM)
        slope, shift = calibrated(told, labels)
        self.meant = slope * told + shift
        # The prior: so that of the right hits no more than MOST_LOST are less likely meant than not.
        right = [
            odds
            for f, odds in zip(self.found, self.meant, strict=True)
            if f.right and not f.dropped and self.known[f.sentence].written
        ]
        prior = -float(np.quantile(right, MOST_LOST))
        self.meant += prior
        kept = {"": slope * bias + shift + prior, **dict(zip(names, slope * weights, strict=True))}
        self.in_context = {name: float(value) for name, value in kept.items()}

    def sentences_found(self, code: str) -> set[int]:
        """Those in which the lexicons find the code."""
        return {f.sentence for f in self.found if f.place.code == code and not f.dropped}
