"""What a page is given: one frozen value of a declared type. The template sees its fields and nothing else,
and the same value as JSON is the page's twin for programs.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, ClassVar

from fastapi import Request
from pydantic import ConfigDict, PlainSerializer, TypeAdapter
from pydantic_core import to_jsonable_python

from pipeline.domain import Inspection, User


class PageContext:
    """The base of every context: a frozen dataclass that names its template.

    The twin has a key for each field and says what a field holds: so a field holds what the page may show to
    this visitor, no more. The visitor, with the token of their session, is no part of it.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)
    template: ClassVar[str]
    """Path of the template, below ``templates``."""


def names_of(context: PageContext) -> dict[str, Any]:
    """What the template sees: field -> value."""
    return {each.name: getattr(context, each.name) for each in fields(context)}  # type: ignore[arg-type]


def twin_of(context: PageContext) -> dict[str, Any]:
    """The same as JSON values, not sanitised yet: field -> value."""
    kind = type(context)
    adapter = _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    found: dict[str, Any] = to_jsonable_python(_ordered(adapter.dump_python(context)))
    return found


def _ordered(value: Any) -> Any:
    """Sets as sorted lists: the same page has the same twin, whatever the process."""
    match value:
        case dict():
            return {key: _ordered(part) for key, part in value.items()}
        case list() | tuple():
            return [_ordered(part) for part in value]
        case set() | frozenset():
            return sorted((_ordered(part) for part in value), key=str)
        case _:
            return value


_ADAPTERS: dict[type[PageContext], TypeAdapter[PageContext]] = {}


def wants_json(request: Request) -> bool:
    """True where the twin is asked for: ``?format=json``, or an ``Accept`` that names JSON and no HTML."""
    if request.query_params.get("format") == "json":
        return True
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _inspected(inspection: Inspection | None) -> dict[str, Any] | None:
    """Which sound, and how long: the machine's score is not the call's, and where files lie is nobody's
    business who reads a page."""
    if inspection is None:
        return None
    sound = inspection.recording
    return {
        "call_id": sound.call.call_id,
        "duration": inspection.duration,
        "audio_sha256": sound.sha256,
    }


def _person(user: User) -> dict[str, Any]:
    return {"id": user.id, "display_name": user.display_name, "role": user.role.value}


Person = Annotated[User, PlainSerializer(_person)]
"""A field that shows who somebody is: not the name they sign in by."""
InspectedSound = Annotated[Inspection | None, PlainSerializer(_inspected)]
"""A field that points into the sound of an inspection: the twin says which sound that is."""
