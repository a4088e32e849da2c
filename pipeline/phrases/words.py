"""Word boundaries, so that no match cuts a word in half (随便点点 is not 随便, 滚动 is not 滚)."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from typing import Any

AROUND = 6
"""Characters looked at on each side: Chinese words are rarely longer."""


@cache
def _tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in (
        "消协",
        "银保监",
        "银保监会",
        "工信部",
        "市监局",
        "消保委",
        "验证码",
        "安全码",
        "一二三一五",
        "滚出去",
    ):
        tokenizer.add_word(word, freq=100_000)
    return tokenizer


@lru_cache(maxsize=4096)
def boundaries(text: str) -> frozenset[int]:
    """Positions in ``text`` where one word ends and the next begins, both ends included."""
    return frozenset({0, len(text), *(end for _, _, end in _tokenizer().tokenize(text, HMM=False))})


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """True where ``text[start:end]`` begins or ends inside a word of the dictionary."""
    low = max(0, start - AROUND)
    window = text[low : end + AROUND]
    inner = boundaries(window)
    return start - low not in inner or end - low not in inner
