"""Lexicon files -> compiled matcher -> phrase hits.

``load_lexicons(folder)`` reads and checks, ``compile_matcher(lexicons)`` builds, ``matcher.match(utterances)`` finds.
"""

from pipeline.phrases.lexicon import Code, Lexicons, Phrase
from pipeline.phrases.matcher import Matcher, compile_matcher
from pipeline.phrases.reading import load_lexicons

__all__ = ["Code", "Lexicons", "Matcher", "Phrase", "compile_matcher", "load_lexicons"]
