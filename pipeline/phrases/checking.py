"""The linter for lexicons: runs their examples and looks for what an author cannot see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import PhraseHit, Role, Span, Utterance
from pipeline.errors import LexiconError
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
    message: str

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.level}: {self.message}"


def sentence(text: str, role: Role | None) -> Utterance:
    """A sentence as if one party had said it, surely and clearly; None: the agent."""
    return Utterance(role or Role.AGENT, Span(0.0, SECONDS_PER_CHARACTER * max(len(text), 1)), text)


def check_lexicons(folder: Path, layer: Path | None = None) -> list[LexiconIssue]:
    """Everything wrong or doubtful in a folder of lexicons and a centre's layer over it; an unreadable one
    gives the one error that stops it."""
    try:
        lexicons = load_lexicons(folder, layer)
    except LexiconError as error:
        place = f"{error.path}:{error.line}: " if error.line is not None else f"{error.path}: "
        return [LexiconIssue(error.path or folder, error.line, "error", str(error).removeprefix(place))]
    return issues_of(lexicons, compile_matcher(lexicons))


def issues_of(
    lexicons: Lexicons, matcher: Matcher, only: Collection[str] | None = None
) -> list[LexiconIssue]:
    """Everything wrong or doubtful in lexicons that could be read, or in these codes of them."""
    phrases = [p for p in lexicons.phrases if only is None or p.code.code in only]
    hits = _Hits(phrases, matcher)
    issues: list[LexiconIssue] = []
    for phrase in phrases:
        issues += _examples(phrase, hits)
        issues += _dangers(phrase)
        issues += _unreachable(phrase, hits)
    issues += _shared(phrases)
    return sorted(issues, key=lambda issue: (str(issue.path), issue.line or 0, issue.message))


class _Hits:
    """What is found in every example and variant, searched all at once."""

    def __init__(self, phrases: Sequence[Phrase], matcher: Matcher) -> None:
        wanted = {
            (text, phrase.code.role)
            for phrase in phrases
            for text in (*phrase.hit, *phrase.quiet, *map(_longest, phrase.variants))
        }
        asked = sorted(wanted, key=lambda one: (one[0], one[1] or ""))
        found = matcher.match_all([[sentence(text, role)] for text, role in asked])
        self._found = dict(zip(asked, found, strict=True))

    def of(self, phrase: Phrase, text: str) -> list[PhraseHit]:
        """Hits of the phrase's code in a sentence."""
        return [hit for hit in self._found[text, phrase.code.role] if hit.code == phrase.code.code]


def _longest(variant: str) -> str:
    return spellings(variant).texts[-1]


def _issue(place: SourceLocation, level: str, message: str) -> LexiconIssue:
    return LexiconIssue(place.path, place.line, level, message)


def _examples(phrase: Phrase, hits: _Hits) -> Iterator[LexiconIssue]:
    for text in phrase.hit:
        if not hits.of(phrase, text):
            yield _issue(
                phrase.place, "error", f"example is not hit: “{text}”; add a variant or loosen an exception"
            )
    for text in phrase.quiet:
        for hit in hits.of(phrase, text)[:1]:
            found = f"“{hit.phrase}” ({hit.how.value}: “{hit.quote}”)"
            yield _issue(
                phrase.place, "error", f"quiet example is hit by {found}: “{text}”; add an exception"
            )


def _dangers(phrase: Phrase) -> Iterator[LexiconIssue]:
    for variant in phrase.variants:
        for spelling in spellings(variant).texts:
            if len(spelling) == 1 and not phrase.whole_words:
                yield _issue(
                    phrase.place,
                    "warning",
                    f"“{spelling}” is one character and may cut words; set whole_words",
                )
            if len(spelling) <= 2 and phrase.tolerance:
                yield _issue(
                    phrase.place,
                    "warning",
                    f"“{spelling}” is too short to be safe by sound; set tolerance: 0 or lengthen it",
                )
                break
    if not phrase.quiet and phrase.code.kind.value in ("forbidden", "escalation"):
        yield _issue(
            phrase.place,
            "warning",
            f"“{phrase.canonical}” has no quiet example; add one that is easily confused",
        )


def _unreachable(phrase: Phrase, hits: _Hits) -> Iterator[LexiconIssue]:
    """Variants that an exception or context of their own entry always drops."""
    for variant in phrase.variants:
        text = _longest(variant)
        if not hits.of(phrase, text):
            yield _issue(
                phrase.place,
                "warning",
                f"variant “{variant}” can never be hit (“{text}” is always suppressed); take it out",
            )


def _shared(phrases: Sequence[Phrase]) -> Iterator[LexiconIssue]:
    """The same spelling under two phrases of one code (doubled work) or two codes said by the same role
    (two verdicts)."""
    first: dict[str, Phrase] = {}
    reported: set[tuple[str, str]] = set()
    for phrase in phrases:
        for variant in phrase.variants:
            for spelling in spellings(variant).texts:
                other = first.setdefault(spelling, phrase)
                pair = (other.canonical, phrase.canonical)
                if other is not phrase and pair not in reported and other.code.role == phrase.code.role:
                    reported.add(pair)
                    where = f"“{other.canonical}” ({other.place})"
                    message = f"“{spelling}” is also spelled by {where}; keep one of them"
                    yield _issue(phrase.place, "warning", message)
