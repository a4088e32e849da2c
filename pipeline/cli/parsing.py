"""A command line that does not parse, in the reader's language: the parser itself speaks English only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

import typer

from pipeline.cli.words import Words

NO_COMMAND = re.compile(r"No such command '(.*?)'(?:\. Did you mean (.*)\?)?")
EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)
NO_VALUE = re.compile(r"Option '.*' does not take a value")
"""Mistakes for which the parser has no type of its own."""
LIKENESS = 0.7
"""Of two options (0..1, Ratcliff and Obershelp) from which one may be the other misspelt."""


def mistake(error: typer.TyperException, words: Words) -> str:
    """One line about what is wrong; empty where the help was asked for by typing nothing."""
    kind, message = type(error).__name__, error.format_message()
    if kind == "NoArgsIsHelpError":
        return ""
    option = getattr(error, "option_name", None)
    if kind == "NoSuchOption":
        near = words.listed(_alike(str(option), getattr(error, "possibilities", None) or ()))
        return words("parse.no-option-near" if near else "parse.no-option", name=option, near=near)
    if kind == "BadOptionUsage":
        return words("parse.takes-no-value" if NO_VALUE.match(message) else "parse.needs-value", name=option)
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = parameter.get_error_hint().replace("'", "")
        if kind == "MissingParameter":
            return words("parse.missing", name=name)
        return words("parse.value", name=name, problem=_problem(error, parameter, words))
    if unknown := NO_COMMAND.match(message):
        near = words.listed(re.findall(r"'(.*?)'", unknown[2] or ""))
        return words("parse.no-command-near" if near else "parse.no-command", name=unknown[1], near=near)
    if extra := EXTRA.match(message):
        return words("parse.extra", names=extra[1])
    return words("parse.no-name") if message == "Missing command." else words("parse.other", message=message)


def _alike(option: str, known: Iterable[str]) -> list[str]:
    """What may have been meant; the parser also names what has but half the letters in common."""
    typed = option.lstrip("-")
    return [one for one in known if SequenceMatcher(None, typed, one.lstrip("-")).ratio() >= LIKENESS]


def _problem(error: typer.TyperException, parameter: Any, words: Words) -> str:
    """What is wrong with the value that was given for a parameter."""
    from pydantic import ValidationError

    from pipeline.validation import explained

    choices = parameter.type_descriptor.choices
    if choices:
        return words("value.enum", expected=words.listed([str(getattr(c, "value", c)) for c in choices]))
    cause: Any = error.__cause__
    while isinstance(cause, ValidationError):
        detail = cause.errors()[0]
        cause = detail.get("ctx", {}).get("error")  # a list tells of its item so
        if not isinstance(cause, ValidationError):
            return words.said(explained(detail))
    return error.message
