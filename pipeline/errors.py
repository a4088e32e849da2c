"""Everything that can go wrong and is ours to explain, in one drawn hierarchy.

    CallinspectError
    ├── UsageError              wrong command line or configuration; exit status 2
    │   ├── LexiconError        a lexicon file: file, line, remedy
    │   ├── RubricError         a rubric file: file, line, remedy
    │   ├── VocabularyError     a list of names: file, line, remedy
    │   ├── CallListError       a call list nobody can read
    │   ├── CommandError        what the command line, an export or https was asked for does not go
    │   └── ModelError          a speech model is missing, damaged or cannot be fetched
    ├── AudioError              this recording cannot be read; the run goes on
    ├── StoreError              the database refused; exit status 3
    │   ├── StoreUnusable       it cannot be opened at all; exit status 2
    │   ├── StoreAway           its server does not answer; a run waits for it
    │   ├── LeaseLost           another run has taken this call over; the run goes on
    │   └── Unstorable          it refused this one value; the run goes on
    └── ReviewError             somebody asked for something that cannot be done now
        ├── Conflict            somebody else was first: who, and what they did
        ├── Refused             not allowed, or not in this state
        └── Missing             there is no such thing

Each says what, where and the remedy as a message, so that everybody is told in their language:
``lexicons/zh/forbidden.yaml:14: duplicate phrase "随便你" (first at line 6); remove one``.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.messages import Lang, Message, MessageError, Text


class CallinspectError(MessageError):
    """The root: catching it catches everything that has a message meant for people."""


class UsageError(CallinspectError):
    """Wrong usage or configuration, with the place and the remedy where there is one.

    ``message`` says it without the place; ``said`` and the error as a string put the place before it.
    """

    def __init__(self, message: Text, *, path: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.path, self.line = path, line

    @property
    def place(self) -> str:
        """``FILE:LINE: ``, as compilers write it in every language; empty where there is none."""
        if self.path is None:
            return ""
        return f"{self.path}: " if self.line is None else f"{self.path}:{self.line}: "

    @property
    def placed(self) -> Message:
        return Message("usage.placed", place=self.place, what=self.message) if self.place else self.message

    def said(self, lang: Lang) -> str:
        return self.place + super().said(lang)


def usage(code: str, **facts: object) -> Message:
    """The words of a wrong use (``usage.CODE``); what is neither text nor number is told as text."""
    plain = (str, int, float, Message)
    told = {name: fact if isinstance(fact, plain) else str(fact) for name, fact in facts.items()}
    return Message(f"usage.{code}", **told)


class LexiconError(UsageError):
    """A lexicon file that cannot be used."""


class RubricError(UsageError):
    """A rubric file that cannot be used."""


class VocabularyError(UsageError):
    """A list of names that cannot be used."""


class CommandError(UsageError):
    """A refusal of what was asked for on the command line, in words of the catalogue (``usage.CODE``)."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(usage(code, **facts))


class ExportError(CommandError):
    """An export that cannot be made as asked."""


class CertificateError(CommandError):
    """Certificate or key of https cannot be used."""


class CallListError(UsageError):
    """A call list that cannot be read at all; a bad row is a warning, not this."""


class ModelError(UsageError):
    """A speech model that is missing, damaged or cannot be fetched."""


class AudioError(CallinspectError):
    """A recording that cannot be read; ``reason`` is what is stored and listed, in the reader's language.

    ``code`` groups the reasons: a stable name for filters and exports, of which
    ``pipeline.audio.REASON_CODES`` lists all.
    """

    def __init__(self, reason: Message, *, code: str = "corrupt") -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class StoreError(CallinspectError):
    """The database cannot be opened, migrated or written."""


class StoreUnusable(StoreError):
    """The address is no database, or what is there cannot be opened or was written by a newer version."""


class StoreAway(StoreError):
    """The server of the database does not answer, or cut a connection off: it may come back."""


class LeaseLost(StoreError):
    """Another run has taken a call over, or done it: what this one made of it is not stored."""


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


def no_call(call_id: str) -> Missing:
    """There is no such call, or none that this person may see."""
    return Missing(f"there is no call {call_id!r}", code="no-call", call=call_id)


def no_agent(agent_id: str) -> Missing:
    """There is no such agent, or none that this person may see."""
    return Missing(f"there is no agent {agent_id!r}", code="no-agent", agent=agent_id)
