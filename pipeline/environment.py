"""Settings that come from variables of the environment: which variable gives which."""

from __future__ import annotations

import difflib
import itertools
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

PREFIX, BETWEEN = "CALLINSPECT_", "__"
"""Before the name of a setting, and between a table and what stands in it (``CALLINSPECT_SERVE__PORT``)."""
SHORTEST = 3
"""Characters of a value that is looked for in a message: shorter ones stand in others."""

ALIKE = 0.75
"""Likeness (0..1, Ratcliff and Obershelp) of what stands behind PREFIX from which a name may be a misspelt
one: a letter too few, or two the wrong way round."""
OF_ORCHESTRATORS = re.compile(rf"{PREFIX}(SERVICE_|PORT)")
"""What Kubernetes sets for a service of this name."""


def variable_of(place: Sequence[str | int]) -> str | None:
    """The variable that gives a setting (``("serve", "port")``), or the table it stands in; None: there is
    none."""
    steps = list(itertools.takewhile(lambda step: isinstance(step, str), place))
    names = (variable(*map(str, steps[:end])) for end in range(len(steps), 0, -1))
    return next((name for name in names if name in _given()), None)


def variable(*steps: str) -> str:
    """The name of the variable that gives a setting."""
    return f"{PREFIX}{BETWEEN.join(steps)}".upper()


def no_json(name: str, table: type[BaseModel] | None) -> tuple[str, ...]:
    """The setting whose variable is no JSON and should be: it or, where that is a table, one of what stands
    in it."""
    given = _given()
    inside = table.model_fields if table is not None and variable(name) not in given else {}
    for key, field in inside.items():
        if variable(name, key) not in given:
            continue
        value = given[variable(name, key)]
        try:
            kind: Any = field.annotation
            TypeAdapter(kind).validate_python(value)  # a number or a word needs no JSON
        except ValidationError:
            if not _is_json(value):
                return name, key
    return (name,)


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def named_in(text: str) -> Iterator[str]:
    """The variables whose value a text speaks of and that it does not name."""
    for name, value in _given().items():
        told = {value, str(Path(value)), value.removeprefix("sqlite:///")}  # as messages tell files
        found = any(
            re.search(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", text)
            for one in told
            if len(one) >= SHORTEST
        )
        if found and name not in text:
            yield name


def misspelt(settings: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Variables that give no setting and nearly have the name of one that does: (as it is, as it may be
    meant)."""
    known = {name.removeprefix(PREFIX): name for name in _variables(settings)}
    for name in sorted(_given().keys() - known.values()):
        meant = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=ALIKE)
        if meant and not OF_ORCHESTRATORS.match(name):
            yield name, known[meant[0]]


def _variables(table: type[BaseModel], *steps: str) -> Iterator[str]:
    for name, field in table.model_fields.items():
        yield variable(*steps, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, *steps, name)


def _given() -> dict[str, str]:
    """Variables that say something: an empty one counts as not set."""
    upper = ((name.upper(), value) for name, value in os.environ.items() if value)
    return {name: value for name, value in upper if name.startswith(PREFIX)}
