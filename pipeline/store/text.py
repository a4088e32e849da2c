"""Text that any database can hold.

Python strings from file names and call lists may carry NUL (PostgreSQL refuses it) and lone surrogates (the
``surrogateescape`` form of undecodable bytes; no database can encode them). Both are written as ``\\uXXXX``,
and a backslash as two, so that every string comes back as it was and ordinary text stays readable.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, UserDefinedType

_UNSAFE = re.compile("[\x00\\\\\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")
_SURROGATE = re.compile("[\ud800-\udfff]")


def escape(text: str) -> str:
    """Replace what a database cannot hold."""
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(lambda m: "\\\\" if m[0] == "\\" else f"\\u{ord(m[0]):04x}", text)


def unescape(text: str) -> str:
    """The inverse of :func:`escape`."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), text)


def escape_json(text: str) -> str:
    """Make JSON text storable: lone surrogates become JSON's own escapes (JSON already escapes NUL)."""
    return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


class SafeText(TypeDecorator[str]):
    """TEXT that takes any Python string and gives it back unchanged."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escape(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else unescape(value)


class SearchVector(UserDefinedType[str]):
    """PostgreSQL's ``tsvector``, without loading all that SQLAlchemy knows of PostgreSQL where that is not in
    use."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "TSVECTOR"
