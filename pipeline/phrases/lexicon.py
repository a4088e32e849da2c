"""What a lexicon holds once it is read: codes, their phrases, and the contexts in which they are harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import PhraseKind, Role, Severity


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where something stands, for messages to the person who edits the file."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class NegativeContext:
    """Words around a phrase that make it harmless: negated, quoted, asked.

    ``before`` must end right at the phrase, ``after`` must start right behind it. Within ``reach`` characters
    ``near`` may stand before it in its sentence, ``earlier`` before it in the sentence before as well, and
    ``then`` behind it, in the next sentence as well: a refusal that help follows. All are templates (see
    ``template``), read over normalised text.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    near: tuple[str, ...]
    then: tuple[str, ...]
    earlier: tuple[str, ...]
    reach: int
    place: SourceLocation


@dataclass(frozen=True, slots=True)
class Code:
    """One idea that is looked for; its phrases are ways to say it."""

    code: str
    kind: PhraseKind
    title: str
    severity: Severity | None
    role: Role | None
    """Who must say it; None: anyone."""
    title_en: str = field(default="", repr=False)
    """The title in English; changes no hit, so it is left out of the revision."""


@dataclass(frozen=True, slots=True)
class WrittenTemplate:
    """A wording or an exception as its author wrote it: slots not filled in."""

    text: str
    place: SourceLocation


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say it, its spellings, and where it does not count."""

    code: Code
    canonical: str
    variants: tuple[str, ...]
    """Templates with finitely many spellings, the canonical one first; found exactly and by sound."""
    patterns: tuple[str, ...]
    """Templates or RE2 expressions over normalised text; never by sound."""
    exceptions: tuple[str, ...]
    """Longer wordings that are not meant; a hit that overlaps one is dropped."""
    negative_contexts: tuple[str, ...]
    """Names of the contexts in which it is harmless."""
    tolerance: float | None
    """Largest sound distance in syllables; None: by length; 0: never by sound."""
    whole_words: bool
    """True where a hit may not cut a written word in half."""
    reason: str
    hit: tuple[str, ...]
    quiet: tuple[str, ...]
    place: SourceLocation
    written: Mapping[str, WrittenTemplate] = field(default_factory=dict, repr=False, compare=False)
    """Variant, pattern or exception -> where and how it is written."""


@dataclass(frozen=True, slots=True)
class Lexicons:
    """All lexicon files of a folder."""

    revision: str
    """Digest of everything that can change a hit; comments and examples do not count."""
    codes: Mapping[str, Code]
    phrases: tuple[Phrase, ...]
    contexts: Mapping[str, NegativeContext]
    words: WordLists = field(default_factory=default_word_lists, repr=False)
    """The lists of words of the folder, which stages other than matching go by."""

    @property
    def by_code(self) -> Mapping[str, Sequence[Phrase]]:
        """The phrases of each code, in the order of the files."""
        found: dict[str, list[Phrase]] = {code: [] for code in self.codes}
        for phrase in self.phrases:
            found[phrase.code.code].append(phrase)
        return found
