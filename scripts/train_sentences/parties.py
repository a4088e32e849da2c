"""Train the model that tells from a sentence alone which party says it.

    python -m scripts.train_sentences.parties

reads ``lexicons/zh/sentences`` and ``lexicons/zh/required-sentences``, where each line names who says it, and
writes ``pipeline/phrases/parties.npz``.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from pipeline.conversation.text import syllable
from pipeline.domain import Role
from pipeline.phrases import load_lexicons
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import (
    PARTY_WEIGHTS,
    SentenceModel,
    rarity,
    save_model,
    sentence_runs,
    sound_table,
    weight_of,
)
from scripts.train_sentences.fitting import calibrated, fitted, fold_of, numbered, sparse
from scripts.train_sentences.reading import LEXICONS, MODEL, digest_of, written
from scripts.train_sentences.required import SENTENCES as REQUIRED

FREEDOM = 3.0
LEAST_SENTENCES = 4
BLOCK = 5


def main() -> None:
    lexicons = load_lexicons(LEXICONS)
    rows = [
        (normalise(row["text"]), row["role"] == Role.AGENT, f"{path.stem}{number // BLOCK}")
        for folder in (LEXICONS / "sentences", REQUIRED)
        for path in sorted(folder.glob("*.jsonl"))
        for number, row in enumerate(written(path, lexicons))
    ]
    model = trained(rows)
    path = MODEL.with_name(PARTY_WEIGHTS)
    save_model(model, path)
    print(f"{len(rows)} sentences, {len(model.features)} features, {path.stat().st_size / 1e6:.2f} MB")


def trained(rows: list[tuple[str, bool, str]]) -> SentenceModel:
    """One classifier: natural log likelihood ratio of the agent against the customer."""
    spoken = {syllable(character) for text, _, _ in rows for character in text}
    sounds = tuple(sorted(s for s in spoken if s.isascii() and len(s) > 1))
    table = sound_table(sounds)
    occurring = [sorted(sentence_runs(text, table)) for text, _, _ in rows]
    seen = Counter(run for some in occurring for run in some)
    features = numbered(seen, LEAST_SENTENCES)
    rare = rarity(len(rows), np.array([seen[run] for run in features], np.int64))
    numbers = [[features[run] for run in some if run in features] for some in occurring]
    matrix = sparse(
        ({i: float(rare[i]) / (weight_of(rare[row]) if row else 1.0) for i in row} for row in numbers),
        len(rows),
        len(features),
    )
    labels = np.array([agent for _, agent, _ in rows], np.int8)
    folds = np.array([fold_of(block) for _, _, block in rows])
    told, fit, shift = fitted(matrix, labels, folds, FREEDOM)
    slope, level = calibrated(told, labels)
    right = ((slope * told + level > 0) == labels).mean()
    print(f"right of sentences not seen: {right:.3f}")
    weights = (slope * fit * rare)[:, None]
    steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return SentenceModel(
        codes=(Role.AGENT.value,),
        sounds=sounds,
        features=features,
        rarity=rare,
        weights=np.rint(weights / steps).astype(np.int8),
        steps=steps.astype(np.float32),
        bias=np.array([slope * shift + level], np.float32),
        bars=np.zeros(1, np.float32),
        in_context={"": 0.0},
        digest=digest_of(LEXICONS / "sentences"),
    )


if __name__ == "__main__":
    main()
