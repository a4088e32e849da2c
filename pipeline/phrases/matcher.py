"""The matcher: lexicons compiled once, then run over any number of conversations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipeline.domain import How, PhraseHit, PhraseKind, Role, Severity, Utterance
from pipeline.phrases.anchors import Anchors, Repaired, words_of
from pipeline.phrases.confidence import confidence
from pipeline.phrases.context import Silencer
from pipeline.phrases.conversation import Run, runs
from pipeline.phrases.exact import Spellings
from pipeline.phrases.faint import FaintIndex
from pipeline.phrases.lexicon import Lexicons, Phrase
from pipeline.phrases.pattern import PatternSet, compiled
from pipeline.phrases.sound import SAID, Reach, SoundIndex, SoundMatch, end_to_end
from pipeline.phrases.strictness import SHORT, SHORT_TOLERANCE, counts_up_to, explains, means_another
from pipeline.phrases.template import is_finite, spellings
from pipeline.phrases.words import Segmenter

SOUNDED_AT_MOST = 40
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
HARMLESS = "context “"
FARTHER = "sounds too different"
"""Why a near miss is dropped."""
LONG_ENOUGH = 5
"""From this length on, a written match is the phrase even where a word seems to go on (不归我们管 in
不归我们管理)."""
LONG_ACROSS = 8
"""From this length on an accusation by sound may go across a comma: two halves of sentences sound like much
(馆，你看怎么样)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that looks like a phrase, before exceptions and contexts had their say."""

    phrase: int
    start: int
    end: int
    how: How
    distance: float = 0.0
    tolerance: float | None = None
    """Largest distance that counts; None for written matches."""
    spelling: str = ""
    """The spelling it sounds like; empty for written matches and patterns."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and why it was dropped (None: it is a hit)."""

    candidate: Candidate
    dropped: str | None


Read = Sequence[tuple[Run, Sequence[Judged]]]
"""A conversation as runs, each with all that looked like a phrase in it."""


class Matcher:
    """Compiled lexicons. Reads only what it was given: safe to share between threads."""

    def __init__(
        self,
        lexicons: Lexicons,
        *,
        ways: frozenset[How] = frozenset(How),
        only: Collection[str] | None = None,
    ) -> None:
        self.lexicons = lexicons
        self._segmenter = Segmenter(lexicons.words.dictionary.words)
        self._phrases = tuple(p for p in lexicons.phrases if only is None or p.code.code in only)
        owned = [(s, i) for i, p in enumerate(self._phrases) for v in p.variants for s in spellings(v).texts]
        templates = [(t, i) for i, p in enumerate(self._phrases) for t in (*p.patterns, *_unfinished(p))]
        self._exact = Spellings(owned)
        self._pattern_owner = [i for _, i in templates] if How.PATTERN in ways else []
        self._patterns = (
            PatternSet(compiled(t) for t, _ in templates) if How.PATTERN in ways else PatternSet(())
        )
        exceptions = list(dict.fromkeys(e for p in self._phrases for e in p.exceptions))
        self._exceptions = [compiled(e) for e in exceptions]
        self._exception_index = {e: k for k, e in enumerate(exceptions)}
        quiet = [
            (s, -1 - k, None) for k, e in enumerate(exceptions) if is_finite(e) for s in spellings(e).texts
        ]
        self._sound = SoundIndex([*self._soundable(), *quiet]) if How.SOUND in ways else None
        repairs = bool(templates) and {How.SOUND, How.PATTERN} <= ways
        self._anchors = Anchors(key_words(lexicons)) if repairs else None
        self._silencers = {name: Silencer(context) for name, context in lexicons.contexts.items()}

    def _soundable(self) -> Iterator[tuple[str, int, float | None]]:
        for i, phrase in enumerate(self._phrases):
            grave = phrase.code.severity is Severity.A
            for variant in phrase.variants:
                for spelling in spellings(variant).texts[:SOUNDED_AT_MOST]:
                    strict = grave and len(spelling) == SHORT and phrase.tolerance is None
                    yield spelling, i, GRAVE_SHORT_TOLERANCE if strict else phrase.tolerance

    def match(self, utterances: Sequence[Utterance]) -> tuple[PhraseHit, ...]:
        """All phrases that were said, in time order; overlapping hits of one code collapse to the best
        one."""
        return self.hits(self.read(utterances))

    def match_all(self, conversations: Sequence[Sequence[Utterance]]) -> list[tuple[PhraseHit, ...]]:
        """``match`` for each of several conversations, faster than one by one."""
        hits: list[list[PhraseHit]] = [[] for _ in conversations]
        apart = [runs(utterances) for utterances in conversations]
        owners = [number for number, some in enumerate(apart) for _ in some]
        together = [run for some in apart for run in some]
        for number, (run, judged) in zip(owners, self.judge_all(together), strict=True):
            if judged:
                hits[number] += self._accepted(run, judged)
        return [_in_order(found) for found in hits]

    def read(self, utterances: Sequence[Utterance], *, reach: Reach = SAID) -> Read:
        """Every candidate in a conversation: what ``hits`` and a search for near misses both start from."""
        return list(self.judge_all(runs(utterances), reach=reach))

    def hits(self, read: Read) -> tuple[PhraseHit, ...]:
        """The phrases that were said in a conversation; see ``match``."""
        return _in_order(hit for run, judged in read for hit in self._accepted(run, judged))

    def _accepted(self, run: Run, judged: Sequence[Judged]) -> list[PhraseHit]:
        return _collapsed([(j.candidate, self.hit(run, j.candidate)) for j in judged if j.dropped is None])

    def judge(self, run: Run, *, reach: Reach = SAID) -> list[Judged]:
        """Every candidate in a run, with the reason where it was dropped.

        Near misses within ``reach`` are told too, as dropped.
        """
        return next(judged for _, judged in self.judge_all([run], reach=reach))

    def judge_all(
        self, conversation: Sequence[Run], *, reach: Reach = SAID
    ) -> Iterator[tuple[Run, list[Judged]]]:
        """``judge`` for each run of a conversation, much faster than one by one."""
        texts = [run.text for run in conversation]
        nothing: list[Any] = [None] * len(texts)
        written = self._exact.find_all(texts)
        joined = None if self._sound is None and self._anchors is None else end_to_end(texts)
        sounding = nothing if self._sound is None else self._sound.find_all(texts, reach=reach, joined=joined)
        repaired = nothing if self._anchors is None else self._anchors.repair_all(texts, joined=joined)
        for number, (run, matches, repair) in enumerate(zip(conversation, sounding, repaired, strict=True)):
            found = list(self._candidates(run, written.get(number, ()), matches or (), repair, reach.extra))
            yield run, self._judged(run, found) if found else []

    def _judged(self, run: Run, found: Sequence[Candidate]) -> list[Judged]:
        judged = [Judged(c, self._objection(run, c)) for c in found]
        harmless = [j for j in judged if j.dropped is not None and j.dropped.startswith(HARMLESS)]
        return [_sharing(j, harmless) for j in judged] if harmless else judged

    def _candidates(
        self,
        run: Run,
        written: Sequence[tuple[int, int, int]],
        matches: Sequence[SoundMatch],
        repaired: Repaired | None,
        extra: float,
    ) -> Iterator[Candidate]:
        for owner, start, end in written:
            if self._may_say(owner, run.role):
                yield Candidate(owner, start, end, How.EXACT)
        for index, start, end in self._patterns.spans(run.text):
            owner = self._pattern_owner[index]
            if self._may_say(owner, run.role):
                yield Candidate(owner, start, end, How.PATTERN)
        if matches:
            yield from self._sounding(run, matches, extra)
        if repaired is not None and repaired.changes:
            yield from self._anchored(run, repaired)

    def _sounding(self, run: Run, matches: Sequence[SoundMatch], extra: float) -> Iterator[Candidate]:
        quiet = [m for m in matches if m.owner < 0 and m.distance <= m.tolerance]
        for m in matches:
            if m.owner < 0 or not self._may_say(m.owner, run.role):
                continue
            accuses = self._phrases[m.owner].code.kind in ACCUSING
            if accuses and means_another(run.text[m.start : m.end], m.spelling):
                continue
            strange = self._segmenter.foreign_words(run.written, m.start, m.end, m.spelling)
            distance = m.distance + FOREIGN_WORD * len(strange)
            if self._phrases[m.owner].code.severity is not None and len(m.spelling) <= ORDINARY_UP_TO:
                distance += FREQUENT_WORD * sum(strange)
            tolerance = counts_up_to(run.text, m, distance, self._segmenter)
            if accuses and len(m.spelling) == SHORT and self._phrases[m.owner].tolerance is None:
                tolerance = min(tolerance, SHORT_TOLERANCE)
            if distance > tolerance + extra:
                continue
            exceptions = {-1 - self._exception_index[e] for e in self._phrases[m.owner].exceptions}
            if not any(q.owner in exceptions and explains(q, m) for q in quiet):
                yield Candidate(m.owner, m.start, m.end, How.SOUND, round(distance, 3), tolerance, m.spelling)

    def _anchored(self, run: Run, repaired: Repaired) -> Iterator[Candidate]:
        """Patterns over the text with misheard key words put right (通信录 -> 通讯录)."""
        for index, start, end in self._patterns.spans(repaired.text):
            owner = self._pattern_owner[index]
            distance = repaired.distance(start, end)
            if distance is not None and self._may_say(owner, run.role):
                yield Candidate(owner, start, end, How.SOUND, distance, distance)

    def faint(self, run: Run) -> Iterator[Candidate]:
        """What only the sound can tell: phrases too short for text, or with their ends swallowed."""
        begins = sorted({*run.offsets, *run.pauses})
        ends = sorted({*run.offsets[1:], len(run.text)})
        for found in self._faint.find(run.text, begins=begins, ends=ends):
            if self._may_say(found.owner, run.role):
                c = Candidate(
                    found.owner, found.start, found.end, How.SOUND, found.distance, 0.0, found.spelling
                )
                if self._objection(run, replace(c, tolerance=None, how=How.PATTERN)) is None:
                    yield c

    @cached_property
    def _faint(self) -> FaintIndex:
        return FaintIndex((spelling, owner) for spelling, owner, _ in self._soundable())

    def _may_say(self, owner: int, role: Role) -> bool:
        wanted = self._phrases[owner].code.role
        return wanted is None or role is Role.UNKNOWN or role is wanted

    def _objection(self, run: Run, c: Candidate) -> str | None:
        phrase = self._phrases[c.phrase]
        if c.tolerance is not None and c.distance > c.tolerance:
            return FARTHER
        if c.how is How.PATTERN and any(c.start < stop < c.end for stop in run.stops):
            return "goes across the end of a sentence"
        size = c.end - c.start
        if size == 1 and c.how is How.EXACT and not self._stands_alone(run, c):
            return "part of something longer"
        whole = LONG_ACROSS if phrase.code.kind in ACCUSING else LONG_ENOUGH
        if size < whole and c.how is How.SOUND and any(c.start < p < c.end for p in run.pauses):
            return "goes across a pause"
        torn = c.how is How.EXACT and size <= SHORT and phrase.code.kind in ACCUSING
        if torn and any(c.start < p < c.end for p in run.pauses):
            return "goes across a pause"
        short = size < LONG_ENOUGH and c.how is How.EXACT
        if run.in_title(c.start):
            return "in the title of a work"
        low, high = run.sentence(c.start, c.end)
        doubtful = phrase.whole_words and (short or c.how is How.SOUND)
        # No word goes on across the end of a sentence (三点。点赞 holds no 点点).
        if doubtful and self._segmenter.cuts_a_word(run.written[low:high], c.start - low, c.end - low):
            return "cuts a word in half"
        for exception in phrase.exceptions:
            pattern = self._exceptions[self._exception_index[exception]]
            for start, end in pattern.spans(run.text[low:high]):
                if start + low < c.end and c.start < end + low:
                    return f"exception “{exception}”"
        for name in phrase.quiet_when:
            if self._silencers[name].silences(run, c.start, c.end):
                return f"{HARMLESS}{name}”"
        return None

    @staticmethod
    def _stands_alone(run: Run, c: Candidate) -> bool:
        """One character says something only where the speaker stops after it (滚！, not 滚同洗衣机)."""
        return c.end in run.pauses or c.end in (*run.offsets, len(run.text))

    def owners(self, codes: Collection[str]) -> frozenset[int]:
        """The phrases of these codes, as ``Reach`` names them."""
        return frozenset(i for i, phrase in enumerate(self._phrases) if phrase.code.code in codes)

    def code_of(self, c: Candidate) -> str:
        return self._phrases[c.phrase].code.code

    def severity_of(self, c: Candidate) -> Severity | None:
        return self._phrases[c.phrase].code.severity

    def hit(self, run: Run, c: Candidate) -> PhraseHit:
        """The hit a candidate makes."""
        phrase: Phrase = self._phrases[c.phrase]
        part = run.part(c.start)
        return PhraseHit(
            code=phrase.code.code,
            kind=phrase.code.kind,
            phrase=phrase.canonical,
            role=run.role,
            span=run.span(c.start, c.end),
            quote=run.quote(c.start, c.end),
            how=c.how,
            confidence=confidence(
                c.how, distance=c.distance, length=c.end - c.start, utterance=run.utterances[part]
            ),
            utterance=run.indexes[part],
        )


def _sharing(judged: Judged, harmless: list[Judged]) -> Judged:
    """A part of a negated or quoted wording is negated or quoted with it."""
    c = judged.candidate
    for other in harmless:
        o = other.candidate
        if judged.dropped is None and o.phrase == c.phrase and o.start <= c.start and c.end <= o.end:
            return Judged(c, other.dropped)
    return judged


def _unfinished(phrase: Phrase) -> list[str]:
    return [v for v in phrase.variants if not spellings(v).complete]


def _collapsed(found: list[tuple[Candidate, PhraseHit]]) -> list[PhraseHit]:
    kept: list[tuple[Candidate, PhraseHit]] = []
    for c, hit in sorted(
        found, key=lambda f: (-f[1].confidence, f[0].start - f[0].end, f[0].start, f[0].phrase)
    ):
        if not any(hit.code == h.code and c.start < k.end and k.start < c.end for k, h in kept):
            kept.append((c, hit))
    return [hit for _, hit in kept]


def _in_order(hits: Iterable[PhraseHit]) -> tuple[PhraseHit, ...]:
    return tuple(sorted(hits, key=lambda h: (h.span, h.code)))


def key_words(lexicons: Lexicons) -> frozenset[str]:
    """The words of all patterns that are put right where they are misheard."""
    templates = (t for p in lexicons.phrases for t in (*p.patterns, *_unfinished(p)))
    return words_of(compiled(t).source for t in templates)


def compile_matcher(
    lexicons: Lexicons, *, ways: frozenset[How] = frozenset(How), only: Collection[str] | None = None
) -> Matcher:
    """Compile once per process; ``ways`` narrows how phrases may be found (for figures and explanations),
    ``only`` the codes that are looked for."""
    return Matcher(lexicons, ways=ways, only=only)
