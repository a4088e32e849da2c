"""Text as people write it: simplified characters, one kind of punctuation, numbers without grouping."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import opencc

_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_SPACED = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]{0,20}[)）\]】]")
_PUNCTUATION = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_REPEATED = re.compile(r"([，。？！；：、])[，。？！；：、\s]+")


@lru_cache(maxsize=1)
def _converter() -> Any:
    return opencc.OpenCC("tw2sp")


def simplified(text: str) -> str:
    """Traditional characters to simplified ones; Taiwan's words to the mainland's (軟體 -> 软件)."""
    return str(_converter().convert(text))


def written(text: str) -> str:
    """The readable form of what a recogniser wrote in Chinese."""
    text = unicodedata.normalize("NFKC", simplified(text)).strip()
    text = _ASIDE.sub("", text)  # (笑), [音乐]: descriptions, not speech
    text = _GROUPED.sub("", text)
    text = _SPACED.sub("，" if _is_list(text) else "", text).translate(_PUNCTUATION)
    text = re.sub(r"(?<=\d)：(?=\d)", ":", text)
    text = re.sub(r"(?<=[^\x00-\x7f])\.+", "。", text)
    return _REPEATED.sub(r"\1", text).strip("，、； ")


def _is_list(text: str) -> bool:
    """Whisper sets a space where it hears a pause and writes no punctuation at all."""
    return not any(mark in text for mark in "，。？！,?!")
