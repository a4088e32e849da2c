"""What a call list says of how a call went: answered or not, how long, whom it reached, how it was rated.

Nothing is guessed: a word that is not known is no answer. A bare number as a rating is none either (on many
lines the key 1 means satisfied, on others it is the worst mark): the centre says what its numbers mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from pipeline.domain import Relation, Satisfaction
from pipeline.ingest.values import narrow

_ANSWERED = frozenset(
    [
        "是",
        "接通",
        "已接通",
        "已接",
        "已接听",
        "接听",
        "已应答",
        "应答",
        "成功",
        "接通成功",
        "呼叫成功",
        "通话成功",
        "正常接通",
        "人工接通",
        "yes",
        "y",
        "true",
        "answered",
        "answer",
        "connected",
        "success",
    ]
)
_UNANSWERED = frozenset(
    [
        "否",
        "未接通",
        "未接",
        "未接听",
        "无应答",
        "无人接听",
        "无人应答",
        "未应答",
        "没人接",
        "忙",
        "忙线",
        "占线",
        "用户忙",
        "正在通话中",
        "拒接",
        "拒接听",
        "挂断拒接",
        "关机",
        "停机",
        "空号",
        "无法接通",
        "不在服务区",
        "暂时无法接通",
        "呼叫失败",
        "失败",
        "接通失败",
        "超时",
        "呼叫超时",
        "振铃未接",
        "客户未接",
        "no",
        "n",
        "false",
        "noanswer",
        "unanswered",
        "busy",
        "failed",
        "failure",
        "rejected",
        "cancel",
        "cancelled",
        "canceled",
        "missed",
        "unreachable",
        "poweroff",
    ]
)
_RELATIONS = {
    Relation.SELF: frozenset(["本人", "债务人", "借款人", "客户本人", "持卡人", "self", "debtor", "holder"]),
    Relation.THIRD_PARTY: frozenset(
        [
            "第三人",
            "第三方",
            "三方",
            "亲属",
            "家属",
            "家人",
            "亲戚",
            "配偶",
            "父母",
            "父亲",
            "母亲",
            "子女",
            "兄弟",
            "姐妹",
            "兄弟姐妹",
            "朋友",
            "同事",
            "单位",
            "公司",
            "邻居",
            "其他联系人",
            "其他人",
            "非本人",
            "thirdparty",
            "third",
            "other",
            "relative",
            "friend",
            "colleague",
        ]
    ),
    Relation.EMERGENCY: frozenset(["紧急联系人", "紧急联系", "应急联系人", "emergency", "emergencycontact"]),
}
_RATINGS = {
    Satisfaction.VERY_SATISFIED: frozenset(
        ["非常满意", "很满意", "十分满意", "5分", "5星", "五星", "verysatisfied"]
    ),
    Satisfaction.SATISFIED: frozenset(["满意", "比较满意", "基本满意", "4分", "4星", "四星", "satisfied"]),
    Satisfaction.NEUTRAL: frozenset(["一般", "普通", "一般满意", "3分", "3星", "三星", "neutral"]),
    Satisfaction.DISSATISFIED: frozenset(
        [
            "不满意",
            "较不满意",
            "不太满意",
            "比较不满意",
            "2分",
            "2星",
            "二星",
            "两星",
            "dissatisfied",
            "unsatisfied",
        ]
    ),
    Satisfaction.VERY_DISSATISFIED: frozenset(
        [
            "非常不满意",
            "很不满意",
            "极不满意",
            "十分不满意",
            "1分",
            "1星",
            "一星",
            "verydissatisfied",
            "veryunsatisfied",
        ]
    ),
    Satisfaction.NOT_RATED: frozenset(
        [
            "未评价",
            "未评",
            "没有评价",
            "未评分",
            "未参评",
            "未参与",
            "未参与评价",
            "放弃评价",
            "超时未评价",
            "未按键",
            "未邀请",
            "notrated",
            "norating",
        ]
    ),
}
_SECONDS = re.compile(r"(\d{1,6})(?:\.\d+)?\s*(?:秒|s|sec|seconds)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_SPOKEN = re.compile(
    r"(?:(\d{1,3})\s*(?:小时|时|h))?\s*(?:(\d{1,3})\s*(?:分钟|分|m))?\s*(?:(\d{1,3})\s*(?:秒|s))?",
    re.IGNORECASE,
)
_Kind = TypeVar("_Kind", bound=StrEnum)


def read_answered(text: str) -> bool | None:
    """Whether somebody answered; None for a word that says neither."""
    word = _word(text)
    return True if word in _ANSWERED else False if word in _UNANSWERED else None


def read_seconds(text: str) -> float | None:
    """Seconds, 5:03, 00:05:03, 5分3秒; None for anything else."""
    text = narrow(text)
    if found := _SECONDS.fullmatch(text):
        return float(found[1])
    found = _CLOCK.fullmatch(text) or (_SPOKEN.fullmatch(text) if text else None)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def read_relation(text: str, own: Mapping[str, Relation]) -> Relation | None:
    """Whom the row reached, by the centre's own words first."""
    return _known(text, own, _RELATIONS)


def read_rating(text: str, own: Mapping[str, Satisfaction]) -> Satisfaction | None:
    """What a rating means, by the centre's own words first; None for one that nobody explains."""
    return _known(text, own, _RATINGS)


def _known(text: str, own: Mapping[str, _Kind], usual: Mapping[_Kind, frozenset[str]]) -> _Kind | None:
    word = _word(text)
    for spelled, meaning in own.items():
        if _word(spelled) == word:
            return meaning
    return next((meaning for meaning, words in usual.items() if word in words), None)


def _word(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", narrow(text)).casefold()
