"""What the linter found in a rubric file, and how its checks go through one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.messages import Message, title
from pipeline.rubric.kinds import Choice
from pipeline.rubric.sheet import Criterion, Item, Rubric


class Level(StrEnum):
    ERROR = "error"
    """The rubric cannot be used."""
    WARNING = "warning"
    """It can be used, but hardly does what was meant."""
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing the linter found."""

    level: Level
    rule: str
    """Name of the linter's rule, to search and to suppress by."""
    line: int | None
    item: str | None
    text: Message
    path: Path | None = None
    """A file of the layer that brought it in; None: the sheet's own."""


def title_of(part: Item | Criterion) -> Message:
    """What the sheet calls it."""
    return title(part.title, part.title_en)


def each_criterion(rubric: Rubric) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every criterion with its place in the document."""
    for s, section in enumerate(rubric.sections):
        for c, criterion in enumerate(section.criteria):
            yield ("sections", s, "criteria", c), criterion


def each_item(rubric: Rubric) -> Iterator[tuple[tuple[str | int, ...], Item]]:
    """Every item with its place in the document."""
    for place, criterion in each_criterion(rubric):
        for i, item in enumerate(criterion.items):
            yield (*place, "items", i), item


def part_at(rubric: Rubric, place: tuple[str | int, ...]) -> Any:
    """The part of the sheet at a place."""
    node: Any = rubric
    for key in place:
        node = node[key] if isinstance(key, int) else getattr(node, key)
    return node


def each_condition(rubric: Rubric) -> Iterator[tuple[tuple[str | int, ...], Choice]]:
    """Every condition under which something counts, with its place in the document."""
    for s, section in enumerate(rubric.sections):
        if section.when is not None:
            yield ("sections", s, "when"), section.when
    for place, part in (*each_criterion(rubric), *each_item(rubric)):
        if part.when is not None:
            yield (*place, "when"), part.when
