"""What the API answers with: the records of the exports as models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, create_model

from pipeline.reports.fields import Field, ListOf, Scalar, Struct, encodable
from pipeline.reports.kinds import KINDS
from pipeline.web.sanitise import sanitise_json

_SCALARS: dict[Scalar, type] = {
    Scalar.TEXT: str,
    Scalar.NUMBER: float,
    Scalar.INTEGER: int,
    Scalar.BOOLEAN: bool,
}


class ApiError(BaseModel):
    """Why something could not be done."""

    code: str
    """Stable name."""
    message: str
    """In the language of the reader."""
    reason: dict[str, Any] | None = None
    """Where a file of the rules is at fault: what is wrong with it as code and parameters, file and line."""


class Failure(BaseModel):
    error: ApiError


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that are not success, for its description."""
    return {status: {"model": Failure} for status in sorted({400, 401, 403, 422, 503, *statuses})}


def model_of(name: str, fields: tuple[Field, ...]) -> type[BaseModel]:
    """The model of a record; what does not apply is null."""
    parts: dict[str, Any] = {f.name: (_type(name + f.name.capitalize(), f.type), None) for f in fields}
    return create_model(name, **parts)


def list_of(item: Any) -> Any:
    """The type of a list of a model that is made at run time."""
    return list[item]


def _type(name: str, kind: Scalar | Struct | ListOf) -> Any:
    if isinstance(kind, Scalar):
        return _SCALARS[kind] | None
    if isinstance(kind, ListOf):
        item = kind.item
        return list_of(_SCALARS[item] if isinstance(item, Scalar) else model_of(name, item.fields))
    return model_of(name, kind.fields)


RECORDS: Mapping[str, type[BaseModel]] = {
    what: model_of(what.capitalize().removesuffix("s"), kind.fields) for what, kind in KINDS.items()
}


def exported(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as files hold it."""
    fit: dict[str, Any] = encodable(sanitise_json(record))
    return fit
