"""The rules that judge what was heard: lexicons and rubric. No speech model is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.packs import Layers
from pipeline.phrases import Matcher, load_lexicons
from pipeline.phrases.layer import LEXICONS, RUBRIC, WEIGHTS_FILE
from pipeline.phrases.matcher import LazyMatcher
from pipeline.phrases.traces import TraceFinder
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

    @cached_property
    def traces(self) -> TraceFinder:
        """What still sounds or reads like a required phrase that was not found."""
        return TraceFinder.shipped(self.matcher.lexicons.words.traces.codes)


def load_rules(settings: Settings) -> Rules:
    """Read lexicons and rubric. The lexicons are compiled, which takes a second or two, on their first use;
    while no file changes, once in a process.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    return _rules(settings.lexicons, settings.rubric, settings.layers, *stamps(settings))


@lru_cache(maxsize=2)
def _rules(lexicons: Path, rubric: Path, layer: Layers, *_stamps: object) -> Rules:
    loaded = load_lexicons(lexicons, layer)
    return Rules(LazyMatcher(loaded), load_rubric(rubric, codes=loaded.codes, layer=layer))


def stamps(settings: Settings) -> tuple[object, ...]:
    """What changes when a file of rules does, of lexicons, rubric, packs and the centre's own layer."""
    layer = settings.layer
    own = () if layer is None else tuple(stamp(layer / part) for part in (LEXICONS, RUBRIC, WEIGHTS_FILE))
    packs = tuple(tuple(map(stamp, (*pack.lexicons, pack.sheet))) for pack in settings.packs)
    return stamp(settings.lexicons), stamp(settings.rubric), own, packs


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of rules does: names, sizes and times of change."""
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    stats = [(file.name, file.stat()) for file in files if file.exists()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
