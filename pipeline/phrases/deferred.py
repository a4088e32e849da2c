"""A matcher that is compiled when somebody first asks it to match: who only needs the revision never pays."""

from __future__ import annotations

from typing import Any

from pipeline.phrases.lexicon import Lexicons
from pipeline.phrases.matcher import Matcher


class DeferredMatcher(Matcher):
    """Everything a ``Matcher`` is, a little later. Not for threads that share it before its first use."""

    def __init__(self, lexicons: Lexicons) -> None:
        self.lexicons = lexicons  # the rest of a matcher follows in __getattr__

    @property
    def compiled(self) -> bool:
        """True once it has been used."""
        return "_phrases" in vars(self)

    def __getattr__(self, name: str) -> Any:
        if self.compiled or name.startswith("__"):
            raise AttributeError(name)
        super().__init__(self.lexicons)
        return getattr(self, name)
