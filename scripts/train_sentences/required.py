"""Train the model that says which sentences may be a required phrase in other words.

    python -m scripts.train_sentences.required

reads ``lexicons/zh/required-sentences``, the lexicons' own examples, and all that agents say in
``lexicons/zh/sentences`` and in ordinary talk, and writes ``pipeline/phrases/required.npz``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import syllable
from pipeline.domain import PhraseKind, Role, Span, Utterance
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import (
    REQUIRED_WEIGHTS,
    SentenceModel,
    rarity,
    save_model,
    sentence_runs,
    sound_table,
    weight_of,
)
from scripts.train_sentences.fitting import calibrated, exceeded, fitted, fold_of, numbered, sparse
from scripts.train_sentences.reading import LEXICONS, MODEL, digest_of, read_sentences, written

SENTENCES = LEXICONS / "required-sentences"
CODES = ("closing", "empathy", "greeting", "hold-ask", "hold-thanks", "identity", "rating-prompt")
FREEDOM = 10.0
LEAST_SENTENCES = 3
"""A feature stands in so many sentences, or in two that are a required phrase; in one of those at least."""
MOST_ORDINARY = 0.05
"""Share of what agents say besides that may leave open whether the phrase was said: two utterances are looked
at where it has its usual place ..."""
WHOLE_CALL = {"empathy": 0.04, "identity": 0.04}
"""... and all of the agent's for these."""
LEAST_BAR = 0.0
"""Natural log likelihood ratio below which a sentence is rather none, however rare such sentences are in
ordinary talk. Of what one of three writers wrote and the lexicons did not know, a model of the other two
writers' sentences left .06 to .39 to be charged, by code, at the bars before (shares of 0.02 and 0.01, least
1.0), and leaves .02 to .16 at these; of what else the third had agents say, about .05 leave it open."""
CURT = {"greeting": 1.0, "hold-ask": 1.0, "hold-thanks": 1.0}
"""The same where a curt word stands in place of the phrase (喂，说; 我看看), which comes near half of it."""
BLOCK = 5


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    codes: frozenset[str]
    block: str
    only: str | None = None
    """The one code that something is known of; None: of all."""
    plain: bool = False
    """Something an agent says that was written for other ends."""


def main() -> None:
    lexicons = load_lexicons(LEXICONS)
    model = trained(list(_rows(lexicons, compile_matcher(lexicons))))
    path = MODEL.with_name(REQUIRED_WEIGHTS)
    save_model(model, path)
    bars = ", ".join(f"{c} {bar:.1f}" for c, bar in zip(model.codes, model.bars, strict=True))
    print(f"{len(model.features)} features, {path.stat().st_size / 1e6:.2f} MB; bars: {bars}")


def _rows(lexicons: Lexicons, matcher: Matcher) -> Iterator[_Row]:
    """Each sentence with what it was written as and what the lexicons find in it besides."""

    def found(text: str) -> frozenset[str]:
        utterance = Utterance(role=Role.AGENT, span=Span(0.0, 3.0), text=text, words=())
        return frozenset(hit.code for hit in matcher.match([utterance])) & set(CODES)

    for path in sorted(SENTENCES.glob("*.jsonl")):
        for number, row in enumerate(written(path, lexicons)):
            codes = frozenset(row["codes"]) | found(row["text"])
            yield _Row(normalise(row["text"]), codes, f"{path.stem}{number // BLOCK}")
    for phrase in lexicons.phrases:
        code = phrase.code.code
        if phrase.code.kind is PhraseKind.REQUIRED and code in CODES:
            for text in (phrase.canonical, *phrase.hit):
                yield _Row(normalise(text), frozenset({code}), phrase.canonical)
            for text in phrase.quiet:
                yield _Row(normalise(text), frozenset(), phrase.canonical, only=code)
    for one in read_sentences(LEXICONS / "sentences", lexicons):
        if one.role is Role.AGENT and one.written:
            yield _Row(normalise(one.text), found(one.text), one.block, plain=True)


def trained(rows: list[_Row]) -> SentenceModel:
    """One classifier per code, calibrated, with the bars beyond which a sentence may be the phrase."""
    spoken = {syllable(character) for row in rows for character in row.text}
    sounds = tuple(sorted(s for s in spoken if s.isascii() and len(s) > 1))
    table = sound_table(sounds)
    occurring = [sorted(sentence_runs(row.text, table)) for row in rows]
    seen = Counter(run for some in occurring for run in some)
    telling = Counter(run for row, some in zip(rows, occurring, strict=True) if row.codes for run in some)
    kept = {
        run: count
        for run, count in seen.items()
        if telling[run] > 1 or (telling[run] and count >= LEAST_SENTENCES)
    }
    features = numbered(kept, 1)
    rare = rarity(len(rows), np.array([seen[run] for run in features], np.int64))
    numbers = [[features[run] for run in some if run in features] for some in occurring]

    def values(row: list[int]) -> dict[int, float]:
        weight = weight_of(rare[row]) if row else 1.0
        return {i: float(rare[i]) / weight for i in row}

    matrix = sparse((values(row) for row in numbers), len(rows), len(features))
    folds = np.array([fold_of(row.block) for row in rows])
    weights, bias, bars = np.zeros((len(features), len(CODES))), np.zeros(len(CODES)), np.zeros(len(CODES))
    for column, code in enumerate(CODES):
        labels = _labels(rows, code)
        told, fit, shift = fitted(matrix, labels, folds, FREEDOM)
        slope, level = calibrated(told, labels)
        weights[:, column], bias[column] = slope * fit, slope * shift + level
        plain = np.array([row.plain for row in rows]) & (labels == 0)
        ordinary = exceeded(slope * told[plain] + level, WHOLE_CALL.get(code, MOST_ORDINARY))
        bars[column] = max(CURT.get(code, LEAST_BAR), ordinary)
    weights *= rare[:, None]
    steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return SentenceModel(
        codes=CODES,
        sounds=sounds,
        features=features,
        rarity=rare,
        weights=np.rint(weights / steps).astype(np.int8),
        steps=steps.astype(np.float32),
        bias=bias.astype(np.float32),
        bars=bars.astype(np.float32),
        in_context={"": 0.0},
        digest=required_digest(),
    )


def _labels(rows: list[_Row], code: str) -> NDArray[np.int8]:
    """1: the phrase of the code, 0: not, -1: nothing is known."""

    def label(row: _Row) -> int:
        if code in row.codes:
            return 1
        return 0 if row.only in (None, code) else -1

    return np.array([label(row) for row in rows], np.int8)


def required_digest() -> str:
    """SHA-256 of the sentences that the model is trained on."""
    return digest_of(SENTENCES)


if __name__ == "__main__":
    main()
