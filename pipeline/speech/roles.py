"""Which party is the agent.

Three witnesses, added as log-odds: what the switch claims, who speaks first (the one who is called), and what
is said; where they leave doubt, the caller adds what the lexicons make of it (`RoleAssignment.weighed`).
Words weigh most: switches are configured wrong and dumps are swapped, but nobody except an agent says
很高兴为您服务. Words are compared by sound (toneless pinyin), since the recogniser writes 很高新为你服务 as
well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from pipeline.domain import Role

CLAIM_WEIGHT = 2.5
"""Log-odds of a switch's claim: about 92 % of dumps are labelled right."""
FIRST_WEIGHT = 1.5
"""Log-odds that whoever is called speaks first: the agent inbound, the customer outbound; four in five do."""

_AGENT_WORDS: Mapping[str, float] = {
    "为您服务": 3.0,
    "有什么可以帮": 3.0,
    "请问有什么": 2.0,
    "工号": 2.5,
    "号客服": 2.5,
    "的客服": 2.0,
    "客户经理": 1.5,
    "客服中心": 1.5,
    "服务热线": 2.0,
    "服务中心": 1.5,
    "请您稍等": 2.0,
    "请稍等": 1.0,
    "让您久等": 2.5,
    "感谢您的": 2.5,
    "祝您生活": 3.0,
    "还有其他": 1.5,
    "还需要其他": 2.0,
    "还有什么需要": 2.0,
    "做出评价": 2.5,
    "服务评价": 2.0,
    "对我的服务": 2.5,
    "核实一下": 1.5,
    "核对一下": 1.5,
    "身份信息": 1.0,
    "请问您": 1.5,
    "麻烦您": 1.0,
    "帮您": 1.5,
    "给您": 1.2,
    "跟您": 1.0,
    "这边显示": 1.5,
    "系统显示": 1.8,
    "查到您": 1.5,
    "为您": 1.5,
    "您看": 0.8,
    "先生": 0.8,
    "女士": 0.8,
    "请问": 0.8,
    "非常抱歉": 1.2,
    "理解您的": 1.5,
    "不客气": 1.0,
    "建议您": 1.5,
    "我们公司": 0.8,
    "五个工作日": 1.0,
    "工作日内": 1.2,
    "为本次服务": 2.5,
}
_CUSTOMER_WORDS: Mapping[str, float] = {
    "我想": 0.9,
    "我要投诉": 2.5,
    "我家": 1.2,
    "我们家": 1.2,
    "我的卡": 1.0,
    "你们": 1.2,
    "你帮我": 1.8,
    "帮我": 1.2,
    "怎么办": 0.8,
    "怎么回事": 1.2,
    "为什么": 1.0,
    "什么时候能": 1.2,
    "我买的": 1.5,
    "我昨天": 0.8,
    "我上": 0.8,
    "我就想": 1.2,
    "我自己": 0.6,
    "哪位": 1.5,
    "你是哪": 1.5,
    "我本人": 1.5,
    "就是我": 0.8,
    "没有了": 0.7,
    "不用了": 0.8,
    "退款": 0.4,
    "你这": 0.6,
    "我没": 0.6,
    "我打": 0.8,
    "一二三一五": 1.2,
    "消协": 1.5,
    "曝光": 1.2,
    "起诉你": 1.5,
    "什么态度": 1.5,
    "太坑": 1.2,
}
_MOST_PER_WORD = 2
"""The same words said again tell little more."""
_LONG = 4
"""Characters of a phrase that only one party says however polite it is."""


@dataclass(frozen=True, slots=True)
class Party:
    """One of two voices, before anyone knows who it is."""

    text: str
    first_at: float
    """Seconds at which it first speaks; infinity where it never does."""
    claimed: bool | None = None
    """What the switch says: True the agent, False the customer, None nothing."""
    silent: bool = False
    """Never speaks: a dead channel."""


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """The roles of the parties, in the order given."""

    roles: tuple[Role, ...]
    confidence: float
    """0.5 (a guess) .. 1."""

    def weighed(self, odds: float) -> RoleAssignment:
        """With another witness: log-odds for these roles, which turn round where it outweighs the others."""
        all_odds = math.log(self.confidence / max(1 - self.confidence, 1e-9)) + odds
        roles = self.roles if all_odds >= 0 else tuple(role.other for role in self.roles)
        return RoleAssignment(roles, _sigmoid(abs(all_odds)))


def find_roles(parties: Sequence[Party], *, direction: str | None = None) -> RoleAssignment:
    """Decide who of one or two parties is the agent.

    ``direction`` is ``inbound`` or ``outbound``; None leaves out who speaks first. With a single voice the
    words alone decide; where they say little, it is the customer (a voice mail) with low confidence.
    """
    if not parties:
        return RoleAssignment((), 1.0)
    if len(parties) == 1:
        odds = agent_likeness(parties[0].text) + _claim(parties[0]) - 0.5
        return RoleAssignment((Role.AGENT if odds > 0 else Role.CUSTOMER,), _sigmoid(abs(odds)))
    left, right = parties
    if left.silent != right.silent:
        lone = find_roles([right if left.silent else left])
        roles = (lone.roles[0].other, lone.roles[0]) if left.silent else (lone.roles[0], lone.roles[0].other)
        return RoleAssignment(roles, lone.confidence)
    odds = _claim(left) - _claim(right) if left.claimed is None else _claim(left)
    odds += agent_likeness(left.text) - agent_likeness(right.text)
    if direction in ("inbound", "outbound") and left.first_at != right.first_at:
        left_first = left.first_at < right.first_at
        odds += FIRST_WEIGHT if left_first == (direction == "inbound") else -FIRST_WEIGHT
    first, second = (Role.AGENT, Role.CUSTOMER) if odds >= 0 else (Role.CUSTOMER, Role.AGENT)
    return RoleAssignment((first, second), _sigmoid(abs(odds)))


def agent_likeness(text: str) -> float:
    """Log-odds that an agent said this, from its words; positive for agents. Bounded to +-12."""
    exact = _sound(text)
    sounds = exact, _POLITE.sub("ni", exact)
    odds = sum(weight * min(_MOST_PER_WORD, sounds[i].count(key)) for key, weight, i in _by_sound(True))
    odds -= sum(weight * min(_MOST_PER_WORD, sounds[i].count(key)) for key, weight, i in _by_sound(False))
    polite, blunt = text.count("您"), text.count("你")
    odds += 1.2 * (polite - blunt) / (polite + blunt + 2)
    return max(-12.0, min(12.0, odds))


def _claim(party: Party) -> float:
    return 0.0 if party.claimed is None else CLAIM_WEIGHT if party.claimed else -CLAIM_WEIGHT


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


_POLITE = re.compile(r"(?<=\|)nin(?=\|)")


def _sound(text: str) -> str:
    """Toneless pinyin between bars, with the finals folded that the recogniser confuses (-ng and -n)."""
    spoken = re.sub(r"\W+", "", text.translate(str.maketrans("0123456789", "零一二三四五六七八九")))
    return "|" + "|".join([_READINGS[character] for character in spoken]) + "|"


class _Readings(dict[str, str]):
    """The usual reading of a character: words and texts are read alike, which is all that matters here."""

    def __missing__(self, character: str) -> str:
        reading = "".join(lazy_pinyin(character))
        self[character] = reading.removesuffix("g") if reading.endswith("ng") else reading
        return self[character]


_READINGS = _Readings()


@lru_cache(maxsize=2)
def _by_sound(agent: bool) -> tuple[tuple[str, float, bool], ...]:
    """Sound, weight, and whether 您 may be 你 in it: recognisers write 为你服务, and long ones stay clear."""
    words = _AGENT_WORDS if agent else _CUSTOMER_WORDS
    return tuple(
        (_sound(word.replace("您", "你") if long else word), weight, long)
        for word, weight in words.items()
        for long in (len(word) >= _LONG,)
    )
