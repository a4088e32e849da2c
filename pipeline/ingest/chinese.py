"""Problems of a dump and its call list in Chinese. They are stored in English, known here by their shape."""

from __future__ import annotations

import re
from functools import cache

PAIRS: tuple[tuple[str, str], ...] = (
    # the call list
    (
        'column "{}" is not used; map it in [calls.columns] if it matters',
        "列“{}”没有用到；如果需要，请在 [calls.columns] 里对应",
    ),
    (
        '[calls.columns] maps {} to "{}", which the list does not have',
        "[calls.columns] 把 {} 对应到“{}”，而话单里没有这一列",
    ),
    (
        "a quotation mark is not closed, or a field is too long; the row is skipped",
        "引号没有闭合，或某一格太长；跳过这一行",
    ),
    ("{} of {} fields are missing and taken as empty", "缺 {} 格（共 {} 格），按空白处理"),
    (
        "more fields than headings; quote fields that hold the separator",
        "格数多于列数；含分隔符的内容请加引号",
    ),
    (
        "{} files; a call has one, or agent;customer; the row is skipped",
        "写了 {} 个文件；一通电话是一个，或“坐席;客户”两个；跳过这一行",
    ),
    ("neither a call id nor a file; the row is skipped", "既没有通话编号也没有文件；跳过这一行"),
    ("the call id is empty; the file name is used instead", "通话编号为空，改用文件名"),
    (
        '"{}" is no date and time; write 2026-11-20 09:30:00',
        "“{}”不是日期时间；请写成 2026-11-20 09:30:00",
    ),
    (
        'agent_channel "{}" is neither left, right nor mono; finding out',
        "agent_channel“{}”不是 left、right 或 mono；由程序判断",
    ),
    (
        "call id {} repeats line {}; that line counts, remove this one",
        "通话编号 {} 与第 {} 行重复；以那一行为准，请删去这一行",
    ),
    (
        "call id {} contradicts line {}; that line counts, remove this one",
        "通话编号 {} 与第 {} 行矛盾；以那一行为准，请删去这一行",
    ),
    ("the call id is too long; correct the call list", "通话编号太长；请改话单"),
    (
        "other sound than the stored call {}: kept as {}; if it is that call's corrected file, "
        "run: callinspect merge {} {}",
        "与已存通话 {} 的声音不同：另存为 {}；如果它是那通电话的更正录音，请运行：callinspect merge {} {}",
    ),
    (
        "the same sound as {}: one call, counted once",
        "与 {} 是同一段声音：算一通，只计一次",
    ),
    (
        "probably means {}, but so does line {}; write the path below the dump",
        "可能指 {}，但第 {} 行也是；请写录音文件夹内的完整路径",
    ),
    (
        "the row names no file, and no recording is called {}; fill in the file",
        "这一行没有写文件，也没有叫 {} 的录音；请补上文件",
    ),
    (
        "the two files of the row must be two different recordings, agent;customer",
        "同一行的两个文件必须是两个不同的录音（坐席;客户）",
    ),
    ("{} is a link out of the dump and is not followed", "{} 是指向录音文件夹之外的链接，不跟随"),
    (
        "{} lies outside the dump; copy the file into the dump",
        "{} 在录音文件夹之外；请把文件复制进来",
    ),
    (
        "{} files are called {}; write the path below the dump",
        "有 {} 个文件都叫 {}；请写录音文件夹内的完整路径",
    ),
    ("no file {} in the dump; copy it there", "录音文件夹里没有 {}；请复制进来"),
    # the dump
    ("the folder cannot be listed ({}); grant access", "文件夹打不开（{}）；请给予权限"),
    ("the link leads nowhere or in a circle; remove it", "链接失效或循环；请删除"),
    (
        "the link leaves the dump and is not followed; run on its target instead",
        "链接指向录音文件夹之外，不跟随；请直接对目标运行",
    ),
    (
        "a pipe, socket or device is not opened; remove it from the dump",
        "管道、套接字或设备不会打开；请从录音文件夹移走",
    ),
    ("still being written; run again when the call is over", "还在写入；通话结束后再运行"),
    ("the file is not there any more; was it moved during the run?", "文件不见了；是不是运行中被移走了？"),
    (
        "the file changed while it was read; run again when it is complete",
        "读取时文件有变化；写完后再运行",
    ),
    (
        "inspected with {}, planned with {}: the next run will inspect again",
        "质检时的版本是 {}，计划的是 {}；下次运行会重新质检",
    ),
    # the run
    ("the roles that a person corrected could not be kept: {}", "人工更正的坐席与客户未能保留：{}"),
    ("the program failed on this call: {}", "程序处理这通录音时自身出错：{}"),
    (
        "{} worker processes in a row died while they loaded the speech model ({}); try --workers 1, "
        "a smaller --model, or callinspect doctor",
        "连续 {} 个工作进程在加载语音模型时退出（{}）；请试 --workers 1、较小的 --model，"
        "或运行 callinspect doctor",
    ),
    (
        "{} calls in a row ended their workers ({}); this looks like the machine, not the recordings: run "
        "callinspect doctor, then callinspect run again with --retry",
        "连续 {} 通录音使工作进程退出（{}）；多半是机器的问题而不是录音：请运行 callinspect doctor，"
        "再用 callinspect run --retry 重新运行",
    ),
    ("the tools cannot be loaded any more: {}", "语音模型等工具无法再加载：{}"),
)


def in_chinese(reason: str) -> str:
    """A problem's reason in Chinese; what has no pair stays as it is."""
    for shape, chinese in _shapes():
        match = shape.fullmatch(reason)
        if match is not None:
            return chinese.format(*match.groups())
    return reason


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("(.*?)".join(re.escape(part) for part in english.split("{}")), re.DOTALL), chinese)
        for english, chinese in PAIRS
    )
