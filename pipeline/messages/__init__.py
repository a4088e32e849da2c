"""Every text for people. A text has a key; the words are in gettext catalogues, one folder per language:
``locale/LANGUAGE/LC_MESSAGES/callinspect.po``. A further language is one more such file.

What a language lacks is told in English, and what English lacks in Chinese. A key that two faces word
differently has a context: ``shell`` is the command line's wording, without context is everybody's.
"""

from pipeline.messages.catalogue import Lang, known, languages, say
from pipeline.messages.error import MessageError, ValueRefused
from pipeline.messages.message import (
    VERBATIM,
    Message,
    Param,
    Text,
    joined,
    message_json,
    read_message,
    title,
    verbatim,
)
from pipeline.messages.rendering import render
from pipeline.messages.system import system_problem

__all__ = [
    "VERBATIM",
    "Lang",
    "Message",
    "MessageError",
    "Param",
    "Text",
    "ValueRefused",
    "joined",
    "known",
    "languages",
    "message_json",
    "read_message",
    "render",
    "say",
    "system_problem",
    "title",
    "verbatim",
]
