"""Linear models over rare features, judged by those that have not seen a row, as log likelihood ratios."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

FOLDS = 5
Numbers = NDArray[np.float64]


def fold_of(group: str) -> int:
    """The fold of all that stands together under this name."""
    return zlib.crc32(group.encode()) % FOLDS


def numbered(seen: Mapping[str, int], least: int) -> dict[str, int]:
    """The features that occur in so many rows, in their order."""
    return {name: i for i, name in enumerate(sorted(n for n, count in seen.items() if count >= least))}


def exceeded(told: Numbers, most: float) -> float:
    """What no more than this share of the scores is above."""
    return float(np.sort(told)[::-1][int(most * len(told))]) if len(told) else -math.inf


def sparse(rows: Iterator[Mapping[int, float]], height: int, width: int) -> csr_matrix:
    """A row for each mapping of column to value."""
    places = [(i, j, value) for i, row in enumerate(rows) for j, value in row.items()]
    across, down, values = zip(*places, strict=True)
    return csr_matrix((values, (across, down)), shape=(height, width))


def fitted(
    matrix: csr_matrix, labels: NDArray[np.int8], folds: NDArray[Any], freedom: float
) -> tuple[Numbers, Numbers, float]:
    """What the models that have not seen a row say of it; weights and bias of one that has seen all."""
    told = np.zeros(len(labels))
    for fold in range(FOLDS):
        seen = (folds != fold) & (labels >= 0)
        told[folds == fold] = _regression(matrix[seen], labels[seen], freedom).decision_function(
            matrix[folds == fold]
        )
    whole = _regression(matrix[labels >= 0], labels[labels >= 0], freedom)
    return told, whole.coef_[0], float(whole.intercept_[0])


def _regression(matrix: csr_matrix, labels: NDArray[np.int8], freedom: float) -> LogisticRegression:
    return LogisticRegression(C=freedom, class_weight="balanced", solver="liblinear").fit(matrix, labels)


def calibrated(told: Numbers, labels: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and shift that make a score the log likelihood ratio (Platt 1999, less the prior log odds)."""
    known = labels >= 0
    fit = LogisticRegression(C=100.0).fit(told[known, None], labels[known])
    share = float((labels == 1).sum() / known.sum())
    return float(fit.coef_[0, 0]), float(fit.intercept_[0] - math.log(share / (1 - share)))
