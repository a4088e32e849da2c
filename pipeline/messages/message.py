"""A text for people as a value: a code with parameters. The words come from the catalogue of a language.

What is made, compared and stored is this; it becomes a sentence where somebody reads it. A sentence inside a
sentence is a message among the parameters; what people or rules named themselves is a string.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

Param: TypeAlias = Union[str, int, float, "Message", tuple["Param", ...]]

VERBATIM = "text"
"""Code of a message that is its parameter ``text`` in every language."""
TITLE = "title"
"""Code of a message that the rules word themselves: parameter ``zh``, and ``en`` where they have English."""


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """``Message("silence.longest", seconds=7.5)``: the key of a text in the catalogues, and what fills it."""

    code: str
    params: tuple[tuple[str, Param], ...]
    """By name, in order of the names."""

    def __init__(self, code: str, /, **params: Param) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "params", tuple(sorted(params.items())))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> dict[str, Any]:
        """In JSON a message is a sentence: in Chinese, as the titles and quotes beside it."""
        words = {"type": "function-plain", "function": _sentence, "return_schema": {"type": "str"}}
        return {"type": "is-instance", "cls": cls, "serialization": words}


def _sentence(message: Message) -> str:
    from pipeline.messages.rendering import render

    return render(message, "zh")


Text: TypeAlias = Message | str
"""A message, or a title of the rules in their own words."""


def verbatim(text: str) -> Message:
    """What has no words of ours: the text of another program, or an old sentence."""
    return Message(VERBATIM, text=text)


def title(chinese: str, english: str = "") -> Message:
    """What the rules call something."""
    return Message(TITLE, zh=chinese, en=english) if english else Message(TITLE, zh=chinese)


def message_json(message: Message) -> dict[str, Any]:
    """As plain values for JSON: the parameters beside ``code``; a tuple is a list."""
    return {"code": message.code, **{name: _plain(value) for name, value in message.params}}


def _plain(value: Param) -> Any:
    if isinstance(value, Message):
        return message_json(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def read_message(value: dict[str, Any]) -> Message:
    """What ``message_json`` gave."""
    return Message(value["code"], **{name: _param(part) for name, part in value.items() if name != "code"})


def _param(value: Any) -> Param:
    if isinstance(value, dict):
        return read_message(value)
    return tuple(_param(part) for part in value) if isinstance(value, list) else value


def joined(code: str, parts: Iterable[Message | None]) -> Message | None:
    """Sentences in one, with the text of ``code`` between them; None where there is none."""
    found = tuple(part for part in parts if part is not None)
    return Message(code, parts=found) if len(found) > 1 else next(iter(found), None)
