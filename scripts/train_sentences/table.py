"""What a reader is told of the training, code by code."""

from __future__ import annotations

from collections import Counter

import numpy as np
from rich.table import Table

from scripts.train_sentences.model import bars
from scripts.train_sentences.training import Training


def table(trained: Training) -> Table:
    """Per code, over the sentences that were written for training: found and accused, three ways."""
    counted = Table(
        "code", "sentences", "found", "weighed", "+ alone", "innocent", "accused", "weighed", "+ alone"
    )
    told = {True: "found", False: "accused"}
    sums: Counter[str] = Counter()
    least = bars(trained)
    for column, code in enumerate(trained.codes):
        labels = trained.labels(code)
        plain = trained.sentences_found(code)
        weighed = {
            f.sentence
            for f, odds in zip(trained.found, trained.meant, strict=True)
            if f.place.code == code and not f.dropped and odds >= 0
        }
        alone = weighed | set(np.flatnonzero(trained.unseen[:, column] >= least[column]).tolist())
        counts: dict[str, int] = {}
        for right in told:
            own = {
                i
                for i, s in enumerate(trained.known)
                if s.written and labels[i] == right and (right or not s.codes)
            }
            ways = ("", " weighed", " alone")
            counts[f"{right}"] = len(own)
            counts |= {
                f"{right}{way}+": len(own & some)
                for way, some in zip(ways, (plain, weighed, alone), strict=True)
            }
        sums.update(counts)
        counted.add_row(code, *map(str, counts.values()))
    counted.add_section()
    counted.add_row("all", *map(str, sums.values()))
    return counted
