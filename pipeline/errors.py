"""Everything that can go wrong and is ours to explain, in one drawn hierarchy.

    CallinspectError
    ├── UsageError              wrong command line or configuration; exit status 2
    │   ├── LexiconError        a lexicon file: file, line, remedy
    │   ├── RubricError         a rubric file: file, line, remedy
    │   ├── VocabularyError     a list of names: file, line, remedy
    │   ├── CallListError       a call list nobody can read
    │   └── ModelError          a speech model is missing, damaged or cannot be fetched
    ├── AudioError              this recording cannot be read; the run goes on
    ├── StoreError              the database refused; exit status 3
    │   └── Unstorable          it refused this one value; the run goes on
    └── ReviewError             somebody asked for something that cannot be done now
        ├── Conflict            somebody else was first: who, and what they did
        ├── Refused             not allowed, or not in this state
        └── Missing             there is no such thing

Messages say what, where and the remedy:
``lexicons/zh/forbidden.yaml:14: duplicate phrase "随便你" (first at line 6); remove one``.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.messages import Message, render


class CallinspectError(Exception):
    """The root: catching it catches everything that has a message meant for people."""


class UsageError(CallinspectError):
    """Wrong usage or configuration, with the place and the remedy where there is one."""

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}:{line}: " if line is not None else f"{path}: "
        super().__init__(place + message)
        self.path, self.line = path, line


class LexiconError(UsageError):
    """A lexicon file that cannot be used."""


class RubricError(UsageError):
    """A rubric file that cannot be used."""


class VocabularyError(UsageError):
    """A list of names that cannot be used."""


class CallListError(UsageError):
    """A call list that cannot be read at all; a bad row is a warning, not this."""


class ModelError(UsageError):
    """A speech model that is missing, damaged or cannot be fetched."""


class AudioError(CallinspectError):
    """A recording that cannot be read; ``reason`` is what is stored and listed, in the reader's language.

    ``code`` groups the reasons: a stable name for filters and exports, of which
    ``pipeline.audio.REASON_CODES`` lists all. As a string it is the reason in English, for logs.
    """

    def __init__(self, reason: Message, *, code: str = "corrupt") -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code

    def __str__(self) -> str:
        return render(self.reason, "en")


class StoreError(CallinspectError):
    """The database cannot be opened, migrated or written."""


class Unstorable(StoreError):
    """The database is in order, and does not take what was to be written."""


class ReviewError(CallinspectError):
    """What a person asked for in the review room cannot be done.

    ``code`` is its stable name, by which screens find their words (``error.CODE``); ``facts`` fill them in.
    """

    def __init__(self, message: str, *, code: str, **facts: object) -> None:
        super().__init__(message)
        self.code, self.facts = code, facts


class Conflict(ReviewError):
    """Somebody else was first; the message says who did what."""


class Refused(ReviewError):
    """Not allowed, or not possible in this state."""


class Missing(ReviewError):
    """There is no such thing (or none that this person may see)."""
