"""Which candidates are hits: none across sentences, in half a word, in an exception or a negative context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.domain import How, PhraseHit
from pipeline.messages import Message
from pipeline.phrases.candidates import ACCUSING, SHORT, CandidateMatch
from pipeline.phrases.lexicon import NegativeContext, Phrase
from pipeline.phrases.passages import Passage, begins_after, ends_before
from pipeline.phrases.pattern import Pattern, compiled
from pipeline.phrases.words import Segmenter

IN_CONTEXT = "dropped.context"
TOO_FAR = Message("dropped.too-far")
"""Why a near miss is dropped."""
LONG_ENOUGH = 5
"""From this length on, a written match is the phrase even where a word seems to go on (不归我们管 in
不归我们管理)."""
LONG_ACROSS = 8
"""From this length on an accusation by sound may go across a comma: two halves of sentences sound like much
(馆，你看怎么样)."""


@dataclass(frozen=True, slots=True)
class AssessedMatch:
    """A candidate and why it was dropped (None: it is a hit)."""

    candidate: CandidateMatch
    dropped: Message | None
    meant: float = 1.0
    """Probability 0..1 that it is meant, by the sentence around it."""


class AcceptanceRules:
    """The exceptions of all phrases and all negative contexts, compiled."""

    def __init__(
        self,
        phrases: Sequence[Phrase],
        contexts: Mapping[str, NegativeContext],
        segmenter: Segmenter,
    ) -> None:
        self._phrases, self._segmenter = phrases, segmenter
        self._exceptions = {e: compiled(e) for phrase in phrases for e in phrase.exceptions}
        self._contexts = {name: NegativeContextMatcher(context) for name, context in contexts.items()}

    def assess(self, passage: Passage, candidates: Sequence[CandidateMatch]) -> list[AssessedMatch]:
        """Every candidate of a passage with the reason where it is dropped."""
        assessed = [AssessedMatch(c, self._rejection(passage, c)) for c in candidates]
        harmless = [a for a in assessed if a.dropped is not None and a.dropped.code == IN_CONTEXT]
        return [_sharing(a, harmless) for a in assessed] if harmless else assessed

    def accepts_form(self, passage: Passage, reduced_form: CandidateMatch) -> bool:
        """Whether a reduced form would be a hit if the sound bears it out: the wording it stands in counts,
        its sound distance does not."""
        return self._rejection(passage, replace(reduced_form, tolerance=None, how=How.PATTERN)) is None

    def _rejection(self, passage: Passage, c: CandidateMatch) -> Message | None:
        if c.tolerance is not None and c.distance > c.tolerance:
            return TOO_FAR
        return self._boundary(passage, c) or self._wording(passage, c)

    def _boundary(self, passage: Passage, c: CandidateMatch) -> Message | None:
        """A sentence, a pause or a word that the candidate goes across, or the title it stands in."""
        phrase = self._phrases[c.phrase]
        if c.how is How.PATTERN and any(c.start < stop < c.end for stop in passage.stops):
            return Message("dropped.across-sentence")
        size = c.end - c.start
        if size == 1 and c.how is How.EXACT and not _stands_alone(passage, c):
            return Message("dropped.part")
        accuses = phrase.code.kind in ACCUSING
        at_a_stretch = (c.how is How.SOUND and size < (LONG_ACROSS if accuses else LONG_ENOUGH)) or (
            c.how is How.EXACT and size <= SHORT and accuses
        )
        if at_a_stretch and any(c.start < p < c.end for p in passage.pauses):
            return Message("dropped.across-pause")
        if passage.in_title(c.start):
            return Message("dropped.work-title")
        low, high = passage.sentence(c.start, c.end)
        short = size < LONG_ENOUGH and c.how is How.EXACT
        doubtful = phrase.whole_words and (short or c.how is How.SOUND)
        # No word goes on across the end of a sentence (三点。点赞 holds no 点点).
        cuts = self._segmenter.cuts_a_word
        if doubtful and cuts(passage.written[low:high], c.start - low, c.end - low):
            return Message("dropped.cuts-word")
        return None

    def _wording(self, passage: Passage, c: CandidateMatch) -> Message | None:
        """The exception or the negative context around the candidate."""
        phrase = self._phrases[c.phrase]
        low, high = passage.sentence(c.start, c.end)
        for exception in phrase.exceptions:
            for start, end in self._exceptions[exception].spans(passage.text[low:high]):
                if start + low < c.end and c.start < end + low:
                    return Message("dropped.exception", exception=exception)
        for name in phrase.negative_contexts:
            if self._contexts[name].applies(passage, c.start, c.end):
                return Message(IN_CONTEXT, name=name)
        return None


def _stands_alone(passage: Passage, c: CandidateMatch) -> bool:
    """One character says something only where the speaker stops after it (滚！, not 滚同洗衣机)."""
    return c.end in passage.pauses or c.end in (*passage.offsets, len(passage.text))


def _sharing(assessed: AssessedMatch, harmless: list[AssessedMatch]) -> AssessedMatch:
    """A part of a negated or quoted wording is negated or quoted with it."""
    c = assessed.candidate
    for other in harmless:
        o = other.candidate
        if assessed.dropped is None and o.phrase == c.phrase and o.start <= c.start and c.end <= o.end:
            return AssessedMatch(c, other.dropped)
    return assessed


def best_of_overlapping(found: list[tuple[AssessedMatch, PhraseHit]]) -> list[PhraseHit]:
    """Of hits of one code that overlap, the one most surely said, then the longest (non-maximum suppression);
    each as sure as it was said and is meant."""
    kept: list[tuple[AssessedMatch, PhraseHit]] = []
    for a, hit in sorted(
        found,
        key=lambda f: (
            -f[1].confidence,
            f[0].candidate.start - f[0].candidate.end,
            f[0].candidate.start,
            f[0].candidate.phrase,
        ),
    ):
        if not any(hit.code == h.code and _overlap(a.candidate, k.candidate) for k, h in kept):
            kept.append((a, hit))
    return [replace(hit, confidence=round(hit.confidence * a.meant, 3)) for a, hit in kept]


def _overlap(a: CandidateMatch, b: CandidateMatch) -> bool:
    return a.start < b.end and b.start < a.end


class NegativeContextMatcher:
    """The cues of one context, compiled."""

    def __init__(self, context: NegativeContext) -> None:
        self._before = _joined(context.before, "(?:{})$")
        self._after = _joined(context.after, "^(?:{})")
        self._near = _joined(context.near, "(?:{})")
        self._then = _joined(context.then, "(?:{})")
        self._earlier = _joined(context.earlier, "(?:{})")
        self._reach = context.reach

    def applies(self, passage: Passage, start: int, end: int) -> bool:
        """True where the words around ``passage.text[start:end]`` make it harmless."""
        text = passage.text
        left = text[begins_after(passage.stops, start) : start]
        return (
            _matches(self._before, text[begins_after(passage.pauses, start) : start])
            or _matches(self._after, text[end : ends_before(passage.pauses - {end}, end, len(text))])
            or _matches(self._near, left[-self._reach :])
            or _matches(self._then, text[end : end + self._reach])
            or _matches(self._earlier, text[max(0, start - self._reach) : start])
        )


def _joined(templates: Iterable[str], form: str) -> Pattern | None:
    joined = "|".join(f"(?:{template})" for template in templates)
    return compiled(form.format(joined)) if joined else None


def _matches(pattern: Pattern | None, text: str) -> bool:
    return pattern is not None and bool(text) and pattern.regex.search(text) is not None
