"""Wrong usage that the command line itself finds."""

from __future__ import annotations

from pipeline.errors import UsageError, usage


class CommandError(UsageError):
    """A refusal in words of the catalogue (``usage.CODE``); exit status 2."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(usage(code, **facts))
