"""Looking again, after an edit of the lexicons, for what was edited and no more.

A code's hits depend on its own phrases and the contexts that silence them. Only misheard key words of
patterns reach farther: they are put right with one set of words for all patterns, so where the edit changed
that set, a call in which a changed word may have been heard is matched anew as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.batch.rulebooks import kept_lexicons
from pipeline.domain import Inspection, PhraseHit, Role
from pipeline.inspection.hits import of_text
from pipeline.inspection.rules import Rules
from pipeline.phrases import Lexicons, Matcher, compile_matcher
from pipeline.phrases.keywords import KeywordCorrector
from pipeline.phrases.matcher import pattern_keywords
from pipeline.phrases.passages import passages
from pipeline.phrases.revision import rules_by_code
from pipeline.phrases.sentences import load_model
from pipeline.phrases.whole_sentences import rivals
from pipeline.store.repositories.rulebook_rows import Rulebook


@dataclass(frozen=True)
class Edit:
    """The difference between two lexicons."""

    codes: frozenset[str]
    """Codes that were added, taken out or changed in anything that can change a hit."""
    matcher: Matcher | None
    """Finds the present phrases of these codes; None where none is left."""
    changed_words: KeywordCorrector | None


def edit_between(old: Lexicons, new: Lexicons) -> Edit:
    """What changed from ``old`` to ``new``, ready to be looked for."""
    before, after = rules_by_code(old), rules_by_code(new)
    codes = frozenset(c for c in (*before, *after) if before.get(c) != after.get(c))
    words = pattern_keywords(old) ^ pattern_keywords(new)
    return Edit(
        codes,
        compile_matcher(new, only=codes) if codes & after.keys() else None,
        KeywordCorrector(words) if words else None,
    )


class Rematcher:
    """Finds what the present lexicons find in the text of stored inspections, the short way."""

    def __init__(self, rules: Rules, book: Callable[[str], Rulebook | None]) -> None:
        """``book`` gives the text of an earlier revision of the lexicons, where it is kept."""
        self._rules, self._book = rules, book
        self._edits: dict[str, Edit | None] = {}

    def outdated(self, inspection: Inspection) -> bool:
        """True where its hits are those of other lexicons."""
        return inspection.revisions.lexicons != self._rules.revisions.lexicons

    def written(self, inspections: Sequence[Inspection]) -> list[list[PhraseHit] | None]:
        """What the present lexicons find in the text of each; None where everything must be looked for again,
        or nothing. Those with the same edit are searched together."""
        out: list[list[PhraseHit] | None] = [None] * len(inspections)
        waiting: dict[str, list[int]] = {}
        for number, inspection in enumerate(inspections):
            if self.outdated(inspection) and self._suffices(inspection):
                waiting.setdefault(inspection.revisions.lexicons, []).append(number)
        for revision, numbers in waiting.items():
            edit = self._edits[revision]
            assert edit is not None
            found: list[tuple[PhraseHit, ...]] = [()] * len(numbers)
            if edit.matcher is not None:
                found = edit.matcher.match_all([inspections[n].transcript.utterances for n in numbers])
            for number, new in zip(numbers, found, strict=True):
                unedited = (h for h in of_text(inspections[number].hits) if h.code not in edit.codes)
                out[number] = sorted([*unedited, *new], key=lambda h: (h.span, h.code))
        return out

    def _suffices(self, inspection: Inspection) -> bool:
        """Whether it is enough to look for what was edited."""
        revision = inspection.revisions.lexicons
        if revision not in self._edits:
            self._edits[revision] = self._edit(revision)
        edit = self._edits[revision]
        if edit is None or edit.changed_words is None:
            return edit is not None
        said = inspection.transcript.utterances
        return not edit.changed_words.occurs_in([passage.text for passage in passages(said)])

    def _edit(self, revision: str) -> Edit | None:
        book = self._book(revision)
        now = self._rules.matcher.lexicons.increment
        old = None if book is None else kept_lexicons(book.content, now)
        # Read by this version of the program they may be other lexicons: then nothing is known of the hits.
        if old is None or old.revision != revision:
            return None
        new = self._rules.matcher.lexicons
        # Other words in the dictionary cut the texts of all calls elsewhere, so that any hit may come or go;
        # where a code comes or goes, a sentence may now be likeliest for another one that nobody edited.
        if old.words.dictionary.words != new.words.dictionary.words or _rivals(old) != _rivals(new):
            return None
        return edit_between(old, new)


def _rivals(lexicons: Lexicons) -> set[tuple[str, Role | None]]:
    return {(name, code.role) for name, (code, _) in rivals(lexicons.phrases, load_model()).items()}
