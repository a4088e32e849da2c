"""Measure and calibrate the phrase matcher on a labelled night.

    python scripts/calibrate_phrases.py TRUTH_DIR TRANSCRIPTS [--lexicons DIR] [--corrupted 2000] [--seed 1]

TRUTH_DIR holds one ``<call_id>.json`` per call (``violations``, ``required``, ``escalations``, ``praise``,
``hard_negatives``: items with ``code, role, phrase, start, end``), TRANSCRIPTS is the JSON Lines export of
transcripts of the same calls (``callinspect export transcripts --format jsonl``). Prints, reproducibly:

* the ladder exact -> + patterns -> + sound: recall and precision per group, loud hard negatives;
* a reliability table: confidence as told against the share of hits that were right;
* the same for corrupted phrases and near misses, and the fit (logistic regression) of the constants in
  ``pipeline/phrases/confidence.py``;
* robustness: phrases corrupted at the recogniser's rate of confusions, and near misses, per way of finding.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.conversation.text import syllable
from pipeline.domain import How, PhraseHit, PhraseKind, Role, Span, Utterance
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.phrases.confidence import SOUND_SLOPE, SOUND_SURE
from pipeline.phrases.passages import passages
from pipeline.phrases.syllables import CONFUSIONS, distance, split
from pipeline.phrases.template import spellings
from pipeline.settings import data_root

TOLERANCE_S = 2.0
GROUPS = {"forbidden": "violations", "required": "required", "escalation": "escalations", "praise": "praise"}
WAYS = {
    "exact": frozenset({How.EXACT}),
    "+ patterns": frozenset({How.EXACT, How.PATTERN}),
    "+ sound": frozenset(How),
}
CONFUSED = 0.08
"""Share of syllables a base model writes as another syllable: 348 of 3,904 on the labelled night, half of
them pairs of CONFUSIONS (which are all that is made here), half of them anything."""
HOMOPHONE = 0.2
"""Share of the other characters written as a homophone: 0.06 on the labelled night; more, to be safe."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One call: what was labelled and what was recognised."""

    call_id: str
    truth: dict[str, Any]
    utterances: tuple[Utterance, ...]

    def labels(self, group: str) -> list[dict[str, Any]]:
        return [x for x in self.truth.get(GROUPS[group], []) if x.get("phrase") and x.get("present", True)]


def read_night(truth: Path, transcripts: Path) -> list[Heard]:
    told = {t["call_id"]: t for t in map(json.loads, transcripts.read_text(encoding="utf-8").splitlines())}
    return [
        Heard(path.stem, json.loads(path.read_text(encoding="utf-8")), _utterances(told.get(path.stem, {})))
        for path in sorted(truth.glob("*.json"))
    ]


def _utterances(call: dict[str, Any]) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(Role(u["role"]), Span(u["start"], u["end"]), u["text"], confidence=u.get("confidence", 1.0))
        for u in call.get("utterances", [])
    )


def meets(hit: PhraseHit, label: dict[str, Any]) -> bool:
    near = hit.span.gap(Span(label["start"], label["end"])) < TOLERANCE_S
    return hit.code == label["code"] and hit.role == label["role"] and near


def ladder(night: Sequence[Heard], lexicons: Lexicons) -> None:
    print(f"{'way':12}{'group':12}{'recall':>14}{'precision':>14}")
    for name, ways in WAYS.items():
        matcher = compile_matcher(lexicons, ways=ways)
        hits = {call.call_id: matcher.match(call.utterances) for call in night}
        for group in GROUPS:
            labelled = [(call, label) for call in night for label in call.labels(group)]
            codes = {label["code"] for _, label in labelled}
            found = sum(any(meets(h, label) for h in hits[call.call_id]) for call, label in labelled)
            told = [(call, h) for call in night for h in hits[call.call_id] if h.code in codes]
            right = sum(any(meets(h, label) for label in call.labels(group)) for call, h in told)
            recall, precision = found / max(len(labelled), 1), right / max(len(told), 1)
            print(
                f"{name:12}{group:12}{found:5}/{len(labelled):<3}{recall:5.2f}{right:6}/{len(told):<3}{precision:5.2f}"
            )
        absent = [(c, x) for c in night for x in c.truth["required"] if not x["present"]]
        false = sum(
            any(h.code == x["code"] and h.role is Role.AGENT for h in hits[c.call_id]) for c, x in absent
        )
        quiet = [(c, x) for c in night for x in c.truth.get("hard_negatives", [])]
        loud = sum(
            any(
                h.code == x["code"] and h.span.overlap(Span(x["start"], x["end"])) > 0
                for h in hits[c.call_id]
            )
            for c, x in quiet
        )
        print(
            f"{name:12}absent items told as present {false}/{len(absent)}, "
            f"loud hard negatives {loud}/{len(quiet)}"
        )


@dataclass(frozen=True, slots=True)
class JudgedHit:
    """One hit of the night and whether a label bears it out."""

    hit: PhraseHit
    right: bool


def judged_hits(night: Sequence[Heard], matcher: Matcher) -> list[JudgedHit]:
    out = []
    for call in night:
        labels = [x for group in GROUPS for x in call.labels(group)]
        for hit in matcher.match(call.utterances):
            right = any(meets(hit, label) for label in labels)
            if hit.kind in (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION) or right:
                out.append(JudgedHit(hit, right))
    return out


@dataclass(frozen=True, slots=True)
class Sounded:
    """The best sound-alike of a made-up sentence: its confidence, distance, and whether it was right."""

    told: float
    per_syllable: float
    right: bool


def sounded(lexicons: Lexicons, count: int, seed: int) -> list[Sounded]:
    """The sound-alikes found in ``count`` corrupted phrases (right) and as many near misses (wrong)."""
    matcher, written = compile_matcher(lexicons), compile_matcher(lexicons, ways=WAYS["+ patterns"])
    corruptor = Corruptor(seed + 1)
    out: list[Sounded] = []
    for code, text, sentence, role in corrupted(lexicons, written, count, seed):
        for said, right in ((sentence, True), (corruptor.exchange(text), False)):
            (passage,) = passages([_said(said, role)])
            ((_, found),) = matcher.assess_all([passage])
            accepted = [a.candidate for a in found if a.dropped is None]
            mine = [c for c in accepted if matcher.phrase_of(c).code.code == code]
            if mine and all(c.how is How.SOUND for c in mine):
                best = max(mine, key=lambda c: matcher.hit(passage, c).confidence)
                per_syllable = best.distance / (best.end - best.start)
                out.append(Sounded(matcher.hit(passage, best).confidence, per_syllable, right))
    return out


@dataclass(frozen=True, slots=True)
class Bin:
    """Hits told with like confidence: how many, what was told on average, and the share that was right."""

    low: float
    high: float
    count: int
    told: float
    right: float


def reliability_of(judged: Sequence[tuple[float, bool]]) -> list[Bin]:
    """(confidence told, right) pairs by confidence."""
    out = []
    for low, high in itertools.pairwise((0.0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 1.01)):
        part = [pair for pair in judged if low <= pair[0] < high]
        if part:
            told = sum(t for t, _ in part) / len(part)
            out.append(Bin(low, high, len(part), told, sum(r for _, r in part) / len(part)))
    return out


def table(bins: Sequence[Bin], title: str) -> None:
    print(f"\n{title:24}{'hits':>6}{'told':>8}{'right':>8}")
    for b in bins:
        print(f"{b.low:.2f}..{min(b.high, 1):<18.2f}{b.count:6}{b.told:8.2f}{b.right:8.2f}")


def fit(sounds: Sequence[Sounded], *, steps: int = 25, ridge: float = 1.0) -> list[float]:
    """Logistic regression: right ~ 1 - distance per syllable; ridge against extremes."""
    rows = [(1.0, -s.per_syllable) for s in sounds]
    weights = [0.0] * 2
    for _ in range(steps):
        gradient = [-ridge * w * (i == 0) for i, w in enumerate(weights)]
        hessian = [[(ridge if i == 0 else 1e-6) * (i == k) for k in range(2)] for i in range(2)]
        for row, s in zip(rows, sounds, strict=True):
            p = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, row, strict=True))))
            for i in range(2):
                gradient[i] += (s.right - p) * row[i]
                for k in range(2):
                    hessian[i][k] += p * (1 - p) * row[i] * row[k]
        weights = [w + d for w, d in zip(weights, solved(hessian, gradient), strict=True)]
    return weights


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss elimination with pivoting; the matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, size):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    out = [0.0] * size
    for i in reversed(range(size)):
        out[i] = (rows[i][size] - sum(rows[i][k] * out[k] for k in range(i + 1, size))) / rows[i][i]
    return out


class Corruptor:
    """Writes phrases as a recogniser would: mostly homophones, sometimes a confused syllable."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._by_sound: dict[str, list[str]] = {}
        for code in range(0x4E00, 0x9FA6):
            character = chr(code)
            if _common(character):
                self._by_sound.setdefault(syllable(character), []).append(character)

    def corrupt(self, phrase: str, *, rate: float) -> str:
        return "".join(
            self._misheard(c) if self._random.random() < rate else self._homophone(c) for c in phrase
        )

    def exchange(self, phrase: str) -> str:
        """The phrase with a third of its characters exchanged for others that sound unlike them."""
        out = list(phrase)
        for at in self._random.sample(range(len(out)), max(1, len(out) // 3)):
            unlike = [c for c in COMMON if distance(syllable(c), syllable(out[at])) >= UNLIKE]
            out[at] = self._random.choice(unlike)
        return "".join(out)

    def _homophone(self, character: str) -> str:
        keep = self._random.random() >= HOMOPHONE
        return (
            character if keep else self._random.choice(self._by_sound.get(syllable(character), [character]))
        )

    def _misheard(self, character: str) -> str:
        initial, final = split(syllable(character))
        near = [
            (a if a != x else b, y) if x in (a, b) else (x, a if a != y else b)
            for (a, b) in CONFUSIONS
            for x, y in [(initial, final)]
            if x in (a, b) or y in (a, b)
        ]
        known = [i + f for i, f in near if i + f in self._by_sound]
        return self._random.choice(self._by_sound[self._random.choice(known)]) if known else character


def _common(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2 and character.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return False


COMMON = "天地人中大小上下来出生年月日时分家手电水火风山车书文话钱工学国心花光明白高长东西南北前后左右"
UNLIKE = 0.6
CARRIERS = ("好的{}我知道", "嗯{}", "那个{}吧", "我跟你说一下{}对吧", "{}")


def corrupted(
    lexicons: Lexicons, matcher: Matcher, count: int, seed: int
) -> Iterator[tuple[str, str, str, Role]]:
    """(code, phrase, corrupted sentence, role) of phrases that are found when written right."""
    chooser = random.Random(seed)  # noqa: S311
    corruptor = Corruptor(seed)
    pool = [
        (p.code.code, text, p.code.role or Role.AGENT)
        for p in lexicons.phrases
        for v in p.variants
        for text in spellings(v).texts[:6]
        if len(text) >= 3
    ]
    made = 0
    while made < count:
        code, text, role = chooser.choice(pool)
        carrier = chooser.choice(CARRIERS)
        if any(h.code == code for h in matcher.match([_said(carrier.format(text), role)])):
            made += 1
            yield code, text, carrier.format(corruptor.corrupt(text, rate=CONFUSED)), role


def _said(text: str, role: Role) -> Utterance:
    return Utterance(role, Span(0.0, 0.2 * len(text)), text)


def robustness(lexicons: Lexicons, count: int, seed: int) -> None:
    """Phrases as a recogniser writes them must be found; with a third of them exchanged they must not."""
    matchers = {name: compile_matcher(lexicons, ways=ways) for name, ways in WAYS.items()}
    found: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    corruptor = Corruptor(seed + 1)
    made = 0
    for code, text, sentence, role in corrupted(lexicons, matchers["+ patterns"], count, seed):
        wrong = corruptor.exchange(text)
        written = any(h.code == code for h in matchers["+ patterns"].match([_said(wrong, role)]))
        made += not written
        for name, matcher in matchers.items():
            found[name] += any(h.code == code for h in matcher.match([_said(sentence, role)]))
            if not written:
                alarms[name] += any(h.code == code for h in matcher.match([_said(wrong, role)]))
    print(f"\n{'way':12}{'recall':>8}{'precision':>11}   ({count} corrupted phrases, {made} near misses)")
    for name in WAYS:
        right, wrong_ones = found[name], alarms[name]
        print(f"{name:12}{right / count:8.3f}{right / max(right + wrong_ones, 1):11.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth", type=Path)
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("--lexicons", type=Path, default=data_root() / "lexicons" / "zh")
    parser.add_argument(
        "--corrupted", type=int, default=2000, help="how many corrupted phrases to try (0: none)"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    lexicons = load_lexicons(options.lexicons)
    night = read_night(options.truth, options.transcripts)
    ladder(night, lexicons)
    judged = judged_hits(night, compile_matcher(lexicons))
    table(reliability_of([(j.hit.confidence, j.right) for j in judged]), "confidence, night")
    if options.corrupted:
        sounds = sounded(lexicons, options.corrupted, options.seed)
        table(reliability_of([(s.told, s.right) for s in sounds]), "confidence, corrupted")
        sure, slope = fit(sounds)
        print(f"fit: {sure:.2f} - {slope:.1f} x distance per syllable (adopted: {SOUND_SURE}, {SOUND_SLOPE})")
        robustness(lexicons, options.corrupted, options.seed)


if __name__ == "__main__":
    main()
