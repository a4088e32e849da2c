"""The order in which people look names up: numbers by value, however written, and Chinese by its sound.

By code points 一组, 三组, 二组 follow each other, and 10组 stands before 2组.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.conversation.text import NUMERAL_DIGITS, NUMERAL_PLACES, syllable

_NUMERALS = "".join((*NUMERAL_DIGITS, *NUMERAL_PLACES))
_PARTS = re.compile(rf"(?P<digits>\d+)|(?P<numerals>[{_NUMERALS}]+)|.", re.DOTALL)

CollationKey = tuple[tuple[tuple[bool, int, str], ...], str]


def by_name(text: str) -> CollationKey:
    """The key by which names are sorted; no two texts share one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple(_part(found) for found in _PARTS.finditer(folded)), text


def _part(found: re.Match[str]) -> tuple[bool, int, str]:
    """Numbers stand before words."""
    if found["digits"]:
        return False, int(found["digits"]), ""
    if found["numerals"]:
        return False, _value(found["numerals"]), ""
    return True, 0, syllable(found[0])


def _value(numerals: str) -> int:
    """二十一 and 二一 are 21; what is no number (十百) has some value all the same."""
    if not any(numeral in NUMERAL_PLACES for numeral in numerals):
        return int("".join(NUMERAL_DIGITS[numeral] for numeral in numerals))
    total, digit = 0, None
    for numeral in numerals:
        if numeral in NUMERAL_PLACES:
            total += (1 if digit is None else digit) * NUMERAL_PLACES[numeral]
            digit = None
        else:
            digit = int(NUMERAL_DIGITS[numeral])
    return total + (digit or 0)
