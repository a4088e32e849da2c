"""What phrase codes are called."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.cli.session import Session
from pipeline.errors import LexiconError


def code_titles(session: Session) -> Mapping[str, str]:
    """Code -> title from the lexicons in use; empty where they cannot be read, for a page can do without."""
    from pipeline.phrases import load_lexicons

    try:
        return {code.code: code.title for code in load_lexicons(session.settings.lexicons).codes.values()}
    except LexiconError:
        return {}
