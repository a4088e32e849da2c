"""Every wording and every exception is there for a sentence, and an example shows which.

A rule that no example says is a rule that nobody can read, test or take out: nobody knows what breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.domain import How
from pipeline.messages import Message
from pipeline.phrases.checking import LexiconIssue, sentence
from pipeline.phrases.lexicon import Lexicons, Phrase, SourceLocation
from pipeline.phrases.matcher import Matcher
from pipeline.phrases.normal_form import normalise_all
from pipeline.phrases.passages import passages
from pipeline.phrases.pattern import compiled

MOST_WORDINGS_OF_A_PHRASE = 12
"""Variants and patterns beside the phrase itself. Whoever sees a hit reads the phrase as its title; twelve
wordings and their examples fit on one screen, and one title still says what all of them mean."""


def unproven_wordings(lexicons: Lexicons) -> Iterator[LexiconIssue]:
    """Variants and patterns that stand, as written, in no example of their phrase. The phrase itself is its
    own plainest example."""
    for phrase in lexicons.phrases:
        examples = normalise_all([phrase.canonical, *phrase.hit])
        for wording in (*phrase.variants, *phrase.patterns):
            spans = compiled(wording).spans
            if not any(True for text in examples for _ in spans(text)):
                pattern = wording in phrase.patterns
                yield _issue(
                    phrase, wording, "lexicon.unproven-pattern" if pattern else "lexicon.unproven-variant"
                )


def crowded_phrases(lexicons: Lexicons) -> Iterator[LexiconIssue]:
    """Phrases with so many wordings that one title cannot say what they mean."""
    for phrase in lexicons.phrases:
        count = len(phrase.variants) + len(phrase.patterns) - 1
        if count > MOST_WORDINGS_OF_A_PHRASE:
            crowded = Message(
                "lexicon.crowded", phrase=phrase.canonical, count=count, most=MOST_WORDINGS_OF_A_PHRASE
            )
            yield LexiconIssue.at(phrase.place, "error", crowded)


def unproven_exceptions(lexicons: Lexicons) -> Iterator[LexiconIssue]:
    """Exceptions that spare no quiet example of their code from being hit."""
    reported: set[tuple[str, SourceLocation]] = set()
    proven = _proven_exceptions(lexicons)
    for phrase in lexicons.phrases:
        for exception in phrase.exceptions:
            key = exception, phrase.written[exception].place
            if (phrase.code.code, exception) not in proven and key not in reported:
                reported.add(key)
                yield _issue(phrase, exception, "lexicon.unproven-exception")


def _proven_exceptions(lexicons: Lexicons) -> set[tuple[str, str]]:
    """(code, exception) of each that stands on something that would be found in a quiet example."""
    bare = replace(lexicons, phrases=tuple(replace(p, exceptions=()) for p in lexicons.phrases))
    matcher = Matcher(bare, ways=frozenset(How) - {How.SENTENCE}, weighed=False)
    quiet = dict.fromkeys((text, p.code.role, p.code.code) for p in lexicons.phrases for text in p.quiet)
    owners = [(passage, code) for text, role, code in quiet for passage in passages([sentence(text, role)])]
    proven: set[tuple[str, str]] = set()
    for (passage, code), (_, assessed) in zip(
        owners, matcher.assess_all([passage for passage, _ in owners]), strict=True
    ):
        for a in assessed:
            phrase, c = lexicons.phrases[a.candidate.phrase], a.candidate
            if a.dropped is not None or phrase.code.code != code:
                continue
            low, high = passage.sentence(c.start, c.end)
            for exception in phrase.exceptions:
                if (code, exception) not in proven and any(
                    start + low < c.end and c.start < end + low
                    for start, end in compiled(exception).spans(passage.text[low:high])
                ):
                    proven.add((code, exception))
    return proven


def _issue(phrase: Phrase, template: str, code: str) -> LexiconIssue:
    written = phrase.written[template]
    return LexiconIssue.at(written.place, "error", Message(code, wording=written.text))
