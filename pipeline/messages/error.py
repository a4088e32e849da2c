"""Errors that carry what they tell people as a message, so that each reader is told in their language."""

from __future__ import annotations

from pipeline.messages.catalogue import Lang
from pipeline.messages.message import Message, Text, verbatim
from pipeline.messages.rendering import render


class MessageError(Exception):
    """Something cannot be done; as a string it says so in English, for logs."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message: Message = message if isinstance(message, Message) else verbatim(message)

    def __str__(self) -> str:
        return self.said("en")

    @property
    def placed(self) -> Message:
        """What went wrong and, where that is a file, its place: to be told on inside another message."""
        return self.message

    def said(self, lang: Lang) -> str:
        """What went wrong, in this language."""
        return render(self.message, lang)


class ValueRefused(MessageError, ValueError):  # noqa: N818 - what people are told, not what broke
    """A value that does not do; pydantic passes it on inside its own error."""
