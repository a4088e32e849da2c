"""The rules that judge what was heard: lexicons and rubric. No speech model is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.matcher import LazyMatcher
from pipeline.rubric import Rubric, load_rubric
from pipeline.settings import Settings


class RuleRevisions(NamedTuple):
    """By which rules a call is judged."""

    lexicons: str
    rubric: str


@dataclass(frozen=True)
class Rules:
    """What finds phrases in what was said, and what scores the call."""

    matcher: Matcher
    rubric: Rubric

    @property
    def revisions(self) -> RuleRevisions:
        return RuleRevisions(self.matcher.lexicons.revision, self.rubric.revision)


def load_rules(settings: Settings) -> Rules:
    """Read lexicons and rubric. The lexicons are compiled, which takes a second or two, on their first use.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    lexicons = load_lexicons(settings.lexicons, settings.layer)
    rubric = load_rubric(settings.rubric, codes=lexicons.codes, layer=settings.layer)
    return Rules(LazyMatcher(lexicons), rubric)
