"""What can be wrong with an export, in a form the command line can say in either language."""

from __future__ import annotations

from pipeline.errors import UsageError


class ExportError(UsageError):
    """An export that cannot be made as asked.

    ``code`` names the mistake and ``facts`` fills in its message, for a front end that has its own words.
    """

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code, self.facts = code, facts
