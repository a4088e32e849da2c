"""Discovery: each file of a folder that has an ``ID`` is one kind of check or condition.

A rubric names a kind by a mapping with one key, ``{phrase: {codes: [shirk]}}``. The pydantic model for such a
mapping is made here from the files found: errors point to the right line, the JSON Schema lists every kind.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

from pydantic import BaseModel, Field, create_model, model_validator

from pipeline.messages import Message, ValueRefused
from pipeline.rubric.window import Options


def discover(package: ModuleType) -> dict[str, ModuleType]:
    """The kinds of a package by id, sorted.

    Raises:
        RuntimeError: two files with the same id.
    """
    found: dict[str, ModuleType] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        kind = getattr(module, "ID", None)
        if kind is None:
            continue
        if kind in found:
            raise RuntimeError(f"{module.__name__} and {found[kind].__name__} both call themselves {kind!r}")
        found[kind] = module
    return dict(sorted(found.items()))


class Choice(Options):
    """A mapping with exactly one key: the kind, and its options."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Choice:
        if len(self.model_fields_set) != 1 or self.options is None:
            kinds = tuple(str(f.alias or n) for n, f in type(self).model_fields.items())
            raise ValueRefused(Message("rubric.one-kind", kinds=Message("join.list", parts=kinds)))
        return self

    @cached_property
    def field(self) -> str:
        return next(iter(self.model_fields_set), "")

    @cached_property
    def kind(self) -> str:
        """The id of the chosen kind."""
        return type(self).model_fields[self.field].alias or self.field

    @cached_property
    def options(self) -> Any:
        """The options of the chosen kind: an instance of that file's ``Options``."""
        return getattr(self, self.field, None)


def choice_model(name: str, kinds: Mapping[str, ModuleType], *, base: type[Choice], doc: str) -> type[Choice]:
    """The pydantic model of a one-key mapping over ``kinds``."""
    fields: dict[str, Any] = {}
    for kind, module in kinds.items():
        options: type[BaseModel] = module.OPTIONS
        summary = (module.__doc__ or "").strip().splitlines()[0]
        fields[f"{kind.replace('-', '_')}_"] = (options | None, Field(None, alias=kind, description=summary))
    return create_model(name, __base__=base, __doc__=doc, **fields)
