"""What can be wrong with an export."""

from __future__ import annotations

from pipeline.errors import UsageError, usage


class ExportError(UsageError):
    """An export that cannot be made as asked, in words of the catalogue (``usage.CODE``)."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(usage(code, **facts))
