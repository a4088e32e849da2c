"""Regular expressions over what was said: RE2, compiled once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from pipeline.messages import Message, ValueRefused


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The compiled pattern. RE2 needs time linear in the text, whatever the pattern.

    Raises:
        ValueRefused: RE2 does not understand it.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueRefused(Message("pattern.invalid", pattern=pattern, problem=re2_problem(error))) from error


def re2_problem(error: re2.error) -> str:
    """What RE2 says, in its own words."""
    return error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
