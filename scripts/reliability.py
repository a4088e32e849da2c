"""``python -m scripts.reliability``: does a hit that is told with 80 % turn out right in eight of ten cases?

Mixes labelled material (``--guilty``: a night's truth folder with its exported transcripts, and JSON Lines of
dialogues whose lines name their ``codes``) with innocent talk (``--innocent``, JSON Lines) as a real night
mixes them: one utterance of guilty calls to ``--ratio`` of innocent ones. Each hit in innocent talk therefore
counts ratio x (guilty utterances / innocent utterances) times. Only forbidden phrases and escalations count;
a hit is right where its utterance (of a night: its seconds) is labelled with its code.

Prints how often one code of each kind is said there (``REFERENCE`` of ``pipeline/rubric/rarity.py``: what a
score sheet's rates are compared with), one reliability table, the expected calibration error (weighted mean
of |told - right| over the rows) and the same after a logistic correction (Platt 1999) fitted on one half of
the dialogues and tested on the other.
"""

from __future__ import annotations

import argparse
import itertools
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from pipeline.domain import PhraseHit, PhraseKind, Role
from pipeline.phrases import Matcher, load_lexicons
from pipeline.settings import load_settings
from scripts.calibrate_phrases import judged_hits, read_night
from scripts.measure_innocent import dialogues_of, labels_of

ACCUSES = frozenset({PhraseKind.FORBIDDEN, PhraseKind.ESCALATION})
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 1.01)


@dataclass(frozen=True, slots=True)
class Told:
    """One hit: what it was told with, whether it was right, how often it counts, and its half of the data."""

    confidence: float
    right: bool
    weight: float
    half: int


def of_dialogues(matcher: Matcher, path: Path) -> tuple[list[tuple[PhraseHit, bool, int]], int]:
    """The hits of a file, each with whether it is right and its dialogue; and the number of utterances."""
    dialogues, labels = list(dialogues_of(path)), labels_of(path)
    hits = [
        (hit, hit.code in labels.get((number, hit.utterance), ()), number)
        for number, found in enumerate(matcher.match_all(dialogues))
        for hit in found
        if hit.kind in ACCUSES
    ]
    return hits, sum(map(len, dialogues))


def told(matcher: Matcher, chosen: argparse.Namespace) -> Iterator[Told]:
    """All hits, weighted as the module says."""
    guilty: list[tuple[PhraseHit, bool, str]] = []
    size = 0
    for truth, transcripts in chosen.night:
        night = read_night(truth, transcripts)
        for call in night:
            guilty += [(j.hit, j.right, call.call_id) for j in judged_hits([call], matcher)]
        size += sum(len(call.utterances) for call in night)
    for path in chosen.guilty:
        hits, count = of_dialogues(matcher, path)
        guilty += [(hit, right, f"{path.name}{number}") for hit, right, number in hits]
        size += count
    innocent = [(path, *of_dialogues(matcher, path)) for path in chosen.innocent]
    weight = chosen.ratio * size / max(1, sum(count for _, _, count in innocent))
    for hit, right, group in guilty:
        if hit.kind in ACCUSES:
            yield Told(hit.confidence, right, 1.0, zlib.crc32(group.encode()) % 2)
    for path, hits, _ in innocent:
        for hit, right, number in hits:
            if hit.code not in chosen.without:
                yield Told(hit.confidence, right, weight, zlib.crc32(f"{path.name}{number}".encode()) % 2)


PARTIES = {PhraseKind.FORBIDDEN: Role.AGENT, PhraseKind.ESCALATION: Role.CUSTOMER}
"""Who says what of a kind is counted."""


def rates(matcher: Matcher, chosen: argparse.Namespace) -> Iterator[tuple[PhraseKind, int, int, float]]:
    """Kind, how often it is labelled, the utterances of its party in guilty calls, and how often any one of
    its codes is said in 1,000 utterances of that party in the whole mix."""
    codes = matcher.lexicons.codes
    labelled: Counter[PhraseKind] = Counter()
    said: Counter[Role] = Counter()
    for truth, transcripts in chosen.night:
        for call in read_night(truth, transcripts):
            labels = [x["code"] for group in ("forbidden", "escalation") for x in call.labels(group)]
            labelled.update(codes[code].kind for code in labels if code in codes)
            said.update(Role(turn["role"]) for turn in call.truth["turns"])
    for path in chosen.guilty:
        labelled.update(
            codes[code].kind for some in labels_of(path).values() for code in some if code in codes
        )
        said.update(one.role for some in dialogues_of(path) for one in some)
    for kind, role in PARTIES.items():
        if said[role]:
            of_kind = sum(code.kind is kind for code in codes.values())
            rate = 1000 * labelled[kind] / (said[role] * (1 + chosen.ratio)) / of_kind
            yield kind, labelled[kind], said[role], rate


def error_of(hits: Sequence[Told], confidence: NDArray[np.float64]) -> float:
    """Expected calibration error 0..1."""
    return sum(w * abs(c - r) for _, w, c, r in bins(hits, confidence)) / sum(t.weight for t in hits)


def bins(hits: Sequence[Told], confidence: NDArray[np.float64]) -> Iterator[tuple[str, float, float, float]]:
    """Range, weight, mean confidence and share that was right."""
    for low, high in itertools.pairwise(EDGES):
        part = [(c, t) for c, t in zip(confidence, hits, strict=True) if low <= c < high]
        weight = sum(t.weight for _, t in part)
        if weight:
            mean = sum(c * t.weight for c, t in part) / weight
            right = sum(t.right * t.weight for _, t in part) / weight
            yield f"{low:.2f}..{min(high, 1):.2f}", weight, mean, right


def log_odds(hits: Sequence[Told]) -> NDArray[np.float64]:
    """Natural log odds of what was told, within 0.01 and 0.99."""
    return np.array([math.log(c / (1 - c)) for c in (min(0.99, max(0.01, t.confidence)) for t in hits)])


def corrected(hits: Sequence[Told], on: Sequence[Told]) -> tuple[NDArray[np.float64], float, float]:
    """What the correction that fits ``on`` makes of ``hits``, with its slope and shift."""
    fit = LogisticRegression(C=10.0).fit(
        log_odds(on)[:, None], [t.right for t in on], sample_weight=[t.weight for t in on]
    )
    slope, shift = float(fit.coef_[0, 0]), float(fit.intercept_[0])
    return 1 / (1 + np.exp(-(slope * log_odds(hits) + shift))), slope, shift


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.reliability", description=__doc__)
    options.add_argument(
        "--night", nargs=2, type=Path, action="append", default=[], metavar=("TRUTH", "TRANSCRIPTS")
    )
    options.add_argument("--guilty", nargs="*", type=Path, default=[], help="JSON Lines with labels")
    options.add_argument("--innocent", nargs="+", type=Path, required=True, help="JSON Lines")
    options.add_argument("--without", action="append", default=[], help="code that innocent talk may hold")
    options.add_argument("--ratio", type=float, default=50.0, help="innocent utterances to a guilty one")
    chosen = options.parse_args()
    matcher = Matcher(load_lexicons(load_settings().lexicons))
    hits = list(told(matcher, chosen))
    for kind, count, utterances, rate in rates(matcher, chosen):
        print(f"{kind}: {count} in {utterances} utterances, one code {rate:.2f} in 1,000 of the mix")
    as_told = np.array([t.confidence for t in hits])
    table = Table("confidence", "hits", "told", "right", title=f"1 guilty utterance to {chosen.ratio:g}")
    for name, weight, mean, right in bins(hits, as_told):
        table.add_row(name, f"{weight:.1f}", f"{mean:.2f}", f"{right:.2f}")
    Console().print(table)
    print(f"{len(hits)} hits; expected calibration error {error_of(hits, as_told):.3f}")
    errors: list[tuple[int, float, float]] = []
    for half in (0, 1):
        held, on = [t for t in hits if t.half == half], [t for t in hits if t.half != half]
        if len({t.right for t in on}) < 2 or not held:
            continue  # nothing can be fitted where all are right
        now = np.array([t.confidence for t in held])
        after, _, _ = corrected(held, on)
        errors.append((half, error_of(held, now), error_of(held, after)))
    for half, before, after_fit in errors:
        print(f"half {half}, held out: {before:.3f} as told, {after_fit:.3f} corrected by the other half")
    if len({t.right for t in hits}) == 2:
        _, slope, shift = corrected(hits, hits)
        print(f"correction: {slope:.3f} x log odds + {shift:.3f}")


if __name__ == "__main__":
    main()
