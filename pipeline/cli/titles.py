"""What phrase codes are called."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.cli.session import Session
from pipeline.errors import LexiconError


def code_titles(session: Session) -> Mapping[str, str]:
    """Code -> title from the lexicons in use, in the language of the session where they have it.

    Empty where they cannot be read: a page can do without.
    """
    from pipeline.phrases import load_lexicons

    try:
        codes = load_lexicons(session.settings.lexicons, session.settings.layer).codes.values()
    except LexiconError:
        return {}
    english = session.words.lang != "zh"
    return {code.code: (english and code.title_en) or code.title for code in codes}
