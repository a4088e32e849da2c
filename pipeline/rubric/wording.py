"""Pieces of the messages in which a sheet says what it looks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.domain import Role
from pipeline.messages import Message, title, verbatim
from pipeline.messages.message import Param
from pipeline.rubric.proof import PARTIES

NOTHING = verbatim("")
"""Where a longer sentence has room for a limit, and there is none."""
_CODE = "rule.code"


def party(role: Role | None) -> Message:
    """Who speaks; anyone where it is nobody in particular."""
    return Message("party.anyone") if role is None else PARTIES[role]


def phrases(codes: Sequence[str]) -> Message:
    """``“shirk、abuse”类用语``, until `with_titles` puts what people call them in place of the codes."""
    names = Message("join.list", parts=tuple(Message(_CODE, name=code) for code in codes))
    return Message("rule.phrases", codes=names)


def words_of(meaning: str, meaning_en: str) -> Message:
    """What a pattern looks for; a pattern itself is nothing to read for those who are judged by it."""
    return title(meaning, meaning_en) if meaning else Message("rule.pattern")


def with_titles(message: Message, codes: Mapping[str, object]) -> Message:
    """A message with the titles of phrase codes instead of the codes.

    ``codes``: code -> what has a ``title`` and perhaps a ``title_en``; others stay as they are.
    """

    def put(value: Param) -> Param:
        if isinstance(value, tuple):
            return tuple(put(part) for part in value)
        return with_titles(value, codes) if isinstance(value, Message) else value

    params = dict(message.params)
    if message.code == _CODE:
        code = codes.get(str(params["name"]))
        chinese = str(getattr(code, "title", params["name"]))
        return title(chinese, str(getattr(code, "title_en", "")))
    return Message(message.code, **{name: put(value) for name, value in params.items()})


def aside(message: Message) -> Message:
    """In brackets, inside a longer sentence."""
    return Message("join.aside", what=message)
