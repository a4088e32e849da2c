"""Pieces of the sentences in which a sheet tells people what it looks for, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.domain import Role
from pipeline.messages import Lang

_WHO = {
    Role.AGENT: ("坐席", "the agent"),
    Role.CUSTOMER: ("客户", "the customer"),
    Role.UNKNOWN: ("说话人不明", "somebody"),
}
_KINDS = {
    "zh": re.compile("“([a-z0-9、-]+)”类用语"),
    "en": re.compile("phrases of the kind “([a-z0-9, -]+)”"),
}
"""How sentences speak of phrase codes, which ``titled`` replaces by what people call them."""


def pick(lang: Lang, chinese: str, english: str) -> str:
    return chinese if lang == "zh" else english


def who(role: Role | None, lang: Lang) -> str:
    """The party; anyone is nobody in particular: empty in Chinese."""
    return pick(lang, "", "anyone") if role is None else pick(lang, *_WHO[role])


def phrases(codes: Sequence[str], lang: Lang) -> str:
    """``“shirk、abuse”类用语``."""
    return pick(lang, f"“{'、'.join(codes)}”类用语", f"phrases of the kind “{', '.join(codes)}”")


def words_of(pattern_means: str, pattern_means_en: str, lang: Lang) -> str:
    """What a pattern looks for; a pattern itself is nothing to read for those who are judged by it."""
    if lang != "zh":
        return pattern_means_en or "words that fit a pattern of the rule"
    return pattern_means or "符合规则句式的话"


def titled(text: str, codes: Mapping[str, object], lang: Lang = "zh") -> str:
    """A sentence with the titles of phrase codes instead of the codes.

    ``codes``: code -> what has a ``title`` and perhaps a ``title_en``; others stay as they are.
    """

    def title(name: str) -> str:
        code = codes.get(name)
        chinese = str(getattr(code, "title", name))
        return str(getattr(code, "title_en", "")) or chinese if lang != "zh" else chinese

    mark = pick(lang, "、", ", ")
    kinds = _KINDS["zh"] if lang == "zh" else _KINDS["en"]
    return kinds.sub(lambda m: m[0].replace(m[1], mark.join(map(title, m[1].split(mark)))), text)


def aside(text: str, lang: Lang) -> str:
    """In brackets, inside a longer sentence."""
    return pick(lang, f"（{text}）", f"({text})")
