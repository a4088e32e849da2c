"""What an author can get wrong in a phrase and cannot see: examples that do not hold, spellings that are
unsafe, silenced or written twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import PhraseHit, Role, Span, Utterance
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.lexicon import Lexicons, Phrase, SourceLocation
from pipeline.phrases.matcher import Matcher
from pipeline.phrases.template import spellings

SECONDS_PER_CHARACTER = 0.2


@dataclass(frozen=True, slots=True)
class LexiconIssue:
    """Something wrong (``error``) or doubtful (``warning``) in a lexicon, with its place and the remedy."""

    path: Path
    line: int | None
    level: str
    message: str

    @classmethod
    def at(cls, place: SourceLocation, level: str, message: str) -> LexiconIssue:
        """An issue in a line of a file."""
        return cls(place.path, place.line, level, message)

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.level}: {self.message}"


def sentence(text: str, role: Role | None) -> Utterance:
    """A sentence as if one party had said it, surely and clearly; None: the agent."""
    return Utterance(role or Role.AGENT, Span(0.0, SECONDS_PER_CHARACTER * max(len(text), 1)), text)


def wrong_examples(lexicons: Lexicons, matcher: Matcher) -> Iterator[LexiconIssue]:
    """Examples that are not hit or not quiet, and variants that are always silenced."""
    found = _found(lexicons, matcher)
    for phrase in lexicons.phrases:
        code, role, place = phrase.code.code, phrase.code.role, phrase.place
        hits = {
            text: [h for h in found[text, role] if h.code == code] for text in (*phrase.hit, *phrase.quiet)
        }
        for text in phrase.hit:
            if not hits[text]:
                message = f"example is not hit: “{text}”; add a variant or loosen an exception"
                yield LexiconIssue.at(place, "error", message)
        for text in phrase.quiet:
            for hit in hits[text][:1]:
                by = f"“{hit.phrase}” ({hit.how.value}: “{hit.quote}”)"
                message = f"quiet example is hit by {by}: “{text}”; add an exception"
                yield LexiconIssue.at(place, "error", message)
        for variant in phrase.variants:
            text = spellings(variant).texts[-1]
            if not any(h.code == code for h in found[text, role]):
                written = phrase.written[variant]
                message = (
                    f"variant “{written.text}” can never be hit (“{text}” is always suppressed); take it out"
                )
                yield LexiconIssue.at(written.place, "warning", message)


def _found(lexicons: Lexicons, matcher: Matcher) -> dict[tuple[str, Role | None], tuple[PhraseHit, ...]]:
    """What is found in all examples and in one spelling of each variant; all at once is far faster."""
    texts = dict.fromkeys(
        (text, p.code.role)
        for p in lexicons.phrases
        for text in (*p.hit, *p.quiet, *(spellings(v).texts[-1] for v in p.variants))
    )
    hits = matcher.match_all([[sentence(text, role)] for text, role in texts])
    return dict(zip(texts, hits, strict=True))


def dangers(phrase: Phrase) -> Iterator[LexiconIssue]:
    """Spellings so short that they are found where they do not stand, and no example of such a place."""
    for variant in phrase.variants:
        for spelling in spellings(variant).texts:
            if len(spelling) == 1 and not phrase.whole_words:
                message = f"“{spelling}” is one character and may cut words; set whole_words"
                yield LexiconIssue.at(phrase.place, "warning", message)
            if len(spelling) <= 2 and phrase.tolerance:
                message = f"“{spelling}” is too short to be safe by sound; set tolerance: 0 or lengthen it"
                yield LexiconIssue.at(phrase.place, "warning", message)
                break
    if not phrase.quiet and phrase.code.kind in ACCUSING:
        message = f"“{phrase.canonical}” has no quiet example; add one that is easily confused"
        yield LexiconIssue.at(phrase.place, "warning", message)


def written_twice(lexicons: Lexicons) -> Iterator[LexiconIssue]:
    """The same spelling under two phrases of one code (doubled work) or two codes said by the same role
    (two verdicts)."""
    first: dict[str, Phrase] = {}
    reported: set[tuple[str, str]] = set()
    for phrase in lexicons.phrases:
        for variant in phrase.variants:
            for spelling in spellings(variant).texts:
                other = first.setdefault(spelling, phrase)
                pair = (other.canonical, phrase.canonical)
                if other is not phrase and pair not in reported and other.code.role == phrase.code.role:
                    reported.add(pair)
                    where = f"“{other.canonical}” ({other.place})"
                    message = f"“{spelling}” is also spelled by {where}; keep one of them"
                    yield LexiconIssue.at(phrase.place, "warning", message)
