"""What was said and who said it leaves through here: text by ``spoken``, sound by ``sound``.

Nothing else hands transcripts, quotes, names or recordings to a browser, so that what must be hidden can be
hidden in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.audio.playback import Playback

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of writing: a name must not rearrange a screen."""


def spoken(text: str | None) -> str:
    """Text of transcripts, quotes and names, ready to be shown (the template escapes it)."""
    return "" if text is None else _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def sound(playback: Playback, first: int, last: int, *, swapped: bool) -> Iterator[bytes]:
    """Bytes ``[first, last)`` of a call's sound, as it may be heard.

    Raises:
        OSError: the file is gone.
    """
    return playback.pieces(first, last, swapped=swapped)
