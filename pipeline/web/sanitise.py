"""Text of transcripts, quotes and names, made fit to be shown: alone, and all through a JSON value."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from pipeline.store.text import escape_json

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of writing: a name must not rearrange a screen."""

IDS = frozenset({"call_id", "agent_id"})
"""Fields by which a program asks again: they stay as they are, for nothing else leads back to the call."""


def sanitise(text: str | None) -> str:
    """Text without what cannot be shown (the template escapes it); empty for None."""
    return "" if text is None else _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def sanitise_json(value: Any) -> Any:
    """The same JSON value with every text sanitised, but ids; numbers that JSON has no word for are null."""
    match value:
        case str():
            return sanitise(value)
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {
                sanitise(str(key)): part if key in IDS and isinstance(part, str) else sanitise_json(part)
                for key, part in value.items()
            }
        case list() | tuple():
            return [sanitise_json(part) for part in value]
        case _:
            return value


class SanitisedJSON(JSONResponse):
    """A JSON answer whose every text went through :func:`sanitise`."""

    def render(self, content: Any) -> bytes:
        text = json.dumps(sanitise_json(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return escape_json(text).encode()
