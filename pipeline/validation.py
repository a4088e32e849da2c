"""What pydantic finds wrong with a value from a file, as a message for whoever wrote the file."""

from __future__ import annotations

import re
import tomllib

from pydantic_core import ErrorDetails

from pipeline.messages import Message, MessageError, Param, known, verbatim

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

_CHOICE = re.compile(r"'([^']*)'")
TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
"""Where tomllib puts the place of a mistake."""
_TOML = (
    ("Invalid value", "toml.value"),
    ("Unterminated string", "toml.quote"),
    ('Expected "', "toml.quote"),
    ("Illegal character", "toml.character"),
    ("Unescaped '\\'", "toml.backslash"),
    ("Expected '='", "toml.equals"),
    ("Invalid statement", "toml.statement"),
    ("Invalid initial character for a key part", "toml.statement"),
    ("Expected newline or end of document", "toml.rest"),
    ("Unclosed array", "toml.array"),
    ("Unclosed inline table", "toml.array"),
    ("Expected ']'", "toml.heading"),
    ("Cannot overwrite", "toml.twice"),
    ("Cannot declare", "toml.twice"),
)
"""How a mistake that tomllib finds begins -> what people are told."""


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
    told: dict[str, Param] = {
        name: fact for name, fact in facts.items() if isinstance(fact, str | int | float)
    }
    if choices := _CHOICE.findall(str(told.get("expected", ""))):  # pydantic joins them in English
        told["expected"] = Message("join.list", parts=tuple(choices))
    return Message(code, **told)


def toml_problem(error: tomllib.TOMLDecodeError) -> Message:
    """What is wrong with a line of TOML, and the remedy, without its place."""
    problem = TOML_PLACE.sub("", str(error))
    return next((Message(code) for begins, code in _TOML if problem.startswith(begins)), verbatim(problem))
