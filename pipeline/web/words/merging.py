"""A call that holds the corrected recording of another."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "merge.open": ("这是另一通电话的更正录音…", "This is the corrected recording of another call…"),
    "merge.title": ("更正录音", "Corrected recording"),
    "merge.hint": (
        "如果 {call} 是另一通电话重新导出或修复的录音，在这里填那一通的编号。"
        "下一步先把两通放在一起给您看，再确认。",
        "If {call} is the repaired or newly exported recording of another call, give the id of that "
        "call. Both are shown together before anything is done.",
    ),
    "merge.old": ("原通话的编号", "Id of the other call"),
    "merge.compare": ("对照两通", "Compare both"),
    "merge.unknown": (
        "没有编号为 {call} 的通话，或它已被取代。编号在通话页的标题处，要写全。",
        "There is no call {call}, or it has been replaced. "
        "The whole id stands at the top of the page of a call.",
    ),
    "merge.side.old": ("原通话（将被取代）", "The call that is replaced"),
    "merge.side.new": ("更正录音（将取代它）", "The corrected recording"),
    "merge.fact.call": ("编号", "Id"),
    "merge.fact.agent": ("坐席", "Agent"),
    "merge.fact.started": ("开始时间", "Began"),
    "merge.fact.duration": ("时长", "Length"),
    "merge.fact.score": ("得分", "Score"),
    "merge.fact.file": ("录音文件", "File"),
    "merge.fact.decisions": ("复核记录", "Acts of reviewers"),
    "merge.listen": ("打开来听", "Open and listen"),
    "merge.what": (
        "确认后：更正录音改用编号 {call} 和原通话的坐席、时间等信息，重新计分；"
        "原通话不再出现在任何清单、队列和统计里，但仍可打开查看。"
        "原通话上的复核记录不会带过来，因为那是听着另一段声音作出的。可以撤销。",
        "Then the corrected recording is called {call}, takes over agent, time and all else known of "
        "that call, and is scored anew. The other one is in no list, queue or count any more, but can "
        "still be opened. Verdicts are not carried over: they were given on other sound. "
        "This can be undone.",
    ),
    "merge.do": ("确认取代", "Replace it"),
    "merge.other": ("换一通", "Another call"),
    "merge.back": ("返回", "Back"),
    "merge.replaced-by": (
        "这段录音已被更正录音取代，不再计入任何统计，只供查看。现在的通话：",
        "A corrected recording has taken the place of this one, which counts nowhere any more and "
        "can only be looked at. The call now: ",
    ),
    "merge.replaces": (
        "这是更正录音，取代了原来的录音：",
        "This is a corrected recording. It replaced: ",
    ),
    "merge.undo": ("撤销取代", "Undo the replacement"),
    "merge.undo.question": (
        "撤销取代？两通电话各自恢复，原来的复核记录重新生效。",
        "Undo the replacement? Both calls stand on their own again, and the former verdicts count again.",
    ),
    "error.merge-changed": (
        "编号所指的录音刚刚变了，没有取代。请重新对照两通。",
        "An id has come to mean another recording meanwhile, so nothing was replaced. "
        "Compare both calls again.",
    ),
}
