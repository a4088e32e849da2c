"""Reasons in English. They are made and stored in Chinese; here their sentences are known by their shape.

``PAIRS`` lists every shape a reason, a flag or a note of the ledger can have, with its English. So old
inspections are read in English too, and nothing else needs to be stored. What has no pair stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

PAIRS: tuple[tuple[str, str], ...] = (
    # what makes a verdict doubtful
    ("分不清是谁说的", "it is unclear who said it"),
    ("把握不足（{}）", "not sure enough ({})"),
    ("双方同时说话，听不真切", "both talk at once, it is hard to hear"),
    ("这一段有话没有识别出来", "some speech here was not recognised"),
    ("这一段识别不清", "recognition is poor here"),
    ("听得不够清楚", "it is not clear enough"),
    ("{}的话识别不清", "what was said at {} is not clear"),
    ("听得不够清楚，不能确定", "not clear enough to be sure"),
    ("不能确定是否适用：{}", "cannot tell whether this applies: {}"),
    ("证据不足", "not enough evidence"),
    ("疑似{}说了{}，但{}，请人工复听", "{} may have said {}, but {}; please listen"),
    ("似乎说了{}，但{}，请人工复听", "{} seems to have been said, but {}; please listen"),
    ("{}没有找到应说的“{}”，但{}，请人工复听", "“{1}” was not found ({0}), but {2}; please listen"),
    ("到第{}秒才说到，但{}，请人工复听", "said only at second {}, but {}; please listen"),
    ("保持{}的话没有听清，请人工复听", "what was said {} the hold is not clear; please listen"),
    ("{}，但多数段落语速正常，请人工复听", "{}, but most passages are normal; please listen"),
    ("{}，但识别不清、可能漏字", "{}, but recognition is poor and may lack words"),
    ("{}，但{}，请人工复听", "{}, but {}; please listen"),
    ("{}，但分不清是谁说的", "{}, but it is unclear who said it"),
    ("分不清该谁说话", "it is unclear whose turn it was"),
    ("{}，请人工复听", "{}; please listen"),
    # phrases
    ("{}没有听到{}说“{}”一类的话", "{1} was not heard ({0}) to say anything like “{2}”"),
    ("没有发现{}说这类用语", "{} said nothing of the kind"),
    ("没有说到，不判是否及时", "not said, so not judged for being in time"),
    ("在第{}秒说到", "said at second {}"),
    ("到第{}秒才说到（应在{}秒内）", "said only at second {} (due within {} s)"),
    ("没有说到相关用语", "nothing of the kind was said"),
    ("没有说到相关内容", "nothing about it was said"),
    ("{}附近没有说到", "nothing about it near {}"),
    ("每一处都说到", "said at every place"),
    ("没有需要对应的地方", "no place that calls for it"),
    ("坐席说了{}", "the agent said {}"),
    ("客户说了{}", "the customer said {}"),
    ("说话人不明说了{}", "somebody said {}"),
    ("说了{}", "said {}"),
    ("依次说了{}", "said in order {}"),
    ("流程没有走到第{}步", "the order broke off before step {}"),
    ("流程没有开始", "the order never began"),
    ("把{}说了{}遍", "{} was said {} times"),
    ("没有反复说同一句话", "no sentence was repeated"),
    ("没有做到的有{}", "not done at {}"),
    ("每句都做到", "done in every sentence"),
    ("没有发现", "none was found"),
    ("出现了不应有的情形", "something that must not happen did"),
    ("做到了", "done"),
    ("没有做到", "not done"),
    # holds and silences
    ("没有通话保持", "no hold"),
    ("有{}次通话保持", "{} holds"),
    ("{}起静默等待{}秒，{}面没有说“{}”一类的话", "silent wait of {1} s from {0}, nothing like “{3}” {2} it"),
    ("{}起通话保持{}秒，{}面没有说“{}”一类的话", "hold of {1} s from {0}, nothing like “{3}” {2} it"),
    ("{}，{}面没有说“{}”一类的话", "{0}, nothing like “{2}” {1} it"),
    ("每次保持{}都有说明", "explained {} every hold"),
    ("没有人声，无法判断静音", "no voices, so silence cannot be judged"),
    ("最长静音{}秒", "longest silence {} s"),
    ("没有{}次{}秒以上的静音", "fewer than {} silences of {} s or more"),
    ("没有{}秒以上的静音", "no silence of {} s or more"),
    ("{}起静音{}秒", "silence of {1} s from {0}"),
    ("静音{}次，最长{}秒（{}起）", "{} silences, the longest {} s (from {})"),
    ("静音{}次", "{} silences"),
    # measures
    ("{}平均语速每分钟{}字，{}段过快（如{}）", "{} speaks {} characters a minute, {} times too fast ({})"),
    ("{}平均语速每分钟{}字，{}段过慢（如{}）", "{} speaks {} characters a minute, {} times too slow ({})"),
    ("{}平均语速每分钟{}字", "{} speaks {} characters a minute on average"),
    ("没有足够长的话可以测语速", "no sentence is long enough to measure the rate"),
    ("{}无法测量", "{} cannot be measured"),
    ("{}，事先说明过", "{}, announced before"),
    ("坐席打断客户{}次（{}起）", "the agent interrupted the customer {} times (from {})"),
    ("坐席打断客户{}次（{}）", "the agent interrupted the customer {} time ({})"),
    ("坐席打断客户{}次", "the agent interrupted the customer {} times"),
    ("坐席连续说话{}秒（{}起）", "the agent talked {} s without a break (from {})"),
    ("坐席连续说话{}秒（{}）", "the agent talked {} s without a break ({})"),
    ("坐席连续说话{}秒", "the agent talked {} s without a break"),
    # how it ended
    ("没有对话", "no dialogue"),
    ("坐席已说结束语", "the agent said goodbye"),
    ("分不清最后一句是谁说的", "it is unclear who spoke last"),
    ("客户先示意挂断", "the customer took leave first"),
    ("客户已示意结束", "the customer had ended the call"),
    ("客户说完后通话中断，看不出是谁挂断的", "the call ends after the customer; who hung up is unclear"),
    ("坐席说完最后一句后未道别即中断通话", "the agent ended the call without a goodbye"),
    ("坐席说完后通话结束，看不出是谁挂断的", "the call ends after the agent's words; who hung up is unclear"),
    # where a sheet, an item or a condition does not apply
    ("通话日期不在评分表的有效期内", "the sheet was not in force on that day"),
    ("通话日期不在该项的有效期内", "the item was not in force on that day"),
    ("没有人说话", "nobody speaks"),
    ("通话只有{}秒，没有形成对话", "only {} s long, no dialogue"),
    ("只说了{}个字，没有形成对话", "only {} characters were said, no dialogue"),
    ("分不清谁是坐席（可能只有一个人说话）", "it is unclear who is the agent (perhaps one person alone)"),
    ("评分表不适用于这类通话", "the sheet is not for calls of this kind"),
    ("只有客户一方说话（语音留言或无人接待）", "only the customer speaks (voicemail, or nobody answers)"),
    ("只有坐席一方说话（无人应答）", "only the agent speaks (nobody answers)"),
    ("前提条件不成立", "its condition does not hold"),
    ("话单没有写明呼入还是外呼", "the call list does not tell inbound from outbound"),
    ("话单没有写明{}", "the call list does not tell the {}"),
    ("呼入通话", "inbound call"),
    ("外呼通话", "outbound call"),
    ("技能组是{}", "the queue is {}"),
    ("班组是{}", "the team is {}"),
    ("坐席不在所列范围", "the agent is not among those named"),
    ("通话{}秒", "call of {} s"),
    ("共{}句", "{} utterances"),
    ("没有适用的质检项", "no item applies"),
    # bonus, flags, alerts
    ("符合加分条件", "earns the bonus"),
    ("没有加分情形", "no bonus earned"),
    ("客户有升级投诉的表示", "the customer threatens to escalate"),
    ("坐席的话意思接近违规用语，请人工听：{}", "much like forbidden phrases in meaning, please listen: {}"),
    # notes of the ledger
    ("满分", "full marks"),
    ("不适用、不扣分：{}", "not applicable, costs nothing: {}"),
    ("{} 处 × {} 分，最多扣 {} 分", "{} places × {} points, at most -{}"),
    ("{} 处 × {} 分，最多加 {} 分", "{} places × {} points, at most +{}"),
    ("{} 处 × {} 分", "{} places × {} points"),
    ("“{}”最多扣{}分", "“{}” costs at most {}"),
    ("扣完为止，不低于0分", "all is lost, not below 0"),
    ("不适用、不计入满分：{}", "not applicable, left out of the full marks: {}"),
    ("{}处，每处扣{}分，最多扣{}分", "{} places, -{} each, at most -{}"),
    ("{}处，每处扣{}分", "{} places, -{} each"),
    ("最多扣{}分", "at most -{}"),
    ("“{}”共{}分，已扣完为止", "all {1} points of “{0}” are lost"),
    ("一票否决：{}记0分", "fatal: {} becomes 0"),
    ("整单", "the sheet"),
    ("加分后不超过100分", "not above 100 with the bonus"),
    # parts of sentences
    ("坐席", "the agent"),
    ("客户", "the customer"),
    ("说话人不明", "somebody"),
    ("全程", "whole call"),
    ("技能组", "queue"),
    ("班组", "team"),
    ("前", "before"),
    ("后", "after"),
    ("加分项", "bonus"),
    ("坐席打断客户", "how often the agent interrupted"),
    ("坐席连续说话", "the agent's longest turn"),
)  # fmt: skip
"""Chinese -> English; ``{}`` stands for anything, filled in in order or by number."""

_MEASURED = re.compile(r"([a-z][a-z0-9_]*)为(-?[0-9.e+]+)")
"""A condition on a measure calls it by its name."""
_TIME_RANGE = re.compile(r"(\d+:\d\d)至(\d+:\d\d)")
_MORE = re.compile(r"等(\d+)处$")
_MARKS = str.maketrans({"（": " (", "）": ")", "、": ", ", "；": "; ", "，": ", "})


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("(.+?)".join(re.escape(part) for part in chinese.split("{}")) + r"\Z", re.DOTALL), told)
        for chinese, told in PAIRS
    )


def english(text: str, titles: Mapping[str, str] | None = None) -> str:
    """A reason, flag or note in English.

    ``titles`` gives the English of what a rubric names (titles, the reasons of its flags). Quotes stay as
    they were said, and so does whatever is not known.
    """
    return _english(text, tuple(sorted((titles or {}).items())))


@lru_cache(maxsize=4096)
def _english(text: str, titles: tuple[tuple[str, str], ...]) -> str:
    known = dict(titles)
    if text in known:
        return known[text]
    if text.isascii():
        return text
    if match := _MEASURED.fullmatch(text):
        return f"{match[1]} is {match[2]}"
    for shape, told in _shapes():
        match = shape.match(text)
        if match is not None:
            return told.format(*(_part(value, titles) for value in match.groups()))
    for mark, joined in (("，且", ", and "), ("，或", ", or "), ("；", "; "), ("：", ": ")):
        if mark in text and "“" not in text.split(mark)[0]:
            return joined.join(_part(part, titles) for part in text.split(mark))
    return _part(text, titles, alone=True)


def _part(text: str, titles: tuple[tuple[str, str], ...], *, alone: bool = False) -> str:
    """A value inside a sentence: a sentence of its own, a list of names, or quotes with their times."""
    if not alone:
        said = _english(text, titles)
        if said != text:
            return said
    known = dict(titles)
    if (names := _names(text, known)) is not None:
        return ", ".join(known[name] for name in names)
    return "".join(
        piece if piece.startswith("“") else _plain(piece) for piece in re.split("(“[^”]*”)", text)
    ).strip()


def _names(text: str, known: Mapping[str, str]) -> list[str] | None:
    """A list of names, the longest first: a name may have the mark of a list in it."""
    parts, found = text.split("、"), list[str]()
    while parts:
        ends = (end for end in range(len(parts), 0, -1) if "、".join(parts[:end]) in known)
        end = next(ends, None)
        if end is None:
            return None
        found.append("、".join(parts[:end]))
        del parts[:end]
    return found if len(found) > 1 else None


def _plain(piece: str) -> str:
    piece = _MORE.sub(r" and more, \1 in all", _TIME_RANGE.sub(r"\1 to \2", piece))
    return piece.translate(_MARKS) if re.fullmatch(r"[\d:%.,\s（）、；，至a-z]*", piece) else piece
