"""Text as people write it: simplified characters, one kind of punctuation, numbers in digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import opencc

from pipeline.transcription.numbers import in_digits

_CHINESE = r"[㐀-䶿一-鿿，。？！；：、]"
_BETWEEN_CHINESE = re.compile(rf"(?<={_CHINESE})\s+(?={_CHINESE})")
_BESIDE_CHINESE = re.compile(rf"(?<={_CHINESE})\s+|\s+(?={_CHINESE})")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]{0,20}[)）\]】]|[♪♫]+")
_PUNCTUATION = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_REPEATED = re.compile(r"([，。？！；：、])[，。？！；：、\s]+")


@lru_cache(maxsize=1)
def _converter() -> Any:
    return opencc.OpenCC("tw2sp")


def simplified(text: str) -> str:
    """Traditional characters to simplified ones; Taiwan's words to the mainland's (軟體 -> 软件)."""
    return str(_converter().convert(text))


def written(text: str) -> str:
    """The readable form of what a recogniser wrote. Text without a Chinese character keeps its own marks."""
    text = unicodedata.normalize("NFKC", simplified(text)).strip()
    text = _ASIDE.sub("", text)  # (笑), [音乐], ♪: descriptions, not speech
    if not re.search(_CHINESE, text):
        return re.sub(r"\s+", " ", in_digits(text)).strip(" ,;")
    text = _BETWEEN_CHINESE.sub("，" if _is_list(text) else "", text)
    text = in_digits(_BESIDE_CHINESE.sub("", text)).translate(_PUNCTUATION)
    text = re.sub(r"(?<=\d)：(?=\d)", ":", text)
    text = re.sub(rf"(?<={_CHINESE})\.+", "。", text)
    return _REPEATED.sub(r"\1", text).strip("，、； ")


def _is_list(text: str) -> bool:
    """Whisper sets a space where it hears a pause and writes no punctuation at all."""
    return not any(mark in text for mark in "，。？！,?!")
