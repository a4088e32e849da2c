"""A message as a page and its twin carry it: in words for the reader, as code and parameters for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import UsageError
from pipeline.messages import Lang, Message, message_json, render
from pipeline.settings import Settings
from pipeline.web.paths import plain_paths


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """What is said."""

    text: str
    """In the language of the reader."""
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RulesFault(RenderedMessage):
    """Why a file of the rules cannot be used; files are named as people know them, not by where they lie."""

    file: str | None
    line: int | None


def rendered_message(message: Message, lang: Lang) -> RenderedMessage:
    return RenderedMessage(render(message, lang), message.code, _params(message))


def rules_fault(error: UsageError, lang: Lang, settings: Settings) -> RulesFault:
    return RulesFault(
        text=plain_paths(error.said(lang), settings),
        code=error.message.code,
        params=_plain(_params(error.message), settings),
        file=None if error.path is None else plain_paths(error.path, settings),
        line=error.line,
    )


def _params(message: Message) -> dict[str, Any]:
    found = message_json(message)
    del found["code"]
    return found


def _plain(value: Any, settings: Settings) -> Any:
    match value:
        case str():
            return plain_paths(value, settings)
        case dict():
            return {name: _plain(part, settings) for name, part in value.items()}
        case list():
            return [_plain(part, settings) for part in value]
        case _:
            return value
