"""Wrong usage that the command line itself finds."""

from __future__ import annotations

from pipeline.cli.words import Words
from pipeline.errors import UsageError


class CommandError(UsageError):
    """A refusal in words of the catalogue (``usage.CODE``); exit status 2."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(Words("en")(f"usage.{code}", **facts))
        self.code, self.facts = code, facts
