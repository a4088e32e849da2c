"""Acoustic confirmation: ask the speech model itself which of two wordings the sound is.

A recogniser writes one wording and forgets the others. Where that wording sounds nearly like a phrase of
the lexicon, both can be forced upon the model (teacher forcing) and their log-probabilities compared. On test
calls the true sentence scored -0.4 nats per token, a sound-alike that the decoder wrote instead -0.7, another
word -1.7, an unrelated sentence -5.

This room knows no engine: whoever has the sound passes a ``TextScorer``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rapidfuzz.distance import Levenshtein

from pipeline.domain import How, PhraseHit, Role, Severity, Span
from pipeline.phrases.acceptance import TOO_FAR
from pipeline.phrases.candidates import ACCUSING, CandidateMatch
from pipeline.phrases.matcher import FARTHEST, LEAST_MEANT, ConversationSearch, Matcher, TwoReadings
from pipeline.phrases.passages import Passage
from pipeline.phrases.respelling import respelled

LEAST_SYLLABLES = 3
"""Of candidates by sound; shorter ones and those with swallowed ends come from ``Matcher.reduced_forms``."""
PER_UTTERANCE = 3
REDUCED_PER_UTTERANCE = 2
"""At most so many candidates of each kind are scored per utterance: one costs about 0.03 s once the sound is
encoded."""
UNSURE = 0.6
"""Confidence of an utterance from which on nothing is sought in two syllables: the recogniser was sure. That
spares 60 % of the utterances of the labelled night."""
PER_EXTRA_SYLLABLE = 0.02
"""Distance per syllable that a candidate may be farther for each syllable it is longer: of two phrases that
sound nearly as near, the longer one is less likely to be there by chance."""
LEAST_GAIN = -1.8
"""Smallest gain (nats per changed syllable) that confirms ..."""
LEAST_GAIN_GRAVE = -1.5
"""... and that confirms a violation of class A or B.

On the labelled night and 170 spoken sentences over a noisy line (base int8) true phrases that were written
otherwise gained -1.8 to +4.6, near misses that nobody said -2.0 at best, nearly all of them below -4. The
decoder's own wording is greedy and its language model is in its favour, so a small loss still speaks for the
phrase. Of some 260 candidates on 54 calls of three nights the three that gained more than -1.8 had been said,
the next two (-1.81 and -1.95, 业务部指导 for 不知道) had not, and of the twenty down to -4.5 four had."""
_GRAVE = frozenset({Severity.A, Severity.B})
SHORT_MOST = {1: 0.4, 2: 0.4, 3: 0.59}
"""Over a noisy line two syllables fit nearly everything (单号 and 笨蛋, 帮到您 and 曝光你), so that the sound
alone never makes them a finding of any class: this stays below the lowest bar (0.45), and a person listens.
Three syllables are no finding of class A or B (0.6)."""
SLOPE = 2.0
"""Steepness of the confidence: 0.98 at no loss, 0.5 at the threshold."""


_AS_FOUND = TwoReadings()


class TextScorer(Protocol):
    """Scores texts against what ``role`` said in ``span``."""

    def __call__(self, role: Role, span: Span, texts: Sequence[str]) -> Sequence[float]:
        """Mean natural log-probability per token of each text, teacher-forced; never above 0."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A phrase that may have been said where the recogniser wrote something else."""

    hit: PhraseHit
    """The hit it would be."""
    span: Span
    """The whole utterance: what is scored."""
    written: str
    proposed: str
    """The utterance as written, and with the phrase in its place."""
    changed: int
    """Syllables in which they differ."""
    least_gain: float = LEAST_GAIN_GRAVE
    """What confirms it, in nats per changed syllable."""
    most: float = 1.0
    """Largest confidence that the sound alone can give it."""
    readings: TwoReadings = _AS_FOUND
    """How likely it is meant, by the sentence around it."""


def near_misses(search: ConversationSearch, *, codes: Collection[str] | None = None) -> tuple[NearMiss, ...]:
    """Phrases that were nearly found, the most promising of each utterance, none that overlaps a hit.

    ``codes`` narrows them, to required items not found and grave violations, say; they must be among those
    whose near misses were searched for.
    """
    matcher = search.matcher
    found: list[NearMiss] = []
    for passage, assessed in search.passages:
        accepted = [a.candidate for a in assessed if a.dropped is None]
        near = [a.candidate for a in assessed if a.dropped == TOO_FAR and _worth_testing(a.candidate)]
        unsure = any(u.confidence < UNSURE for u in passage.utterances)
        reduced = [c for c in matcher.reduced_forms(passage) if _unsure(passage, c)] if unsure else []
        for some, most in ((near, PER_UTTERANCE), (reduced, REDUCED_PER_UTTERANCE)):
            chosen = [c for c in some if codes is None or matcher.phrase_of(c).code.code in codes]
            found += [_near_miss(matcher, passage, c) for c in _nearest(passage, chosen, accepted, most)]
    return tuple(found)


def _nearest(
    passage: Passage, near: Sequence[CandidateMatch], accepted: Sequence[CandidateMatch], most: int
) -> list[CandidateMatch]:
    """The most promising of each utterance; each phrase once per place, and none that was heard anyway."""
    taken: list[CandidateMatch] = []
    crowds: Counter[int] = Counter()
    for c in sorted(near, key=lambda c: (_farness(c), c.start, c.phrase)):
        part = passage.part(c.start)
        if part != passage.part(c.end - 1) or crowds[part] >= most:
            continue
        if any(_overlap(c, other) for other in accepted):
            continue
        if any(_overlap(c, other) and c.phrase == other.phrase for other in taken):
            continue
        taken.append(c)
        crowds[part] += 1
    return taken


def _unsure(passage: Passage, c: CandidateMatch) -> bool:
    return passage.utterances[passage.part(c.start)].confidence < UNSURE


def _farness(c: CandidateMatch) -> float:
    size = max(len(c.spelling), 1)
    return c.distance / size - PER_EXTRA_SYLLABLE * size


def _overlap(a: CandidateMatch, b: CandidateMatch) -> bool:
    return a.start < b.end and b.start < a.end


def _worth_testing(c: CandidateMatch) -> bool:
    syllables = c.end - c.start
    return syllables >= LEAST_SYLLABLES and c.distance <= FARTHEST * syllables


def _near_miss(matcher: Matcher, passage: Passage, c: CandidateMatch) -> NearMiss:
    utterance = passage.utterances[passage.part(c.start)]
    hit = matcher.hit(passage, c)
    spelling = c.spelling or hit.phrase
    severity = matcher.phrase_of(c).code.severity
    written = passage.text[c.start : c.end]
    if len(written) == len(spelling):
        changed = sum(a != b for a, b in zip(written, spelling, strict=True))
    else:
        changed = Levenshtein.distance(written, spelling)
    return NearMiss(
        hit=hit,
        span=utterance.span,
        written=utterance.text,
        proposed=passage.replaced(c.start, c.end, respelled(passage, c, spelling)),
        changed=max(1, changed),
        least_gain=LEAST_GAIN_GRAVE if severity in _GRAVE else LEAST_GAIN,
        most=SHORT_MOST.get(len(spelling), 1.0) if hit.kind in ACCUSING else 1.0,
        readings=matcher.meant_if_said(passage, c, spelling),
    )


def confirm(candidates: Iterable[NearMiss], score_text: TextScorer) -> tuple[PhraseHit, ...]:
    """The candidates that the sound bears out, as hits with ``How.CONFIRMED`` and a confidence; the rest
    are rejected."""
    groups: dict[tuple[Role, Span, str], list[NearMiss]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.hit.role, candidate.span, candidate.written), []).append(candidate)
    hits: list[PhraseHit] = []
    for (role, span, written), near in groups.items():
        # Marks that the recogniser set cost a text that lacks them, or that has them, more than a wrong word.
        base, *scores = score_text(role, span, [_spoken(written), *(_spoken(c.proposed) for c in near)])
        gains = [
            (gain_per_syllable(candidate, written=base, proposed=score), candidate)
            for candidate, score in zip(near, scores, strict=True)
        ]
        best: list[PhraseHit] = []
        for gain, candidate in sorted(gains, key=lambda g: -g[0]):
            least = candidate.least_gain
            meant = candidate.readings.meant(gain)
            sure = min(candidate.most, confidence_of(gain, least=least) * meant)
            hit = replace(candidate.hit, how=How.CONFIRMED, confidence=round(sure, 3))
            if meant < LEAST_MEANT:
                continue  # said or not, the sentence around it says that nobody is accused
            # Two wordings cannot both have been said at one place: the better one was.
            if gain >= least and not any(hit.span & other.span for other in best):
                best.append(hit)
        hits += best
    return tuple(sorted(hits, key=lambda h: (h.span, h.code)))


def _spoken(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def gain_per_syllable(candidate: NearMiss, *, written: float, proposed: float) -> float:
    """How much better (nats per changed syllable) the proposal explains the sound.

    The means are per token, about a syllable each: times their number they are the whole sentence's.
    """
    before = written * max(1, len(_spoken(candidate.written)))
    after = proposed * max(1, len(_spoken(candidate.proposed)))
    return (after - before) / candidate.changed


def confidence_of(gain: float, *, least: float) -> float:
    """Logistic in the gain: 0.5 at the threshold."""
    return round(1 / (1 + math.exp(-SLOPE * (gain - least))), 3)
