"""How much a folder of lexicons may hold altogether: far more than people write, and little enough that a
check ends while they wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.phrases.schema import LexiconFile

MOST_FILES = 200
MOST_BYTES = 4 << 20
MOST_PHRASES = 6_000
"""The shipped lexicons have 139 with 3,212 wordings and 1,656 examples."""
MOST_WORDINGS = 15_000
"""Phrases, their variants and patterns."""
MOST_EXAMPLES = 15_000
_REMEDY = "take out what is not in use, or keep several folders and choose one with --lexicons"


def check_files(folder: Path, paths: Sequence[Path]) -> None:
    """Before anything is read.

    Raises:
        LexiconError: too many files, or too large ones.
    """
    _at_most(folder, len(paths), MOST_FILES, "files")
    sizes = 0
    for path in paths:
        try:
            sizes += path.stat().st_size
        except OSError:  # reading it says why
            continue
    if sizes > MOST_BYTES:
        raise LexiconError(f"larger than {MOST_BYTES >> 20} MiB altogether; {_REMEDY}", path=folder)


@dataclass(slots=True)
class Amount:
    """What the files read so far hold."""

    folder: Path
    phrases: int = 0
    wordings: int = 0
    examples: int = 0

    def add(self, content: LexiconFile) -> None:
        """Count one more file.

        Raises:
            LexiconError: that is too much.
        """
        for code in content.codes:
            self.phrases += len(code.phrases)
            for phrase in code.phrases:
                self.wordings += 1 + len(phrase.variants) + len(phrase.patterns)
                self.examples += len(phrase.examples.hit) + len(phrase.examples.quiet)
        _at_most(self.folder, self.phrases, MOST_PHRASES, "phrases")
        _at_most(self.folder, self.wordings, MOST_WORDINGS, "variants and patterns")
        _at_most(self.folder, self.examples, MOST_EXAMPLES, "examples")


def _at_most(folder: Path, count: int, most: int, what: str) -> None:
    if count > most:
        raise LexiconError(f"more than {most:,} {what}; {_REMEDY}", path=folder)
