"""Lexicon files -> compiled matcher -> phrase hits.

``load_lexicons(folder)`` reads and checks, ``compile_matcher(lexicons)`` builds,
``matcher.match(utterances)`` finds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.phrases.checking import LexiconIssue
    from pipeline.phrases.explaining import Explanation, explain
    from pipeline.phrases.lexicon import Code, Lexicons, Phrase
    from pipeline.phrases.linter import check_lexicons
    from pipeline.phrases.matcher import Matcher, compile_matcher
    from pipeline.phrases.reading import load_lexicons

_ELSEWHERE = {
    "LexiconIssue": "checking",
    "Explanation": "explaining",
    "explain": "explaining",
    "Code": "lexicon",
    "Lexicons": "lexicon",
    "Phrase": "lexicon",
    "check_lexicons": "linter",
    "Matcher": "matcher",
    "compile_matcher": "matcher",
    "load_lexicons": "reading",
}
"""Name -> module that is loaded when it is first asked for."""


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"pipeline.phrases.{_ELSEWHERE[name]}"), name)
    return found


__all__ = [
    "Code",
    "Explanation",
    "LexiconIssue",
    "Lexicons",
    "Matcher",
    "Phrase",
    "check_lexicons",
    "compile_matcher",
    "explain",
    "load_lexicons",
]
