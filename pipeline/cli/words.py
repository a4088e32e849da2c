"""Words for people, in the language they chose."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.domain import Finding, Outcome
from pipeline.errors import RubricError
from pipeline.files import FileRefused
from pipeline.messages import VERBATIM, Lang, Message, Text, known, languages, render, say
from pipeline.packs import Layered
from pipeline.settings import CONFIG_FILE, read_config

SHELL = "shell"
"""The context of what the command line words in its own way."""


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language: ``words("list.more", count=3)``."""

    lang: Lang = "zh"
    rubric: Path | None = None
    """The sheet whose titles are told in English too."""
    layer: Layered = None
    """What packs and the centre change of it."""

    def __call__(self, key: str, /, **facts: object) -> str:
        return say(self.lang, key, SHELL, **facts)

    def known(self, key: str, /, default: str, **facts: object) -> str:
        """As calling; ``default`` for a key that no catalogue has."""
        return self(key, **facts) if known(key, SHELL) else default

    def reason(self, code: str | None, stored: Message | None) -> str:
        """Why a call could not be inspected; of an old sentence also what its code means."""
        said = self.said(stored)
        if stored is not None and stored.code != VERBATIM:
            return said
        named = self.known(f"reason.{code}", "")
        return self("join.detail", reason=named, detail=said) if named and said else named or said

    def said(self, text: Text | None) -> str:
        """A title, reason, problem or note in this language; empty where there is none."""
        if text is None:
            return ""
        titles = {} if self.lang == "zh" else english_titles(self.rubric, self.layer)  # which reads the sheet
        return render(text, self.lang, titles)

    def title(self, finding: Finding, outcome: Outcome | None = None) -> str:
        """What a finding is called: it accuses only where it failed.

        ``outcome``: the finding's with people's verdict in it, where that is meant.
        """
        if (outcome or finding.outcome) is Outcome.FAILED or finding.severity is None:
            return self.said(finding.title)
        return self.neutral(finding.criterion, finding.group_title or finding.title)

    def neutral(self, criterion: str, otherwise: str) -> str:
        """What a criterion is called where its title must read right with any outcome."""
        return self.said(neutral_titles(self.rubric, self.layer).get(criterion) or otherwise)

    @property
    def colon(self) -> str:
        return self("join.colon")

    def sentences(self, items: Sequence[str]) -> str:
        """Items that hold commas of their own."""
        return self("join.semicolon").join(items)

    def listed(self, items: Sequence[str]) -> str:
        return self("join.list").join(items)


@cache
def english_titles(rubric: Path | None, layer: Layered = None) -> Mapping[str, str]:
    """What the sheet calls things in English; empty where it cannot be read or has no English titles."""
    from pipeline.rubric import load_rubric  # here and below: many a command tells no title

    try:
        return {} if rubric is None else load_rubric(rubric, layer=layer).in_english
    except RubricError:
        return {}


@cache
def neutral_titles(rubric: Path | None, layer: Layered = None) -> Mapping[str, str]:
    """Item -> its title where it did not fail, as the sheet says now; empty where it cannot be read."""
    from pipeline.rubric import load_rubric

    try:
        return {} if rubric is None else load_rubric(rubric, layer=layer).neutral_titles
    except RubricError:
        return {}


def spoken_language(arguments: Sequence[str]) -> Lang:
    """The language of help and errors before anything is parsed: command line, environment, configuration.

    Wrong values are left to the real parser, which explains them.
    """
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang"):
            value = argument.partition("=")[2] or next(iter(arguments[index + 1 :]), "")
            return _offered(value)
    return _offered(os.environ.get("CALLINSPECT_LANG") or _configured(arguments))


def _offered(value: object) -> Lang:
    return value if isinstance(value, str) and value in languages() else languages()[0]


def _configured(arguments: Sequence[str]) -> object:
    path = CONFIG_FILE
    for index, argument in enumerate(arguments):
        if argument.startswith("--config"):
            path = Path(argument.partition("=")[2] or next(iter(arguments[index + 1 :]), ""))
    try:
        return read_config(path).get("lang")
    except (FileRefused, OSError, ValueError):
        return None
