"""Reading a settlement table: YAML with line numbers, every error with its place and remedy."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import RubricError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, MessageError, ValueRefused
from pipeline.rubric.load import MAX_BYTES, close_to, entry_problem, innermost
from pipeline.settlement.table import SettlementTable
from pipeline.yaml_file import YamlError, line_of, read_text


def load_settlement(path: Path, *, criteria: Collection[str] | None = None) -> SettlementTable:
    """Read and check the table of a settlement.

    Args:
        criteria: ids that its lists of criteria may name; without them, any is accepted.

    Raises:
        RubricError: unreadable, not YAML, an unknown key, a value out of range, a formula that is none, or a
            name of something that does not exist; the message names file, line and remedy.
    """
    document = _read(path)
    try:
        table = SettlementTable.model_validate(document)
    except ValidationError as error:
        detail = innermost(document, error.errors())
        problem = entry_problem(detail, _known_keys())
        raise RubricError(problem, path=path, line=line_of(document, detail["loc"])) from error
    for place, problem in _problems(table, criteria):
        where = Message("rubric.entry", where=".".join(map(str, place)), problem=problem)
        raise RubricError(where, path=path, line=line_of(document, place))
    return table


def _read(path: Path) -> Any:
    try:
        raw = read_plain(path, most=MAX_BYTES, remedy=Message("settlement.few-kilobytes"))
    except FileRefused as error:
        raise RubricError(error.message, path=path) from error
    try:
        document = read_text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RubricError(Message("file.not-utf8", byte=error.start), path=path) from error
    except YamlError as error:
        raise RubricError(error.message, path=path, line=error.line) from error
    if not isinstance(document, Mapping):
        raise RubricError(Message("settlement.no-mapping"), path=path, line=1)
    return document


Problem = tuple[tuple[str | int, ...], Message]
"""Place in the file, and what is wrong there."""


def _problems(table: SettlementTable, criteria: Collection[str] | None) -> list[Problem]:
    """What does not fit together, in the order of the file's parts."""
    return [*_names(table, criteria), *_conditions(table), *_ladders(table), *_scales(table)]


def _names(table: SettlementTable, criteria: Collection[str] | None) -> list[Problem]:
    if criteria is None:
        return []
    named: list[tuple[tuple[str | int, ...], str]] = [(("criteria", one), one) for one in table.criteria]
    for p, penalty in enumerate(table.penalties):
        named += [(("penalties", p, "criteria", n), one) for n, one in enumerate(penalty.criteria)]
    for s, scale in enumerate(table.scales):
        for p, part in enumerate(scale.parts):
            named += [(("scales", s, "parts", p, "criteria", n), one) for n, one in enumerate(part.criteria)]
    return [
        (place, Message("settlement.no-criterion", name=one, hint=close_to(one, criteria)))
        for place, one in named
        if one not in criteria
    ]


def _conditions(table: SettlementTable) -> list[Problem]:
    found = []
    for number, bonus in enumerate(table.bonuses):
        try:
            _ = bonus.earned
        except ValueRefused as error:
            found.append((("bonuses", number, "when"), _said(error)))
    return [*found]


def _ladders(table: SettlementTable) -> list[Problem]:
    found: list[Problem] = []
    for name, steps in table.ladders.items():
        bounds = [step.up_to for step in steps]
        if not bounds or bounds[-1] is not None:
            found.append((("ladders", name), Message("settlement.ladder-ends", name=name)))
        known = [one for one in bounds[:-1] if one is not None]
        if len(known) < len(bounds) - 1 or any(a >= b for a, b in itertools.pairwise(known)):
            found.append((("ladders", name), Message("settlement.ladder-order", name=name)))
    return found


def _scales(table: SettlementTable) -> list[Problem]:
    found: list[Problem] = []
    for s, scale in enumerate(table.scales):
        for p, part in enumerate(scale.parts):
            if part.ladder not in table.ladders:
                hint = close_to(part.ladder, table.ladders)
                problem = Message("settlement.no-ladder", name=part.ladder, hint=hint)
                found.append((("scales", s, "parts", p, "ladder"), problem))
        try:
            _ = scale.points
        except ValueRefused as error:
            found.append((("scales", s, "formula"), _said(error)))
    return found


def _said(error: MessageError) -> Message:
    told = error.message
    assert isinstance(told, Message)
    return told


def _known_keys() -> set[str]:
    """Every key that the file may have, for suggestions."""
    schema = SettlementTable.model_json_schema(by_alias=True)
    models = [schema, *schema.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}
