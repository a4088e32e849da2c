"""Words that say the same kind of thing, so that what was learnt of one holds for its like.

您丈母娘 and 您表弟 are seldom written twice, somebody's relative is: in ``classed`` every word of a class is
one private character, and runs over those are features of a sentence beside its own words. A class is narrow
enough to be named: relatives, other people, titles, places where one is known, what is told of a person,
telling it, hurry, questions of reproach, indifference, money, and what lies ahead. The words stand in
``word_classes.toml``.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from pipeline.phrases.normal_form import normalise

LONGEST = 4
"""Characters that a run over classes has at most: a class stands for a whole word."""
_FIRST = 0xF000
"""Classes are private characters from here on; syllables are those from U+E000, of which there are 400."""
_NUMBER, _SURNAME = chr(_FIRST), chr(_FIRST + 1)
_DATA = tomllib.loads(files(__package__).joinpath("word_classes.toml").read_text(encoding="utf-8"))
_MEMBERS: dict[str, list[str]] = _DATA["classes"]
_SURNAMES: str = _DATA["surnames"]
_CLASSES = {
    normalise(word): chr(_FIRST + 2 + number)
    for number, words in enumerate(_MEMBERS.values())
    for word in words
}
_TITLE = chr(_FIRST + 2 + list(_MEMBERS).index("titles"))
_LAST = chr(_FIRST + 1 + len(_MEMBERS))
_ANY = re.compile(f"[{_NUMBER}-{_LAST}]")
_WORDS = re.compile("|".join(sorted(_CLASSES, key=lambda word: (-len(word), word))))
_NUMBERS = re.compile("[零一二三四五六七八九十百千万幺两]{2,}")
_NAMED = re.compile(f"姓[{_SURNAMES}]|[老小][{_SURNAMES}](?=[^是的])|[{_SURNAMES}](?={_TITLE})")


@lru_cache(maxsize=4096)
def classed(text: str) -> str:
    """A normalised text with each word of a class, each number and each name as its private character."""
    text = _WORDS.sub(lambda found: _CLASSES[found[0]], text)
    return _NAMED.sub(_SURNAME, _NUMBERS.sub(_NUMBER, text))


def class_runs(text: str) -> set[str]:
    """The runs of up to LONGEST characters of a classed text that hold a class."""
    return {
        text[start : start + size]
        for found in _ANY.finditer(text)
        for size in range(1, LONGEST + 1)
        for start in range(max(0, found.start() - size + 1), min(found.start(), len(text) - size) + 1)
    }
