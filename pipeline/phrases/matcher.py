"""The matcher: lexicons compiled once, then used over any number of conversations.

``match`` gives the hits of a conversation. Who also wants near misses, to have them tested against the sound,
searches once and takes both from it: ``search = matcher.search(utterances, near_misses_of=codes)``, then
``search.hits`` and ``confirm.near_misses(search)``. Three steps lie behind both: ``candidates`` finds
everything that looks like a phrase, ``acceptance`` says which of it counts, and of hits of one code that
overlap the surest stays.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipeline.domain import How, PhraseHit, PhraseKind, Utterance
from pipeline.messages import Message
from pipeline.phrases.acceptance import (
    LONG_ENOUGH,
    TOO_FAR,
    AcceptanceRules,
    AssessedMatch,
    best_of_overlapping,
)
from pipeline.phrases.candidates import (
    ACCUSING,
    CandidateFinder,
    CandidateMatch,
    pattern_templates,
)
from pipeline.phrases.confidence import confidence
from pipeline.phrases.increments import adapted
from pipeline.phrases.keywords import words_of
from pipeline.phrases.lexicon import Lexicons, Phrase
from pipeline.phrases.passages import Passage, passages
from pipeline.phrases.pattern import compiled
from pipeline.phrases.respelling import heard_wording
from pipeline.phrases.sentences import PhraseInContext, load_model
from pipeline.phrases.sound import WITHIN_TOLERANCE, SearchRadius
from pipeline.phrases.whole_sentences import WholeSentences
from pipeline.phrases.words import Segmenter

LEAST_MEANT = 0.5
"""A phrase that is less likely meant than not, as its sentence tells, is no hit."""
NOT_MEANT = Message("dropped.not-meant")
LONG_WORDING, HALF = 8, 0.5
"""Syllables from which a wording that the sound bore out explains a sentence alone; in shorter ones what was
written instead has a say, as great as the wording's own in a few syllables (see ``TwoReadings``)."""
_LEAST = 1e-6
NEAR_MISS = 1.2
"""Syllables beyond the tolerance up to which a phrase is worth testing against the sound."""
FARTHEST = 0.31
"""Largest distance per syllable of the phrase: beyond, another wording of the same length is as near."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """How likely a phrase is meant, 0..1, by each of two wordings of which nobody knows which was said."""

    said: float = 1.0
    """By the phrase's wording."""
    written: float = 1.0
    """By the recogniser's."""
    share: float = 1.0
    """Of the phrase's wording where the sound bears out both alike, 0..1: the shorter it is, the more what
    is written counts, since over a noisy line a few syllables fit nearly anything."""

    def meant(self, gain: float) -> float:
        """By both, each as much as it may have been said: the mean of their log odds. ``gain``: nats per
        changed syllable by which the sound fits the phrase better; what fits better by so much was written
        by mistake, e^gain to one (likelihood ratio)."""
        share = 1.0 - (1.0 - self.share) * math.exp(-max(0.0, gain))
        odds = [math.log(max(p, _LEAST) / max(1.0 - p, _LEAST)) for p in (self.said, self.written)]
        return 1 / (1 + math.exp(-(share * odds[0] + (1 - share) * odds[1])))


class Matcher:
    """Compiled lexicons. Reads only what it was given: safe to share between threads."""

    def __init__(
        self,
        lexicons: Lexicons,
        *,
        ways: frozenset[How] = frozenset(How),
        only: Collection[str] | None = None,
        weighed: bool = True,
    ) -> None:
        """``weighed``: whether what is found is weighed against the sentence it stands in."""
        self.lexicons = lexicons
        self._phrases = tuple(p for p in lexicons.phrases if only is None or p.code.code in only)
        segmenter = Segmenter(lexicons.words.dictionary.words)
        self._finder = CandidateFinder(
            self._phrases, ways=ways, keywords=pattern_keywords(lexicons), segmenter=segmenter
        )
        self._rules = AcceptanceRules(self._phrases, lexicons.contexts, segmenter)
        model = adapted(load_model(), lexicons.increment) if weighed else None
        self._sentences = model
        self._whole = None
        if model is not None and How.SENTENCE in ways:
            asked = None if only is None else frozenset(only)
            self._whole = WholeSentences(lexicons.phrases, model, only=asked)

    def match(self, utterances: Sequence[Utterance]) -> tuple[PhraseHit, ...]:
        """All phrases that were said, in time order; overlapping hits of one code collapse to the best
        one."""
        return self.search(utterances).hits

    def match_all(self, conversations: Sequence[Sequence[Utterance]]) -> list[tuple[PhraseHit, ...]]:
        """``match`` for each of several conversations, faster than one by one."""
        hits: list[list[PhraseHit]] = [[] for _ in conversations]
        apart = [passages(utterances) for utterances in conversations]
        owners = [number for number, some in enumerate(apart) for _ in some]
        together = [passage for some in apart for passage in some]
        for number, (passage, assessed) in zip(owners, self.assess_all(together), strict=True):
            hits[number] += self.accepted(passage, assessed)
        return [_in_order(found) for found in hits]

    def search(
        self, utterances: Sequence[Utterance], *, near_misses_of: Collection[str] = ()
    ) -> ConversationSearch:
        """Search a conversation once for hits and for the near misses of these codes."""
        radius = WITHIN_TOLERANCE
        if near_misses_of:
            owners = frozenset(i for i, p in enumerate(self._phrases) if p.code.code in near_misses_of)
            radius = SearchRadius(NEAR_MISS, FARTHEST, owners)
        return ConversationSearch(self, tuple(self.assess_all(passages(utterances), radius=radius)))

    def assess_all(
        self, conversation: Sequence[Passage], *, radius: SearchRadius = WITHIN_TOLERANCE
    ) -> Iterator[tuple[Passage, list[AssessedMatch]]]:
        """Each passage with every candidate in it, and the reason where one is dropped; near misses within
        ``radius`` are dropped ones."""
        for passage, found in self._finder.find_all(conversation, radius=radius):
            assessed = self._rules.assess(passage, found) if found else []
            yield passage, [self._weighed(passage, a) for a in assessed]

    def _weighed(self, passage: Passage, assessed: AssessedMatch) -> AssessedMatch:
        """With how likely it is meant, as its sentence tells; dropped where it more likely is not."""
        if assessed.dropped is not None:
            return assessed
        meant = self.meant(passage, assessed.candidate)
        return replace(assessed, meant=meant, dropped=None if meant >= LEAST_MEANT else NOT_MEANT)

    def meant(self, passage: Passage, c: CandidateMatch) -> float:
        """Probability 0..1 that a candidate is meant as the lexicon means it, by the sentence around it; 1
        for what accuses nobody. What was heard badly says little: with the utterance's confidence the
        sentence is as it is written, and otherwise it tells nothing. Where the sentence as it is written
        speaks against a forbidden phrase, that it may be misheard is no proof either: at best it is even
        odds, which is below the bar of every class but the lightest, and a person listens. A customer's
        escalation accuses nobody, and one too many is better than one too few."""
        code = self._phrases[c.phrase].code
        if self._sentences is None or code.kind not in ACCUSING:
            return 1.0
        stops = passage.stops | {0, len(passage.text)}
        if c.how is not How.SOUND and c.start in stops and c.end in stops:
            return 1.0  # a sentence that is the phrase and nothing else holds nothing that would explain it
        found = PhraseInContext.of(passage.text, c.start, c.end, code=code.code, how=c.how)
        meant = self._sentences.meant(found)
        if c.how is How.SOUND and len(c.spelling) >= LONG_ENOUGH:
            # Where so much of a phrase sounds right, the recogniser may well have misheard the rest of it.
            meant = max(meant, self._sentences.meant(replace(found, words=c.spelling)))
        heard = passage.utterances[passage.part(c.start)].confidence
        told = 1.0 - min(1.0, max(0.0, heard)) * (1.0 - meant)
        against = meant < LEAST_MEANT and code.kind is PhraseKind.FORBIDDEN
        return min(told, LEAST_MEANT) if against else told

    def meant_if_said(self, passage: Passage, c: CandidateMatch, wording: str) -> TwoReadings:
        """The same for a wording that the sound may bear out where the recogniser wrote another, and for
        what it wrote."""
        code = self._phrases[c.phrase].code
        if self._sentences is None or code.kind not in ACCUSING:
            return TwoReadings()
        written = PhraseInContext.of(passage.text, c.start, c.end, code=code.code, how=How.CONFIRMED)
        said = replace(written, words=wording)
        share = min(1.0, max(HALF, len(wording) / LONG_WORDING))
        return TwoReadings(self._sentences.meant(said), self._sentences.meant(written), share)

    def accepted(self, passage: Passage, assessed: Sequence[AssessedMatch]) -> list[PhraseHit]:
        """The hits of a passage; of those of one code that overlap the surest. And the sentences that are
        hits as a whole, where no phrase of the code was found or spared."""
        hits = best_of_overlapping(
            [(a, self.hit(passage, a.candidate)) for a in assessed if a.dropped is None]
        )
        if self._whole is not None:
            spoken_of = {self.phrase_of(a.candidate).code.code for a in assessed if a.dropped != TOO_FAR}
            hits += self._whole.find(passage, without=spoken_of)
        return hits

    def reduced_forms(self, passage: Passage) -> Iterator[CandidateMatch]:
        """What only the sound can tell: phrases too short for text, or with their ends swallowed."""
        return (c for c in self._finder.reduced_forms(passage) if self._rules.accepts_form(passage, c))

    def phrase_of(self, c: CandidateMatch) -> Phrase:
        """The phrase that a candidate looks like."""
        return self._phrases[c.phrase]

    def hit(self, passage: Passage, c: CandidateMatch) -> PhraseHit:
        """The hit a candidate makes, as sure as it is that it was said."""
        phrase = self._phrases[c.phrase]
        part = passage.part(c.start)
        return PhraseHit(
            code=phrase.code.code,
            kind=phrase.code.kind,
            phrase=phrase.canonical,
            role=passage.role,
            span=passage.span(c.start, c.end),
            quote=passage.quote(c.start, c.end),
            how=c.how,
            confidence=confidence(
                c.how, distance=c.distance, length=c.end - c.start, utterance=passage.utterances[part]
            ),
            utterance=passage.indexes[part],
            wording=heard_wording(passage, c, phrase.canonical),
        )


@dataclass(frozen=True)
class ConversationSearch:
    """What was found in a conversation: its passages, each with all that looked like a phrase in it."""

    matcher: Matcher
    passages: tuple[tuple[Passage, list[AssessedMatch]], ...]

    @cached_property
    def hits(self) -> tuple[PhraseHit, ...]:
        """The phrases that were said, in time order."""
        return _in_order(
            hit for passage, found in self.passages for hit in self.matcher.accepted(passage, found)
        )


class LazyMatcher(Matcher):
    """A matcher that is compiled when somebody first asks it to match: who only needs the revision never
    pays. Not for threads that share it before its first use."""

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons  # the rest of a matcher follows in __getattr__

    @property
    def compiled(self) -> bool:
        """True once it has been used."""
        return "_phrases" in vars(self)

    def __getattr__(self, name: str) -> Any:
        if self.compiled or name.startswith("__"):
            raise AttributeError(name)
        super().__init__(self.lexicons)
        return getattr(self, name)


def _in_order(hits: Iterable[PhraseHit]) -> tuple[PhraseHit, ...]:
    return tuple(sorted(hits, key=lambda h: (h.span, h.code)))


def pattern_keywords(lexicons: Lexicons) -> frozenset[str]:
    """The words of all patterns that are put right where they are misheard."""
    return words_of(compiled(t).source for p in lexicons.phrases for t in pattern_templates(p))


def compile_matcher(
    lexicons: Lexicons, *, ways: frozenset[How] = frozenset(How), only: Collection[str] | None = None
) -> Matcher:
    """Compile once per process; ``ways`` narrows how phrases may be found (for figures and explanations),
    ``only`` the codes that are looked for."""
    return Matcher(lexicons, ways=ways, only=only)
