"""Everything in a passage that looks like a phrase: as it is written, by pattern, and by how it sounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.conversation.text import syllable
from pipeline.domain import How, PhraseKind, Role, Severity
from pipeline.phrases.keywords import CorrectedText, KeywordCorrector
from pipeline.phrases.lexicon import Phrase
from pipeline.phrases.passages import Passage
from pipeline.phrases.pattern import PatternSet, SpellingIndex, compiled
from pipeline.phrases.reduced import ReducedFormIndex
from pipeline.phrases.sound import SearchRadius, SoundIndex, SoundMatch, tolerance_for
from pipeline.phrases.template import is_finite, spellings
from pipeline.phrases.text_batch import end_to_end
from pipeline.phrases.words import Segmenter

SPELLINGS_BY_SOUND = 40
"""Of each variant, the plainest so many spellings are also found by sound; the rest differ in small words."""
GRAVE_SHORT_TOLERANCE = 0.15
"""Sound distance up to which text alone makes a short phrase (three syllables) a grave accusation: ordinary
talk has too many that sound like it. What is farther may still be borne out by the sound."""
FOREIGN_WORD = 0.35
"""Sound distance (syllables) added for each written word that the phrase does not have."""
FREQUENT_WORD = 0.35
"""Added once more in an accusation of up to ORDINARY_UP_TO syllables where the written word is one that
people say all the time: 一个地方 explains itself, 一个德行 need not have been said."""
ORDINARY_UP_TO = 6
ACCUSING = frozenset({PhraseKind.FORBIDDEN, PhraseKind.ESCALATION})
SHORT = 3
SHORT_TOLERANCE = 0.3
"""A phrase of SHORT syllables has its full tolerance only where all characters but one sound right."""
COMMON_TOLERANCE = 0.25
"""Up to one syllable more than SHORT: tolerance where a character that sounds otherwise is a common word. A
recogniser led astray writes odd characters; 给我跟 for 给我滚 and 你知道 for 谁知道 were said."""
EXCEPTION_SLACK = 0.05
"""Sound distance per syllable by which an exception may fit worse than the phrase: one slightly confused
syllable in six."""
PERSONS = "你我他它"
"""Who or what is spoken of. 它 sounds like 他 and is never a person."""


@dataclass(frozen=True, slots=True)
class CandidateMatch:
    """Something that looks like a phrase, before exceptions and contexts had their say."""

    phrase: int
    """Number of the phrase among those looked for."""
    start: int
    end: int
    how: How
    distance: float = 0.0
    tolerance: float | None = None
    """Largest distance that counts; None for written matches."""
    spelling: str = ""
    """The spelling it sounds like; empty for written matches and patterns."""


class CandidateFinder:
    """The indexes over all phrases, by the ways they may be found."""

    def __init__(
        self,
        phrases: Sequence[Phrase],
        *,
        ways: Collection[How],
        keywords: Collection[str],
        segmenter: Segmenter,
    ) -> None:
        """``keywords``: the words of patterns that are put right where they are misheard."""
        self._phrases, self._segmenter = phrases, segmenter
        owned = [(s, i) for i, p in enumerate(phrases) for v in p.variants for s in spellings(v).texts]
        self._spellings = SpellingIndex(owned)
        templates = [(t, i) for i, p in enumerate(phrases) for t in pattern_templates(p)]
        by_pattern, by_sound = How.PATTERN in ways, How.SOUND in ways
        self._pattern_owner = [i for _, i in templates] if by_pattern else []
        self._patterns = PatternSet(compiled(t) for t, _ in templates) if by_pattern else PatternSet(())
        exceptions = dict.fromkeys(e for p in phrases for e in p.exceptions)
        self._exception_owner = {e: -1 - k for k, e in enumerate(exceptions)}
        exempt = [
            (s, owner, None)
            for e, owner in self._exception_owner.items()
            if is_finite(e)
            for s in spellings(e).texts
        ]
        self._sound = SoundIndex([*self._spellings_by_sound(), *exempt]) if by_sound else None
        corrects = bool(templates) and by_sound and by_pattern
        self._corrector = KeywordCorrector(keywords) if corrects else None

    def _spellings_by_sound(self) -> Iterator[tuple[str, int, float | None]]:
        for i, phrase in enumerate(self._phrases):
            grave = phrase.code.severity is Severity.A
            for variant in phrase.variants:
                for spelling in spellings(variant).texts[:SPELLINGS_BY_SOUND]:
                    strict = grave and len(spelling) == SHORT and phrase.tolerance is None
                    yield spelling, i, GRAVE_SHORT_TOLERANCE if strict else phrase.tolerance

    def find_all(
        self, passages: Sequence[Passage], *, radius: SearchRadius
    ) -> Iterator[tuple[Passage, list[CandidateMatch]]]:
        """Each passage with its candidates; near misses by sound within ``radius`` as well. All passages of a
        conversation at once are much faster than one by one."""
        texts = [passage.text for passage in passages]
        nothing: list[Any] = [None] * len(texts)
        written = self._spellings.find_all(texts)
        batch = None if self._sound is None and self._corrector is None else end_to_end(texts)
        sounding = nothing if self._sound is None else self._sound.find_all(texts, radius=radius, batch=batch)
        corrected = nothing if self._corrector is None else self._corrector.correct_all(texts, batch=batch)
        for number, (passage, matches, correction) in enumerate(
            zip(passages, sounding, corrected, strict=True)
        ):
            found = self._found(passage, written.get(number, ()), matches or (), correction, radius.extra)
            yield passage, list(found)

    def _found(
        self,
        passage: Passage,
        written: Sequence[tuple[int, int, int]],
        matches: Sequence[SoundMatch],
        corrected: CorrectedText | None,
        extra: float,
    ) -> Iterator[CandidateMatch]:
        for owner, start, end in written:
            if self._may_say(owner, passage.role):
                yield CandidateMatch(owner, start, end, How.EXACT)
        as_written: set[tuple[int, int, int]] = set()
        for index, start, end in self._patterns.spans(passage.text):
            owner = self._pattern_owner[index]
            if self._may_say(owner, passage.role):
                as_written.add((owner, start, end))
                yield CandidateMatch(owner, start, end, How.PATTERN)
        if matches:
            yield from self._by_sound(passage, matches, extra)
        if corrected is not None and corrected.changes:
            yield from self._in_corrected_text(passage, corrected, as_written)

    def _by_sound(
        self, passage: Passage, matches: Sequence[SoundMatch], extra: float
    ) -> Iterator[CandidateMatch]:
        exempt = [m for m in matches if m.owner < 0 and m.distance <= m.tolerance]
        for m in matches:
            if m.owner < 0 or not self._may_say(m.owner, passage.role):
                continue
            phrase = self._phrases[m.owner]
            accuses = phrase.code.kind in ACCUSING
            if accuses and means_another(passage.text[m.start : m.end], m.spelling):
                continue
            strange = self._segmenter.foreign_words(passage.written, m.start, m.end, m.spelling)
            distance = m.distance + FOREIGN_WORD * len(strange)
            if phrase.code.severity is not None and len(m.spelling) <= ORDINARY_UP_TO:
                distance += FREQUENT_WORD * sum(strange)
            tolerance = _tolerance(passage.text, m, distance, self._segmenter)
            if accuses and len(m.spelling) == SHORT and phrase.tolerance is None:
                tolerance = min(tolerance, SHORT_TOLERANCE)
            if distance > tolerance + extra:
                continue
            exceptions = {self._exception_owner[e] for e in phrase.exceptions}
            if not any(e.owner in exceptions and _explains(e, m) for e in exempt):
                yield CandidateMatch(
                    m.owner, m.start, m.end, How.SOUND, round(distance, 3), tolerance, m.spelling
                )

    def _in_corrected_text(
        self, passage: Passage, corrected: CorrectedText, as_written: Collection[tuple[int, int, int]]
    ) -> Iterator[CandidateMatch]:
        """Patterns over the text with misheard key words put right (通信录 -> 通讯录); what is found there as
        it is written was not misheard, whatever else sounds like it."""
        for index, start, end in self._patterns.spans(corrected.text):
            owner = self._pattern_owner[index]
            if (owner, start, end) in as_written:
                continue
            distance = corrected.distance(start, end)
            if distance is not None and self._may_say(owner, passage.role):
                yield CandidateMatch(owner, start, end, How.SOUND, distance, distance)

    def reduced_forms(self, passage: Passage) -> Iterator[CandidateMatch]:
        """What only the sound can tell: phrases too short for text, or with their ends swallowed."""
        begins = sorted({*passage.offsets, *passage.pauses})
        ends = sorted({*passage.offsets[1:], len(passage.text)})
        for found in self._reduced.find(passage.text, begins=begins, ends=ends):
            if self._may_say(found.owner, passage.role):
                yield CandidateMatch(
                    found.owner, found.start, found.end, How.SOUND, found.distance, 0.0, found.spelling
                )

    @cached_property
    def _reduced(self) -> ReducedFormIndex:
        return ReducedFormIndex((spelling, owner) for spelling, owner, _ in self._spellings_by_sound())

    def _may_say(self, owner: int, role: Role) -> bool:
        wanted = self._phrases[owner].code.role
        return wanted is None or role is Role.UNKNOWN or role is wanted


def pattern_templates(phrase: Phrase) -> list[str]:
    """What of a phrase is searched as a pattern: its patterns, and variants with too many spellings."""
    return [*phrase.patterns, *(v for v in phrase.variants if not spellings(v).complete)]


def _tolerance(text: str, match: SoundMatch, distance: float, segmenter: Segmenter) -> float:
    """Largest distance that counts, smaller in short phrases: the usual there is meant for strange
    characters."""
    size = len(match.spelling)
    if size not in (SHORT, SHORT + 1) or match.tolerance != tolerance_for(size) or not distance:
        return match.tolerance
    written = text[match.start : match.end]
    pairs = zip(written, match.spelling, strict=False)
    other = [a for a, b in pairs if a != b and syllable(a) != syllable(b)]
    if any(segmenter.common_word(character) for character in other):
        return COMMON_TOLERANCE
    if size > SHORT or distance <= SHORT_TOLERANCE:
        return match.tolerance
    return match.tolerance if len(other) == 1 and distance == match.distance else SHORT_TOLERANCE


def means_another(written: str, spelling: str) -> bool:
    """True where the text names somebody whom the phrase does not name (那你知道 is not 那里知道): a
    recogniser takes other words for one another sooner than these, the commonest of all."""
    return any(person in written and person not in spelling for person in PERSONS)


def _explains(exception: SoundMatch, found: SoundMatch) -> bool:
    """An exception that sounds somewhat like what was said must not hide a phrase that sounds more so."""
    if exception.start >= found.end or found.start >= exception.end:
        return False
    return _per_syllable(exception) <= _per_syllable(found) + EXCEPTION_SLACK


def _per_syllable(match: SoundMatch) -> float:
    return match.distance / len(match.spelling)
