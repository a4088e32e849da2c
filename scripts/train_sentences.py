"""``python -m scripts.train_sentences``: train what weighs a phrase against the sentence it stands in.

Reads the sentences of ``lexicons/zh/sentences/*.jsonl`` (text, role, codes; no codes: innocent), the examples
of the lexicons and their ``ordinary.jsonl``, writes ``pipeline/phrases/sentences.npz`` and prints, over
sentences that the models of their fold have not seen, per code how many the lexicons find and how many
innocent ones they accuse: alone, weighed by the sentence, and with what a sentence alone is found by.
``unseen_wordings.jsonl`` is for testing only and is never trained on.

Sentences that stand near each other in a file (a violation and its near misses, mostly) fall into one fold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.domain import PhraseKind, Role
from pipeline.phrases import Lexicons, Matcher, load_lexicons
from pipeline.phrases.acceptance import TOO_FAR, AssessedMatch
from pipeline.phrases.checking import sentence
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.ordinary import ORDINARY_FILE, read_ordinary_talk
from pipeline.phrases.passages import Passage, passages
from pipeline.phrases.sentences import (
    WEIGHTS,
    PhraseInContext,
    SentenceModel,
    rarity,
    save_model,
    sentence_runs,
    sound_table,
)
from pipeline.phrases.syllables import syllable

HERE = Path(__file__).resolve().parent
LEXICONS = HERE.parent / "lexicons" / "zh"
WORD_CLASSES = HERE.parent / "pipeline" / "phrases" / "word_classes.toml"
MODEL = HERE.parent / "pipeline" / "phrases" / WEIGHTS
FOLDS = 5
BLOCK = 20
"""Lines of a file that fall into one fold."""
LEAST_SEEN = 2
"""Sentences that a feature must occur in."""
SENTENCE_FREEDOM, CONTEXT_FREEDOM = 12.0, 10.0
"""Inverse strength of the regularisation of both models."""
ALIKE = frozenset({"attitude-impatient", "attitude-dismissive", "shirk", "not-know"})
"""One sentence may well be several of these: none is an example against another."""
MOST_LOST = 0.038
"""Share of right hits that may be taken for not meant."""
MOST_FALSE = 0.6 / 1000
"""Share of innocent sentences that nobody wrote to look like the code, and ..."""
MOST_NEAR = 0.02
"""... of its near misses that reach its bar by the sentence alone ..."""
MARGIN = 0.1
"""... less this log likelihood ratio: innocent talk that nobody wrote down is wider than what was, and ..."""
MARGINS = {
    "abuse": 1.5,
    "leak-other-customer": 6.0,
    "ask-sensitive": 1.0,
    "attitude-dismissive": 2.8,
    "attitude-impatient": 0.7,
    "rating-guide": 5.0,
    "threat": 1.6,
    "not-know": 1.8,
    "early-repay-guide": 1.6,
    "promise-approval": 1.4,
    "esc-lawsuit": 0.5,
}
"""... these codes lie nearest to everyday talk (he lives in Taiwan, you will be most content): as much as it
takes that ``innocent.tsv`` of the tests, which nothing is trained on, accuses nobody."""
LEAST_GAIN = 3
"""Sentences that a code must find more by the sentence alone, in folds unseen, to be found so at all ..."""
ALWAYS = frozenset({"esc-self-harm"})
"""... but for what a person must hear of within minutes, and what costs nobody points."""
_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence and what it is: nothing wrong where ``codes`` is empty."""

    text: str
    role: Role
    codes: frozenset[str]
    block: str
    """Lines of a file, or the phrase, that it stands with: see BLOCK."""
    written: bool
    """Written for training, not an example of the lexicon that hits or spares it by construction."""
    not_these: frozenset[str] | None = None
    """Where only these are known not to be meant; None: every code but ``codes``."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that the lexicons found in a sentence."""

    sentence: int
    place: PhraseInContext
    dropped: bool
    right: bool


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.train_sentences", description=__doc__)
    options.add_argument("--sentences", type=Path, default=LEXICONS / "sentences", help="folder")
    options.add_argument("--output", type=Path, default=MODEL, help="where the weights go")
    chosen = options.parse_args()
    lexicons = load_lexicons(LEXICONS)
    known = read_sentences(chosen.sentences, lexicons)
    trained = Training(known, lexicons)
    model = trained.model(digest_of(chosen.sentences))
    save_model(model, chosen.output)
    innocent = sum(not s.codes for s in known)
    print(f"{len(known)} sentences, {innocent} of them innocent; {len(model.features)} features, ", end="")
    print(f"{len(model.in_context)} of contexts; {chosen.output.stat().st_size / 1e6:.2f} MB")
    Console(width=130).print(trained.table())


def digest_of(folder: Path) -> str:
    """SHA-256 of all that the sentences are read from, but for the lexicons' own examples, and of the words
    that count alike."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.jsonl")), LEXICONS / ORDINARY_FILE, WORD_CLASSES]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read_sentences(folder: Path, lexicons: Lexicons) -> list[LabelledSentence]:
    """All sentences, each once; what several sources say of one is put together.

    Raises:
        ValueError: a code that is in no lexicon, with file and line.
    """
    known: dict[tuple[str, Role], LabelledSentence] = {}
    for one in (*_written(folder, lexicons), *_examples(lexicons), *_ordinary()):
        key = normalise(one.text), one.role
        first = known.setdefault(key, one)
        if first is not one:
            codes = first.codes | one.codes
            told = None if codes or None in (first.not_these, one.not_these) else first.not_these
            known[key] = replace(first, codes=codes, not_these=told)
    return [one for (text, _), one in known.items() if len(text) > 1]


def _written(folder: Path, lexicons: Lexicons) -> Iterator[LabelledSentence]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            unknown = sorted(set(row["codes"]) - lexicons.codes.keys())
            if unknown:
                raise ValueError(f"{path}:{number + 1}: no lexicon has the code {unknown[0]}; correct it")
            block = f"{path.stem}{number // BLOCK}"
            yield LabelledSentence(row["text"], Role(row["role"]), frozenset(row["codes"]), block, True)


def _examples(lexicons: Lexicons) -> Iterator[LabelledSentence]:
    accusing = frozenset(accused(lexicons))
    for phrase in lexicons.phrases:
        code, block = phrase.code.code, phrase.canonical
        role = phrase.code.role or Role.AGENT
        grave = code in accusing
        for text in (phrase.canonical, *phrase.hit) if grave else phrase.hit:
            codes = frozenset({code}) if grave else frozenset[str]()
            yield LabelledSentence(text, role, codes, block, False)
        for text in phrase.quiet:
            yield LabelledSentence(text, role, frozenset(), block, False, frozenset({code}))


def _ordinary() -> Iterator[LabelledSentence]:
    for number, one in enumerate(read_ordinary_talk(LEXICONS)):
        block = f"{ORDINARY_FILE}{number // BLOCK}"
        yield LabelledSentence(one.text, one.role, frozenset(), block, True)


def _fold(group: str) -> int:
    return zlib.crc32(group.encode()) % FOLDS


def accused(lexicons: Lexicons) -> list[str]:
    """The codes that cost points or call for a person."""
    kinds = (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)
    return sorted(code.code for code in lexicons.codes.values() if code.kind in kinds)


class Training:
    """Both models, fitted on all sentences, and what models that had not seen a sentence say of it."""

    def __init__(self, known: Sequence[LabelledSentence], lexicons: Lexicons) -> None:
        self.known, self.lexicons = known, lexicons
        self.codes = accused(lexicons)
        self.folds = np.array([_fold(s.block) for s in known])
        self._sentences()
        self._contexts()

    def _sentences(self) -> None:
        texts = [normalise(s.text) for s in self.known]
        spoken = {syllable(c) for text in texts for c in text}
        self.sounds = tuple(sorted(s for s in spoken if s.isascii() and len(s) > 1))
        table = sound_table(self.sounds)
        occurring = [sorted(sentence_runs(text, table)) for text in texts]
        seen = Counter(run for some in occurring for run in some)
        self.features = {
            run: i for i, run in enumerate(sorted(r for r, n in seen.items() if n >= LEAST_SEEN))
        }
        self.rarity = rarity(len(texts), np.array([seen[run] for run in self.features], np.int64))
        rows = [[self.features[run] for run in some if run in self.features] for some in occurring]
        matrix = _matrix((self._unit_row(row) for row in rows), len(rows), len(self.features))
        size = len(self.codes)
        self.weights = np.zeros((len(self.features), size))
        self.bias, self.unseen = np.zeros(size), np.zeros((len(self.known), size))
        for column, code in enumerate(self.codes):
            labels = self._labels(code)
            told, weights, bias = _fitted(matrix, labels, self.folds, SENTENCE_FREEDOM)
            slope, shift = _calibrated(told, labels)
            self.unseen[:, column] = slope * told + shift
            self.weights[:, column], self.bias[column] = slope * weights, slope * bias + shift

    def _unit_row(self, row: Sequence[int]) -> Mapping[int, float]:
        """The features of a sentence, each as much as it is rare, scaled to length 1."""
        length = float(np.linalg.norm(self.rarity[row])) if row else 1.0
        return {i: float(self.rarity[i]) / length for i in row}

    def _labels(self, code: str) -> NDArray[np.int8]:
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
        matcher = Matcher(self.lexicons, weighed=False)
        said = [
            (number, passage)
            for number, s in enumerate(self.known)
            for passage in passages([sentence(s.text, s.role)])
            if passage.text
        ]
        assessed = matcher.assess_all([passage for _, passage in said])  # at once: faster than one by one
        self.found = [
            f
            for (number, _), (passage, some) in zip(said, assessed, strict=True)
            for f in _found(matcher, (number, self.known[number]), passage, some, self.codes)
        ]
        numbers = {code: i for i, code in enumerate(self.codes)}
        named = [f.place.features(self.unseen[f.sentence, numbers[f.place.code]]) for f in self.found]
        seen = Counter(name for some in named for name in some)
        names = _numbered(seen)
        rows = ({names[n]: v for n, v in some.items() if n in names} for some in named)
        matrix = _matrix(rows, len(named), len(names))
        labels = np.array([f.right for f in self.found], np.int8)
        folds = self.folds[[f.sentence for f in self.found]]
        told, weights, bias = _fitted(matrix, labels, folds, CONTEXT_FREEDOM)
        slope, shift = _calibrated(told, labels)
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

    def bars(self) -> _Numbers:
        """Per code, what the least likely of the sentences that are taken for it alone says of it."""
        bars = np.full(len(self.codes), np.inf)
        for column, code in enumerate(self.codes):
            labels, told = self._labels(code), self.unseen[:, column]
            innocent = (labels == 0) & np.array([not s.codes for s in self.known])
            near = self._near(code)
            shares = (innocent & ~near, MOST_FALSE), (innocent & near, MOST_NEAR)
            bar = max(_exceeded(told[some], most) for some, most in shares)
            bar += MARGINS.get(code, MARGIN)
            plain = self._sentences_found(code)
            alone = np.flatnonzero((labels == 1) & (told >= bar))
            gain = sum(self.known[int(i)].written and int(i) not in plain for i in alone)
            if gain >= LEAST_GAIN or code in ALWAYS:
                bars[column] = bar
        return bars

    def _near(self, code: str) -> NDArray[np.bool_]:
        """Which sentences stand among those of a code: its near misses, mostly."""
        blocks = {s.block for s in self.known if code in s.codes}
        return np.array([s.block in blocks for s in self.known])

    def _sentences_found(self, code: str) -> set[int]:
        """Those in which the lexicons find the code."""
        return {f.sentence for f in self.found if f.place.code == code and not f.dropped}

    def model(self, digest: str) -> SentenceModel:
        """What is kept."""
        weights = self.weights * self.rarity[:, None]
        steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
        return SentenceModel(
            codes=tuple(self.codes),
            sounds=self.sounds,
            features=self.features,
            rarity=self.rarity,
            weights=np.rint(weights / steps).astype(np.int8),
            steps=steps.astype(np.float32),
            bias=self.bias.astype(np.float32),
            bars=self.bars().astype(np.float32),
            in_context=self.in_context,
            digest=digest,
        )

    def table(self) -> Table:
        """Per code, over the sentences that were written for training: found and accused, three ways."""
        table = Table(
            "code", "sentences", "found", "weighed", "+ alone", "innocent", "accused", "weighed", "+ alone"
        )
        told = {True: "found", False: "accused"}
        sums: Counter[str] = Counter()
        bars = self.bars()
        for column, code in enumerate(self.codes):
            labels = self._labels(code)
            plain = self._sentences_found(code)
            weighed = {
                f.sentence
                for f, odds in zip(self.found, self.meant, strict=True)
                if f.place.code == code and not f.dropped and odds >= 0
            }
            alone = weighed | set(np.flatnonzero(self.unseen[:, column] >= bars[column]).tolist())
            counts: dict[str, int] = {}
            for right in told:
                own = {
                    i
                    for i, s in enumerate(self.known)
                    if s.written and labels[i] == right and (right or not s.codes)
                }
                ways = ("", " weighed", " alone")
                counts[f"{right}"] = len(own)
                counts |= {
                    f"{right}{way}+": len(own & some)
                    for way, some in zip(ways, (plain, weighed, alone), strict=True)
                }
            sums.update(counts)
            table.add_row(code, *map(str, counts.values()))
        table.add_section()
        table.add_row("all", *map(str, sums.values()))
        return table


def _found(
    matcher: Matcher,
    said: tuple[int, LabelledSentence],
    passage: Passage,
    assessed: Sequence[AssessedMatch],
    codes: Sequence[str],
) -> list[Found]:
    """What looks like a phrase: the surest of each code, and in innocent sentences what an exception or a
    context spares, for that too shows how a phrase is not meant."""
    number, one = said
    best: dict[tuple[str, bool], tuple[float, Found]] = {}
    for a in assessed:
        c, code = a.candidate, matcher.phrase_of(a.candidate).code.code
        dropped, right = a.dropped is not None, code in one.codes
        if code not in codes or a.dropped == TOO_FAR or (one.codes and (dropped or not right)):
            continue
        place = PhraseInContext.of(passage.text, c.start, c.end, code=code, how=c.how)
        sure = matcher.hit(passage, c).confidence
        if sure > best.get((code, dropped), (0.0, None))[0]:
            best[code, dropped] = sure, Found(number, place, dropped, right)
    return [found for _, found in best.values()]


def _exceeded(told: _Numbers, most: float) -> float:
    """What no more than this share of the scores is above."""
    return float(np.sort(told)[::-1][int(most * len(told))]) if len(told) else -math.inf


def _numbered(seen: Mapping[str, int]) -> dict[str, int]:
    """The features that occur often enough, in their order."""
    return {name: i for i, name in enumerate(sorted(n for n, count in seen.items() if count >= LEAST_SEEN))}


def _matrix(rows: Iterator[Mapping[int, float]], height: int, width: int) -> csr_matrix:
    places = [(i, j, value) for i, row in enumerate(rows) for j, value in row.items()]
    across, down, values = zip(*places, strict=True)
    return csr_matrix((values, (across, down)), shape=(height, width))


def _fitted(
    matrix: csr_matrix, labels: NDArray[np.int8], folds: NDArray[Any], freedom: float
) -> tuple[_Numbers, _Numbers, float]:
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


def _calibrated(told: _Numbers, labels: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and shift that make a score the log likelihood ratio (Platt 1999, less the prior log odds)."""
    known = labels >= 0
    fit = LogisticRegression(C=100.0).fit(told[known, None], labels[known])
    share = float((labels == 1).sum() / known.sum())
    return float(fit.coef_[0, 0]), float(fit.intercept_[0] - math.log(share / (1 - share)))


if __name__ == "__main__":
    main()
