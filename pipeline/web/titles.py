"""What phrase codes are called."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.web.rulebook.book import read_book


def code_titles(settings: Settings) -> Mapping[str, str]:
    """Code -> title, as the lexicons say now; empty where they cannot be read."""
    try:
        return {code: one.title for code, one in read_book(settings).lexicons.codes.items()}
    except UsageError:
        return {}
