"""What pydantic finds wrong with a value from a file, as a message for whoever wrote the file."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from pipeline.messages import Message, MessageError, known, verbatim

_SAME = {
    "dict_type": "mapping_type",
    "model_type": "mapping_type",
    "model_attributes_type": "mapping_type",
    "tuple_type": "list_type",
    "set_type": "list_type",
    "frozen_set_type": "list_type",
    "int_parsing": "int_type",
    "int_from_float": "int_type",
    "float_parsing": "float_type",
    "bool_parsing": "bool_type",
    "date_parsing": "date_type",
    "date_from_datetime_parsing": "date_type",
    "date_from_datetime_inexact": "date_type",
    "path_type": "string_type",
    "literal_error": "enum",
}
"""Kinds of pydantic's errors of which people are told the same."""


def explained(detail: ErrorDetails) -> Message:
    """What is wrong with the value, and the remedy, without its place.

    A rule of ours says so itself (`ValueRefused`); of pydantic's own rules the usual ones have words in every
    language, the others are told as pydantic tells them.
    """
    facts = detail.get("ctx", {})
    cause = facts.get("error")
    if isinstance(cause, MessageError):
        return cause.message
    code = f"value.{_SAME.get(detail['type'], detail['type'])}"
    if not known(code):
        return verbatim(detail["msg"])
    told = {name: fact for name, fact in facts.items() if isinstance(fact, str | int | float)}
    return Message(code, **told)
