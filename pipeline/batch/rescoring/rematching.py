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
from pipeline.inspection.hits import of_text, surviving
from pipeline.inspection.judging import role_evidence_now
from pipeline.inspection.rules import Rules
from pipeline.phrases import Lexicons, Matcher, compile_matcher
from pipeline.phrases.keywords import KeywordCorrector
from pipeline.phrases.matcher import pattern_keywords
from pipeline.phrases.passages import Passage, passages
from pipeline.phrases.revision import rules_by_code
from pipeline.phrases.screening import PhraseScreen
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
    screen: PhraseScreen
    """Knows the earlier and the present phrases of these codes."""
    same_words: bool
    """Nothing but phrases and contexts was changed: stages other than matching go by the same words."""


def edit_between(old: Lexicons, new: Lexicons) -> Edit:
    """What changed from ``old`` to ``new``, ready to be looked for."""
    before, after = rules_by_code(old), rules_by_code(new)
    codes = frozenset(c for c in (*before, *after) if before.get(c) != after.get(c))
    words = pattern_keywords(old) ^ pattern_keywords(new)
    return Edit(
        codes,
        compile_matcher(new, only=codes) if codes & after.keys() else None,
        KeywordCorrector(words) if words else None,
        PhraseScreen(
            (p for p in (*new.phrases, *old.phrases) if p.code.code in codes),
            keywords=pattern_keywords(old) | pattern_keywords(new),
            words=new.words.dictionary.words,
        ),
        old.words.revision == new.words.revision,
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

    def hits_decide(self, inspection: Inspection) -> bool:
        """Whether the lexicons can change its judgement by its hits alone: the lists of words that other
        stages go by are the same, and so is what its roles rest on."""
        edit = self._edit_from(inspection.revisions.lexicons) if self.outdated(inspection) else None
        same = edit is not None and edit.same_words
        return same and role_evidence_now(inspection) == inspection.role_evidence

    def unchanged(
        self, inspections: Sequence[Inspection], earlier: Sequence[Sequence[PhraseHit]]
    ) -> list[bool]:
        """For each whether it is certain, without matching it, that its hits stay.

        A call without a hit of the edited codes, in which nothing is like an earlier or a present phrase of
        theirs, has none now. (A sentence that is a hit as a whole depends on phrases only by what is like one
        beside it.)

        Args:
            inspections: those that ``hits_decide``.
            earlier: what the sound confirmed for earlier revisions of each.
        """
        out = [False] * len(inspections)
        waiting: dict[str, list[tuple[int, list[Passage]]]] = {}
        for number, (inspection, confirmed) in enumerate(zip(inspections, earlier, strict=True)):
            revision, hits = inspection.revisions.lexicons, inspection.hits
            edit = self._edit_from(revision)
            if edit is None or any(hit.code in edit.codes for hit in hits):
                continue
            if surviving(of_text(hits), (*hits, *confirmed), self._rules.matcher.lexicons) == hits:
                said = passages(inspection.transcript.utterances)
                waiting.setdefault(revision, []).append((number, said))
        for revision, some in waiting.items():
            edit = self._edits[revision]
            assert edit is not None
            resembled = edit.screen.resembled_in([said for _, said in some])
            for (number, said), like in zip(some, resembled, strict=True):
                out[number] = not like and not _occurs(edit.changed_words, said)
        return out

    def _suffices(self, inspection: Inspection) -> bool:
        """Whether it is enough to look for what was edited."""
        edit = self._edit_from(inspection.revisions.lexicons)
        if edit is None or edit.changed_words is None:
            return edit is not None
        return not _occurs(edit.changed_words, passages(inspection.transcript.utterances))

    def _edit_from(self, revision: str) -> Edit | None:
        """The edit since these lexicons; None where it is not known, or reaches every hit."""
        if revision not in self._edits:
            self._edits[revision] = self._edit(revision)
        return self._edits[revision]

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


def _occurs(words: KeywordCorrector | None, said: Sequence[Passage]) -> bool:
    return words is not None and words.occurs_in([passage.text for passage in said])


def _rivals(lexicons: Lexicons) -> set[tuple[str, Role | None]]:
    return {(name, code.role) for name, (code, _) in rivals(lexicons.phrases, load_model()).items()}
