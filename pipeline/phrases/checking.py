"""What an author can get wrong in a phrase and cannot see: examples that do not hold, spellings that are
unsafe, silenced or written twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import PhraseHit, Role, Span, Utterance
from pipeline.messages import Message, render
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.lexicon import Lexicons, Phrase, SourceLocation
from pipeline.phrases.matcher import NOT_MEANT, Matcher
from pipeline.phrases.passages import passages
from pipeline.phrases.template import spellings

SECONDS_PER_CHARACTER = 0.2
NOT_MEANT_REMEDY = Message("dropped.not-meant.remedy")
"""What makes a phrase count that its sentence speaks against."""
FRAME = "好的，{}"
"""The plainest sentence around a phrase: what does not count in it counts in hardly any call."""


@dataclass(frozen=True, slots=True)
class LexiconIssue:
    """Something wrong (``error``) or doubtful (``warning``) in a lexicon, with its place and the remedy."""

    path: Path
    line: int | None
    level: str
    message: Message

    @classmethod
    def at(cls, place: SourceLocation, level: str, message: Message) -> LexiconIssue:
        """An issue in a line of a file."""
        return cls(place.path, place.line, level, message)

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.level}: {render(self.message, 'en')}"


def sentence(text: str, role: Role | None) -> Utterance:
    """A sentence as if one party had said it, surely and clearly; None: the agent."""
    return Utterance(role or Role.AGENT, Span(0.0, SECONDS_PER_CHARACTER * max(len(text), 1)), text)


def wrong_examples(lexicons: Lexicons, matcher: Matcher) -> Iterator[LexiconIssue]:
    """Examples that are not hit (and why) or not quiet, and variants that are always silenced."""
    found = _found(lexicons, matcher)
    for phrase in lexicons.phrases:
        code, role, place = phrase.code.code, phrase.code.role, phrase.place
        hits = {
            text: [h for h in found[text, role] if h.code == code] for text in (*phrase.hit, *phrase.quiet)
        }
        for text in phrase.hit:
            if not hits[text]:
                yield LexiconIssue.at(place, "error", _missed(text, phrase, lexicons, matcher))
        for text in phrase.quiet:
            for hit in hits[text][:1]:
                how = Message(f"how.{hit.how}")
                by = Message("lexicon.quiet-hit", text=text, phrase=hit.phrase, how=how, quote=hit.quote)
                yield LexiconIssue.at(place, "error", by)
        for variant in phrase.variants:
            text = spellings(variant).texts[-1]
            if not any(h.code == code for h in found[text, role]):
                written = phrase.written[variant]
                never = Message("lexicon.never-hit", variant=written.text, text=text)
                yield LexiconIssue.at(written.place, "warning", never)


def _missed(text: str, phrase: Phrase, lexicons: Lexicons, matcher: Matcher) -> Message:
    """Why an example of a phrase is not hit: nothing was found in it, or what was found was dropped."""
    dropped = [
        a.dropped
        for _, found in matcher.assess_all(passages([sentence(text, phrase.code.role)]))
        for a in found
        if a.dropped is not None and matcher.phrase_of(a.candidate).code == phrase.code
    ]
    if NOT_MEANT in dropped:
        return Message("lexicon.example-not-meant", text=text, remedy=NOT_MEANT_REMEDY)
    if dropped:
        return Message("lexicon.example-dropped", text=text, why=dropped[0])
    return Message("lexicon.example-missed", text=text)


def spared_in_sentences(lexicons: Lexicons, matcher: Matcher) -> Iterator[LexiconIssue]:
    """Accusing phrases that count only where nothing else is said: their examples hold, and no call ever
    has them."""
    accusing = [phrase for phrase in lexicons.phrases if phrase.code.kind in ACCUSING]
    owners = [
        (phrase, text, passage)
        for phrase in accusing
        for text in [FRAME.format(phrase.canonical)]
        for passage in passages([sentence(text, phrase.code.role)])
    ]
    assessed = matcher.assess_all([passage for _, _, passage in owners])
    for (phrase, text, _), (_, found) in zip(owners, assessed, strict=True):
        own = [a.dropped for a in found if matcher.phrase_of(a.candidate).code == phrase.code]
        if own and all(dropped == NOT_MEANT for dropped in own):
            facts = {"phrase": phrase.canonical, "text": text}
            spared = Message("lexicon.spared-in-sentences", remedy=NOT_MEANT_REMEDY, **facts)
            yield LexiconIssue.at(phrase.place, "warning", spared)


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
                one = Message("lexicon.one-character", spelling=spelling)
                yield LexiconIssue.at(phrase.place, "warning", one)
            if len(spelling) <= 2 and phrase.tolerance:
                short = Message("lexicon.short-by-sound", spelling=spelling)
                yield LexiconIssue.at(phrase.place, "warning", short)
                break
    if not phrase.quiet and phrase.code.kind in ACCUSING:
        none = Message("lexicon.no-quiet", phrase=phrase.canonical)
        yield LexiconIssue.at(phrase.place, "warning", none)


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
                    where = {"other": other.canonical, "place": str(other.place)}
                    twice = Message("lexicon.spelled-twice", spelling=spelling, **where)
                    yield LexiconIssue.at(phrase.place, "warning", twice)
