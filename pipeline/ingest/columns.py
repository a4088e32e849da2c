"""The columns of a call list: which heading means what, and how their values are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.errors import UsageError
from pipeline.messages import Message

# fmt: off
COLUMNS: dict[str, tuple[str, ...]] = {
    "call_id": (
        "通话id", "通话编号", "通话标识", "呼叫id", "会话id", "流水号", "通话流水号", "callid",
        "uniqueid", "linkedid", "uuid", "sessionid", "contactid",
    ),
    "file": (
        "录音文件", "录音文件名", "录音", "录音路径", "录音地址", "文件名", "文件", "filename",
        "recording", "recordingfile", "recordfile", "path", "录音名称",
    ),
    "agent_id": (
        "坐席工号", "座席工号", "坐席id", "座席id", "工号", "坐席", "座席", "客服工号", "员工编号",
        "agent", "agentno", "extension",
    ),
    "agent_name": (
        "坐席姓名", "座席姓名", "姓名", "客服姓名", "员工姓名", "坐席名称",
    ),
    "team": (
        "班组", "组别", "小组", "团队", "部门", "所属班组", "坐席组", "group",
    ),
    "queue": (
        "技能组", "队列", "业务", "业务类型", "技能队列", "skill", "skillgroup",
    ),
    "direction": (
        "方向", "呼叫方向", "通话方向", "呼叫类型", "通话类型", "calltype",
    ),
    "customer_number": (
        "客户号码", "客户电话", "主叫号码", "来电号码", "电话号码", "手机号", "客户手机号", "对方号码",
        "customer", "callerid", "phone",
    ),
    "started_at": (
        "开始时间", "通话时间", "通话开始时间", "呼叫时间", "起始时间", "接通时间", "日期", "start",
        "starttime", "calldate", "started",
    ),
    "time_of_day": (
        "时间", "时刻", "通话时刻", "呼叫时刻", "time",
    ),
    "agent_channel": (
        "坐席声道", "座席声道", "声道", "客服声道", "channel",
    ),
}
# fmt: on
"""Our names, and other headings that CTI systems write for them (case, spaces, underscores do not count).
``time_of_day`` stands beside ``started_at`` where a list has a column for the date and one for the time."""

_DIRECTIONS = {
    "inbound": ("inbound", "in", "呼入", "来电", "入呼", "incoming"),
    "outbound": ("outbound", "out", "呼出", "外呼", "去电", "出呼", "outgoing"),
    "internal": ("internal", "内部", "内线"),
}
_CHANNELS = {
    "left": ("left", "l", "左", "左声道"),
    "right": ("right", "r", "右", "右声道"),
    "mono": ("mono", "单声道", "混音"),
}


def plain(heading: str) -> str:
    """A heading as it is compared."""
    heading = unicodedata.normalize("NFKC", heading)
    return re.sub(r"[\s_\-*:\ufeff\u200b]+", "", heading).casefold()


def recognise(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Our column name -> index; the configured mapping goes first, then our names, then the known headings.

    Raises:
        UsageError: the mapping speaks of a column that does not exist here.
    """
    unknown = set(mapping) - set(COLUMNS)
    if unknown:
        known = Message("join.list", parts=tuple(COLUMNS))
        raise UsageError(Message("call-list.unknown-column", column=min(unknown), known=known))
    index: dict[str, int] = {}
    for position, heading in enumerate(headings):
        index.setdefault(plain(heading), position)
    found: dict[str, int] = {}
    taken: set[int] = set()
    for name, others in COLUMNS.items():
        spellings = [mapping[name]] if name in mapping else [name, *others]
        match = next((index[plain(s)] for s in spellings if plain(s) in index), None)
        if match is not None and match not in taken:
            found[name] = match
            taken.add(match)
    return found


def read_direction(text: str) -> str:
    """``inbound``, ``outbound`` or ``internal`` where the word is known; else the word itself."""
    return next((name for name, words in _DIRECTIONS.items() if text.casefold() in words), text)


def read_channel(text: str) -> str | None:
    """``left``, ``right`` or ``mono``; None for anything else."""
    return next((name for name, words in _CHANNELS.items() if text.casefold() in words), None)
