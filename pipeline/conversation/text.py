"""The two forms of a text: as people write it, and as it is said.

Written: simplified characters, one kind of punctuation, numbers in digits. 12315 stands as that, whether a
recogniser wrote 幺二三幺五, 一万二千三百一十五, 1 2 3 1 5 or 12,315. Only what can be nothing else becomes
digits: those that are read out one by one, and numbers of four places and more that are spelled down to the
last one. 三百块, 两三天, 一下, 三心二意, 十万火急 stay as people write them.

Spoken: digits as they are read out, 一二三一五, which is what texts are compared in.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache
from typing import Any

_NUMERALS = "零一二三四五六七八九"
SPOKEN_DIGITS = {str(value): numeral for value, numeral in enumerate(_NUMERALS)}
"""Each digit as it is read out."""
OTHER_NUMERALS = {"〇": "零", "幺": "一", "两": "二"}
"""Other ways to write or say a digit."""
NUMERAL_DIGITS = {numeral: digit for digit, numeral in SPOKEN_DIGITS.items()}
NUMERAL_DIGITS |= {other: NUMERAL_DIGITS[numeral] for other, numeral in OTHER_NUMERALS.items()}
"""Numeral -> the digit it stands for."""
NUMERAL_PLACES = {"十": 10, "百": 100, "千": 1000}
_READING = str.maketrans(SPOKEN_DIGITS)

PERCENT = re.compile(r"(\d+(?:\.\d+)?|百)\s*[%％]")
"""A share as it is written: 95%, 100 ％, 百%."""

_CHINESE = r"[㐀-䶿一-鿿，。？！；：、]"
_BETWEEN_CHINESE = re.compile(rf"(?<={_CHINESE})\s+(?={_CHINESE})")
_BESIDE_CHINESE = re.compile(rf"(?<={_CHINESE})\s+|\s+(?={_CHINESE})")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]{0,20}[)）\]】]|[♪♫]+")
_PUNCTUATION = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_REPEATED = re.compile(r"([，。？！；：、])[，。？！；：、\s]+")

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[,，]\d{3})+(?!\d)")
_SPACED = re.compile(r"(?<!\d)\d(?:[ ，、,-]\d(?!\d)){3,}")
"""1 2 3 1 5, 1-2-3-1-5: a pause after each digit."""
_READ_OUT = re.compile(r"[零〇幺一二三四五六七八九0-9]{3,}+(?![十百千万亿点])")
_READ_OUT_SURELY = re.compile(r"[〇零幺]")
_BEFORE = re.compile(r"(号|码|尾|房|第|打|拨|电话|热线)(是|为|：|:)?$")
_AFTER = re.compile(r"(号|室|房|路|热线|开头|结尾)")
_SURE_LENGTH = 4
_SAYINGS = ("七七八八", "三三五五", "一一二二")
_TITLES = ("一千零一",)
_SPELLED = re.compile(r"(?<![几数])[零一二两三四五六七八九十百千万]{4,}+(?![亿点几多])")
_TO_THE_LAST_PLACE = re.compile(r"[千万].*[十零][一二三四五六七八九]$")
"""三千五 is 3500 and 一千五百八十 may be rounded: they stay."""


@lru_cache(maxsize=30_000)
def syllable(character: str) -> str:
    """The commonest toneless reading of one character; itself where it has none (letters, digits)."""
    # Characters are read one by one, so pypinyin's 47,000 words are left out: loading them costs every
    # command a quarter of a second.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import lazy_pinyin  # loading even the rest takes longer than many a command

    return str(lazy_pinyin(character)[0])


def read_out(text: str) -> str:
    """``text`` with its digits as they are said one by one: 12315 as 一二三一五."""
    return text.translate(_READING)


def percent_spoken(text: str) -> str:
    """``text`` with its percentages as they are said: 100% as 百分之百, 9.5% as 百分之9点5."""
    return PERCENT.sub(
        lambda m: "百分之" + ("百" if m[1] in ("100", "百") else m[1].replace(".", "点")), text
    )


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc  # imported late: only who hears needs it

    return opencc.OpenCC("tw2s")


def simplified(text: str) -> str:
    """Traditional characters to simplified ones. No word becomes another one: what makes 程式 of Taiwan into
    程序 also makes 小程序 into 小进程 and 呼叫中心 into 调用中心."""
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


def in_digits(text: str) -> str:
    """``text`` with numbers that were read out, spelled to the last place or grouped, as digits."""
    text = _GROUPED.sub(lambda m: re.sub(r"[,，]", "", m[0]), text)
    text = _SPACED.sub(lambda m: re.sub(r"\D", "", m[0]), text)
    text = _SPELLED.sub(lambda m: _value(m[0]) or m[0], text)
    return _READ_OUT.sub(_read_out, text)


def _read_out(match: re.Match[str]) -> str:
    run = match[0]
    if run.isascii() or run in _SAYINGS:
        return run
    around = _BEFORE.search(match.string, 0, match.start()) or _AFTER.match(match.string, match.end())
    if len(run) < _SURE_LENGTH and not _READ_OUT_SURELY.search(run) and not around:
        return run
    return "".join(NUMERAL_DIGITS.get(c, c) for c in run)


def _value(spelled: str) -> str | None:
    """一万二千三百一十五 as 12315; None where it is no number spelled to its last place."""
    if not _TO_THE_LAST_PLACE.search(spelled) or spelled in _TITLES:
        return None
    total = section = 0
    digit: int | None = None
    last_place = 10_000
    for character in spelled:
        if character in NUMERAL_PLACES:
            place = NUMERAL_PLACES[character]
            if place >= last_place:
                return None
            section += (1 if digit is None else digit) * place
            digit, last_place = None, place
        elif character == "万":
            total, section = (section + (digit or 0)) * 10_000, 0
            digit, last_place = None, 10_000
        else:
            if digit:
                return None  # two digits side by side: read out, not spelled
            digit = int(NUMERAL_DIGITS[character])
    return str(total + section + (digit or 0))


_CANTONESE = frozenset("唔嘅喺咗佢哋冇啲嘢嚟咁噉冧攞瞓嗰嘥乜咩啱")
"""Characters that Cantonese is written with and Mandarin is not (佢 and 咩 now and then: never alone)."""
_CANTONESE_SHARE = 0.04
_FOREIGN_LETTERS = 12
_FOREIGN_WORD = re.compile(
    r"[A-Za-z\u00c0-\u024f]{2,}|[\u0400-\u04ff]{2,}|[\u0e00-\u0e7f]{2,}|[\u3040-\u30ff\uac00-\ud7af]"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


def other_language(text: str) -> bool:
    """Whether a text is mostly of another language than Mandarin: what it lacks in Mandarin proves nothing.

    English words count as two characters each; names and terms in a Mandarin sentence make none of this.
    """
    han = len(_HAN.findall(text))
    words = _FOREIGN_WORD.findall(text)
    if 2 * len(words) > han and sum(map(len, words)) >= _FOREIGN_LETTERS:
        return True
    cantonese = [character for character in text if character in _CANTONESE]
    return len(set(cantonese)) >= 2 and len(cantonese) >= _CANTONESE_SHARE * han
