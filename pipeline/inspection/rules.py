"""The rules that judge what was heard: lexicons and rubric. No speech model is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.matcher import LazyMatcher
from pipeline.phrases.traces import TraceFinder
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

    @cached_property
    def traces(self) -> TraceFinder:
        """What still sounds like a required phrase that was not found."""
        return TraceFinder(self.matcher.lexicons.words.traces.codes)


def load_rules(settings: Settings) -> Rules:
    """Read lexicons and rubric. The lexicons are compiled, which takes a second or two, on their first use.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    lexicons = load_lexicons(settings.lexicons)
    return Rules(LazyMatcher(lexicons), load_rubric(settings.rubric, codes=lexicons.codes))
