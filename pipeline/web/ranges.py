"""Byte ranges (RFC 9110, section 14), as players ask for them."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableError(ValueError):
    """The range lies outside the file: status 416."""


def wanted(header: str | None, size: int, *, if_range: str | None, etag: str) -> tuple[int, int] | None:
    """Bytes ``[first, last)`` that are asked for; None: send everything.

    Several ranges at once, and what is no range at all, may be answered with everything. A range that was
    asked for under the condition that the file is still the same (``If-Range``) counts only if it is.

    Raises:
        UnsatisfiableError: nothing of the file lies in the range.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:  # the last so many bytes
        length = min(int(last), size)
        if not length:
            raise UnsatisfiableError
        return size - length, size
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return int(first), min(int(last) + 1, size) if last else size


def matches(header: str | None, etag: str) -> bool:
    """True where ``If-None-Match`` names this file."""
    return header is not None and (
        header.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in header.split(",")]
    )
