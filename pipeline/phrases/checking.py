"""The linter for lexicons: runs their examples and looks for what an author cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Role, Span, Utterance
from pipeline.errors import LexiconError
from pipeline.messages import Message, render
from pipeline.phrases.lexicon import Lexicons, Phrase, SourceLocation
from pipeline.phrases.matcher import Matcher, compile_matcher
from pipeline.phrases.reading import load_lexicons
from pipeline.phrases.template import spellings

SECONDS_PER_CHARACTER = 0.2


@dataclass(frozen=True, slots=True)
class LexiconIssue:
    """Something wrong (``error``) or doubtful (``warning``) in a lexicon, with its place and the remedy."""

    path: Path
    line: int | None
    level: str
    message: Message

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.level}: {render(self.message, 'en')}"


def sentence(text: str, role: Role | None) -> Utterance:
    """A sentence as if one party had said it, surely and clearly; None: the agent."""
    return Utterance(role or Role.AGENT, Span(0.0, SECONDS_PER_CHARACTER * max(len(text), 1)), text)


def check_lexicons(folder: Path) -> list[LexiconIssue]:
    """Everything wrong or doubtful in a folder of lexicons; an unreadable one gives the one error that
    stops it."""
    try:
        lexicons = load_lexicons(folder)
    except LexiconError as error:
        return [LexiconIssue(error.path or folder, error.line, "error", error.message)]
    matcher = compile_matcher(lexicons)
    issues: list[LexiconIssue] = []
    for phrase in lexicons.phrases:
        issues += _examples(phrase, matcher)
        issues += _dangers(phrase)
        issues += _unreachable(phrase, matcher)
    issues += _shared(lexicons)
    return sorted(issues, key=lambda issue: (str(issue.path), issue.line or 0, render(issue.message, "en")))


def _issue(place: SourceLocation, level: str, message: Message) -> LexiconIssue:
    return LexiconIssue(place.path, place.line, level, message)


def _examples(phrase: Phrase, matcher: Matcher) -> Iterator[LexiconIssue]:
    code = phrase.code
    for text in phrase.hit:
        if not any(h.code == code.code for h in matcher.match([sentence(text, code.role)])):
            yield _issue(phrase.place, "error", Message("lexicon.example-missed", text=text))
    for text in phrase.quiet:
        for hit in matcher.match([sentence(text, code.role)]):
            if hit.code == code.code:
                how = Message(f"how.{hit.how}")
                found = Message("lexicon.quiet-hit", text=text, phrase=hit.phrase, how=how, quote=hit.quote)
                yield _issue(phrase.place, "error", found)
                break


def _dangers(phrase: Phrase) -> Iterator[LexiconIssue]:
    for variant in phrase.variants:
        for spelling in spellings(variant).texts:
            if len(spelling) == 1 and not phrase.whole_words:
                yield _issue(phrase.place, "warning", Message("lexicon.one-character", spelling=spelling))
            if len(spelling) <= 2 and phrase.tolerance:
                yield _issue(phrase.place, "warning", Message("lexicon.short-by-sound", spelling=spelling))
                break
    if not phrase.quiet and phrase.code.kind.value in ("forbidden", "escalation"):
        yield _issue(phrase.place, "warning", Message("lexicon.no-quiet", phrase=phrase.canonical))


def _unreachable(phrase: Phrase, matcher: Matcher) -> Iterator[LexiconIssue]:
    """Variants that an exception or context of their own entry always drops."""
    for variant in phrase.variants:
        text = spellings(variant).texts[-1]
        hits = matcher.match([sentence(text, phrase.code.role)])
        if not any(h.code == phrase.code.code for h in hits):
            never = Message("lexicon.never-hit", variant=variant, text=text)
            yield _issue(phrase.place, "warning", never)


def _shared(lexicons: Lexicons) -> Iterator[LexiconIssue]:
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
                    yield _issue(phrase.place, "warning", twice)
