"""What made a hit: the digest of the lexicons and of the code that reads and matches them.

Stored hits of another revision count as made by other rules. The code is told by its source, so nobody has to
remember to raise a number: a wheel and an editable install hold the same source and give the same digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pipeline.conversation.wordlists import WordLists
from pipeline.phrases.lexicon import Lexicons, NegativeContext, Phrase

PACKAGE = Path(__file__).resolve().parents[1]
ENTRANCES = ("phrases.reading", "phrases.matcher")
"""What reads lexicons and what matches them; with what they import they decide what is found."""
SENTENCES = Path("phrases", "sentences.npz")
DATA = (SENTENCES, Path("phrases", "required.npz"), Path("phrases", "word_classes.toml"))
"""The weights by which a sentence is judged and the words that count alike in them decide like code; those of
required phrases decide no hit, but whether one is missing."""
_IMPORT = re.compile(r"^ *from pipeline\.((?:phrases|conversation)[\w.]*) import", re.MULTILINE)
_BLANK = re.compile(rb"^\s*(?:#.*)?\r?\n", re.MULTILINE)
"""Lines that decide nothing. Docstrings count: to take them out needs a parser, which takes half as long as
reading the lexicons, and a needless new revision costs one search of the stored transcripts."""


def revision_of(
    phrases: Iterable[Phrase], contexts: Iterable[NegativeContext], words: WordLists, weights: str = ""
) -> str:
    """Digest of everything that can change a hit; comments and examples of lexicons do not count.

    Args:
        weights: digest of those trained on the centre's own sentences; empty where there are none.
    """
    digest = hashlib.sha256(code_revision().encode())
    for phrase in phrases:
        digest.update(repr((*rule_of(phrase), phrase.negative_contexts)).encode())
    for context in contexts:
        digest.update(repr(rule_of_context(context)).encode())
    digest.update(words.revision.encode())
    digest.update(weights.encode())
    return digest.hexdigest()[:16]


def rules_by_code(lexicons: Lexicons) -> dict[str, list[object]]:
    """Everything that can change a hit of each code: its phrases in order, and the contexts they name."""
    found: dict[str, list[object]] = {code: [] for code in lexicons.codes}
    for phrase in lexicons.phrases:
        contexts = [rule_of_context(lexicons.contexts[name]) for name in phrase.negative_contexts]
        found[phrase.code.code].append((*rule_of(phrase), contexts))
    return found


def rule_of(phrase: Phrase) -> tuple[object, ...]:
    """What of a phrase can change a hit, its negative contexts apart."""
    return (
        phrase.code,
        phrase.canonical,
        phrase.variants,
        phrase.patterns,
        phrase.exceptions,
        phrase.tolerance,
        phrase.whole_words,
    )


def rule_of_context(context: NegativeContext) -> tuple[object, ...]:
    """What of a context can change a hit."""
    return (
        context.name,
        context.before,
        context.after,
        context.near,
        context.then,
        context.earlier,
        context.reach,
    )


@cache
def code_revision(package: Path = PACKAGE) -> str:
    """Digest of the source of all modules that decide what is found, and of the trained weights and what they
    rest on; comments do not count."""
    digest = hashlib.sha256()
    for name, source in sorted(_sources(package).items()):
        digest.update(name.encode() + b"\n" + _BLANK.sub(b"", source))
    for path in DATA:
        digest.update((package / path).read_bytes())
    return digest.hexdigest()


def matching_modules(package: Path = PACKAGE) -> frozenset[str]:
    """The modules that decide what is found, as ``phrases.matcher``."""
    return frozenset(_sources(package))


def _sources(package: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    waiting = list(ENTRANCES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            path = package.joinpath(*name.split("."))
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            found[name] = path.read_bytes()
            waiting += _IMPORT.findall(found[name].decode())
    return found
