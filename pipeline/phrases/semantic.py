"""Forbidden phrases by what they mean, in words no lexicon foresaw.

Sentences of the agent are compared with the examples of each phrase, and with everything the lexicons know to
be harmless or polite. A hit says that a person should listen; it never takes points (see ``Facts``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.domain import How, PhraseHit, PhraseKind, Role, Span, Utterance
from pipeline.phrases.encoders import SentenceEncoder
from pipeline.phrases.lexicon import Lexicons, Phrase

LEAST_LIKE = 0.72
"""Smallest likeness (cosine) to an example of the phrase."""
LEAST_LEAD = 0.1
"""And it must be so much more like it than like anything harmless.

On 225 unforeseen wordings (tests/unit/phrases/wordings.tsv) both together find 30 %; of 193 harmless clauses
of the labelled night they raise 1 %, of 4,000 clauses of hotel and book reviews 0.6 %."""
LEAST_HEARD = 0.5
"""Confidence of the utterance: what was not heard well means nothing."""
SHORTEST, LONGEST = 4, 40
"""Characters of a clause that is looked at."""
_CLAUSE = re.compile(r"[^，。！？；、,.!?;]+")


class SemanticMatcher:
    """The examples of all forbidden phrases as points, against those of everything harmless."""

    def __init__(self, lexicons: Lexicons, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        grave = [p for p in lexicons.phrases if p.code.kind is PhraseKind.FORBIDDEN]
        self._owners = [p for p in grave for _ in p.hit]
        self._examples = encoder.encode([text for p in grave for text in p.hit])
        polite = [p for p in lexicons.phrases if p.code.kind in (PhraseKind.REQUIRED, PhraseKind.PRAISE)]
        harmless = [text for p in lexicons.phrases for text in p.quiet]
        harmless += [text for p in polite for text in p.hit]
        self._harmless = encoder.encode(list(dict.fromkeys(harmless)) or ["您好"])

    def match(self, utterances: Sequence[Utterance]) -> tuple[PhraseHit, ...]:
        """What the agent says in other words; one hit per clause at most."""
        clauses = [
            (number, utterance, start, end)
            for number, utterance in enumerate(utterances)
            if utterance.role is Role.AGENT and utterance.confidence >= LEAST_HEARD
            for start, end in _clauses(utterance.text)
        ]
        if not clauses or not self._owners:
            return ()
        said = self._encoder.encode([u.text[start:end] for _, u, start, end in clauses])
        like = said @ self._examples.T
        harmless = (said @ self._harmless.T).max(axis=1)
        hits = []
        for row, (number, utterance, start, end) in enumerate(clauses):
            nearest = int(like[row].argmax())
            score = float(like[row, nearest])
            if score >= LEAST_LIKE and score - float(harmless[row]) >= LEAST_LEAD:
                hits.append(_hit(self._owners[nearest], number, utterance, (start, end), score))
        return tuple(hits)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    for found in _CLAUSE.finditer(text):
        if SHORTEST <= found.end() - found.start() <= LONGEST:
            yield found.span()


def _hit(
    phrase: Phrase, number: int, utterance: Utterance, place: tuple[int, int], score: float
) -> PhraseHit:
    start, end = place
    step = utterance.span.duration / max(len(utterance.text), 1)
    begin = utterance.span.start
    return PhraseHit(
        code=phrase.code.code,
        kind=phrase.code.kind,
        phrase=phrase.canonical,
        role=utterance.role,
        span=Span(begin + start * step, begin + end * step),
        quote=utterance.text[start:end],
        how=How.MEANING,
        confidence=round(min(1.0, score), 3),
        utterance=number,
    )
