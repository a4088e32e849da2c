"""Hesitation in a text: sounds that fill a pause and say nothing.

The stored text keeps them, since it is what was said. They are marked by position: whoever shows or exports
a text sets ``text[part]`` apart (or leaves it out) for each part that `fillers` gives; matching drops these
characters on its own. The answer 嗯 and the particle at the end of 好啊 are words, no hesitation.
"""

from __future__ import annotations

import re

_ALWAYS = r"呃+"
"""Nothing but hesitation, wherever it stands."""
_BETWEEN_MARKS = r"(?<=[，、。？！；：,.?!…])\s*(?P<between>[嗯啊额唔哎]{1,3})(?=[，、…,])"
"""Such a sound that opens an utterance or stands alone is an answer; between two marks it is none."""
_FILLER = re.compile(rf"(?P<always>{_ALWAYS})|{_BETWEEN_MARKS}")


def fillers(text: str) -> tuple[slice, ...]:
    """Where in ``text`` hesitation stands, in order."""
    found = []
    for match in _FILLER.finditer(text):
        start, end = match.span("always" if match["always"] else "between")
        found.append(slice(start, end))
    return tuple(found)
