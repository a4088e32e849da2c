"""Lexicon files -> compiled matcher -> phrase hits.

``load_lexicons(folder)`` reads and checks, ``compile_matcher(lexicons)`` builds,
``matcher.match(utterances)`` finds.
"""

from pipeline.phrases.checking import LexiconIssue
from pipeline.phrases.explaining import Explanation, explain
from pipeline.phrases.lexicon import Code, Lexicons, Phrase
from pipeline.phrases.linter import check_lexicons
from pipeline.phrases.matcher import Matcher, compile_matcher
from pipeline.phrases.reading import load_lexicons

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
