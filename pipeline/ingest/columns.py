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
        "通话id", "通话编号", "通话标识", "通话号", "呼叫id", "呼叫编号", "会话id", "会话编号", "流水号",
        "通话流水号", "通话流水", "呼叫流水号", "话单号", "话单编号", "话单id", "callid", "callno",
        "uniqueid", "linkedid", "uuid", "sessionid", "contactid", "ucid",
    ),
    "file": (
        "录音文件", "录音文件名", "录音文件名称", "录音文件路径", "录音文件地址", "录音", "录音路径",
        "录音地址", "录音链接", "录音url", "文件名", "文件名称", "文件路径", "文件", "音频文件", "音频",
        "filename", "filepath", "recording", "recordingfile", "recordfile", "recordurl", "recordingurl",
        "path", "录音名称", "录音名", "wav",
    ),
    "agent_id": (
        "坐席工号", "座席工号", "坐席id", "座席id", "坐席编号", "座席编号", "坐席号", "座席号", "坐席代码",
        "座席代码", "客服工号", "客服编号", "客服id", "话务员工号", "话务员编号", "员工工号", "员工编号",
        "员工号", "员工id", "工号", "agentno", "agentnumber", "agentnum", "agentcode", "staffid", "staffno",
        "employeeid", "employeeno", "坐席", "座席", "客服", "客服人员", "客服代表", "坐席人员", "座席人员",
        "坐席员", "座席员", "话务员", "接线员", "员工", "agent", "坐席分机", "座席分机", "坐席分机号",
        "座席分机号", "客服分机", "分机", "分机号", "分机号码", "extension", "ext",
    ),
    "agent_name": (
        "坐席姓名", "座席姓名", "坐席名称", "座席名称", "坐席名", "座席名", "客服姓名", "客服名称",
        "客服名", "话务员姓名", "员工姓名", "员工名称", "姓名", "agentfullname", "staffname",
        "employeename",
    ),
    "team": (
        "班组", "班组名称", "组别", "小组", "团队", "部门", "所属班组", "所属小组", "所属团队", "所属部门",
        "坐席组", "座席组", "坐席班组", "座席班组", "客服组", "group", "teamname",
    ),
    "queue": (
        "技能组", "技能组名称", "所属技能组", "队列", "队列名称", "业务", "业务类型", "业务线", "技能队列",
        "skill", "skillgroup", "queuename",
    ),
    "direction": (
        "方向", "呼叫方向", "通话方向", "呼叫类型", "通话类型", "呼入呼出", "呼入/呼出", "calltype",
        "calldirection",
    ),
    "customer_number": (
        "客户号码", "客户电话", "客户电话号码", "客户手机", "主叫号码", "来电号码", "电话号码", "手机号",
        "手机号码", "客户手机号", "客户手机号码", "对方号码", "customer", "customerphone", "callerid",
        "phone", "phonenumber",
    ),
    "started_at": (
        "开始时间", "通话时间", "通话开始时间", "呼叫时间", "呼叫开始时间", "录音时间", "录音开始时间",
        "来电时间", "起始时间", "接通时间", "日期", "通话日期", "呼叫日期", "录音日期", "start",
        "starttime", "calldate", "started",
    ),
    "time_of_day": (
        "时间", "时刻", "通话时刻", "呼叫时刻", "time",
    ),
    "agent_channel": (
        "坐席声道", "座席声道", "声道", "客服声道", "坐席所在声道", "座席所在声道", "channel",
    ),
    "answered": (
        "是否接通", "是否接听", "是否应答", "接通状态", "接听状态", "应答状态", "接通", "呼叫结果",
        "通话结果", "通话状态",
        "呼叫状态", "外呼结果", "isanswered", "disposition", "callresult", "callstatus",
    ),
    "talk_seconds": (
        "通话时长", "通话时长秒", "通话秒数", "通话时长(s)", "计费时长", "计费时长秒", "talktime",
        "talkduration", "billsec",
    ),
    "relation": (
        "联系人关系", "与本人关系", "与客户关系", "联系对象", "接触对象", "通话对象", "接听人关系", "关系",
        "relationship",
        "contacttype",
    ),
    "case_id": (
        "案件编号", "案件号", "案件id", "借据号", "借据编号", "合同号", "合同编号", "客户编号", "客户号",
        "caseno", "casenumber",
    ),
    "purpose": (
        "通话目的", "呼叫目的", "外呼目的", "目的", "外呼任务", "任务名称", "活动名称", "campaign",
        "campaignname",
    ),
    "satisfaction": (
        "满意度", "满意度评价", "满意度结果", "满意度评分", "满意度得分", "客户满意度", "客户评价",
        "服务评价", "评价结果", "ivr评价",
        "csat", "satisfactionscore", "surveyresult",
    ),
}
# fmt: on
"""Our names, and other headings that CTI systems write for them (case, spaces, underscores and brackets do
not count). Those of one column stand in the order in which they are believed: the agent's number before the
bare word for an agent, and that before the extension. What can mean two things is in none (编号: of a call or
of an agent; 被叫号码: the customer's or ours), and beside a number 坐席 is not guessed to be a name.
Durations that may count the ringing (呼叫时长, 时长) are no ``talk_seconds``.
``time_of_day`` stands beside ``started_at`` where a list has a column for the date and one for the time."""

_CALLER = frozenset({"主叫号码", "来电号码", "callerid"})
"""The customer's where the customer called; of an outbound call it is the centre's own line."""
_CALLED = ("被叫号码", "被叫电话", "被叫", "callednumber", "calledid", "callee")

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
    return re.sub(r"[\s_\-*:()\[\]\ufeff\u200b]+", "", heading).casefold()


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


def called_number(headings: Sequence[str], mapping: Mapping[str, str]) -> int | None:
    """The column of the customer's number in an outbound row, where the one that ``recognise`` takes may be
    that of whoever called; None where no column tells it."""
    if "customer_number" in mapping:
        spellings = [mapping["customer_number"]]
    else:
        usual = ("customer_number", *COLUMNS["customer_number"])
        spellings = [name for name in usual if name not in _CALLER]
    index: dict[str, int] = {}
    for position, heading in enumerate(headings):
        index.setdefault(plain(heading), position)
    if any(name in index for name in _CALLER):  # alone, the number called may be ours
        spellings += _CALLED
    return next((index[plain(s)] for s in spellings if plain(s) in index), None)


def read_direction(text: str) -> str:
    """``inbound``, ``outbound`` or ``internal`` where the word is known; else the word itself."""
    return next((name for name, words in _DIRECTIONS.items() if text.casefold() in words), text)


def read_channel(text: str) -> str | None:
    """``left``, ``right`` or ``mono``; None for anything else."""
    return next((name for name, words in _CHANNELS.items() if text.casefold() in words), None)
