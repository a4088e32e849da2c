"""Templates: how a supervisor writes several wordings as one.

A template is plain text with ``(甲|乙)`` for a choice, ``?`` behind a character or group for "may be
missing", ``.`` for any character, ``.{0,4}`` for a gap, ``[甲乙]`` for one of, and ``{slot}`` for a name, a
number and the like (see ``SLOTS``), or for a group of words that the lexicons define (see ``filled``). The
same text is also a valid RE2 expression once its slots are filled in, so whoever knows regular expressions is
at home.
"""

from __future__ import annotations

import heapq
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.messages import Message
from pipeline.phrases.normal_form import FILLERS, FoldingTable, fold
from pipeline.phrases.syntax import (
    Alternation,
    Concatenation,
    Literal,
    Node,
    Repetition,
    TemplateError,
    parse,
)

DEEPEST = 8
LONGEST = 20_000
"""Characters of a template with its groups of words filled in: groups of groups grow as powers do."""
SPELLINGS_AT_MOST = 120
"""Of a template that stands for more wordings, the plainest are spelled out (and found by sound); all of
them are still found as a pattern."""

SLOTS = {
    "surname": (
        "(?:[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
        "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤尤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
        "殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉"
        "缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝]"
        "|欧阳|上官|司马|诸葛|东方|皇甫|令狐|司徒)"
    ),
    "relative": (
        "(?:妹妹?|弟弟?|哥哥?|姐姐?|爸爸?|妈妈?|爱人|老公|老婆|太太|朋友|同事|邻居|室友|女朋友|男朋友|儿子|女儿|孩子"
        "|前妻|前夫|亲戚|领导|老板|闺蜜|同学|父亲|母亲|对象|家人)"
    ),
    "name": r"(?:\pL{2,4})",
    "number": "(?:[零一二三四五六七八九十百千万亿点]{1,24})",
    "org": r"(?:\pL{2,12})",
    "time": r"(?:[零一二三四五六七八九十几半]{1,4}(?:分钟|秒钟|秒|小时|个小时|点|号|天|个工作日|工作日))",
    "same": r"(\pL)",
}
"""Slot name -> RE2. All ``{same}`` of one template must be the same character (爱买不买)."""

_FOLDING = FoldingTable({ord(mark): mark for mark in "(|)?.*+^$"})
_SLOT = re.compile(r"\{([a-z]+)\}")
_BRACES = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\\[pP](?:\{\w+\}|\w)|\\.|\(\?[:A-Za-z<>]*")
_EMPTY_OPTION = re.compile(r"(?<=[(|])(?=[|)])")
_REPEATED_FILLER = re.compile("[" + "".join(sorted(FILLERS)) + "][?*+{]")


@dataclass(frozen=True, slots=True)
class SpellingList:
    """What a finite template stands for."""

    texts: tuple[str, ...]
    complete: bool
    """False where there are more than ``texts``: then the template must also be searched as a pattern."""


def folded(template: str) -> str:
    """The template over normalised text: letters folded as text is, syntax left alone."""

    if match := _REPEATED_FILLER.search(template):
        raise TemplateError(Message("template.filler", word=match[0][0], repeated=match[0]))
    out: list[str] = []
    at = 0
    for special in _BRACES.finditer(template):
        out.append(_letters(template[at : special.start()]))
        text = special[0]
        out.append(
            "[" + "".join(c if c in "^-" else fold(c) for c in text[1:-1]) + "]" if text[0] == "[" else text
        )
        at = special.end()
    out.append(_letters(template[at:]))
    text = "".join(out)
    if len(_EMPTY_OPTION.findall(text)) > len(_EMPTY_OPTION.findall(template)):
        raise TemplateError(Message("template.empty-option"))
    return text


def _letters(piece: str) -> str:
    return piece.translate(_FOLDING)


def slots(template: str) -> tuple[str, ...]:
    """The names of all slots, in order."""
    return tuple(_SLOT.findall(template))


def filled(template: str, groups: Mapping[str, str]) -> str:
    """The template with groups of words in place of their names; the built-in ``SLOTS`` stay.

    Raises:
        TemplateError: it names a slot that is neither, or is longer than LONGEST with its groups filled in.
    """
    length = len(template) + sum(len(groups.get(name, "")) for name in slots(template))
    if length > LONGEST:
        raise TemplateError(Message("template.long", length=length))

    def words(slot: re.Match[str]) -> str:
        if slot[1] in SLOTS:
            return slot[0]
        if slot[1] not in groups:
            raise _unknown_slot(slot[1], (*SLOTS, *groups))
        return f"({groups[slot[1]]})"

    return _SLOT.sub(words, template)


def _unknown_slot(name: str, known: Iterable[str]) -> TemplateError:
    return TemplateError(
        Message("template.unknown-slot", slot=name, known=Message("join.list", parts=tuple(known)))
    )


def expression(template: str) -> str:
    """The template as an RE2 expression over normalised text."""
    text = folded(template)
    for name in slots(text):
        if name not in SLOTS:
            raise _unknown_slot(name, SLOTS)
    return _SLOT.sub(lambda m: SLOTS[m[1]], text)


def is_finite(template: str) -> bool:
    """True where the template stands for a list of spellings: choices and optional parts only."""
    return not re.search(r"[.*+\[\]{}\\^$]|\(\?", template)


@lru_cache(maxsize=20_000)
def spellings(template: str) -> SpellingList:
    """The spellings of a finite template, normalised, the plainest first.

    Optional parts at the very beginning are left out: they change nothing about whether it is said.

    Raises:
        TemplateError: it is not finite, not well formed, or far too large.
    """
    if not is_finite(template):
        raise TemplateError(Message("template.endless"))
    found = _spelled(parse(folded(template)), depth=0)
    texts = tuple(dict.fromkeys(found.texts))
    if not all(texts):
        raise TemplateError(Message("template.empty"))
    return SpellingList(texts, found.complete)


def _spelled(node: Node, *, depth: int) -> SpellingList:
    """The texts of a part; ``depth`` counts the brackets around it."""
    if depth > DEEPEST:
        raise TemplateError(Message("template.deep"))
    options = node.options if isinstance(node, Alternation) else (node,)
    spelled = [_concatenated(option, depth=depth) for option in options]
    return SpellingList(
        tuple(text for one in spelled for text in one.texts), all(one.complete for one in spelled)
    )


def _concatenated(node: Node, *, depth: int) -> SpellingList:
    parts = node.parts if isinstance(node, Concatenation) else (node,)
    pieces: list[Sequence[str]] = []
    complete = True
    for part in parts:
        optional = isinstance(part, Repetition)
        inner = part.part if isinstance(part, Repetition) else part
        if isinstance(inner, Literal):
            texts: Sequence[str] = (inner.text,)
        else:
            spelled = _spelled(inner, depth=depth + 1)
            texts = spelled.texts
            complete &= spelled.complete
        pieces.append(("", *texts) if optional else texts)
    if depth == 0:
        pieces = _core(pieces)
    return SpellingList(
        tuple(plainest(pieces, SPELLINGS_AT_MOST)), complete and _size(pieces) <= SPELLINGS_AT_MOST
    )


def _size(pieces: Sequence[Sequence[str]]) -> int:
    return math.prod(len(piece) for piece in pieces)


def plainest(pieces: Sequence[Sequence[str]], most: int) -> list[str]:
    """Up to ``most`` products of the pieces, those that take early options (or none) first."""
    if _size(pieces) <= most:
        return ["".join(choice) for choice in itertools.product(*pieces)]
    out: list[str] = []
    start = (0,) * len(pieces)
    queue = [(0, start)]
    seen = {start}
    while queue and len(out) < most:
        total, chosen = heapq.heappop(queue)
        out.append("".join(piece[k] for piece, k in zip(pieces, chosen, strict=True)))
        for place, piece in enumerate(pieces):
            if chosen[place] + 1 < len(piece):
                further = (*chosen[:place], chosen[place] + 1, *chosen[place + 1 :])
                if further not in seen:
                    seen.add(further)
                    heapq.heappush(queue, (total + 1, further))
    return out


def _core(pieces: list[Sequence[str]]) -> list[Sequence[str]]:
    must = [k for k, piece in enumerate(pieces) if "" not in piece]
    return pieces[must[0] :] if must else pieces
