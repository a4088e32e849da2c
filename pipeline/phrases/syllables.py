"""Characters -> toneless syllables, and how alike two syllables sound.

Distances follow DIMSIM (Li et al., CoNLL 2018) in their order and are scaled to 0..1 per syllable;
``CONFUSIONS`` are the pairs that Mandarin speakers and Whisper mix up.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.conversation.text import syllable

CONFUSIONS: dict[tuple[str, str], float] = {
    ("z", "zh"): 0.1, ("c", "ch"): 0.1, ("s", "sh"): 0.1, ("an", "ang"): 0.15, ("en", "eng"): 0.1,
    ("in", "ing"): 0.1, ("ian", "iang"): 0.2, ("uan", "uang"): 0.2, ("n", "l"): 0.2, ("l", "r"): 0.3,
    ("f", "h"): 0.3, ("b", "p"): 0.3, ("d", "t"): 0.3, ("g", "k"): 0.3, ("j", "q"): 0.3, ("j", "zh"): 0.3,
    ("q", "ch"): 0.3, ("x", "sh"): 0.3, ("z", "c"): 0.3, ("zh", "ch"): 0.3, ("x", "s"): 0.3,
    ("z", "j"): 0.35, ("c", "q"): 0.35, ("q", "x"): 0.35, ("n", "m"): 0.35, ("", "y"): 0.3, ("", "w"): 0.3,
    ("g", "h"): 0.4, ("k", "h"): 0.4, ("ou", "uo"): 0.35, ("o", "uo"): 0.1, ("o", "ou"): 0.25,
    ("e", "ei"): 0.3, ("ai", "ei"): 0.3, ("ai", "a"): 0.35, ("ao", "ou"): 0.3, ("e", "o"): 0.3,
    ("e", "uo"): 0.35, ("i", "ei"): 0.35, ("i", "in"): 0.3, ("i", "ie"): 0.35, ("u", "ou"): 0.35,
    ("u", "v"): 0.2, ("ia", "ian"): 0.35, ("a", "ia"): 0.3, ("iao", "ao"): 0.25, ("ian", "an"): 0.3,
    ("uan", "an"): 0.3, ("un", "en"): 0.3, ("un", "uan"): 0.35, ("ui", "ei"): 0.25, ("uai", "ai"): 0.3,
    ("ua", "a"): 0.3, ("iu", "ou"): 0.25, ("iong", "ong"): 0.25, ("eng", "ong"): 0.25, ("i", "v"): 0.35,
    ("ie", "ve"): 0.35, ("a", "an"): 0.35, ("a", "e"): 0.4, ("ie", "ian"): 0.4, ("en", "an"): 0.35,
    ("eng", "ang"): 0.35, ("i", "e"): 0.4, ("i", "u"): 0.45, ("in", "ian"): 0.4, ("ing", "eng"): 0.35,
    ("in", "en"): 0.35, ("j", "d"): 0.4, ("j", "x"): 0.4, ("y", "sh"): 0.45, ("n", "y"): 0.4,
    ("b", "d"): 0.4, ("d", "l"): 0.4, ("m", "w"): 0.4, ("l", "y"): 0.45, ("d", "zh"): 0.45,
    ("p", "t"): 0.35, ("z", "d"): 0.45, ("l", "m"): 0.45, ("ch", "sh"): 0.35, ("zh", "sh"): 0.45,
    ("s", "c"): 0.4, ("ai", "an"): 0.35, ("in", "un"): 0.3, ("i", "ing"): 0.4, ("u", "uo"): 0.35,
    ("ai", "e"): 0.4, ("u", "ui"): 0.45, ("o", "u"): 0.35, ("ang", "ao"): 0.4, ("an", "ao"): 0.45,
    ("e", "u"): 0.45, ("en", "e"): 0.4, ("uang", "ang"): 0.35, ("un", "ong"): 0.35, ("eng", "in"): 0.4,
    ("ian", "en"): 0.45, ("ie", "ue"): 0.3, ("ue", "uan"): 0.4, ("ai", "ian"): 0.45, ("ong", "en"): 0.45,
}  # fmt: skip
"""Cost of writing one for the other, either way round; pairs that are not here cost OTHER each."""

OTHER = 0.6
"""Cost of any other pair of initials or of finals."""


POLYPHONES = {
    "还": "huan", "行": "hang", "都": "du", "长": "zhang", "重": "chong", "调": "tiao", "乐": "yue",
    "差": "chai", "会": "kuai", "没": "mo", "了": "liao", "着": "zhao", "的": "di", "得": "dei", "地": "de",
    "数": "shuo", "率": "shuai", "降": "xiang", "传": "zhuan", "参": "cen", "曾": "zeng", "单": "shan",
    "弹": "tan", "度": "duo", "恶": "wu", "给": "ji", "合": "ge", "系": "ji", "校": "jiao", "解": "xie",
    "尽": "jin", "卡": "qia", "看": "kan", "落": "la", "模": "mu", "摸": "mo", "强": "jiang", "省": "xing",
    "石": "dan", "似": "shi", "说": "shui", "提": "di", "吐": "tu", "为": "wei", "吓": "he", "血": "xie",
    "要": "yao", "一": "yao", "么": "mo", "这": "zhei", "那": "nei", "谁": "shei", "角": "jue", "呢": "ni",
    "呵": "ke", "什": "shi", "大": "dai", "车": "ju", "折": "she", "翟": "di", "仇": "qiu", "区": "ou",
    "朴": "piao", "尉": "yu", "盛": "cheng", "藏": "zang", "粘": "nian", "薄": "bo",
}  # fmt: skip
"""The other reading of characters that are often read in two ways; 一 is said yao in telephone numbers."""


def readings(phrase: str) -> tuple[tuple[str, ...], ...]:
    """For each character of a phrase, the ways it may be read, the commonest first.

    What sounds like 两 may also be written so, and that is 二 in normalised text.
    """
    return tuple(map(_ways, phrase))


@lru_cache(maxsize=30_000)
def _ways(character: str) -> tuple[str, ...]:
    usual = syllable(character)
    other = "er" if usual == "liang" else POLYPHONES.get(character, usual)
    return (usual,) if other == usual else (usual, other)


@lru_cache(maxsize=4096)
def split(spoken: str) -> tuple[str, str]:
    """Initial and final of a syllable as it is spelled: zhang -> (zh, ang), yan -> (y, an)."""
    if len(spoken) == 1:  # a letter, a digit, a character without a reading
        return "", spoken
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    return to_initials(spoken, strict=False), to_finals(spoken, strict=False)


@lru_cache(maxsize=400_000)
def distance(left: str, right: str) -> float:
    """0 (the same) .. 1 (nothing in common) between two toneless syllables."""
    if left == right:
        return 0.0
    (a, b), (c, d) = split(left), split(right)
    return min(1.0, part_distance(a, c) + part_distance(b, d))


def part_distance(left: str, right: str) -> float:
    """Distance of two initials, or of two finals; that of two syllables is the sum, 1 at most."""
    if left == right:
        return 0.0
    return CONFUSIONS.get((left, right), CONFUSIONS.get((right, left), OTHER))


_INITIAL_CLASS = {
    "zh": "z", "j": "z", "ch": "c", "q": "c", "sh": "s", "x": "s", "l": "n", "r": "n", "h": "f", "p": "b",
    "t": "d", "k": "g", "y": "", "w": "",
}  # fmt: skip
_FINAL_CLASS = {
    "ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ong": "en", "iong": "en",
    "un": "en", "o": "uo", "ou": "uo", "iao": "ao", "iu": "uo", "ui": "ei", "uai": "ai", "ua": "a",
    "ia": "a", "v": "u", "ve": "ie", "ue": "ie", "e": "uo", "van": "ian",
}  # fmt: skip


@lru_cache(maxsize=30_000)
def sound_class(spoken: str) -> str:
    """One character that stands for all syllables that are easily taken for this one."""
    initial, final = split(spoken)
    key = f"{_INITIAL_CLASS.get(initial, initial)}-{_FINAL_CLASS.get(final, final)}"
    return _CLASSES.setdefault(key, chr(0x100 + len(_CLASSES)))


_CLASSES: dict[str, str] = {}
