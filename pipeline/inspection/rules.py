"""The rules that judge what was heard: lexicons and rubric. No speech model is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.matcher import LazyMatcher
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings


class RuleRevisions(NamedTuple):
    """By which rules a call is judged."""

    lexicons: str
    rubric: str
    """Of the sheet, and of the gate where criteria only flag."""


@dataclass(frozen=True)
class Rules:
    """What finds phrases in what was said, and what scores the call."""

    matcher: Matcher
    rubric: Rubric
    gate: TrustGate = OPEN_GATE
    """The criteria that only flag."""

    @property
    def revisions(self) -> RuleRevisions:
        return RuleRevisions(self.matcher.lexicons.revision, self.gate.revision(self.rubric.revision))

    def under(self, gate: TrustGate) -> Rules:
        """The same rules with a gate; what it says of other sheets' criteria is left out."""
        return replace(self, gate=gate.of({item.id for item in self.rubric.items}))


def load_rules(settings: Settings) -> Rules:
    """Read lexicons and rubric. The lexicons are compiled, which takes a second or two, on their first use.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    lexicons = load_lexicons(settings.lexicons)
    return Rules(LazyMatcher(lexicons), load_rubric(settings.rubric, codes=lexicons.codes))
