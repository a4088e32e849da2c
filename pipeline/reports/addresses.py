"""Names in addresses: the id of a call may be made of anything."""

from __future__ import annotations

import re
from urllib.parse import quote

DOTS = re.compile(r"~+\.\.?|\.\.?")
"""A name that needs a ``~`` before it, or that has got one: ``..`` means something else in an address."""


def segment(name: str) -> str:
    """A name as one part of an address, which no browser and no server takes apart."""
    whole = f"~{name}" if DOTS.fullmatch(name) else name
    try:
        return quote(whole, safe="", errors="surrogateescape")
    except UnicodeEncodeError:  # half a character that no file's name can have: nothing leads there
        return quote(whole, safe="", errors="replace")
